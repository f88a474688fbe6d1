"""Invented words: in each language, plain, and with a mark that is found again on a page and in an event."""

from __future__ import annotations

import random
import unicodedata

import pytest

from pop.simulation.counsellor import code_now
from pop.simulation.script import LANGUAGES, Marks, lines, mark_in, marked, rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_plain_to_see(language: str) -> None:
    found = lines(language)
    said = [*found.first, *found.child, *found.counsellor]
    assert len(set(said)) == len(said) > 10
    assert [each for each in said for letter in each if unicodedata.category(letter) in {"Cc", "Cf", "Co", "Cs"}] == []


def test_a_mark_is_found_in_the_words_that_carry_it_and_nowhere_else() -> None:
    marks = Marks(random.Random(1))
    first, second = marks.next(), marks.next()
    assert first != second
    assert mark_in(marked("Hello. [not one]", first)) == first
    assert mark_in("Hello [12] [abc]") == ""


def test_a_page_gives_each_message_its_place_and_its_mark() -> None:
    page = '<li data-n="1"><p>Hi [abc1]</p></li><li data-n="2"><p>joined</p></li><li data-n="10"><p>Yes [abc2]</p></li>'
    assert rows(page) == [(1, "abc1"), (2, ""), (10, "abc2")]


def test_the_authenticators_code_is_that_of_the_standard() -> None:
    # RFC 6238, appendix B: the last six digits of its eight.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [code_now(secret, now=at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]
