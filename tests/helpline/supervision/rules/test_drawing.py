"""Numbers as bars: what is drawn is what was counted, and a hidden number has no length."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pop.helpline.supervision.rules.drawing import HEIGHT, WIDTH, rows, waiting_columns

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEN = timedelta(minutes=10)


def ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def test_each_column_counts_who_waited_at_its_moment() -> None:
    columns = waiting_columns([(ago(25), ago(5)), (ago(12), None)], until=NOW, hours=1, every=TEN)
    assert [each.count for each in columns] == [0, 0, 0, 1, 2, 1]
    assert columns[4].height == HEIGHT
    assert columns[-1].at == NOW


def test_nobody_waiting_draws_nothing() -> None:
    assert {each.height for each in waiting_columns([], until=NOW, every=TEN)} == {0}


@given(st.lists(st.tuples(st.integers(0, 500), st.one_of(st.none(), st.integers(0, 500)))))
def test_no_column_leaves_the_picture_or_touches_another(waits: list[tuple[int, int | None]]) -> None:
    spans = [(ago(began), None if ended is None else ago(min(began, ended))) for began, ended in waits]
    columns = waiting_columns(spans, until=NOW, every=TEN)
    assert all(0 <= each.height <= HEIGHT and each.y + each.height == HEIGHT for each in columns)
    assert all(left.x + left.width < right.x for left, right in pairwise(columns))
    assert columns[-1].x + columns[-1].width <= WIDTH
    assert all(each.height > 0 for each in columns if each.count)


def test_a_hidden_number_has_no_length_and_the_largest_has_all() -> None:
    found = {each.code: each for each in rows({"a": 10, "b": None, "c": 5, "d": 0}, width=100)}
    assert (found["a"].width, found["b"].width, found["c"].width, found["d"].width) == (100, 0, 50, 0)
    assert found["b"].count is None


def test_rows_stand_in_the_given_order_and_then_as_they_came() -> None:
    assert [each.code for each in rows({"x": 1, "b": 1, "a": 1}, ["a", "b", "missing"])] == ["a", "b", "x"]
