"""A contact record is complete and of known codes, or it closes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from pop.helpline.cases.rules import lists
from pop.helpline.cases.rules.records import Record, fault, monday_of, one_tap, quarter_hours, suggested_age_band
from pop.helpline.cases.words import WORDS
from pop.signposting.finder.rules import FINER, TILES

GOOD = Record("child_self", categories=("violence.bullying",), actions_taken=("recommended_resource",))


def test_a_child_about_itself_needs_a_topic() -> None:
    assert fault(GOOD) is None
    assert fault(Record("child_self")) == "record_needs_category"
    assert fault(Record("about_child", categories=("non_counselling.complaint",))) == "record_needs_category"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (Record("chat"), "record_contact_type"),
        (Record("child_self", ("violence.none",)), "record_categories"),
        (Record("child_self", ("violence.bullying", "violence.bullying")), "record_categories"),
        (Record("child_self", tuple(each.id for each in lists.categories()[:6])), "record_categories"),
        (Record("silent", ("violence.bullying",)), "record_no_category"),
        (Record("child_self", ("violence.bullying",), ("hug",)), "record_actions_taken"),
        (Record("child_self", ("violence.bullying",), age_band="7"), "record_age_band"),
        (Record("child_self", ("violence.bullying",), vulnerable_groups=("other",)), "record_vulnerable_groups"),
        (Record("child_self", ("violence.bullying",), living_situation="boat"), "record_living_situation"),
    ],
)
def test_an_unknown_code_is_refused_by_name(record: Record, code: str) -> None:
    assert fault(record) == code


def test_one_tap_makes_a_good_record_for_each_kind_without_a_topic() -> None:
    for kind in lists.contact_types():
        made = one_tap(kind.id)
        assert (made is not None) == kind.one_tap
        if made is not None:
            assert fault(made) is None
    assert one_tap("nonsense") is None


def test_every_code_has_its_label() -> None:
    wanted = {
        *(f"contact_type_{each.id}" for each in lists.contact_types()),
        *(f"category_{each.id}" for each in lists.categories()),
        *(f"group_{each}" for each in lists.groups()),
        *(f"action_taken_{each}" for each in lists.actions_taken()),
        *(f"vulnerable_group_{each}" for each in lists.vulnerable_groups()),
        *(f"living_situation_{each}" for each in lists.living_situations()),
        *(f"age_band_{each.id}" for each in lists.age_bands()),
    }
    assert wanted <= set(WORDS.texts)


def test_the_age_bands_touch_and_do_not_overlap() -> None:
    bands = lists.age_bands()
    assert all(after.low == before.high + 1 for before, after in pairwise(bands))


def test_every_choice_of_a_child_has_a_suggestion_of_a_known_category_or_none() -> None:
    known = {each.id for each in lists.categories()} | {""}
    for choice in {*TILES, *(topic for topics in FINER.values() for topic in topics)}:
        assert lists.suggested_category(choice) in known
    assert lists.suggested_category("bullying") == "violence.bullying"
    assert lists.suggested_category("nonsense") == ""


def test_only_an_age_that_lies_in_one_band_is_suggested() -> None:
    assert suggested_age_band("18-24") == "18_24"
    assert suggested_age_band("13-17") == ""


def test_statistics_see_the_monday_and_quarters_of_an_hour() -> None:
    assert monday_of(datetime(2026, 11, 22, 23, tzinfo=UTC)) == date(2026, 11, 16)
    assert monday_of(date(2026, 11, 16)) == date(2026, 11, 16)
    assert [quarter_hours(timedelta(minutes=each)) for each in (-3, 0, 7, 8, 22, 23, 9999)] == [
        0,
        0,
        0,
        15,
        15,
        30,
        1440,
    ]
