"""What mails to partners say, the page that stops them, and what anybody may pass on. Adults read all of it."""

from __future__ import annotations

from pop.places.words import Words

INVITING = Words(
    "inviting",
    {
        # A mail.
        "mail_subject_0": "An invitation to answer: {survey}",
        "mail_subject_1": "A reminder: {survey}",
        "mail_subject_2": "The last reminder: {survey}",
        "mail_greeting": "Good day,",
        "mail_about_0": "{partner} is asked to answer a survey: {survey}. It asks organisations about what they do so "
        "that children can get help and be safe.",
        "mail_about_1": "Some time ago {partner} was asked to answer a survey: {survey}. This is a reminder. If the "
        "answers are on their way, please disregard it.",
        "mail_about_2": "Some time ago {partner} was asked to answer a survey: {survey}. This is the last reminder. If "
        "the answers are on their way, please disregard it.",
        "mail_link": "This link was made for {partner}. Whoever has it can answer in the name of {partner}, so please "
        "pass it on inside your organisation only:",
        "mail_later": "You can stop at any page and go on later, on any device. Nothing is published that you do not "
        "allow in the survey.",
        "mail_program": "A program wrote this mail, and nobody helps children at this address.",
        "mail_stop": "If you want no more mails of this kind, open this address and press the button:",
        # The page that stops mails.
        "stop_title": "No more mails about surveys?",
        "stop_text": "Press the button, and this address gets no more invitations and no reminders from here.",
        "stop_button": "Stop the mails",
        "stop_done_title": "The mails are stopped",
        "stop_done_text": "This address gets no more invitations and no reminders from here. Links that you have "
        "still work.",
        "stop_again_button": "Send mails again",
        "stop_again_title": "Mails are sent again",
        "stop_again_text": "This address gets invitations and reminders about surveys.",
        # What anybody may pass on.
        "share_title": "Share this survey",
        "share_text": "Anybody may pass this address on. Whoever has it can answer the survey.",
        "share_address": "The address",
        "share_code": "A code to photograph",
        "share_code_text": "A telephone's camera reads it and opens the survey.",
        "share_code_label": "A code that leads to {address}",
        "share_code_file": "Download the code as a picture (SVG)",
        "share_texts": "Texts to copy",
        "share_mail": "For a mail",
        "share_mail_open": "Write it in your mail program",
        "share_messenger": "For a messenger",
        "share_post": "For a post",
        "share_plain": "Everything as plain text",
        "share_print": "To print it, print this page: the code and the address stand on one sheet.",
        "share_other": "The texts in another language",
        "share_unwatched": "Nobody counts who opens this page or passes the address on.",
        "share_back": "To the survey",
        "share_mail_subject": "A survey for organisations: {survey}",
        "share_mail_body": "Good day,\n\nthis survey asks organisations about what they do so that children can get "
        "help and be safe: {survey}.\n\nYou can answer it here, and stop and go on later:\n{address}\n\nNothing is "
        "published that you do not allow in the survey.",
        "share_messenger_body": "Does your organisation help children to be safe? Please answer this survey: {survey} "
        "{address}",
        "share_post_body": "Who helps children to be safe, where and how? Organisations can put themselves on the map: "
        "{survey}. {address}",
    },
)
