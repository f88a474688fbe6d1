"""Words for an adult who worries about a child: what to say, what not to promise, text to copy.

Awaiting sign-off by a child-protection professional, as the steps for children are.
"""

from __future__ import annotations

ADULT_TEXTS = {
    "adult_title": "You worry about a child",
    "adult_intro": "You do not need proof, and you do not need to find the perfect words. Staying "
    "calm and listening helps most.",
    "adult_danger": "If the child is in danger now, call the emergency number and stay with the child if that is safe.",
    "adult_say_title": "What you can say",
    "adult_say_believe": "I believe you, and I am glad you told me.",
    "adult_say_fault": "It is not your fault.",
    "adult_say_time": "You can tell me as much or as little as you want.",
    "adult_say_next": "Let us think together about who can help, and what you would like to happen.",
    "adult_not_title": "What not to promise",
    "adult_not_secret": "Do not promise to keep it secret: say that you may need to tell somebody who can"
    " help, and whom.",
    "adult_not_fixed": "Do not promise that everything will be fine or will stop at once.",
    "adult_not_question": "Do not press for details, and do not ask the child to tell it again and again.",
    "adult_not_confront": "Do not confront the person who may be hurting the child: it can put the child in"
    " more danger.",
    "adult_not_pictures": "Do not look for, save, forward or upload private pictures of a child, not even as proof.",
    "adult_copy_title": "A text to copy and send to the child",
    "adult_copy_text": "Thank you for telling me. I believe you and it is not your fault. "
    "There are people whose work is to listen to children. You decide what you tell them. "
    "If you want, I will stay with you while you call or write.",
    "adult_copy_check": "Before you send it, think about who else can read the child's messages.",
    "adult_copy_button": "Copy the text",
    "adult_copy_done": "The text is copied.",
    "adult_services_title": "Services in {country}",
    "adult_services_note": "Child helplines usually listen to adults who worry about a child too.",
    "adult_services_none": "We do not know a checked service for children in {country} yet.",
}
