"""Sets of numbers as ranges, beside Python's own sets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pop.audit.ranges import Ranges

PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=12)


def _numbers(pairs: list[tuple[int, int]]) -> set[int]:
    return {number for first, last in pairs for number in range(first, last + 1)}


@given(PAIRS, PAIRS)
def test_ranges_hold_and_take_away_what_sets_do(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    one, other = Ranges(some), Ranges(others)
    assert _numbers(list(one)) == _numbers(some)
    assert _numbers(list(one.without(other))) == _numbers(some) - _numbers(others)
    assert [number for number in range(42) if number in one] == sorted(_numbers(some))
    assert one.highest == max(_numbers(some), default=0)


@given(PAIRS)
def test_ranges_that_touch_are_one(pairs: list[tuple[int, int]]) -> None:
    ranges = list(Ranges(pairs))
    assert all(after[0] > before[1] + 1 for before, after in pairwise(ranges))
