"""Three editions of regions, each whole."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from pop.places.countries import codes
from pop.places.regions import EDITIONS, TABLES, editions, regions, regions_of, states

COUNTS = {"m49": 6, "itu": 7, "chi": 6}  # one more than the source has: Antarctica, or what lies outside


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_area_has_one_region_in_every_edition(edition: str) -> None:
    with (TABLES / "regions" / f"{edition}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == sorted(codes())
    assert {row["by"] for row in rows} <= {"source", "geography"}
    assert len(regions(edition)) == COUNTS[edition]
    assert sum(len(inside) for inside in regions(edition).values()) == len(codes())


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_says_where_it_comes_from_and_when_it_was_read(edition: str) -> None:
    found = editions()[edition]
    assert found.source
    assert found.address.startswith("https://")
    assert date.fromisoformat(found.read_on)


def test_an_edition_that_nobody_made_is_an_error() -> None:
    with pytest.raises(KeyError):
        regions_of("../countries")


def test_there_are_195_states() -> None:
    assert len(states()) == 195
    assert states() <= codes()
    assert {"PS", "VA", "KE"} <= states()
    assert not {"XK", "TW", "GL", "AQ"} & states()


@pytest.mark.parametrize(
    ("code", "m49", "itu", "chi"),
    [
        ("KE", "africa", "africa", "africa"),
        ("EG", "africa", "arab_states", "mena"),
        ("BR", "americas", "americas", "americas_caribbean"),
        ("KZ", "asia", "cis", "asia_pacific"),
        ("FJ", "oceania", "asia_pacific", "asia_pacific"),
        ("UA", "europe", "europe", "europe"),
        ("AQ", "antarctica", "outside", "outside"),
    ],
)
def test_countries_stand_where_each_source_puts_them(code: str, m49: str, itu: str, chi: str) -> None:
    assert [regions_of(edition)[code] for edition in EDITIONS] == [m49, itu, chi]
