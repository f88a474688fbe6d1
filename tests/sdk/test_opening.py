"""Opening: every boundary minute, unknown spans, and a timeline that agrees with each of its patterns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pop_sdk import Need, compile_snapshot
from pop_sdk.opening import OPEN, UNKNOWN, Pattern, Timeline, rfc3339

from tests.sdk.small_documents import CREATED, CREATED_MINUTE, END, START, contact, document, patterns, service

NOW = CREATED_MINUTE - START  # the creation's place in the window, in minutes


def state_at(hours: dict[str, Any], second: int, **known: Any) -> tuple[Any, ...]:
    made = document(service(contacts=[contact(pattern=0)], **known), patterns=[hours])
    match = compile_snapshot(made).answer(Need("KE"), now=second)["matches"][0]
    assert match["open"] == match["contacts"][0]["open"]
    return tuple(match["contacts"][0][key] for key in ("open", "opens_at", "closes_at"))


def test_a_line_opens_and_closes_at_the_second_it_says() -> None:
    hours = {"open": [NOW, NOW + 60, NOW + 600, NOW + 660], "unknown": []}
    first, last, again = CREATED, CREATED + 3600, CREATED + 36_000
    assert state_at(hours, first - 1) == ("closed", rfc3339(first), None)
    assert state_at(hours, first) == ("open", None, rfc3339(last))
    assert state_at(hours, last - 1) == ("open", None, rfc3339(last))
    assert state_at(hours, last) == ("closed", rfc3339(again), None)
    assert state_at(hours, again + 3600) == ("closed", None, None)


def test_spans_that_touch_are_one() -> None:
    hours = {"open": [NOW, NOW + 60, NOW + 60, NOW + 120], "unknown": []}
    assert state_at(hours, CREATED) == ("open", None, rfc3339(CREATED + 7200))


def test_a_holiday_is_unknown_even_where_hours_are_stated() -> None:
    hours = {"open": [NOW, NOW + 60], "unknown": [NOW + 30, NOW + 90]}
    assert state_at(hours, CREATED) == ("open", None, rfc3339(CREATED + 1800))
    assert state_at(hours, CREATED + 1800) == ("unknown", None, None)
    assert state_at(hours, CREATED + 3600) == ("unknown", None, None)
    assert state_at(hours, CREATED + 5400) == ("closed", None, None)


def test_a_closed_line_names_the_opening_behind_a_holiday() -> None:
    hours = {"open": [NOW + 120, NOW + 180], "unknown": [NOW + 60, NOW + 90]}
    assert state_at(hours, CREATED) == ("closed", rfc3339(CREATED + 7200), None)


def test_a_span_up_to_the_windows_end_says_no_closing() -> None:
    hours = {"open": [0, END - START], "unknown": []}
    assert state_at(hours, CREATED) == ("open", None, None)


@pytest.mark.parametrize("second", [START * 60 - 1, END * 60])
def test_outside_the_window_nothing_is_known_of_hours(second: int) -> None:
    made = document(
        service("a", contacts=[contact(pattern=0)]),
        service("b", contacts=[contact(pattern=-2)]),
        service("c", contacts=[contact(pattern=-1)]),
        patterns=[{"open": [0, END - START], "unknown": []}],
    )
    engine = compile_snapshot(made)
    found = engine.answer(Need("KE", at=second), now=CREATED)
    assert [match["open"] for match in found["matches"]] == ["unknown"] * 3
    assert all("outside_snapshot" in match["cautions"] for match in found["matches"])
    assert not any({"holiday", "hours_unconfirmed"} & {*match["cautions"]} for match in found["matches"])
    inside = engine.answer(Need("KE", at=min(max(second, START * 60), END * 60 - 1)), now=CREATED)
    assert [match["open"] for match in inside["matches"]] == ["open", "always", "unknown"]
    assert not any("outside_snapshot" in match["cautions"] for match in inside["matches"])


@settings(deadline=None, max_examples=200)
@given(st.lists(patterns(), min_size=1, max_size=5), st.lists(st.integers(START * 60, END * 60 - 1), min_size=1))
def test_a_timeline_agrees_with_each_of_its_patterns(rows: list[dict[str, Any]], moments: list[int]) -> None:
    compiled = [Pattern(raw, START, END) for raw in rows]
    timeline = Timeline([(pattern, 1 << bit) for bit, pattern in enumerate(compiled)], START * 60, END * 60)
    around = [CREATED + step * 60 + shift for step in range(-61, 62, 7) for shift in (-1, 0)]
    for second in [*moments, *around]:
        since, until, is_open, unknown = timeline.at(second)
        assert since <= second < until
        for bit, pattern in enumerate(compiled):
            state = max(
                (start, state) for start, state in zip(pattern.starts, pattern.states, strict=True) if start <= second
            )
            assert is_open >> bit & 1 == (state[1] == OPEN)
            assert unknown >> bit & 1 == (state[1] == UNKNOWN)


def test_a_timeline_of_many_changes_keeps_in_step() -> None:
    raw = {"open": [minute for start in range(0, 6000, 6) for minute in (start, start + 3)], "unknown": []}
    timeline = Timeline([(Pattern(raw, START, END), 1)], START * 60, END * 60)
    for minute in range(6000):
        assert timeline.at((START + minute) * 60)[2] == (minute % 6 < 3)


def test_a_moment_is_written_in_utc() -> None:
    assert rfc3339(CREATED) == "2026-11-22T00:00:00Z"
    assert rfc3339(0) == "1970-01-01T00:00:00Z"
