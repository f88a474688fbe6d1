"""A week in numbers: real contacts of the line, with small numbers hidden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from pop.helpline.cases.models import ContactRecord
from pop.helpline.cases.queries.weekly import weekly_counts
from pop.helpline.queue.models import Wait
from tests.helpline.conftest import House, Person
from tests.helpline.queue.steps import refused

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def contacts(house: House, number: int, **fields: object) -> None:
    for _ in range(number):
        ContactRecord.objects.create(
            **{
                "line_id": house.line,
                "week": MONDAY,
                "channel": "webchat",
                "edition": "2026-1",
                "contact_type": "child_self",
                "categories": ["violence.bullying"],
                "staff": house.counsellor.id,
                "made_at": NOW,
                **fields,
            }
        )


def test_contacts_are_counted_by_channel_type_and_topic_group(house: House) -> None:
    contacts(house, 12)
    contacts(house, 7, channel="phone", contact_type="silent", categories=[])
    contacts(house, 6, categories=["violence.physical", "violence.bullying", "family.general"])
    contacts(house, 9, practice=True)
    contacts(house, 9, week=MONDAY - timedelta(days=7))
    week = weekly_counts(line=house.line, week=MONDAY + timedelta(days=3), staff=house.supervisor.id, now=NOW)
    assert (week.monday, week.contacts) == (MONDAY, 25)
    assert week.channels == {"webchat": 18, "phone": 7}
    assert (week.contact_types["child_self"], week.contact_types["silent"], week.contact_types["test"]) == (18, 7, 0)
    assert (week.topics["violence"], week.topics["family"], week.topics["peers"]) == (18, 6, 0)


def test_a_small_number_is_hidden_with_what_would_tell_it(house: House) -> None:
    contacts(house, 12)
    contacts(house, 7, channel="sms")
    contacts(house, 3, channel="phone")
    week = weekly_counts(line=house.line, week=MONDAY, staff=house.supervisor.id, now=NOW)
    assert week.channels == {"webchat": 12, "sms": None, "phone": None}
    assert week.contacts == 22


def test_waits_are_counted_and_their_times_only_where_enough_are_known(house: House) -> None:
    began = datetime(2026, 11, 17, tzinfo=UTC)

    def waits(number: int, outcome: str, **fields: object) -> None:
        for each in range(number):
            Wait.objects.create(
                **{
                    "line_id": house.line,
                    "ended_at": began,
                    "seconds": 60 * (each + 1),
                    "channel": "webchat",
                    "outcome": outcome,
                    **fields,
                }
            )

    waits(4, "answered")
    hidden = weekly_counts(line=house.line, week=MONDAY, staff=house.supervisor.id, now=NOW)
    assert (hidden.outcomes["answered"], hidden.median_wait_minutes) == (None, None)
    Wait.objects.all().delete()
    waits(11, "answered")
    waits(6, "missed")
    waits(5, "left", practice=True)
    waits(5, "left", ended_at=began + timedelta(days=7))
    shown = weekly_counts(line=house.line, week=MONDAY, staff=house.supervisor.id, now=NOW)
    assert shown.outcomes == {"answered": 11, "left": 0, "missed": 6}
    assert (shown.median_wait_minutes, shown.long_wait_minutes) == (6, 10)


def test_counts_are_for_supervisors_and_for_weeks_that_have_begun(house: House, person: Callable[..., Person]) -> None:
    for each in (house.counsellor, person("supervisor")):
        with refused("unknown"):
            weekly_counts(line=house.line, week=MONDAY, staff=each.id, now=NOW)
    with refused("week"):
        weekly_counts(line=house.line, week=MONDAY + timedelta(days=7), staff=house.supervisor.id, now=NOW)
