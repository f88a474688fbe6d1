"""Rules for every word that a child reads of the helpline, and the promise that tests hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pop.helpline.words.child import PROMISE, TALK
from pop.pages.words import SHELL
from pop.places.words import LANGUAGES, Speaker, Two, Words

ROOT = Path(__file__).resolve().parents[3]
FORBIDDEN = re.compile(
    r"\b(you should have|your fault that|why did|must not|victim|abused?|disorder|depress\w*|suicid\w*|die|kill)\b",
    re.IGNORECASE,
)


def young_sentences() -> list[tuple[str, str]]:
    found = []
    for words in (SHELL, TALK):
        for key, entry in words.texts.items():
            young = entry.young if isinstance(entry, Two) else entry
            found += [(key, sentence) for sentence in re.split(r"(?<=[.!?:])\s+", young)]
    return found


def test_a_sentence_for_young_children_has_at_most_twelve_words() -> None:
    assert [(key, sentence) for key, sentence in young_sentences() if len(sentence.split()) > 12] == []


@pytest.mark.parametrize("words", [SHELL, TALK], ids=["shell", "talk"])
def test_no_text_blames_frightens_or_diagnoses(words: Words) -> None:
    texts = [text for entry in words.texts.values() for text in (entry if isinstance(entry, Two) else (entry,))]
    assert [text for text in texts if FORBIDDEN.search(text)] == []


def test_two_wordings_differ() -> None:
    assert [key for key, text in TALK.texts.items() if isinstance(text, Two) and text.young == text.teen] == []


def test_every_word_is_used_somewhere() -> None:
    folders = [ROOT / "pop" / part for part in ("helpline/talk", "helpline/templates/talk", "pages", "signposting")]
    source = "".join(
        path.read_text()
        for folder in folders
        for path in folder.rglob("*.*")
        if path.suffix in {".py", ".html"} and path.name != "words.py"
    )
    built = ("refused_", "notice_", "why_", "role_", "example_", "promise_", "danger_")
    unused = [
        key
        for words in (SHELL, TALK)
        for key in words.texts
        if not re.search(rf"\b{key}\b", source) and not key.startswith(built)
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_said_in_every_language(language: str) -> None:
    for young in (True, False):
        speaker = Speaker((SHELL, TALK), language, young=young)
        english = Speaker((SHELL, TALK), "en", young=young)
        for words in (SHELL, TALK):
            for key in words.texts:
                names = set(re.findall(r"{(\w+)}", english[key]))
                assert set(re.findall(r"{(\w+)}", speaker[key])) == names
                assert speaker(key, **dict.fromkeys(names, "7"))


def promised() -> dict[str, list[str]]:
    """Return {sentence's key: tests} of the table in the documentation."""
    table = (ROOT / "docs" / "why" / "promise.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|.*?\|(.*)\|$", table, re.MULTILINE)
    return {key: re.findall(r"`([\w/.]+::\w+)`", tests) for key, tests in rows}


def test_every_sentence_of_the_promise_names_tests_that_exist() -> None:
    named = promised()
    assert set(named) == {*PROMISE, "honest_service", "forget_copies", "complain_text", "keep_once"}
    for key, tests in named.items():
        assert tests, key
        for test in tests:
            path, _, name = test.partition("::")
            tree = ast.parse((ROOT / "tests" / path).read_text())
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test


def test_the_table_quotes_the_sentences_as_the_child_reads_them() -> None:
    table = (ROOT / "docs" / "why" / "promise.md").read_text()
    for key in promised():
        assert TALK.say(key, "en", young=False) in table
