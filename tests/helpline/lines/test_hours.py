"""When a line is open, in its own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.helpline.lines.rules import is_open, opens_at, valid_hours

SUNDAY = datetime(2026, 11, 22, 3, tzinfo=UTC)
OFFICE = "Mo-Fr 09:00-17:00"


@pytest.mark.parametrize(
    ("hours", "zone", "now", "expected"),
    [
        ("24/7", "UTC", SUNDAY, True),
        (OFFICE, "UTC", SUNDAY, False),
        (OFFICE, "Africa/Nairobi", datetime(2026, 11, 23, 6, 30, tzinfo=UTC), True),
        (OFFICE, "UTC", datetime(2026, 11, 23, 6, 30, tzinfo=UTC), False),
        ("Mo-Su 22:00-06:00", "UTC", SUNDAY, True),
        ("off", "UTC", SUNDAY, False),
    ],
)
def test_hours_count_in_the_lines_own_zone(hours: str, zone: str, now: datetime, expected: bool) -> None:
    assert is_open(hours, zone, None, now=now) is expected


def test_the_next_opening_is_told_in_utc() -> None:
    assert opens_at(OFFICE, "Africa/Nairobi", None, now=SUNDAY) == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert opens_at("24/7", "UTC", None, now=SUNDAY) is None
    assert opens_at("off", "UTC", None, now=SUNDAY) is None


def test_a_line_closed_by_a_supervisor_opens_when_that_is_over() -> None:
    until = SUNDAY + timedelta(hours=2)
    assert not is_open("24/7", "UTC", until, now=SUNDAY)
    assert opens_at("24/7", "UTC", until, now=SUNDAY) == until
    assert is_open("24/7", "UTC", until, now=until)
    assert opens_at(OFFICE, "UTC", until, now=SUNDAY) == datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "valid"),
    [
        ("24/7", "UTC", True),
        (OFFICE, "Asia/Tokyo", True),
        ("", "UTC", False),
        ("soon", "UTC", False),
        ("24/7", "Moon/Base", False),
        ("24/7", "../etc", False),
        ("24/7", "", False),
    ],
)
def test_hours_that_cannot_be_evaluated_are_told(hours: str, zone: str, valid: bool) -> None:
    assert valid_hours(hours, zone) is valid


@given(minutes=st.integers(0, 2 * 365 * 24 * 60))
def test_a_line_is_open_at_the_moment_that_was_promised(minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    promised = opens_at("Mo-Fr 09:00-12:00,14:00-18:00; Sa 22:00-02:00", "Europe/Paris", None, now=now)
    if promised is not None:
        assert promised > now
        assert is_open("Mo-Fr 09:00-12:00,14:00-18:00; Sa 22:00-02:00", "Europe/Paris", None, now=promised)
