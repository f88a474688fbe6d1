"""Words of the page with services: what they are, whether they are open, and what happens when one contacts them.

`null` is said as "not known", never as no. A text in one wording keeps the rule for 8-12 year olds.
"""

from __future__ import annotations

from pop.places.words import Two

RESULTS: dict[str, str | Two] = {
    "results_title": Two("People who can help you", "People who can help"),
    "results_intro": Two(
        "You can talk with them. You did the right thing.", "You can contact any of them, now or later."
    ),
    "other_services": "Other ways to get help",
    # Can you talk out loud now?
    "talk_title": "Can you talk out loud now?",
    "talk_yes": "Yes, I can talk",
    "talk_no": "No, I want to write",
    "talk_skip": "You can skip this question.",
    "talk_writing_first": "Ways to write come first now.",
    "talk_none": "We do not know a place to write to here. You can call when nobody else can hear you.",
    # A line of our own that can be written to from here.
    "chat_write": "Write to somebody now",
    "chat_leave": "Leave a message",
    "chat_open": "Open now",
    "chat_closed": "Closed now",
    "chat_read_within": "A person reads your message within {hours} hours.",
    "chat_read_within_one": "A person reads your message within one hour.",
    "chat_happens": Two(
        "You write here, and somebody writes back. You do not say your name.",
        "You write here with a person. You do not have to say who you are.",
    ),
    "chat_sandbox": "This one is only for trying out. Nobody there can help you.",
    "chat_back": Two("I have six words to come back", "Come back to a conversation with six words"),
    # One tap.
    "do_call": "Call {number}",
    "do_text": "Text {number}",
    "do_text_word": "Text the word {word} to {number}",
    "do_chat": "Open the chat",
    "do_message": "Write on {app}",
    "do_email": "Write an email",
    "do_open": "Open the web page",
    "do_app": "Open the app",
    "do_sign": "Sign language by video",
    "do_relay": "Call by text relay",
    "do_visit": "Go there: {place}",
    # Open, closed, always, not known (contact and hours as stated; "should" where nobody confirmed them lately).
    "state_open": "Open now",
    "state_always": "Open day and night",
    "state_closed": "Closed now",
    "state_unknown": "We do not know when it is open. If nobody answers, try this next.",
    "state_should_open": "Should be open. We have not checked lately. If nobody answers, try this next.",
    "state_should_closed": "Should be closed now. We have not checked lately. Try this next.",
    "state_holiday": "It is a holiday there. It may be closed. If nobody answers, try this next.",
    "state_closes": "Closes: {time}.",
    "state_opens": "Opens: {time}.",
    "state_zone": "Time in {country}.",
    "next_title": "Try this next",
    "next_later": Two(
        "Nobody answers? Try again a little later. That happens, and it is not because of you.",
        "If nobody answers, try again a little later. It is not because of you.",
    ),
    "next_danger": "In danger, call {number} now.",
    # Cost, trace, name: known, known not, not known.
    "facts_open": "More about this",
    "free_yes": "Free",
    "free_no": "It costs money",
    "free_unknown": "We do not know if it is free",
    "anonymous_yes": "You do not have to say your name",
    "anonymous_no": "They ask who you are",
    "anonymous_unknown": "We do not know if they ask your name",
    "trace_phone": "The number stays in this phone's list. You can delete it there.",
    "trace_web": "The page stays in your browser's history.",
    "trace_bill_yes": "It can show on the phone bill.",
    "trace_bill_no": "It does not show on the phone bill.",
    "trace_bill_unknown": "We do not know if it shows on the phone bill.",
    "tell_unknown": "If you are in danger, they may have to tell someone. You can ask them first.",
    "credit_unknown": "We do not know if it works without credit.",
    "abroad_yes": "You can use it from another country.",
    "abroad_number": "From another country, call {number}.",
    "abroad_no": "It works only in {country}.",
    "abroad_unknown": "We do not know if it works from another country.",
    "languages_are": "Languages: {languages}.",
    "languages_unknown": "We do not know which languages they speak.",
    "languages_other": "They may not speak your language.",
    "ages_between": "For ages {min} to {max}.",
    "ages_up_to": "For ages up to {max}.",
    "ages_from": "For ages {min} and over.",
    "ages_unknown": "We do not know for which ages it is.",
    # What happens when you contact them.
    "happens_title": "What happens then?",
    "happens_call": Two(
        "Someone answers, or you hear a voice that says wait. You can say: I need help. You can stop at any time.",
        "A person or a recorded voice answers. You can stay silent at first, and you can hang up at any time.",
    ),
    "happens_text": Two(
        "You send a short message. Someone writes back. It can take some time.",
        "You send a message and someone writes back. It can take some time.",
    ),
    "happens_chat": Two(
        "A new page opens. You write, and someone writes back. You may have to wait.",
        "Their page opens and you write with a person. You may have to wait first.",
    ),
    "happens_message": Two(
        "The app opens. They can see your name or number there.",
        "The app opens. They can see your name, picture or number there.",
    ),
    "happens_email": Two(
        "You write an email. The answer can take some days.",
        "You write an email. An answer can take days, and they see your address.",
    ),
    "happens_web": Two(
        "A page of other people opens. Look around first.",
        "Another organisation's page opens. You can look before you write anything.",
    ),
    "happens_video": Two(
        "A video call opens. You and the other person use sign language.",
        "A video call opens and you sign with a person. They can see you.",
    ),
    "happens_visit": Two(
        "You go there and someone talks with you.", "You go there and can talk with someone in person."
    ),
    # Why it stands here, and what is not sure about it.
    "about_general": Two("They listen to children about any problem.", "They listen to young people about anything."),
    "about_topic": "They know about this.",
    "about_public": "It is for people of all ages. You can use it too.",
    "about_wider": "It is not only for this. They can still listen to you.",
    "about_part": "It is only for one part of {country}.",
    "unsure_lead": "We are not sure about this one. Try another way too.",
    "unsure_conflict": "We found different facts about this one. If it does not work, try this next.",
    "checked_on": "Last checked: {date}.",
    "checked_never": "We do not know when it was last checked.",
    "no_service": Two(
        "We do not know a helpline for children in {country} yet. These people may still help you.",
        "We do not know a helpline for children or young people in {country} yet. This may still help you.",
    ),
    "no_service_at_all": Two(
        "We do not know a service in {country} yet. Please tell an adult you trust. It can be a teacher or a nurse.",
        "We do not know a service in {country} yet. A teacher, a nurse or another adult you trust may help.",
    ),
    "nearest_title": "In other countries, open to calls from abroad",
    "nearest_note": "A call to another country can cost money.",
    "service_country": "This service is in {country}.",
    # Notices: dated, and before the number.
    "notice_disrupted": "This service has problems right now. Try another one too.",
    "notice_moved": "This service is moving. Its number may have changed.",
    "notice_crisis": "There is an emergency in {country}. Helplines may be very busy.",
    # Pictures and illegal content: a person first, then a checked hotline or image removal.
    "images_title": "If it is about pictures or videos",
    "images_first": Two(
        "It is not your fault. First talk with one of the people above.",
        "It is not your fault. Talk with a person first, such as the services above.",
    ),
    "images_do_not": Two(
        "Do not send the pictures to anyone. Do not save them or upload them.",
        "Do not forward, save or upload the pictures, not even to show them to us.",
    ),
    "images_then": "After that, these services can help to remove pictures or pages.",
    "images_none": "We do not know a checked report service for {country}.",
    "images_ask": "The people above can help with this.",
    "images_address_only": "They ask for the web address. Never send them the picture.",
    "kind_hotline": "Reports of illegal pictures and pages",
    "kind_image_removal": "Removes pictures of people under 18",
    # The card of a country.
    "card_title": "Help in {country}",
    "card_note": Two(
        "You can print this page. Keep it where only you look.",
        "You can print or save this page. Keep it where only you will find it.",
    ),
    "card_print": "Print",
    "card_save": "Save this page",
    "card_made": "Made on {date}. Numbers can change.",
}
