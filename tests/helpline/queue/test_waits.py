"""How waits end without an answer, and who is told when one lasts too long."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from pop.helpline.conversations.actions.entering import end
from pop.helpline.conversations.models import CaseKey, Conversation
from pop.helpline.lines.models import Line
from pop.helpline.queue.actions.taking import take_next
from pop.helpline.queue.actions.waits import forget_waits, give_up_waits, note_ended_wait, warn_of_long_waits
from pop.helpline.queue.models import Glance, Wait
from tests.helpline.conftest import House
from tests.helpline.conversations.steps import begin
from tests.helpline.queue.steps import age, on_duty, row

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def soon() -> datetime:
    return timezone.now()


def ended(conversation: UUID, state: str = "closed") -> None:
    note_ended_wait({"conversation": str(conversation), "state": state, "line": ""})


def test_a_dropped_connection_keeps_the_place_for_fifteen_minutes(house: House) -> None:
    opened = begin(house)
    age(opened.conversation, timedelta(minutes=14))
    assert give_up_waits(soon()) == 0
    age(opened.conversation, timedelta(minutes=2))
    assert give_up_waits(soon()) == 1
    gone = row(opened.conversation)
    assert (gone.state, gone.waiting_since) == ("message_left", None)
    assert not CaseKey.objects.filter(lease__isnull=False).exists()
    assert Wait.objects.get().outcome == "left"


def test_a_child_that_is_still_looking_waits_on(house: House) -> None:
    opened = begin(house)
    age(opened.conversation, timedelta(minutes=40))
    Conversation.objects.filter(pk=opened.conversation).update(child_seen_at=timezone.now())
    assert give_up_waits(soon()) == 0


def test_who_went_after_waiting_longer_than_anybody_may_was_missed(house: House) -> None:
    opened = begin(house)
    age(opened.conversation, timedelta(minutes=46))
    assert give_up_waits(soon()) == 1
    assert Wait.objects.get().outcome == "missed"


def test_danger_and_practice_are_never_given_up(house: House) -> None:
    danger, practice = begin(house, danger=True), begin(house)
    Conversation.objects.filter(pk=practice.conversation).update(practice=True)
    for each in (danger, practice):
        age(each.conversation, timedelta(hours=2))
    assert give_up_waits(soon()) == 0


def test_a_line_that_closed_with_nobody_left_lets_nobody_wait_for_ever(house: House) -> None:
    opened = begin(house)
    Line.objects.filter(pk=house.line).update(closed_until=timezone.now() + timedelta(hours=1))
    on_duty(house, house.counsellor)
    assert give_up_waits(soon()) == 0
    assert give_up_waits(soon() + timedelta(minutes=1)) == 1
    assert row(opened.conversation).state == "message_left"
    assert Wait.objects.get().outcome == "missed"


def test_a_child_that_ends_before_anybody_came_is_counted_once(house: House) -> None:
    opened = begin(house)
    end(opened.token)
    ended(opened.conversation)
    assert Wait.objects.get().outcome == "left"


def test_an_answered_a_given_up_and_an_open_one_are_not_counted_as_left(house: House) -> None:
    answered, given_up, still = begin(house), begin(house), begin(house)
    on_duty(house, house.counsellor)
    take_next(staff=house.counsellor.id, private_key=house.counsellor.private)
    end(answered.token)
    ended(answered.conversation)
    age(given_up.conversation, timedelta(minutes=20))
    give_up_waits(soon())
    end(given_up.token)
    ended(given_up.conversation)
    ended(still.conversation, "waiting")
    ended(UUID(int=1))
    assert sorted(Wait.objects.values_list("outcome", flat=True)) == ["answered", "left"]


def test_supervisors_are_called_once_for_each_wait_that_is_too_long(house: House) -> None:
    late = begin(house)
    begin(house)
    age(late.conversation, timedelta(minutes=46))
    assert warn_of_long_waits(soon()) == 1
    assert warn_of_long_waits(soon()) == 0
    made = Glance.objects.get()
    assert (made.conversation_id, made.why, made.by) == (late.conversation, "long_wait", None)


def test_a_wait_is_forgotten_after_four_hundred_days(house: House) -> None:
    now = soon().replace(hour=12)
    for days in (399, 401):
        ended_at = now - timedelta(days=days)
        Wait.objects.create(line_id=house.line, ended_at=ended_at, seconds=60, channel="webchat", outcome="answered")
    assert forget_waits(now) == 1
    assert forget_waits(now) == 0
    assert Wait.objects.get().ended_at == now - timedelta(days=399)
