"""Rules for every word that a child reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pop.places.words import LANGUAGES, Speaker, Two, Words
from pop.registry.directory.rules.tables import topics
from pop.signposting.finder import rules
from pop.signposting.finder.words import ADULT, FINDER
from pop.signposting.finder.words.steps import STEPS, STEPS_OF_TILE

FINDER_DIR = Path(__file__).resolve().parents[3] / "pop" / "signposting"
# Words that would blame, frighten or diagnose; and places or people that no line may call safe.
FORBIDDEN = re.compile(
    r"\b(you should have|your fault that|why did|must|victim|abused?|disorder|depress\w*|suicid\w*|die|kill)\b",
    re.IGNORECASE,
)
NOT_SAFE_FOR_ALL = re.compile(r"\b(parents?|mother|father|mum|dad|mom|family|at home|go home|teacher)\b", re.IGNORECASE)


def wordings(words: Words) -> list[tuple[str, str]]:
    return [
        (key, text)
        for key, entry in words.texts.items()
        for text in (list(entry) if isinstance(entry, Two) else [entry])
    ]


def young_sentences() -> list[tuple[str, str]]:
    found = []
    for key, entry in FINDER.texts.items():
        young = entry.young if isinstance(entry, Two) else entry
        found += [(key, sentence) for sentence in re.split(r"(?<=[.!?:])\s+", young)]
    return found


@pytest.mark.parametrize(("key", "sentence"), young_sentences())
def test_a_sentence_for_young_children_has_at_most_twelve_words(key: str, sentence: str) -> None:
    assert len(sentence.split()) <= 12


@pytest.mark.parametrize("words", [FINDER, ADULT], ids=["child", "adult"])
def test_no_text_blames_frightens_or_diagnoses(words: Words) -> None:
    assert [(key, text) for key, text in wordings(words) if FORBIDDEN.search(text)] == []


def test_no_step_calls_a_place_or_a_person_safe_for_everybody() -> None:
    texts = [text for key, text in wordings(FINDER) if key in STEPS and key != "steps_title"]
    assert [text for text in texts if NOT_SAFE_FOR_ALL.search(text)] == []


def test_the_steps_say_in_the_source_that_a_professional_has_not_signed_them_off() -> None:
    source = (FINDER_DIR / "finder" / "words" / "steps.py").read_text()
    assert "AWAITING SIGN-OFF by a child-protection professional" in source


def test_every_tile_has_up_to_five_steps_and_all_steps_are_used() -> None:
    assert set(STEPS_OF_TILE) == set(rules.TILES)
    assert all(1 <= len(steps) <= 5 for steps in STEPS_OF_TILE.values())
    assert {step for steps in STEPS_OF_TILE.values() for step in steps} == set(STEPS) - {"steps_title"}


def test_every_topic_of_the_vocabulary_can_be_chosen_in_childrens_words() -> None:
    without_words = {"danger_now", "for_someone_else", "just_talk"}
    offered = {topic for choices in rules.FINER.values() for topic in choices}
    assert offered == set(topics()) - without_words
    assert all(f"topic_{topic}" in FINDER.texts for topic in offered)
    assert {key for key in FINDER.texts if key.startswith("topic_")} == {f"topic_{topic}" for topic in offered}


def test_topics_have_two_wordings_unless_one_is_plain_enough_for_both() -> None:
    one = [key for key, text in FINDER.texts.items() if key.startswith("topic_") and not isinstance(text, Two)]
    assert one == ["topic_armed_conflict"]
    assert all(text.young != text.teen for text in FINDER.texts.values() if isinstance(text, Two))


def test_the_promise_has_at_most_forty_words_and_names_the_tests_that_hold_it() -> None:
    promise = FINDER.texts["promise_text"]
    assert isinstance(promise, str)
    assert len(promise.split()) <= 40
    source = (FINDER_DIR / "finder" / "words" / "first.py").read_text()
    tests = "".join(path.read_text() for path in (FINDER_DIR.parents[1] / "tests" / "pages").glob("test_*.py"))
    named = re.findall(r"test_\w+", source)
    assert len(named) == 3
    assert all(f"def {name}" in tests for name in named)


def test_the_words_for_hours_that_nobody_checked_are_the_agreed_ones() -> None:
    said = FINDER.texts["state_should_open"]
    assert said == "Should be open. We have not checked lately. If nobody answers, try this next."


def test_every_word_is_used_somewhere() -> None:
    source = "".join(
        path.read_text()
        for folder in (FINDER_DIR / "finder", FINDER_DIR / "templates")
        for path in folder.rglob("*.*")
        if path.suffix in {".py", ".html"} and "words" not in path.parts
    )
    built = ("topic_", "step_", "tile_", "history_", "adult_say_", "adult_not_")
    unused = [
        key
        for words in (FINDER, ADULT)
        for key in words.texts
        if not re.search(rf"\b{key}\b", source) and not key.startswith((*built, "free_", "anonymous_"))
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said_in_every_language(language: str) -> None:
    for young in (True, False):
        speaker = Speaker((FINDER, ADULT), language, young=young)
        english = Speaker((FINDER, ADULT), "en", young=young)
        for words in (FINDER, ADULT):
            for key in words.texts:
                names = set(re.findall(r"{(\w+)}", english[key]))
                assert set(re.findall(r"{(\w+)}", speaker[key])) == names
                assert speaker(key, **dict.fromkeys(names, "7"))
