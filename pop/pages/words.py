"""Words that stand on every page of a child's, whichever part of the product made it.

A text in one wording is read by 8-12 year olds too, so it keeps their rule: at most 12 words a sentence, no idiom.
"""

from __future__ import annotations

from pop.places.words import Two, Words

SHELL = Words(
    "shell",
    {
        # Titles are what a browser writes into its history: they say nothing about the page.
        "page_title": "Information",
        "language_title": "Language",
        "language_now": "Language: {language}",
        "danger_title": "I am in danger now",
        "danger_in": "Emergency numbers in {country}",
        "danger_any": "Emergency",
        "danger_police": "Police",
        "danger_ambulance": "Ambulance",
        "danger_fire": "Fire service",
        "danger_pick": "Choose your country. Then you see the emergency number.",
        "danger_none": Two(
            "We have no checked emergency number for {country}. Go where other people are, if you can. "
            "Ask an adult you trust to call for help.",
            "We have no checked emergency number for {country}. If you can, go where other people are. "
            "Ask an adult you trust to call for help.",
        ),
        "read_aloud": "Read this page aloud",
        "read_aloud_stop": "Stop reading",
        "read_aloud_note": "Other people may hear it.",
        "start_again": "Start again",
        "loading": "Please wait.",
        "loaded": "The page has changed.",
        # The exit.
        "leave": "Leave now",
        "leave_keys": "Or press the Shift key three times.",
        "leave_honest": "This does not clear your history.",
        "leave_how": "How to clear your history",
        # Things that go wrong.
        "not_found_title": "This page is not here",
        "not_found_text": "The address may be wrong. You can start again.",
        "error_title": "Something went wrong here",
        "error_text": "It is not your fault. Please try again.",
    },
)

# What demonstration data says of itself: on every page of either door (pop/server/marking.py), and in each mail.
DEMONSTRATION = Words(
    "demonstration",
    {
        "title": "Demonstration data",
        "text": "Everything here is invented. No service on this page can help you.",
        "mail": "Demonstration data: everything in this mail is invented.",
    },
)
