"""Why acts in the queue are refused. Only staff read them."""

from __future__ import annotations

from pop.places.words import Words

WORDS = Words(
    "queue",
    {
        "refused_off_duty": "Go on duty first.",
        "refused_full": "You have as many conversations as you have room for. Close one or hand one over first.",
        "refused_taken": "Somebody else has taken this conversation already.",
        "refused_capacity": "Choose a number from 1 to 8.",
        "refused_languages": "Choose at most twelve languages from the list.",
        "refused_hand_over_first": "Children are still talking with you. Hand them over first. If you leave "
        "anyway, they go back into the queue before others.",
        "refused_off_duty_colleague": "This colleague is not on duty now.",
        "refused_not_in_team": "This colleague is not in the conversation’s team.",
        "refused_same_team": "The conversation is with this team already.",
        "refused_note_text": "A note has at most 2,000 characters.",
        "refused_promise_day": "Choose a day from today to two weeks ahead.",
        "refused_pause_minutes": "Choose from 1 to 60 minutes.",
        "refused_glass_not_needed": "You are in the conversation’s team: you can open it with a reason.",
        "refused_glass_over": "This emergency access is over. Ask again if you need it.",
    },
)
