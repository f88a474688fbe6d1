"""What a child is told inside the conversation when something changes: one sentence, or a few, for each code."""

from __future__ import annotations

from pop.places.words import Two

NOTICES: dict[str, str | Two] = {
    "notice_joined": "A counsellor is here now.",
    "notice_left": "The supervisor has gone.",
    "notice_handed_over": Two(
        "Another counsellor goes on with you. They can read what you wrote.",
        "Another counsellor takes over and can read what was written.",
    ),
    "notice_counsellor_lost": Two(
        "The counsellor lost the connection. Somebody else comes soon. You wait further in front.",
        "The counsellor lost the connection. You are back in the queue, further in front than before.",
    ),
    "notice_slept": "The conversation has a break. Write when you want to go on.",
    "notice_promised": "Somebody writes to you by this time: {time}.",
    "notice_closed": "The conversation has ended.",
    "notice_supervisor_joined": "A supervisor is here too.",
    "notice_supervisor_read": "A supervisor has read this conversation.",
    "notice_danger_steps": Two(
        "We think that somebody is in serious danger. We are getting help now. We tell you what happens.",
        "We think that somebody is in serious danger, so we are getting help now. We tell you what happens.",
    ),
    # Why help is called: what the risk check found, as a sentence for the child.
    "why_danger": "You may be in danger right now.",
    "why_suicide": Two("You wrote that you may hurt yourself badly.", "You wrote that your life may be at risk."),
    "why_abuser_near": Two("Somebody who hurts you may be near.", "Somebody who hurts you may be near you now."),
    "notice_service": Two("These people can help you too:", "This service can help you too:"),
    "notice_service_asked": "Do you want to know how to reach {name}?",
    "notice_paused_for_abuse": "You can write here again: {time}.",
    "notice_blocked": "You cannot write here any more.",
    "notice_complaint_answered": "Your complaint has an answer.",
    "notice_other": "Something has changed here.",
}
