"""Which emergency numbers are shown."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.csv_lines import read_table
from pop.registry.directory.rules.emergency import (
    ONE_SOURCE,
    TWO_SOURCES,
    UNCONFIRMED,
    Known,
    rank_numbers,
)
from pop.registry.directory.rules.rows import read_emergency
from tests.registry.directory.seed import SEED, TODAY


def shown(*known: Known) -> list[tuple[str, str]]:
    ranked = sorted((number for number in rank_numbers(known) if number.rank), key=lambda number: number.rank)
    return [(number.dial, number.kind) for number in ranked]


@pytest.fixture(scope="module")
def table() -> dict[str, list[Known]]:
    rows, refused, unread = read_emergency(read_table((SEED / "emergency.csv").read_bytes()), TODAY)
    assert (refused, unread) == ([], [])
    countries: dict[str, list[Known]] = {}
    for row in rows:
        countries.setdefault(row.country, []).append(Known(row.dial, row.kind, row.stage))
    return countries


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("KE", [("112", "any")]),
        ("DE", [("112", "any"), ("110", "police")]),
        ("NO", [("112", "any"), ("113", "ambulance")]),
        ("TZ", [("112", "any"), ("114", "ambulance")]),
        ("KR", [("112", "any"), ("119", "ambulance")]),
        ("US", [("911", "any")]),
        ("JP", [("110", "police"), ("119", "ambulance")]),
        ("LT", [("02", "police"), ("03", "ambulance")]),
        ("GN", [("117", "police"), ("18", "ambulance")]),
        ("CD", [("118", "fire")]),
        ("AM", []),
        ("UG", []),
        ("ZA", []),
    ],
)
def test_a_country_shows_its_general_number_first_and_at_most_two(table, country, expected):
    assert shown(*table[country]) == expected


def test_nothing_shown_anywhere_is_known_to_a_library_alone(table):
    for country, known in table.items():
        stages = {number.dial: number.stage for number in known}
        dials = [dial for dial, _ in shown(*known)]
        assert len(dials) <= 2
        assert UNCONFIRMED not in {stages[dial] for dial in dials}, country
        if TWO_SOURCES in stages.values():
            assert ONE_SOURCE not in {stages[dial] for dial in dials}, country


def test_112_is_never_assumed():
    assert shown(Known("112", "unknown", UNCONFIRMED)) == []
    assert shown(Known("17", "police", TWO_SOURCES), Known("112", "any", UNCONFIRMED)) == [("17", "police")]
    assert shown() == []


def test_a_number_of_one_source_yields_to_any_of_two():
    one, two = Known("10", "any", ONE_SOURCE), Known("115", "fire", TWO_SOURCES)
    assert shown(one, two) == [("115", "fire")]
    assert shown(one) == [("10", "any")]


def test_the_police_stands_beside_the_general_number_before_the_ambulance():
    known = [Known("3", "ambulance", TWO_SOURCES), Known("2", "police", TWO_SOURCES), Known("9", "any", TWO_SOURCES)]
    assert shown(*known) == [("9", "any"), ("2", "police")]


def test_112_leads_whatever_kind_the_sources_give_it_but_only_with_two_sources():
    assert shown(Known("911", "any", TWO_SOURCES), Known("112", "fire", TWO_SOURCES)) == [("112", "any")]
    assert shown(Known("112", "fire", ONE_SOURCE), Known("1", "police", ONE_SOURCE)) == [
        ("1", "police"),
        ("112", "fire"),
    ]
