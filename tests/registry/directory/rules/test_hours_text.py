"""Taking hours apart: what is refused, by which name, and what is believed."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from opening_hours import OpeningHours

from pop.registry.directory.rules.hours import normalise, read_hours
from pop.registry.directory.rules.hours_text import (
    EVERY_DAY,
    HoursError,
    Span,
    day_list,
    rules_of,
    without_days,
    written,
)

SEED = Path(__file__).resolve().parents[4] / "pop" / "registry" / "directory" / "seed" / "services.csv"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("7:00-5:00", "hours_impossible"),  # Liberia
        ("9:00-5:00", "hours_impossible"),
        ("8:00-1:00", "hours_impossible"),
        ("08:00-04:00", "hours_impossible"),
        ("Mo 10:00-49:00", "hours_impossible"),
        ("Mo 10:00-35:00", "hours_impossible"),
        ("Mo 25:00-26:00", "hours_impossible"),
        ("10:75-12:00", "hours_impossible"),
        ("Mo, We, Sa 17:00-22:00; Tu, Th 14:00-22:00; Fr 4:00-22:00", "hours_ambiguous"),  # Luxembourg
        ("Mo,We,Sa 17:00-22:00; Tu,Th 14:00-22:00; Fr 04:00-22:00", "hours_ambiguous"),
        ("Mo-Fr 2:00-6:00", "hours_ambiguous"),
        ("07:00-07:00", "hours_ambiguous"),
        ("Mo-Sa from 08:00", "hours_cut_short"),  # Ethiopia
        ("Mo-Sa 08:00", "hours_cut_short"),
        ("Mo-Sa 08:00-", "hours_cut_short"),
        ("Mo-Sa 08:00+", "hours_cut_short"),
        ("Mo-Fr", "hours_cut_short"),
        ("Mo-Fr 09:00-17:00, Sa", "hours_cut_short"),
        ("24/24", "hours_unparsed"),
        ("day and night", "hours_unparsed"),
        ('Mo-Fr 09:00-17:00 "by appointment"', "hours_unparsed"),
        ("Mo-Fr 09:00-17:00 || unknown", "hours_unparsed"),
        ("sunrise-sunset", "hours_unparsed"),
        ("Mo-Fr 08:00-16:00; SH off", "hours_unparsed"),
        ("PH 10:00-12:00", "hours_unparsed"),
        ("off", "hours_unparsed"),
        ("Mo-Fr 09:00-17:00 Sa 10:00-12:00", "hours_unparsed"),
        ("Mo-Fr 09:00-17:00;;Sa 10:00-12:00", "hours_unparsed"),
        ("Mo-Fr\x0009:00-17:00", "hours_unparsed"),
        ("Mo 09:00-17:00, " * 40 + "Tu 09:00-17:00", "hours_unparsed"),
    ],
)
def test_hours_that_cannot_be_meant_in_one_way_are_refused_by_name(text: str, error: str):
    read = read_hours(text)
    assert (read.hours, read.rule, read.errors) == ("", error, (error,))
    with pytest.raises(HoursError) as caught:
        normalise(text)
    assert caught.value.code == error


@pytest.mark.parametrize(
    "text", ["22:00-6:00", "22:00-06:00", "08:00-02:00", "Mo-Su 12:00-26:00", "Mo-Su 04:00-22:00", "00:00-24:00"]
)
def test_nights_and_early_hours_that_are_written_out_are_believed(text: str):
    assert read_hours(text).errors == ()


def test_a_rule_says_its_days_its_holidays_and_its_shifts():
    first, second, third = rules_of("Fr-Mo,We 22:00-6:00; Sa 09:00-12:00, 13:00-26:00, Su,PH off")
    assert (first.operator, first.days) == ("", {0, 2, 4, 5, 6})
    assert first.spans == (Span(1320, 1800, wrapped=True, short_end=True),)
    assert first.overnight
    assert (second.operator, second.days, second.spans) == (";", {5}, (Span(540, 720), Span(780, 1560)))
    assert (third.operator, third.days, third.holidays, third.spans) == (",", {6}, True, ())


def test_always_is_one_rule_for_every_day():
    (rule,) = rules_of("24/7")
    assert (rule.days, rule.spans, rule.overnight) == (EVERY_DAY, (Span(0, 1440),), False)


def test_written_rules_read_back_as_themselves():
    for text in ("Mo-Fr 07:00-26:00, Sa-Su 11:00-24:00", "Mo 22:00-06:00; Tu off", "week 1-20 Mo 10:00-12:00; PH off"):
        assert written(rules_of(text)) == text


def test_days_are_written_as_people_write_them():
    assert day_list(frozenset({0, 1, 2, 3, 4})) == "Mo-Fr"
    assert day_list(frozenset({5, 6})) == "Sa,Su"
    assert day_list(frozenset({0, 2, 3, 4, 6}), holidays=True) == "Mo,We-Fr,Su,PH"


def test_days_can_be_taken_out_of_a_rule_until_none_is_left():
    (rule,) = rules_of("Mo-Fr 07:00-26:00")
    assert str(without_days(rule, frozenset({4}))) == "Mo-Th 07:00-26:00"
    assert without_days(rule, frozenset({5})) is rule
    assert without_days(rule, EVERY_DAY) is None


def test_the_evaluator_would_open_all_of_monday_where_a_blank_follows_a_comma():
    # The reason why the blank is taken out.
    monday_morning = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("UTC"))
    assert OpeningHours("Mo, We 17:00-22:00").is_open(monday_morning)
    assert not OpeningHours(normalise("Mo, We 17:00-22:00").evaluated).is_open(monday_morning)


def test_of_the_real_registry_two_services_state_hours_that_are_refused():
    refused = {}
    with SEED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for errors in (read_hours(row["opening_hours"]).errors, read_hours(row["hours_as_stated"]).errors):
                if errors:
                    refused[row["country"]] = errors
    assert refused == {"LR": ("hours_impossible",), "LU": ("hours_ambiguous",)}
