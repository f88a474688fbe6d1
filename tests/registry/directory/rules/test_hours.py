"""Hours in the service's own zone: nights, clock changes, contradictions."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from opening_hours import OpeningHours

from pop.registry.directory.rules.hours import (
    HoursError,
    Intervals,
    contradiction_247,
    intervals,
    normalise,
    read_hours,
    state_at,
)

DENMARK = "Mo-Fr 07:00-26:00; Sa-Su 11:00-24:00"
COPENHAGEN = "Europe/Copenhagen"
DAY = 24 * 60


def minute(text: str, zone: str = COPENHAGEN) -> int:
    """The UTC minute of a wall-clock time; the first of the two where the clock shows it twice."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) // 60


def state_in(found: Intervals, at: int) -> str:
    if any(opens <= at < closes for opens, closes in found.unknown):
        return "unknown"
    return "open" if any(opens <= at < closes for opens, closes in found.open) else "closed"


def denmark_is_open(at: int) -> bool:
    """The same hours in plain Python, from the clock on the wall alone."""
    wall = datetime.fromtimestamp(at * 60, tz=UTC).astimezone(ZoneInfo(COPENHAGEN))
    night_of_a_weekday = wall.weekday() in {1, 2, 3, 4, 5} and wall.hour < 2
    if wall.weekday() < 5:
        return night_of_a_weekday or wall.hour >= 7
    return night_of_a_weekday or wall.hour >= 11


def test_saturday_half_past_one_is_still_friday_night_and_three_is_closed():
    hours = normalise(DENMARK)
    assert hours.evaluated == "Mo-Fr 07:00-26:00, Sa-Su 11:00-24:00"
    assert (hours.source, hours.rule) == (DENMARK, "comma_after_overnight")
    for text, expected in {
        "2026-11-28T01:30": "open",
        "2026-11-28T01:59": "open",
        "2026-11-28T02:00": "closed",
        "2026-11-28T03:00": "closed",
        "2026-11-28T11:00": "open",
        "2026-11-29T01:30": "closed",
    }.items():
        assert state_at(hours.evaluated, COPENHAGEN, "DK", "", "unknown", minute(text)) == expected, text


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-18", "2026-11-01"), ("2026-03-15", "2026-03-29"), ("2026-03-22", "2026-04-01")],
    ids=["clocks go back", "two weeks up to clocks going forward", "clocks go forward"],
)
def test_every_minute_of_denmarks_child_line_across_a_clock_change(first: str, last: str):
    start, end = minute(first), minute(last)
    text = normalise(DENMARK).evaluated
    found = intervals(text, COPENHAGEN, "DK", "", "open", start, end)
    assert found.unknown == ()
    for at in range(start, end):
        assert state_in(found, at) == ("open" if denmark_is_open(at) else "closed"), datetime.fromtimestamp(
            at * 60, UTC
        )


def test_every_boundary_of_denmarks_child_line_is_exact_to_the_minute():
    start, end = minute("2026-10-18"), minute("2026-11-01")
    text = normalise(DENMARK).evaluated
    boundaries = [at for at in range(start + 1, end) if denmark_is_open(at) != denmark_is_open(at - 1)]
    assert len(boundaries) == 2 * 14 - 1  # it opens and closes once a day, the last time as the window ends
    for boundary in boundaries:
        for at in (boundary - 1, boundary, boundary + 1):
            expected = "open" if denmark_is_open(at) else "closed"
            assert state_at(text, COPENHAGEN, "DK", "", "open", at) == expected
    found = intervals(text, COPENHAGEN, "DK", "", "open", start, end)
    ends = {edge for pair in found.open for edge in pair}
    assert ends - {start, end} == set(boundaries)


@pytest.mark.parametrize(
    ("text", "evaluated", "rule"),
    [
        ("24/7", "24/7", ""),
        ("Mo-Fr 09:00-17:00; Sa 10:00-12:00", "Mo-Fr 09:00-17:00; Sa 10:00-12:00", ""),
        ("Mo-Fr 07:00-26:00, Sa,Su 11:00-24:00", "Mo-Fr 07:00-26:00, Sa,Su 11:00-24:00", ""),
        ("Fr 22:00-06:00; Sa 10:00-12:00", "Fr 22:00-06:00, Sa 10:00-12:00", "comma_after_overnight"),
        # The night need not stand next to the semicolon that would cut it.
        (
            "Sa 22:00-26:00; Mo-Fr 09:00-17:00; Su 10:00-12:00",
            "Sa 22:00-26:00, Mo-Fr 09:00-17:00, Su 10:00-12:00",
            "comma_after_overnight",
        ),
        ("Sa-Su 11:00-24:00; Mo-Fr 07:00-26:00", "Sa-Su 11:00-24:00, Mo-Fr 07:00-26:00", "comma_after_overnight"),
        # What the semicolon did mean stays: Friday has its own hours, Sunday none.
        ("Mo-Fr 07:00-26:00; Fr 10:00-12:00", "Mo-Th 07:00-26:00, Fr 10:00-12:00", "comma_after_overnight"),
        ("Mo-Su 18:00-26:00; Su off", "Mo-Sa 18:00-26:00", "comma_after_overnight"),
        (
            "Mo-Fr 07:00-26:00; Sa 9:00-12:00; PH off",
            "Mo-Fr 07:00-26:00, Sa 09:00-12:00; PH off",
            "comma_after_overnight",
        ),
        # Blanks after commas make the evaluator open all of Monday.
        ("Mo, We, Sa 17:00-22:00; Tu, Th 14:00-22:00", "Mo,We,Sa 17:00-22:00; Tu,Th 14:00-22:00", ""),
        ("Mo–Fr 9:00 – 17:00", "Mo-Fr 09:00-17:00", ""),
        ("Mo-Fr: 09:00-12:00, 13:00-17:00;", "Mo-Fr 09:00-12:00,13:00-17:00", ""),
        ("Dec 24, Dec 31 10:00-12:00", "Dec 24,Dec 31 10:00-12:00", ""),
        ("Su off, Mo-Sa 09:00-17:00", "Su off, Mo-Sa 09:00-17:00", ""),
    ],
)
def test_hours_are_normalised_with_the_rule_recorded(text: str, evaluated: str, rule: str):
    hours = normalise(text)
    assert (hours.evaluated, hours.rule, hours.source) == (evaluated, rule, text)


def test_normalising_twice_changes_nothing():
    for text in (
        DENMARK,
        "Mo-Su 18:00-26:00; Su off",
        "Mo-Fr 09:00-17:00; PH off",
        "24/7",
        "Su,PH 20:00-26:00; Mo 10:00-12:00",
    ):
        once = normalise(text).evaluated
        again = normalise(once)
        assert (again.evaluated, again.rule) == (once, "")


def test_the_evaluator_alone_would_close_friday_night_at_midnight():
    # The reason for the rule; should the evaluator change, the rule can go.
    friday_night = datetime(2026, 11, 28, 1, 30, tzinfo=ZoneInfo(COPENHAGEN))
    assert not OpeningHours(DENMARK).is_open(friday_night)
    assert OpeningHours(normalise(DENMARK).evaluated).is_open(friday_night)


def test_blank_hours_are_no_error_because_the_source_says_nothing():
    assert read_hours("  ") == read_hours("")
    assert (read_hours("").hours, read_hours("").errors) == ("", ())


@given(st.text(max_size=40))
@settings(max_examples=300)
def test_reading_hours_never_raises(text: str):
    read = read_hours(text)
    assert bool(read.hours) != bool(read.errors) or not text.strip()


def test_a_name_that_says_always_contradicts_hours_that_do_not():
    assert contradiction_247("Hopeline247 (Papyrus)", "Mo-Su 09:00-24:00")
    assert contradiction_247("Crisis line 24/7", "Mo-Sa 00:00-24:00")
    assert contradiction_247("Hotline 24 hours", "7:00-5:00")
    assert not contradiction_247("Hopeline247", "24/7")
    assert not contradiction_247("Hopeline247", "Mo-Su 00:00-24:00")
    assert not contradiction_247("Hopeline247", "Mo-Fr 00:00-24:00, Sa-Su 00:00-24:00")
    assert not contradiction_247("Hopeline247", "")
    assert not contradiction_247("Línea 2470", "Mo-Fr 09:00-17:00")
    assert not contradiction_247("Childline", "Mo-Fr 09:00-17:00")


def test_an_hour_that_the_clock_skips_is_never_open_and_one_that_it_repeats_is_open_twice():
    night = "Mo-Su 02:15-02:45"
    spring = intervals(night, COPENHAGEN, "DK", "", "open", minute("2026-03-29"), minute("2026-03-30"))
    assert spring.open == ()
    autumn = intervals(night, COPENHAGEN, "DK", "", "open", minute("2026-10-25"), minute("2026-10-26"))
    first = minute("2026-10-25T02:15")
    assert autumn.open == ((first, first + 30), (first + 60, first + 90))


def test_a_zone_with_a_half_hour_offset_is_exact():
    found = intervals("Mo-Su 09:00-17:00", "Asia/Kathmandu", "NP", "", "open", 0, 0)
    assert found.open == ()
    start = minute("2026-11-23", "Asia/Kathmandu")
    found = intervals("Mo-Su 09:00-17:00", "Asia/Kathmandu", "NP", "", "open", start, start + DAY)
    assert found.open == ((start + 540, start + 1020),)


def test_a_zone_that_does_not_exist_is_refused_by_name():
    for zone in ("", "Europe/Atlantis", "../etc/passwd", "Europe"):
        with pytest.raises(HoursError) as caught:
            intervals("Mo-Su 09:00-17:00", zone, "DK", "", "open", 0, DAY)
        assert caught.value.code == "timezone_unknown"


def test_what_is_stated_as_always_fills_the_window_in_any_zone():
    found = intervals("24/7", "", "DK", "", "unknown", 100, 200)
    assert (found.always, found.open, found.unknown) == (True, ((100, 200),), ())


def test_services_that_share_hours_and_zone_are_expanded_once():
    before = intervals.cache_info()
    arguments = ("Mo-Th 08:07-16:31", "Africa/Nairobi", "KE", "", "unknown", 29_900_000, 29_960_480)
    assert intervals(*arguments) is intervals(*arguments)
    after = intervals.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 1)
    assert after.maxsize is not None


clock = st.integers(0, 47).map(lambda half: half * 30)


@st.composite
def weekly_hours(draw: st.DrawFn) -> str:
    """Two rules for different days, plain or through the night, as people write them."""
    split = draw(st.integers(0, 5))
    days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    rules = []
    for part in (days[: split + 1], days[split + 1 :]):
        opens = draw(clock)
        length = draw(st.integers(1, 36)) * 30
        closes = opens + length
        selector = part[0] if len(part) == 1 else f"{part[0]}-{part[-1]}"
        rules.append(f"{selector} {opens // 60:02d}:{opens % 60:02d}-{closes // 60:02d}:{closes % 60:02d}")
    text = draw(st.sampled_from(["; ", ", "])).join(rules)
    assume(not read_hours(text).errors)
    return text


ZONES = [
    "Europe/Copenhagen",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
]


@given(
    weekly_hours(),
    st.sampled_from(ZONES),
    st.sampled_from(["DK", "EG", "ZZ"]),
    st.sampled_from(["open", "closed", "unknown"]),
)
@settings(max_examples=60, deadline=None)
def test_intervals_are_sorted_apart_and_inside_the_window(text: str, zone: str, country: str, policy: str):
    start = minute("2026-12-20", "UTC") + 17
    end = start + 20 * DAY
    found = intervals(normalise(text).evaluated, zone, country, "", policy, start, end)
    for pairs in (found.open, found.unknown):
        edges = [edge for pair in pairs for edge in pair]
        assert edges == sorted(set(edges))
        assert all(start <= edge <= end for edge in edges)
    everything = sorted([*found.open, *found.unknown])
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(everything))


@given(weekly_hours(), st.sampled_from(ZONES), st.lists(st.integers(0, 14 * DAY - 1), min_size=30, max_size=30))
@settings(max_examples=60, deadline=None)
def test_away_from_holidays_intervals_agree_with_the_evaluator_minute_by_minute(
    text: str, zone: str, moments: list[int]
):
    # Every zone's clock changes, where it has any, fall into one of these fortnights.
    for first in ("2026-03-22", "2026-10-18", "2026-09-24"):
        start = minute(first, "UTC")
        evaluated = normalise(text).evaluated
        found = intervals(evaluated, zone, "", "", "unknown", start, start + 14 * DAY)
        oracle = OpeningHours(evaluated, timezone=ZoneInfo(zone), auto_country=False)
        for at in (start + moment for moment in moments):
            wall = datetime.fromtimestamp(at * 60, tz=UTC).astimezone(ZoneInfo(zone))
            assert (state_in(found, at) == "open") == oracle.is_open(wall), (evaluated, wall)


@given(
    weekly_hours(),
    st.sampled_from(["DK", "EG", "CH", "ZZ"]),
    st.sampled_from(["open", "closed", "unknown"]),
    st.lists(st.integers(0, 21 * DAY - 1), min_size=40, max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_intervals_agree_with_asking_about_one_minute_also_on_holidays(text, country, policy, moments):
    start = minute("2026-12-18", "UTC")
    evaluated = normalise(text).evaluated
    found = intervals(evaluated, "Europe/Zurich", country, "", policy, start, start + 21 * DAY)
    for at in (start + moment for moment in moments):
        assert state_in(found, at) == state_at(evaluated, "Europe/Zurich", country, "", policy, at)


def test_dates_and_months_keep_their_rules_and_their_nights():
    text = normalise("Mo-Su 20:00-26:00; Dec 24 10:00-12:00").evaluated
    assert text == "Mo-Su 20:00-26:00; Dec 24 10:00-12:00"
    states = {
        "2026-12-24T01:30": "open",  # the night of the 23rd
        "2026-12-24T10:30": "open",
        "2026-12-24T21:00": "closed",
        "2026-12-25T01:30": "closed",
    }
    for moment, expected in states.items():
        assert state_at(text, COPENHAGEN, "", "", "open", minute(moment)) == expected, moment


def test_the_window_is_asked_for_in_utc_and_may_begin_inside_a_night():
    text = normalise(DENMARK).evaluated
    start = minute("2026-11-28T01:00")
    found = intervals(text, COPENHAGEN, "DK", "", "open", start, start + 120)
    assert found.open == ((start, start + 60),)


def test_a_far_date_is_as_exact_as_a_near_one():
    at = int((datetime(2031, 7, 1, tzinfo=UTC) + timedelta(hours=9)).timestamp()) // 60
    assert state_at("Mo-Su 09:00-17:00", COPENHAGEN, "DK", "", "open", at) == "open"
