"""Names and neighbours of countries."""

from __future__ import annotations

import csv

import pytest

from pop.places.countries import TABLES, codes, country_name, middles, neighbours
from pop.places.words import LANGUAGES


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("PS", "en", "State of Palestine"),
        ("PS", "ar", "دولة فلسطين"),
        ("TR", "en", "Türkiye"),
        ("TR", "fr", "Türkiye"),
        ("CZ", "en", "Czechia"),
        ("SZ", "en", "Eswatini"),
        ("MK", "en", "North Macedonia"),
        ("CV", "en", "Cabo Verde"),
        ("CI", "pt", "Côte d’Ivoire"),
        ("VN", "en", "Viet Nam"),
        ("BY", "fr", "Bélarus"),
        ("MM", "en", "Myanmar"),
        ("KG", "ru", "Кыргызстан"),
        ("HK", "en", "Hong Kong (China)"),
        ("HK", "zh", "中国香港"),
        ("KE", "sw", "Kenya"),
        ("BO", "es", "Bolivia"),
    ],
)
def test_countries_are_called_as_the_united_nations_call_them(code: str, language: str, name: str):
    assert country_name(code, language) == name


def test_every_country_has_a_short_name_in_every_language_and_no_two_share_one():
    for language in LANGUAGES:
        names = {code: country_name(code, language) for code in codes()}
        assert all(name and name != code and len(name) <= 48 for code, name in names.items())
        doubles = {name for name in names.values() if list(names.values()).count(name) > 1}
        assert not doubles, (language, doubles)


def test_a_language_of_nobodys_interface_is_answered_in_english():
    for language in ("xx", "", "../sw", "en-GB", "pt_BR"):
        assert country_name("PS", language) == "State of Palestine"
    assert country_name("QQ", "en") == "QQ"


def test_the_table_of_names_says_only_what_it_may():
    table = rows("names.csv")
    keys = [(row["code"], row["language"]) for row in table]
    assert keys == sorted(set(keys))
    for row in table:
        assert row["code"] in codes()
        assert row["language"] in LANGUAGES
        assert row["name"] == row["name"].strip()
        assert row["name"]


def test_a_border_is_shared_by_both_sides():
    by_land = {row["code"] for row in rows("neighbours.csv") if row["by"] == "land"}
    for code in by_land:
        for other in neighbours(code):
            assert other in by_land, (code, other)
            assert code in neighbours(other), (code, other)


def test_every_country_has_a_neighbour_and_none_is_its_own():
    table = rows("neighbours.csv")
    assert [row["code"] for row in table] == sorted(codes())
    for row in table:
        near = neighbours(row["code"])
        assert near
        assert list(near) == sorted(set(near))
        assert row["code"] not in near
        assert set(near) <= codes()
        assert row["by"] in {"land", "sea"}
        assert row["by"] == "land" or len(near) <= 4


@pytest.mark.parametrize(
    ("code", "count"),
    [("CN", 16), ("RU", 14), ("BR", 10), ("CD", 9), ("DE", 9), ("SD", 7), ("TZ", 8), ("LS", 1), ("PT", 1)],
)
def test_borders_are_as_many_as_an_atlas_has(code: str, count: int):
    # China with Hong Kong and Macao, Brazil with French Guiana.
    assert len(neighbours(code)) == count


def test_an_islands_neighbours_are_near_and_an_unknown_place_has_none():
    assert neighbours("LK") == ("IN", "MV")
    assert "ZA" in neighbours("LS")
    assert neighbours("QQ") == ()


def test_every_country_has_a_middle_of_its_own() -> None:
    assert set(middles()) == codes()
    assert len(set(middles().values())) == len(codes())
    assert all(abs(latitude) < 90 and abs(longitude) <= 180 for latitude, longitude in middles().values())
    assert middles()["KE"] == (0.6, 37.8)
