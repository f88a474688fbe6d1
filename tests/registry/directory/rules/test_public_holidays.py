"""Public holidays: which days count, which are doubtful, and what they do to a shift."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import holidays
import pytest

from pop.places.countries import codes
from pop.registry.directory.rules.hours import Intervals, intervals, normalise, state_at
from pop.registry.directory.rules.public_holidays import has_calendar, holidays_of

# In 2026 Denmark rests on Friday 25 and Saturday 26 December; Thursday 24 and Sunday 27 are ordinary days.
NIGHTS = normalise("Mo-Su 20:00-26:00").evaluated


def minute(text: str, zone: str = "Europe/Copenhagen") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) // 60


def state(hours: str, policy: str, moment: str, country: str = "DK") -> str:
    return state_at(hours, "Europe/Copenhagen", country, "", policy, minute(moment))


def christmas(hours: str, policy: str, country: str = "DK") -> Intervals:
    return intervals(hours, "Europe/Copenhagen", country, "", policy, minute("2026-12-23"), minute("2026-12-30"))


def covers(pairs: tuple[tuple[int, int], ...], moment: str) -> bool:
    return any(opens <= minute(moment) < closes for opens, closes in pairs)


def test_an_unknown_policy_makes_a_holiday_unknown_and_never_open():
    expected = {
        "2026-12-24T23:59": "open",
        "2026-12-25T00:00": "unknown",  # what runs over from the 24th into the holiday
        "2026-12-25T01:59": "unknown",
        "2026-12-25T12:00": "unknown",  # stated closed, but a holiday may have hours of its own
        "2026-12-25T21:00": "unknown",
        "2026-12-26T21:00": "unknown",
        "2026-12-27T00:30": "unknown",  # the night that began on the holiday
        "2026-12-27T02:00": "closed",
        "2026-12-27T20:00": "open",
    }
    assert {moment: state(NIGHTS, "unknown", moment) for moment in expected} == expected
    found = christmas(NIGHTS, "unknown")
    assert not any(covers(found.open, moment) for moment, each in expected.items() if each != "open")
    assert found.unknown == ((minute("2026-12-25"), minute("2026-12-27T02:00")),)


def test_a_closed_policy_drops_the_shifts_that_begin_on_the_holiday_and_no_other():
    expected = {
        "2026-12-25T01:30": "open",  # Thursday's night
        "2026-12-25T21:00": "closed",
        "2026-12-26T01:00": "closed",
        "2026-12-27T01:00": "closed",
        "2026-12-27T21:00": "open",
    }
    assert {moment: state(NIGHTS, "closed", moment) for moment in expected} == expected
    assert christmas(NIGHTS, "closed").unknown == ()


def test_an_open_policy_changes_nothing():
    assert christmas(NIGHTS, "open").open == christmas(NIGHTS, "open", country="").open
    assert christmas(NIGHTS, "open").unknown == ()


def test_a_holiday_is_a_date_of_the_services_own_zone():
    # 25 December has begun in Auckland when it is still the 24th in Greenwich.
    found = intervals(
        "Mo-Su 00:00-24:00",
        "Pacific/Auckland",
        "NZ",
        "",
        "unknown",
        minute("2026-12-24", "UTC"),
        minute("2026-12-25", "UTC"),
    )
    assert found.unknown == ((minute("2026-12-25", "Pacific/Auckland"), minute("2026-12-25", "UTC")),)


def test_exactly_always_is_touched_by_no_holiday_but_every_day_around_the_clock_is():
    assert christmas("24/7", "unknown").unknown == ()
    assert christmas("24/7", "unknown").always
    written_out = christmas("Mo-Su 00:00-24:00", "unknown")
    assert written_out.unknown == ((minute("2026-12-25"), minute("2026-12-27")),)
    assert not written_out.always


def test_hours_may_state_what_happens_on_holidays_themselves():
    closed = normalise("Mo-Su 20:00-26:00; PH off").evaluated
    assert state(closed, "unknown", "2026-12-25T21:00") == "closed"
    assert state(closed, "open", "2026-12-25T21:00") == "closed"
    assert state(closed, "unknown", "2026-12-25T01:00") == "open"
    special = normalise("Mo-Fr 08:00-16:00; PH 22:00-25:00").evaluated
    expected = {
        "2026-12-25T09:00": "closed",
        "2026-12-25T22:30": "open",
        "2026-12-26T00:30": "open",
        "2026-12-26T01:00": "closed",
        "2026-12-28T09:00": "open",
    }
    for policy in ("unknown", "closed", "open"):
        assert {moment: state(special, policy, moment) for moment in expected} == expected
        found = christmas(special, policy)
        assert [covers(found.open, moment) for moment in expected] == [each == "open" for each in expected.values()]


def test_a_shift_that_begins_on_an_ordinary_day_stays_open_beside_a_doubtful_night():
    hours = normalise("Mo-Su 20:00-26:00, Mo-Su 01:00-03:00").evaluated
    assert state(hours, "unknown", "2026-12-27T00:30") == "unknown"
    assert state(hours, "unknown", "2026-12-27T01:30") == "open"
    found = christmas(hours, "unknown")
    assert covers(found.open, "2026-12-27T01:30")
    assert not covers(found.unknown, "2026-12-27T01:30")


def test_a_feast_that_follows_the_moon_is_doubtful_on_both_sides_and_never_closed():
    feast = holidays_of("EG", "", 2027)
    assert [feast.get(date(2027, 3, day)) for day in (7, 8, 9, 10, 11, 12)] == [None, False, False, False, False, None]
    for policy in ("unknown", "closed"):
        at = minute("2027-03-09T12:00", "Africa/Cairo")
        assert state_at("Mo-Su 09:00-17:00", "Africa/Cairo", "EG", "", policy, at) == "unknown"


def test_a_doubtful_day_never_weakens_a_certain_holiday_beside_it():
    # Pakistan, 2027: Independence Day on 14 August is the eve of the day expected for the Prophet's birthday.
    assert [holidays_of("PK", "", 2027).get(date(2027, 8, day)) for day in (13, 14, 15, 16, 17)] == [
        None,
        True,
        False,
        False,
        None,
    ]


def test_a_service_of_the_whole_country_keeps_what_most_of_its_parts_keep():
    good_friday = date(2027, 3, 26)
    assert good_friday in holidays_of("CH", "", 2027)  # 24 cantons of 26, though not a federal holiday
    corpus_christi = date(2027, 5, 27)
    assert corpus_christi not in holidays_of("DE", "", 2027)  # 6 states of 16
    assert corpus_christi in holidays_of("DE", "DE-BY", 2027)
    assert good_friday not in holidays_of("CH", "CH-TI", 2027)


def test_a_part_the_calendar_does_not_know_gets_the_whole_countrys_holidays():
    assert holidays_of("CH", "CH-XX", 2027) == holidays_of("CH", "", 2027)
    assert date(2026, 12, 25) in holidays_of("KE", "KE-30", 2026)


def test_holidays_of_one_year_hold_that_year_only():
    for country in ("IR", "SA", "CN"):
        assert {day.year for day in holidays_of(country, "", 2027)} == {2027}


@pytest.mark.parametrize("country", sorted(codes()))
def test_every_country_is_asked_without_a_warning_or_an_error(country: str):
    found = holidays_of(country, "", 2027)
    # Ukraine keeps no holidays under martial law, and on three islands nobody lives: that is knowledge, not a gap.
    assert bool(found) == has_calendar(country, 2027) or country in {"UA", "BV", "HM", "IO"}


def test_every_estimate_is_labelled_in_the_language_that_labels_are_read_in():
    looked_at = 0
    for country in sorted(codes()):
        options = {"years": 2027, "language": "en_US"}
        labelled = holidays.country_holidays(country, **options)
        if "islamic_show_estimated" not in labelled.get_supported_options():
            continue
        bare = holidays.country_holidays(country, **options, islamic_show_estimated=False)
        differing = [label for day, label in labelled.items() if bare.get(day) != label]
        assert all("estimated" in label for label in differing), country
        looked_at += bool(differing)
    assert looked_at > 40


def test_a_country_without_a_calendar_is_said_to_have_none():
    found = christmas("Mo-Su 09:00-17:00", "unknown", country="ZZ")
    assert (found.calendar, found.unknown) == (False, ())
    assert christmas("Mo-Su 09:00-17:00", "unknown").calendar
    assert has_calendar("LK", 2026)
    assert not has_calendar("LK", 1990)
    assert datetime.fromtimestamp(found.open[0][0] * 60, UTC).hour == 8
