"""Words of the first page: country, age, the eight tiles, and what stands on every page of the finder.

A text in one wording is read by 8-12 year olds too, so it keeps their rule: at most 12 words a sentence, no idiom.
"""

from __future__ import annotations

from pop.places.words import Two

FIRST: dict[str, str | Two] = {
    "home_title": Two("You can get help here", "Find someone who can help"),
    "home_intro": Two(
        "Many children need help at times. You can choose what you tell us.",
        "Many young people need help at some point. You decide how much you tell us.",
    ),
    "home_pick_title": "Which country are you in?",
    "home_pick_intro": Two(
        "Tap your country. Then you see people who can help there.",
        "Tap your country to see who can help there.",
    ),
    "home_pick_likely": "Countries where many people speak this language",
    "home_pick_all": "All countries",
    "home_pick_letters": "Go to a letter",
    "country_now": "Country: {country}",
    "country_change": "Change country",
    "country_missing": "Please choose a country first.",
    "age_title": "How old are you?",
    "age_skip": "You do not have to say.",
    "age_8_12": "8 to 12",
    "age_13_17": "13 to 17",
    "age_18_24": "18 to 24",
    "age_chosen": "{age} is chosen",
    "tiles_title": Two("What is happening?", "What is going on?"),
    "tile_someone_hurts_me": "Someone hurts me",
    "tile_feel_bad": "I feel very bad",
    "tile_online": "Something online",
    "tile_at_home": "At home",
    "tile_at_school": "At school",
    "tile_for_a_friend": "For a friend",
    "tile_just_talk": "I just want to talk",
    "tile_dont_know": "I don't know",
    "tiles_skip": "Skip this and show me help",
    # The promise, at most 40 words. Each sentence is held by a test in tests/pages or tests/signposting/finder:
    # test_nothing_asks_who_the_child_is, test_nothing_chosen_stands_in_a_url_or_a_log, test_no_storage_is_left.
    # The last one is a warning, not a promise.
    "promise_title": "What we know about you",
    "promise_text": "We do not ask your name. We do not keep what you choose here. We leave nothing in your browser. "
    "Your phone can still remember that you were here.",
    "promise_open": "What does this mean?",
    "promise_example_page": Two(
        "You tap a picture. Nobody can see later which one it was.",
        "You tap a choice. It is used for one answer and then it is gone.",
    ),
    "promise_example_call": Two(
        "When you call, you talk with other people. They have their own rules. You can ask them first.",
        "When you call or write, another service has its own rules. You can ask about them first.",
    ),
    # Ways to other pages.
    "to_adult": "I am an adult and worry about a child",
    "to_card": Two("A page to print or keep", "A page to print or keep for later"),
    "to_country_page": "For adults: services in this country",
    "to_about_number": "For adults: about this number",
    "to_platforms": "For platforms and services",
    "no_answer_now": "We cannot show services right now. Please try again soon.",
}
