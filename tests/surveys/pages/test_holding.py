"""The cookie of a survey: what it opens, and the words that come of it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse

from pop.privacy.codes import CodeKey, code_of, fold, languages
from pop.privacy.sealing import new_pair
from pop.surveys.pages import holding

KEY = CodeKey(b"l" * 32, new_pair())


def again(held: holding.Hold, form: str = "short") -> holding.Hold | None:
    """Give a browser its cookie and read it back."""
    response, request = HttpResponse(), HttpRequest()
    holding.hold(response, form, held)
    request.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}
    return holding.held(request, form)


def test_a_browser_that_begins_comes_back_with_the_same_key_and_words() -> None:
    first = holding.begin()
    assert again(first) == first
    assert first.words("en") == first.words("en")
    assert holding.begin().words("en") != first.words("en")


def test_with_its_words_made_a_browser_keeps_their_language_and_their_key() -> None:
    held = holding.begin().under(KEY, "ar")
    assert again(held) == held
    assert held.key.lookup == KEY.lookup
    assert held.words("en") == held.words("ar")


def test_a_browser_that_came_with_the_words_holds_no_seed_of_them() -> None:
    held = again(holding.come_with(KEY))
    assert held is not None
    assert held.seed is None
    assert held.words("en") is None
    assert held.key == KEY


def test_each_form_has_a_cookie_of_its_own_whatever_its_id_is() -> None:
    names = {holding.cookie_name(form) for form in ("a", "b", "ä;=\n", "\ud800", "a" * 200)}
    assert len(names) == 5
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in names)


def test_a_hold_shows_no_secret() -> None:
    assert "\\x" not in repr(holding.begin())
    assert len(repr(holding.begin())) < 80


@pytest.mark.parametrize("language", [*languages(), "xx", ""])
def test_a_seed_stands_for_one_code_that_reads_back_as_itself(language: str) -> None:
    codes = {code_of(bytes([number]) * 32, language) for number in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert len(code.split()) in (5, 6)
        assert fold(fold(code, language), language) == fold(code, language)
