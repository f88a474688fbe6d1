"""Every word that a child reads of the helpline, in two wordings.

The promise's sentences each have a key of their own: docs/why/promise.md names the tests that hold each of them.
A text in one wording is read by 8-12 year olds too, so it keeps their rule: at most 12 words a sentence, no idiom.
"""

from __future__ import annotations

from pop.helpline.words.notices import NOTICES
from pop.places.words import Two, Words

# The sentences of the promise in the order of the page: at most 40 words together, in either wording.
PROMISE = ("promise_person", "promise_program", "promise_name", "promise_danger", "promise_readers", "promise_delete")

_WRITING: dict[str, str | Two] = {
    "write_title": Two("Write to somebody", "Write with a counsellor"),
    "write_intro": Two(
        "A person reads what you write and answers you.", "You write here, and a counsellor answers you here."
    ),
    "write_closed_title": Two("You can leave a message", "You can leave a message now"),
    "write_closed": "Nobody can write with you right now.",
    "write_closed_read": "A person reads your message within {hours} hours.",
    "write_closed_read_one": "A person reads your message within one hour.",
    "write_closed_opens": "Somebody can write with you again: {time}.",
    "write_none_title": "We have no place to write to here",
    "write_none": Two(
        "We cannot write with you in {country} yet. Other people can help you.",
        "We have no line to write to in {country} yet. These services may help you.",
    ),
    "write_none_age": Two(
        "Here we write with children of another age. Other people can help you.",
        "Our line here is for another age. These services may help you.",
    ),
    "write_pick": "Choose your country first. Then you see who can help.",
    "write_go": "Choose your country",
    "sandbox": Two(
        "This is only for trying out. Nobody here can help you.",
        "This is only for trying out. Do not write about real trouble here.",
    ),
    "box_label": Two("Write what you want to say", "Write whatever you want to say"),
    "danger_tick": "I am in danger now",
    "danger_tick_note": Two(
        "Then your message comes first. It does not call the police for you.",
        "Then your message goes before others. It does not call the police for you.",
    ),
    "danger_tick_note_closed": Two(
        "We are closed now. Call an emergency number first. When we open, we read your message before others. "
        "It does not call the police for you.",
        "We are closed now, so call an emergency number first. When we open, your message is read before others. "
        "It does not call the police for you.",
    ),
    "send": "Send",
    "send_leave": "Leave the message",
    "promise_title": "Before you write",
    "promise_person": "A person reads what you write.",
    "promise_program": "A program may help to sort it.",
    "promise_name": "We do not ask your name.",
    "promise_danger": "We tell others only if somebody is in serious danger.",
    "promise_readers": "You can see who read it.",
    "promise_delete": "You can delete it.",
    "promise_more": "What this means, with examples",
    "other_ways": "Other ways to get help now",
    "other_ways_all": "Show all ways to get help",
    "come_back": Two("I have six words to come back", "Come back to a conversation with six words"),
}

_TALK: dict[str, str | Two] = {
    "you": "You",
    "counsellor": "Counsellor",
    "supervisor": "Supervisor",
    "system": "Information",
    "now": "Now",
    "messages": "What was written",
    "message_locked": "This message cannot be shown here.",
    "earlier": "Show earlier messages",
    "latest": "Show the latest messages",
    "check_again": "Check again",
    "refreshes": "This page looks again by itself every 20 seconds.",
    "write_more": "Write more",
    "typing": "Somebody is writing to you.",
    "sending": "Please wait. We are sending it.",
    "sent": "It is sent.",
    "not_sent": "Not sent, still here.",
    "not_sent_retry": "Not sent, still here. We are trying again.",
    "lost": "The connection is lost. We are trying again.",
    "found": "The connection is back.",
    "new_message": "There is a new message.",
    # Waiting.
    "waiting_title": Two("Your message is here", "We have your message"),
    "waiting_text": Two("Please wait. Somebody will read it.", "Please wait. A counsellor will read it."),
    "waiting_place": "Your place in the queue: {place}.",
    "waiting_range": "Minutes to wait, as others waited today: {low} to {high}.",
    "waiting_range_one": "Minutes to wait, as others waited today: about {high}.",
    "waiting_unknown": "We do not know how long it takes now.",
    "waiting_order": Two(
        "Children in danger come first. After {minutes} minutes, nobody new comes before you.",
        "People in danger go first. After {minutes} minutes, nobody who comes later goes before you.",
    ),
    "waiting_kept": Two(
        "Your place stays for 15 minutes without a connection.",
        "If your connection breaks, your place is kept for 15 minutes.",
    ),
    "meanwhile_title": "While you wait",
    # Awaiting sign-off by a child-protection professional, as the finder's steps are.
    "meanwhile_breathe": Two(
        "Breathe in slowly. Breathe out even more slowly. Do it five times.",
        "Breathe in slowly, and out even more slowly, five times.",
    ),
    "meanwhile_screen": Two(
        "Turn your screen so that nobody else can read it.", "Sit where nobody else can read your screen."
    ),
    "meanwhile_words": Two("Think about what you want to say first.", "Think about what you would like to say first."),
    # Under way, and not.
    "active_title": Two("Somebody is here with you", "You are in contact with a counsellor"),
    "sleeping_title": "This conversation has a break",
    "sleeping_text": "Write when you want to go on. Somebody will answer.",
    "promised_title": "Somebody will write to you",
    "promised_text": "Somebody writes to you by this time: {time}.",
    "promised_late": "That time is over. We are sorry. Please write to us again.",
    "left_title": "Your message is here",
    "left_text": "A person reads it by this time: {time}.",
    "left_back": Two(
        "Keep six words now. They bring you back to the answer.",
        "Keep a way back now: six words bring you to the answer on any device.",
    ),
    "blocked_title": "You cannot write here now",
    "blocked_text": "You can still get help in other ways.",
    "paused_text": "You can write here again: {time}.",
    "closed_title": "This conversation has ended",
    "closed_text": Two("You can start a new one at any time.", "You can start a new one whenever you want."),
    "start_new": "Start a new conversation",
    "ended_title": "This page is over",
    "ended_text": Two(
        "Your six words bring you back. You can also begin again.",
        "Your six words bring you back to a conversation. You can also begin a new one.",
    ),
    # The two questions.
    "questions_title": "Two questions, if you want",
    "questions_note": "Nobody can see later that these answers are yours.",
    "question_helped": Two("Did this help you?", "Did this conversation help you?"),
    "question_listened": Two("Did somebody listen to you?", "Did you feel that somebody listened?"),
    "answer_no": "No",
    "answer_little": "A little",
    "answer_yes": "Yes",
    "questions_send": "Send the answers",
    "questions_thanks": "Thank you for your answers.",
    "questions_before": "You answered these questions before. We keep your first answers.",
    # What one can do.
    "menu": "More that you can do",
    "pause": "Take a break",
    "pause_note": "You can go on later.",
    "end": "End the conversation",
    "end_sure": "Do you want to end the conversation?",
    "end_yes": "Yes, end it",
    "back_to_write": "Back to writing",
    "back_to_talk": "Back to the conversation",
}

_RIGHTS: dict[str, str | Two] = {
    "keep": "Keep a way back",
    "keep_title": Two("Six words to come back", "Keep a way back"),
    "keep_text": Two(
        "Six words bring you back on any phone or computer. Whoever knows them can read this too.",
        "Six words bring you back on any device. Whoever knows them can read everything here.",
    ),
    "keep_once": "We show them only once. We cannot show them again.",
    "keep_make": "Show my six words",
    "keep_again": "Make new words",
    "keep_replaces": "New words replace the old ones. The old ones stop working.",
    "keep_these": "These are your words:",
    "keep_digits": "These are your numbers:",
    "keep_how": Two(
        "Write them down and hide them well. Or learn them by heart.",
        "Write them down where only you look, or learn them by heart.",
    ),
    "keep_done": "I have them",
    "back_title": Two("Come back with your six words", "Come back to your conversation"),
    "back_label": "Your six words",
    "back_note": "Small mistakes do not matter. Big and small letters do not matter.",
    "back_go": "Open my conversation",
    "back_wait_title": "We are looking",
    "back_wait": "This can take a minute. The page looks again by itself.",
    "back_again": "Write the words again",
    "back_busy": "Very many people are coming back now. Please try again in a minute.",
    "back_wrong": "These words do not open a conversation. Please look at them again.",
    "forget": "Delete it now",
    "forget_title": "Delete this conversation?",
    "forget_text": Two(
        "Then nobody can read it again. You cannot, and we cannot.",
        "Nobody will be able to read it again: neither you nor we.",
    ),
    "forget_copies": "It is gone here at once. Safety copies lose it within 30 days.",
    "forget_yes": "Yes, delete it",
    "forget_no": "No, keep it",
    "forgotten_title": "It is deleted",
    "forgotten_text": "Nobody can read it any more.",
    "readers": "See who read it",
    "readers_title": "Who read this conversation",
    "readers_text": "We write down everybody who opens it. You see what they do here, never names.",
    "readers_none": "Nobody has read it yet.",
    "readers_row": "{role}: {time}",
    "role_counsellor": "A counsellor",
    "role_supervisor": "A supervisor",
    "role_escrow": "Two people who keep the spare keys",
    "role_staff": "Somebody of the helpline",
    "complain": Two("Tell us what was not right", "Make a complaint"),
    "complain_title": Two("What was not right?", "Make a complaint"),
    "complain_text": Two(
        "A supervisor reads it. The person who wrote with you cannot read it.",
        "A supervisor reads it. Whoever wrote with you never does.",
    ),
    "complain_label": "Write what happened",
    "complain_send": "Send the complaint",
    "complain_given": "Your complaint is here since {time}.",
    "complain_due": "You find an answer here by {date}.",
    "complain_answer": "The answer of {date}",
    "complain_code": "With your six words you can read the answer later.",
    "confidential": "What stays between us",
    "confidential_title": "What stays between us",
    "example_person": Two(
        "You write at night. A counsellor reads it and answers you.",
        "You write at night. A trained counsellor reads it and writes back, never a program alone.",
    ),
    "example_program": Two(
        "A program can see that you ticked danger. Then your message comes first.",
        "A program puts messages with a ticked danger first. It never answers you.",
    ),
    "example_name": Two(
        "You can use any name, or none.", "You can use any name or none. We keep no phone number and no address."
    ),
    "example_danger": Two(
        "Somebody wants to hurt you badly tonight. We may call for help. We tell you first if we can.",
        "If a life is at risk, we may call for help. We tell you what we do and why.",
    ),
    "example_readers": Two(
        "A supervisor opens your conversation. You see it in the list.",
        "If a supervisor opens your conversation, the list shows it with the time.",
    ),
    "example_delete": Two(
        "You tap Delete. Then nobody can open it again.",
        "You tap Delete. The keys are destroyed and nobody can open it again.",
    ),
    "honest_title": "What we cannot promise",
    "honest_device": "Somebody with your phone may see this page while it is open.",
    "honest_service": Two(
        "While it is open, our computers can read it. They must bring it to the counsellor.",
        "While a conversation is open, our server can read it to deliver it. Closed ones need a person.",
    ),
    "agree_yes": "Yes, give it to me",
    "agree_no": "No, thank you",
}

_REFUSED: dict[str, str | Two] = {
    "refused_empty": "Please write something first.",
    "refused_too_long": "This is too long for one message. Please send it in parts.",
    "refused_cut": "This is too long to send at once. Only the beginning is still here. Please send it in parts.",
    "refused_unreadable": "Something in this text cannot be sent. Please write it again.",
    "refused_slow_down": "You wrote many messages quickly. Please wait one minute. Your words are still here.",
    "refused_too_many": Two(
        "Very many people are writing now. Your words are still here. Please try again in a minute.",
        "So many people are writing now that we cannot take more. Your words are still here. "
        "Please try again in a minute.",
    ),
    "refused_paused": "You cannot write for some minutes. Your words are still here.",
    "refused_blocked": "You cannot write here now.",
    "refused_closed": "This conversation has ended. You can start a new one.",
    "refused_locked": "This page cannot open the conversation. Please come back with your six words.",
    "refused_key_reused": "This was sent before. Please send it again.",
    "refused_held": Two(
        "We have to keep this for now. Please ask us here why.",
        "The law makes us keep this for now. You can ask here why.",
    ),
    "refused_not_sent": "Not sent, still here. Please send it again.",
    "refused_other": "This did not work. Your words are still here. Please try again.",
    "refused_token": "This page was too old. Your words are still here. Please send again.",
}

TALK = Words("talk", {**_WRITING, **_TALK, **_RIGHTS, **_REFUSED, **NOTICES})
