"""A line takes only so many new conversations: from every process together, without asking where anybody is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.actions.opening import Opened, open_conversation
from pop.helpline.conversations.models import Conversation, FirstMessages
from pop.helpline.conversations.queries.flow import turned_away_at
from pop.helpline.conversations.rules.flow import Bucket, Flow, after_one, flow_of
from pop.helpline.lines.rules import RefusedError
from tests.helpline.conftest import House, Person, form_key, make_house

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
THREE = Flow(a_minute=6, at_once=3)


def write(house: House, *, seconds: float = 0, **more: object) -> Opened:
    now = NOON + timedelta(seconds=seconds)
    asked = {"text": "an invented message", "form_key": form_key(), "language": "en", "flow": THREE, "now": now}
    return open_conversation(line=house.line, **{**asked, **more})  # type: ignore[arg-type]


def refused(house: House, **more: object) -> bool:
    with pytest.raises(RefusedError, match="too_many"):
        write(house, **more)  # type: ignore[arg-type]
    return True


def test_so_many_come_at_once_and_then_so_many_a_minute(house: House) -> None:
    for _ in range(3):
        write(house)
    assert refused(house)
    assert refused(house, seconds=9)
    write(house, seconds=10)
    assert refused(house, seconds=11)
    # After a quiet while it is full again, and no fuller.
    for _ in range(3):
        write(house, seconds=3_600)
    assert refused(house, seconds=3_600)
    assert Conversation.objects.count() == 7


def test_who_was_let_in_is_not_turned_away_by_a_second_press(house: House) -> None:
    key = form_key()
    first = write(house, form_key=key)
    for _ in range(2):
        write(house)
    assert write(house, form_key=key).conversation == first.conversation
    assert refused(house)


def test_what_is_refused_for_another_reason_takes_no_place(house: House) -> None:
    for text in ("", "x" * 4_001, "a\0b"):
        with pytest.raises(RefusedError):
            write(house, text=text)
    assert not FirstMessages.objects.exists()


def test_who_ticked_danger_has_places_of_their_own(house: House) -> None:
    for _ in range(3):
        write(house)
    assert refused(house)
    for _ in range(3):
        write(house, danger=True)
    assert refused(house, danger=True)


def test_each_line_has_its_own(house: House, person: Callable[..., Person]) -> None:
    other = make_house(person)
    for _ in range(3):
        write(house)
    write(other)
    assert refused(house)
    assert turned_away_at(other.line, now=NOON) is None


def test_the_program_itself_is_not_bounded(house: House) -> None:
    for _ in range(5):
        write(house, flow=None)
    assert not FirstMessages.objects.exists()


def test_the_line_is_told_for_a_quarter_of_an_hour_and_little_is_written(house: House) -> None:
    for _ in range(3):
        write(house)
    for seconds in (0, 1, 5, 9):
        refused(house, seconds=seconds)
    assert turned_away_at(house.line, now=NOON) == NOON
    write(house, seconds=10)
    refused(house, seconds=12)
    last = NOON + timedelta(seconds=12)
    assert turned_away_at(house.line, now=last) == last
    assert turned_away_at(house.line, now=last + timedelta(minutes=15)) is None
    told = AuditRow.objects.using(database.ALIAS).filter(action="turn_away_first_messages")
    assert [(row.object_id, row.detail) for row in told] == [(str(house.line), {"danger": False})]


def test_a_clock_that_was_set_back_shuts_nobody_out() -> None:
    empty = Bucket(0, NOON)
    assert after_one(empty, now=NOON - timedelta(days=365), flow=THREE) == Bucket(2, NOON - timedelta(days=365))
    # Two machines whose clocks differ by a little share one bucket all the same.
    assert after_one(empty, now=NOON - timedelta(seconds=5), flow=THREE) is None
    assert after_one(empty, now=NOON + timedelta(days=365), flow=THREE) == Bucket(2, NOON + timedelta(days=365))


def test_ten_minutes_worth_may_come_at_once() -> None:
    assert flow_of(120) == Flow(120, 1_200)
