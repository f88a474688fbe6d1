"""Single cells of a table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pop.registry.directory.rules.cells import CLOCK_WRONG, WrongRowError, day

TODAY = date(2026, 11, 22)


def test_a_clock_that_is_some_days_behind_loses_no_row() -> None:
    assert day("2026-11-24", TODAY) == date(2026, 11, 24)
    assert day((TODAY + CLOCK_WRONG).isoformat(), TODAY) == TODAY + CLOCK_WRONG


def test_a_date_far_ahead_is_a_slip_of_the_pen_and_refused() -> None:
    with pytest.raises(WrongRowError, match="in the future"):
        day((TODAY + CLOCK_WRONG + timedelta(days=1)).isoformat(), TODAY)
