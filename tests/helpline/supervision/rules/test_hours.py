"""Hours told day by day: what a week looks like in the line's own zone."""

from __future__ import annotations

from datetime import date

import pytest

from pop.helpline.supervision.rules.hours import monday_of, week_of

MONDAY = date(2026, 11, 16)


def spans(hours: str, zone: str = "Africa/Nairobi", monday: date = MONDAY) -> list[tuple[tuple[str, str], ...]]:
    return [day.spans for day in week_of(hours, zone, monday=monday)]


def test_always_is_the_whole_of_every_day() -> None:
    assert [day.all_day for day in week_of("24/7", "UTC", monday=MONDAY)] == [True] * 7


def test_a_pause_makes_two_spans_and_a_day_off_none() -> None:
    found = spans("Mo-Fr 09:00-12:00,13:00-17:00")
    assert found[0] == (("09:00", "12:00"), ("13:00", "17:00"))
    assert found[5:] == [(), ()]


def test_a_night_is_told_on_both_of_its_days() -> None:
    assert spans("Mo-Su 18:00-02:00")[2] == (("00:00", "02:00"), ("18:00", "24:00"))


@pytest.mark.parametrize("monday", [date(2026, 3, 23), date(2026, 10, 19)], ids=["clocks go forward", "clocks go back"])
def test_a_week_in_which_clocks_change_has_the_stated_hours(monday: date) -> None:
    assert spans("Mo-Su 09:00-17:00", "Europe/Paris", monday) == [(("09:00", "17:00"),)] * 7
    assert [day.all_day for day in week_of("24/7", "Europe/Paris", monday=monday)] == [True] * 7


def test_a_week_begins_on_its_monday() -> None:
    assert {monday_of(date(2026, 11, day)) for day in range(16, 23)} == {MONDAY}
