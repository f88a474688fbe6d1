"""Who gets whom: order, languages, capacity and teams."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.helpline import database
from pop.helpline.conversations.models import Conversation
from pop.helpline.queue.actions.moving import queue_changed
from pop.helpline.queue.actions.taking import give_out, take, take_next
from pop.helpline.queue.models import Wait
from pop.helpline.queue.queries.waiting import WaitingFilters, waiting, waiting_in_other_languages
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import seen_by_child
from tests.helpline.queue.steps import age, begin, on_duty, other_team, refused, row, silence

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def next_for(who: Person) -> object:
    return take_next(staff=who.id, private_key=who.private)


def test_taking_needs_duty_and_room(house: House) -> None:
    first, second = begin(house), begin(house)
    with refused("off_duty"):
        next_for(house.counsellor)
    on_duty(house, house.counsellor, capacity=1)
    assert next_for(house.counsellor) == first.conversation
    with refused("full"):
        next_for(house.counsellor)
    with refused("full"):
        take(conversation=second.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)


def test_a_taken_child_is_active_told_audited_and_announced(house: House) -> None:
    opened = begin(house)
    on_duty(house, house.counsellor)
    assert next_for(house.counsellor) == opened.conversation
    taken = row(opened.conversation)
    assert (taken.state, taken.assignee) == ("active", house.counsellor.id)
    assert taken.assigned_at is not None
    assert seen_by_child(opened.token)[-1][2] == "joined"
    assert AuditRow.objects.using(database.ALIAS).filter(action="take_conversation", actor=house.counsellor.id).exists()
    changed = [each.payload for each in OutboxRow.objects.using(database.ALIAS).filter(name="conversation_changed")]
    assert changed[-1] == {"conversation": str(opened.conversation), "state": "active", "line": str(house.line)}
    wait = Wait.objects.get()
    assert (wait.outcome, wait.practice, wait.line_id) == ("answered", False, house.line)


def test_nobody_waiting_is_no_error(house: House) -> None:
    on_duty(house, house.counsellor)
    assert next_for(house.counsellor) is None


def test_who_is_in_danger_comes_first_and_then_who_waited_longest(house: House) -> None:
    early, late, danger = begin(house), begin(house), begin(house, danger=True)
    age(early.conversation, timedelta(minutes=5))
    on_duty(house, house.counsellor)
    assert [next_for(house.counsellor) for _ in range(3)] == [
        danger.conversation,
        early.conversation,
        late.conversation,
    ]


def test_a_language_is_matched_and_after_a_while_anybody_may(house: House) -> None:
    opened = begin(house)
    Conversation.objects.filter(pk=opened.conversation).update(language="ar")
    on_duty(house, house.counsellor, speaks=("fr",))
    assert next_for(house.counsellor) is None
    age(opened.conversation, timedelta(minutes=6))
    assert next_for(house.counsellor) == opened.conversation


def test_a_child_in_danger_is_given_at_once_to_who_does_not_speak_its_language(house: House) -> None:
    opened, calm = begin(house, danger=True), begin(house)
    Conversation.objects.filter(pk__in=[opened.conversation, calm.conversation]).update(language="ar")
    on_duty(house, house.counsellor, speaks=("fr",), given=True)
    assert give_out(house.line) == 1
    assert row(opened.conversation).assignee == house.counsellor.id
    assert row(calm.conversation).state == "waiting"


def test_whom_one_chooses_oneself_may_speak_any_language(house: House) -> None:
    opened = begin(house)
    Conversation.objects.filter(pk=opened.conversation).update(language="ar")
    on_duty(house, house.counsellor, speaks=("fr",))
    take(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    assert row(opened.conversation).assignee == house.counsellor.id


def test_a_taken_child_is_taken(house: House) -> None:
    opened = begin(house)
    on_duty(house, house.counsellor, house.colleague)
    next_for(house.counsellor)
    with refused("taken"):
        take(conversation=opened.conversation, staff=house.colleague.id, private_key=house.colleague.private)
    assert next_for(house.colleague) is None


def test_another_team_neither_takes_nor_is_told_whether_there_is_anything(
    house: House, person: Callable[..., Person]
) -> None:
    opened = begin(house)
    _, _, stranger = other_team(house, person)
    on_duty(house, stranger)
    assert next_for(stranger) is None
    with refused("unknown"):
        take(conversation=opened.conversation, staff=stranger.id, private_key=stranger.private)
    assert row(opened.conversation).state == "waiting"


def test_a_wrong_private_key_takes_nothing(house: House) -> None:
    opened = begin(house)
    on_duty(house, house.counsellor)
    with refused("unknown"):
        take(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.colleague.private)
    assert take_next(staff=house.counsellor.id, private_key=house.colleague.private) is None
    assert row(opened.conversation).state == "waiting"


def test_a_message_left_out_of_hours_comes_after_those_who_wait_and_opens_with_the_teams_key(house: House) -> None:
    left = begin(house)
    Conversation.objects.filter(pk=left.conversation).update(state="message_left", waiting_since=None, lease_until=None)
    waiting = begin(house)
    on_duty(house, house.counsellor)
    assert next_for(house.counsellor) == waiting.conversation
    assert next_for(house.counsellor) == left.conversation
    taken = row(left.conversation)
    assert taken.state == "active"
    assert taken.lease_until is not None
    assert Wait.objects.count() == 1


def test_a_message_left_in_danger_is_read_before_others_whatever_its_language(house: House) -> None:
    early, late, danger = begin(house), begin(house), begin(house, danger=True)
    Conversation.objects.filter(pk=danger.conversation).update(language="fr")
    age(early.conversation, timedelta(hours=5))
    Conversation.objects.update(state="message_left", waiting_since=None)
    shown = waiting(staff=house.counsellor.id, filters=WaitingFilters(state="message_left")).rows
    on_duty(house, house.counsellor, speaks=("en",))
    order = [danger.conversation, early.conversation, late.conversation]
    assert [each.id for each in shown] == order
    assert [next_for(house.counsellor) for _ in order] == order


def test_who_waits_in_other_languages_is_counted_for_whoever_finds_nobody(house: House) -> None:
    waits, left, spoken = begin(house), begin(house), begin(house)
    Conversation.objects.filter(pk=waits.conversation).update(language="fr")
    Conversation.objects.filter(pk=left.conversation).update(
        language="es", state="message_left", waiting_since=None, lease_until=None
    )
    assert waiting_in_other_languages(house.counsellor.id) == 0  # off duty: no language is theirs yet
    on_duty(house, house.counsellor, speaks=("en",))
    assert next_for(house.counsellor) == spoken.conversation
    assert next_for(house.counsellor) is None
    assert waiting_in_other_languages(house.counsellor.id) == 2
    on_duty(house, house.counsellor, speaks=("en", "fr", "es"))
    assert waiting_in_other_languages(house.counsellor.id) == 0


def test_the_queue_gives_to_who_wants_to_be_given(house: House) -> None:
    opened = begin(house)
    on_duty(house, house.counsellor)
    assert give_out(house.line) == 0
    on_duty(house, house.colleague, given=True)
    assert give_out(house.line) == 1
    assert row(opened.conversation).assignee == house.colleague.id
    assert seen_by_child(opened.token)[-1][2] == "joined"
    assert give_out(house.line) == 0


def test_the_queue_gives_no_more_than_there_is_room_for(house: House) -> None:
    for _ in range(5):
        begin(house)
    on_duty(house, house.counsellor, capacity=1, given=True)
    on_duty(house, house.colleague, capacity=2, given=True)
    assert give_out(house.line) == 3
    held = list(Conversation.objects.filter(state="active").values_list("assignee", flat=True))
    assert sorted(held) == sorted([house.counsellor.id, house.colleague.id, house.colleague.id])


def test_the_queue_gives_nobody_to_a_dead_browser_or_another_team(house: House, person: Callable[..., Person]) -> None:
    begin(house)
    _, _, stranger = other_team(house, person)
    on_duty(house, house.counsellor, stranger, given=True)
    silence(house.counsellor, timedelta(seconds=41))
    assert give_out(house.line) == 0


def test_practice_is_never_given_to_anybody(house: House) -> None:
    opened = begin(house)
    Conversation.objects.filter(pk=opened.conversation).update(practice=True)
    on_duty(house, house.counsellor, given=True)
    assert give_out(house.line, now=timezone.now()) == 0
    assert next_for(house.counsellor) is None


def test_a_new_child_wakes_everybody_of_the_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[UUID] = []
    monkeypatch.setattr("pop.helpline.queue.actions.moving.ring_staff", lambda staff: woken.extend(staff))
    queue_changed({"conversation": str(uuid4()), "state": "waiting", "line": str(house.line)})
    assert {house.counsellor.id, house.supervisor.id} <= set(woken)
