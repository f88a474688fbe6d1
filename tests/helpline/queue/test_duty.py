"""Coming on duty, leaving it, and losing no child when a browser dies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.models import Conversation
from pop.helpline.queue.actions.duty import beat, go_off_duty, go_on_duty, return_lost, take_break
from pop.helpline.queue.actions.taking import take, take_next
from pop.helpline.queue.models import Presence, Wait
from pop.helpline.queue.queries.rooms import has_room
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import answer, seen_by_child
from tests.helpline.queue.steps import age, begin, on_duty, other_team, refused, row, silence

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

LOST = timedelta(seconds=41)


def take_one(house: House, who: Person) -> tuple[object, str]:
    opened = begin(house)
    take(conversation=opened.conversation, staff=who.id, private_key=who.private)
    return opened.conversation, opened.token


def test_only_somebody_of_the_line_comes_on_duty(house: House, person: Callable[..., Person]) -> None:
    stranger = person("counsellor")
    with refused("unknown"):
        on_duty(house, stranger)
    on_duty(house, house.counsellor)
    assert Presence.objects.get().staff == house.counsellor.id
    assert AuditRow.objects.using(database.ALIAS).filter(action="go_on_duty", actor=house.counsellor.id).exists()


@pytest.mark.parametrize("capacity", [0, 9, -1])
def test_capacity_is_from_one_to_eight(house: House, capacity: int) -> None:
    with refused("capacity"):
        on_duty(house, house.counsellor, capacity=capacity)


def test_languages_are_languages(house: House) -> None:
    with refused("languages"):
        on_duty(house, house.counsellor, speaks=("qqqq",))
    on_duty(house, house.counsellor, speaks=("ar", "pt-BR", "ar"))
    assert Presence.objects.get().languages == ["ar", "pt-BR"]


def test_a_beat_counts_only_on_duty(house: House) -> None:
    assert not beat(house.counsellor.id)
    on_duty(house, house.counsellor)
    assert beat(house.counsellor.id)


def test_a_break_keeps_room_closed(house: House) -> None:
    on_duty(house, house.counsellor)
    assert has_room(house.counsellor.id)
    take_break(staff=house.counsellor.id, on=True)
    assert not has_room(house.counsellor.id)
    take_break(staff=house.counsellor.id, on=False)
    assert has_room(house.counsellor.id)
    with refused("off_duty"):
        take_break(staff=house.colleague.id, on=True)


def test_room_ends_with_capacity_and_with_the_browser(house: House) -> None:
    on_duty(house, house.counsellor, capacity=1)
    take_one(house, house.counsellor)
    assert not has_room(house.counsellor.id)
    on_duty(house, house.colleague)
    silence(house.colleague, LOST)
    assert not has_room(house.colleague.id)


def test_leaving_duty_asks_to_hand_over_first(house: House) -> None:
    on_duty(house, house.counsellor)
    conversation, token = take_one(house, house.counsellor)
    with refused("hand_over_first"):
        go_off_duty(staff=house.counsellor.id)
    assert Presence.objects.exists()
    go_off_duty(staff=house.counsellor.id, anyway=True)
    assert not Presence.objects.exists()
    back = row(conversation)  # type: ignore[arg-type]
    assert (back.state, back.assignee, back.urgency) == ("waiting", None, 1)
    assert seen_by_child(token)[-1][2] == "counsellor_lost"
    go_off_duty(staff=house.counsellor.id)


def test_a_dead_browser_puts_its_children_back_with_their_first_moment_of_waiting(house: House) -> None:
    on_duty(house, house.counsellor)
    conversation, token = take_one(house, house.counsellor)
    first = row(conversation).waiting_since  # type: ignore[arg-type]
    silence(house.counsellor, LOST)
    now = timezone.now()
    assert return_lost(now) == 1
    back = row(conversation)  # type: ignore[arg-type]
    assert (back.state, back.assignee, back.urgency) == ("waiting", None, 1)
    assert back.waiting_since == first
    assert seen_by_child(token)[-1][2] == "counsellor_lost"
    assert (
        AuditRow.objects.using(database.ALIAS)
        .filter(action="return_to_queue", object_id=str(conversation), actor=None)
        .exists()
    )
    assert return_lost(now) == 0
    assert not beat(house.counsellor.id)


def test_who_is_alive_loses_nobody(house: House) -> None:
    on_duty(house, house.counsellor)
    conversation, _ = take_one(house, house.counsellor)
    silence(house.counsellor, timedelta(seconds=39))
    assert return_lost(timezone.now()) == 0
    assert row(conversation).state == "active"  # type: ignore[arg-type]


def test_a_conversation_whose_counsellor_is_on_no_duty_comes_back_too(house: House) -> None:
    on_duty(house, house.counsellor)
    conversation, _ = take_one(house, house.counsellor)
    Presence.objects.all().delete()
    age(conversation, LOST)  # type: ignore[arg-type]
    assert return_lost(timezone.now()) == 1
    assert row(conversation).state == "waiting"  # type: ignore[arg-type]


def test_a_phone_call_and_a_practice_child_are_never_put_back(house: House) -> None:
    on_duty(house, house.counsellor)
    for changed in ({"channel": "phone"}, {"practice": True}):
        conversation, _ = take_one(house, house.counsellor)
        Conversation.objects.filter(pk=conversation).update(**changed)
        age(conversation, LOST)  # type: ignore[arg-type]
    silence(house.counsellor, LOST)
    assert return_lost(timezone.now()) == 0


def test_a_returned_child_is_next_and_its_second_wait_is_counted_by_itself(house: House) -> None:
    on_duty(house, house.counsellor, house.colleague)
    lost, _ = take_one(house, house.counsellor)
    answer(lost, house.counsellor, "hello")  # type: ignore[arg-type]
    age(lost, timedelta(minutes=10))  # type: ignore[arg-type]
    begin(house)
    silence(house.counsellor, LOST)
    return_lost(timezone.now())
    assert take_next(staff=house.colleague.id, private_key=house.colleague.private) == lost
    assert all(each.seconds < 60 for each in Wait.objects.all())


def test_changing_how_much_one_takes_keeps_since_when(house: House) -> None:
    on_duty(house, house.counsellor)
    since = Presence.objects.get().since
    go_on_duty(staff=house.counsellor.id, line=house.line, capacity=5, languages=[], given=True)
    changed = Presence.objects.get()
    assert (changed.since, changed.capacity, changed.given) == (since, 5, True)


def test_another_team_of_the_line_may_come_on_duty_too(house: House, person: Callable[..., Person]) -> None:
    _, _, counsellor = other_team(house, person)
    on_duty(house, counsellor)
    assert has_room(counsellor.id)
