"""The range that a child is told comes from real waits, or nothing is said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pop.helpline.queue.rules.estimate import ENOUGH, estimate, quantile

HOURS = 4 * 3600


def test_nothing_is_said_before_five_real_waits_are_known() -> None:
    assert estimate([60] * (ENOUGH - 1), window=HOURS, place=1) is None
    assert estimate([60] * ENOUGH, window=HOURS, place=1) is not None


def test_nothing_is_said_to_who_has_no_place() -> None:
    assert estimate([60] * 10, window=HOURS, place=0) is None


def test_an_empty_queue_of_usual_waits_gives_these_waits() -> None:
    told = estimate([240, 300, 300, 360, 420], window=6 * HOURS, place=1)
    assert told is not None
    assert (told.low, told.high) == (4, 7)


def test_many_waits_give_the_middle_half() -> None:
    told = estimate(sorted([60] * 5 + [300] * 14 + [3000]), window=24 * 3600, place=1)
    assert told is not None
    assert told.high <= 10


@given(
    st.lists(st.integers(0, 7200), min_size=ENOUGH, max_size=60),
    st.integers(1, 50),
    st.sampled_from([HOURS, 24 * 3600]),
)
def test_a_range_is_one_and_grows_with_the_place(waits: list[int], place: int, window: int) -> None:
    here = estimate(waits, window=window, place=place)
    behind = estimate(waits, window=window, place=place + 1)
    assert here is not None
    assert behind is not None
    assert 0 <= here.low <= here.high
    assert here.high >= 1
    assert behind.low >= here.low
    assert behind.high >= here.high


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30), st.floats(0, 1))
def test_a_quantile_lies_among_its_numbers(numbers: list[int], share: float) -> None:
    ordered = sorted(numbers)
    assert ordered[0] - 1e-6 <= quantile(ordered, share) <= ordered[-1] + 1e-6
