"""Countries stand where a reader of the language looks for them."""

from __future__ import annotations

import pytest

from pop.places.countries import codes
from pop.places.words import LANGUAGES
from pop.signposting.finder.alphabet import LIKELY, by_letter, likely


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_stands_under_exactly_one_letter(language: str) -> None:
    rows = by_letter(language)
    found = [code for _, row in rows for code, _ in row]
    assert sorted(found) == sorted(codes())
    letters = [letter for letter, _ in rows]
    assert len(set(letters)) == len(letters)
    assert all(len(letter) == 1 and letter != "#" for letter in letters)


@pytest.mark.parametrize(
    ("language", "code", "letter"),
    [
        ("zh", "KE", "K"),
        ("zh", "FJ", "F"),
        ("zh", "PE", "B"),
        ("zh", "CN", "Z"),
        ("ar", "DZ", "ج"),
        ("ar", "AL", "ا"),
        ("ar", "DE", "ا"),
        ("ru", "YE", "Й"),
        ("es", "AT", "A"),
        ("sw", "KE", "K"),
    ],
)
def test_a_country_is_found_under_its_letter(language: str, code: str, letter: str) -> None:
    assert letter in {each for each, row in by_letter(language) if code in dict(row)}


def test_accents_do_not_push_a_country_to_the_end() -> None:
    names = [name for _, row in by_letter("es") for _, name in row]
    assert names.index("Bélgica") < names.index("Brasil")


@pytest.mark.parametrize("language", LANGUAGES)
def test_likely_countries_exist_and_are_few(language: str) -> None:
    assert set(LIKELY[language]) <= codes()
    assert 4 <= len(likely(language)) <= 12
