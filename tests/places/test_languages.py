"""Languages: what a header says, and what a language is called."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.places.countries import codes
from pop.places.languages import (
    LONGEST_HEADER,
    MOST_ENTRIES,
    TABLE,
    best_language,
    guessed_country,
    language_name,
    own_name,
    preferences,
)
from pop.places.words import LANGUAGES


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("sw-KE,sw;q=0.9,en;q=0.8", [("sw", "KE"), ("sw", ""), ("en", "")]),
        ("en;q=0.5, fr ; q=0.9", [("fr", ""), ("en", "")]),
        ("en;Q=0.5,ar", [("ar", ""), ("en", "")]),
        ("fr;q=0,en", [("en", "")]),
        ("*;q=0.5,pt-BR", [("pt", "BR")]),
        ("zh-Hant-TW", [("zh", "TW")]),
        ("zh-cmn-Hans-CN", [("zh", "CN")]),
        ("en-u-ca-gregory", [("en", "")]),  # a calendar, not Canada
        ("ar-EG-u-nu-latn", [("ar", "EG")]),
        ("es-419", [("es", "")]),
        ("in-ID,iw-IL", [("id", "ID"), ("he", "IL")]),
        ("cmn-CN,arb", [("zh", "CN"), ("ar", "")]),
        # Weights that are no weights: two would jump the queue, the others mean nothing.
        ("fr;q=2,en", [("en", "")]),
        ("fr;q=1.9,en", [("en", "")]),
        ("fr;q=0.5x,en", [("en", "")]),
        ("fr;q=-1,en", [("en", "")]),
        ("fr;q=nan,en", [("en", "")]),
        ("fr;level=1,en", [("en", "")]),
        ("", []),
        (",,;;,q=1,", []),
        ("english,x-klingon,e,1,en_US", []),
        ("../../etc/passwd,en\x00,<script>", []),
        ("ａｒ,en", [("en", "")]),
    ],
)
def test_a_header_is_read_best_first_and_nonsense_is_left_out(header: str, found: list[tuple[str, str]]):
    assert preferences(header) == found


def test_equal_weights_keep_the_order_of_the_header():
    assert [language for language, _ in preferences("ru,ar,zh,sw")] == ["ru", "ar", "zh", "sw"]


def test_of_a_long_header_only_the_beginning_is_read_and_no_half_tag():
    assert len(preferences(",".join(["en"] * 1000))) == MOST_ENTRIES
    filler = "x" * (LONGEST_HEADER - 3)
    assert preferences(f"{filler},arz,en") == []  # "arz" would be cut to "ar"


@given(st.text(max_size=500))
def test_no_header_whatever_raises_or_invents_a_language(header: str):
    for language, region in preferences(header):
        assert language.isascii()
        assert language.islower()
        assert region == "" or (len(region) == 2 and region.isupper())
    assert best_language(header) in LANGUAGES
    assert guessed_country(header, codes()) in {"", *codes()}


def test_the_best_language_is_one_that_is_offered_and_else_english():
    assert best_language("de-DE,sw;q=0.4,fr;q=0.6") == "fr"
    assert best_language("de,xx") == "en"
    assert best_language("fr", offered=("en", "sw")) == "en"


def test_a_country_is_guessed_from_the_first_entry_that_names_one():
    assert guessed_country("sw-KE,en-GB;q=0.8", codes()) == "KE"
    assert guessed_country("en,pt-MZ;q=0.8", codes()) == "MZ"
    assert guessed_country("sr-XK", codes()) == "XK"
    assert guessed_country("en-ZZ", codes()) == ""
    assert guessed_country("sw", codes()) == ""


def test_american_english_is_no_guess_because_phones_are_sold_with_it_everywhere():
    assert guessed_country("en-US,en;q=0.9", codes()) == ""
    assert guessed_country("en-US,sw-KE;q=0.5", codes()) == ""
    assert guessed_country("es-US", codes()) == "US"


def test_a_language_is_called_what_its_readers_call_it():
    assert own_name("sw") == "Kiswahili"
    assert own_name("ar") == "العربية"
    assert own_name("fr-CA") == "Français"
    assert own_name("toi") == "Chitonga"
    for nonsense in ("qqx", "", "1", "../sw", "zz-ZZ", "\x00"):
        assert own_name(nonsense) == nonsense


def test_a_language_has_a_name_in_every_language_of_the_interface():
    for tag in ("ar", "bem", "toi", "tum", "fil", "dv", "rn", "ku", "bi"):
        for language in LANGUAGES:
            assert language_name(tag, language) != tag, (tag, language)
    assert language_name("pt-BR", "en") == "Brazilian Portuguese"
    assert language_name("pt-MZ", "en") == "Portuguese"
    assert language_name("zh-Hant", "en") == "Traditional Chinese"
    assert language_name("SW", "en") == "Swahili"
    assert language_name("qqx", "en") == "qqx"
    assert language_name("fr", "xx") == "French"


def test_the_table_of_languages_fills_gaps_in_every_language_and_repeats_nothing():
    with TABLE.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    keys = [(row["tag"], row["language"]) for row in table]
    assert keys == sorted(set(keys))
    named = {row["tag"] for row in table if row["language"] != "own"}
    assert {(tag, language) for tag in named for language in LANGUAGES} <= set(keys)
    assert {row["language"] for row in table} <= {*LANGUAGES, "own"}
