"""Times of day are said in a time that the reader can place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pop.places.countries import codes
from pop.places.moments import clock_time, zone_of
from pop.places.words import LANGUAGES

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_a_time_today_is_said_without_a_day_and_another_day_with_it() -> None:
    nairobi = zone_of("KE").info
    assert clock_time(NOON, zone=nairobi, language="en", now=NOON) == "15:00"
    assert clock_time(NOON, zone=nairobi, language="en", now=datetime(2026, 11, 21, 12, tzinfo=UTC)) == "Sun 15:00"


def test_the_day_is_that_of_the_place() -> None:
    auckland = zone_of("NZ").info
    assert clock_time(NOON, zone=auckland, language="en", now=NOON) == "01:00"
    assert clock_time(NOON, zone=auckland, language="en", now=datetime(2026, 11, 22, 9, tzinfo=UTC)) == "Mon 01:00"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_country_of_several_times_is_named_by_its_city(language: str) -> None:
    for code in ("US", "BR", "RU", "AU"):
        assert zone_of(code).place(language)
        assert zone_of(code).city
    assert not zone_of("KE").city


def test_every_country_has_a_time_and_only_the_empty_ones_have_none_of_their_own() -> None:
    assert {code for code in codes() if zone_of(code).info.key == "Etc/UTC"} <= {"AQ", "BV", "HM"}
