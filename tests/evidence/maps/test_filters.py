"""A question to the map, in an address and back."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from pop.evidence.maps.queries import accepted
from pop.evidence.maps.rules.filters import Filter, ParameterError, read_filter
from tests.evidence.maps.making import question

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def read(query: str) -> Filter:
    return read_filter(parse_qs(query, keep_blank_values=True), accepted(), now=NOW)


def test_an_address_and_its_question_are_one() -> None:
    chance = random.Random(3)
    for _ in range(300):
        given: dict[str, list[str]] = {}
        for name, value in question(chance):
            given.setdefault(name, []).append(value)
        asked = read_filter(given, accepted(), now=NOW)
        assert read(asked.query()) == asked


def test_the_order_of_values_and_what_is_left_open_change_nothing() -> None:
    assert read("topic=bullying&topic=anxiety&country=") == read("topic=anxiety&topic=bullying&topic=anxiety")
    assert read("") == Filter()
    assert read("").query() == ""


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("country=kenya", "country"),
        ("topic=magic", "topic"),
        ("channel=pigeon", "channel"),
        ("language=english!", "language"),
        ("language=xx", "language"),
        ("age=26", "age"),
        ("age=8-13", "age"),
        ("region=arab_states", "region"),
        ("edition=who", "edition"),
        ("edition=itu&edition=chi", "edition"),
        ("subdivision=KE", "subdivision"),
        ("open=maybe", "open"),
        ("evidence=new", "evidence"),
        ("at=yesterday", "at"),
        ("at=2026-11-22T12:00:00", "at"),
        ("at=2036-11-22T12:00:00Z", "at"),
        ("by=colour", "by"),
        ("page=0", "page"),
        ("page=١", "page"),
        ("topics=bullying", "topics"),
        ("<script>=1", "?"),
    ],
)
def test_what_is_not_understood_is_named_and_never_repeated(query: str, parameter: str) -> None:
    with pytest.raises(ParameterError) as refused:
        read(query)
    assert refused.value.parameter == parameter
    assert refused.value.accepted


def test_a_region_belongs_to_its_edition() -> None:
    asked = read("region=arab_states&edition=itu&topic=bullying")
    assert "region" not in asked.query(edition="chi")
    assert "topic=bullying" in asked.query(edition="chi")


def test_a_moment_is_told_by_its_offset() -> None:
    moment = (NOW + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%S+03:00")
    found = read(f"at={moment.replace('+', '%2B')}")
    assert found.at == NOW
    assert read(f"at={moment}").at == NOW  # an address turns a plus sign into a blank


def test_too_many_values_are_refused() -> None:
    with pytest.raises(ParameterError):
        read("&".join(f"subdivision=KE-{number:02}" for number in range(50)))
