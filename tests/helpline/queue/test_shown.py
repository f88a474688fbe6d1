"""What children and staff are shown of the queue: coded fields, real numbers, own teams."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from pop.helpline.conversations.models import Conversation
from pop.helpline.queue.actions.taking import take, take_next
from pop.helpline.queue.queries.board import board
from pop.helpline.queue.queries.desk import card, colleagues, may_see, my_desk
from pop.helpline.queue.queries.place import place
from pop.helpline.queue.queries.waiting import WaitingFilters, waiting
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import answer, say
from tests.helpline.queue.steps import age, begin, on_duty, other_team, real_waits, refused, silence

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_a_place_without_enough_real_waits_has_no_range(house: House) -> None:
    first, second = begin(house), begin(house)
    now = timezone.now()
    real_waits(house, now, 60, 60, 60, 60)
    assert (place(first.conversation).place, place(second.conversation).place) == (1, 2)
    shown = place(second.conversation)
    assert (shown.low, shown.high, shown.cap) == (None, None, 45)


def test_a_range_comes_from_answered_real_waits_of_the_last_hours_only(house: House) -> None:
    opened, now = begin(house), timezone.now()
    real_waits(house, now, *[7200] * 9, practice=True)
    real_waits(house, now, *[7200] * 9, outcome="missed")
    real_waits(house, now - timedelta(hours=30), *[7200] * 9)
    assert place(opened.conversation).high is None
    real_waits(house, now, 300, 300, 300, 300, 300)
    shown = place(opened.conversation)
    assert shown.low is not None
    assert shown.high is not None
    assert 3 <= shown.low <= shown.high <= 6


def test_a_quiet_night_looks_back_a_day(house: House) -> None:
    opened, now = begin(house), timezone.now()
    real_waits(house, now - timedelta(hours=20), 300, 300, 300, 300, 300)
    assert place(opened.conversation).high is not None


def test_danger_changes_the_place_and_a_practice_child_does_not(house: House) -> None:
    opened = begin(house)
    begin(house, danger=True)
    practice = begin(house, danger=True)
    Conversation.objects.filter(pk=practice.conversation).update(practice=True)
    assert place(opened.conversation).place == 2
    assert place(practice.conversation).place == 1


def test_who_does_not_wait_has_no_place(house: House) -> None:
    opened = begin(house)
    on_duty(house, house.counsellor)
    take_next(staff=house.counsellor.id, private_key=house.counsellor.private)
    assert place(opened.conversation).place is None
    assert place(house.line).place is None


def test_staff_see_who_waits_for_their_own_teams_in_order(house: House, person: Callable[..., Person]) -> None:
    first, second, danger = begin(house), begin(house), begin(house, danger=True, age="13-17", tile="at_home")
    age(first.conversation, timedelta(minutes=46))
    on_duty(house, house.counsellor, speaks=("fr",))
    shown = waiting(staff=house.counsellor.id)
    assert [each.id for each in shown.rows] == [first.conversation, danger.conversation, second.conversation]
    assert shown.total == 3
    assert [each.over_cap for each in shown.rows] == [True, False, False]
    assert (shown.rows[1].age, shown.rows[1].tile, shown.rows[1].danger) == ("13-17", "at_home", True)
    assert not shown.rows[1].fits
    _, _, stranger = other_team(house, person)
    assert waiting(staff=stranger.id).rows == []


def test_the_queue_is_filtered_sorted_and_paged(house: House) -> None:
    ages = ["8-12", "13-17", "13-17"]
    opened = [begin(house, age=each) for each in ages]
    shown = waiting(staff=house.counsellor.id, filters=WaitingFilters(age="13-17"), first=1, count=1)
    assert ([each.id for each in shown.rows], shown.total) == ([opened[2].conversation], 2)
    assert waiting(staff=house.counsellor.id, filters=WaitingFilters(urgency=2)).total == 0
    assert waiting(staff=house.counsellor.id, filters=WaitingFilters(channel="phone")).total == 0
    by_age = waiting(staff=house.counsellor.id, sort="age")
    assert [each.age for each in by_age.rows] == ["13-17", "13-17", "8-12"]
    assert waiting(staff=house.counsellor.id, sort="nonsense").total == 3


def test_messages_left_are_a_list_of_their_own(house: House) -> None:
    opened = begin(house)
    Conversation.objects.filter(pk=opened.conversation).update(state="message_left")
    assert waiting(staff=house.counsellor.id).total == 0
    assert waiting(staff=house.counsellor.id, filters=WaitingFilters(state="message_left")).total == 1


def test_a_desk_holds_what_one_has_and_says_who_waits_for_an_answer(house: House) -> None:
    opened = begin(house)
    on_duty(house, house.counsellor, capacity=1)
    take(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    desk = my_desk(house.counsellor.id)
    assert desk.presence is not None
    assert (desk.presence.state, desk.presence.held, desk.presence.room) == ("full", 1, 0)
    assert [(each.id, each.unanswered) for each in desk.cards] == [(opened.conversation, True)]
    answer(opened.conversation, house.counsellor, "hello")
    assert not my_desk(house.counsellor.id).cards[0].unanswered
    say(opened, "hi")
    assert my_desk(house.counsellor.id).cards[0].unanswered
    assert my_desk(house.colleague.id).cards == []
    assert my_desk(house.colleague.id).presence is None


def test_a_conversation_is_shown_to_its_team_only(house: House, person: Callable[..., Person]) -> None:
    opened = begin(house)
    _, supervisor, stranger = other_team(house, person)
    assert may_see(opened.conversation, house.colleague.id)
    for each in (supervisor, stranger):
        assert card(opened.conversation, each.id) is None


def test_colleagues_are_those_of_the_line_who_are_here(house: House, person: Callable[..., Person]) -> None:
    on_duty(house, house.counsellor, house.colleague)
    assert [each.staff for each in colleagues(staff=house.counsellor.id, line=house.line)] == [house.colleague.id]
    assert colleagues(staff=person("counsellor").id, line=house.line) == []
    silence(house.colleague, timedelta(seconds=41))
    assert colleagues(staff=house.counsellor.id, line=house.line) == []


def test_the_board_counts_what_goes_on(house: House) -> None:
    taken, late, danger, left, practice = (begin(house) for _ in range(5))
    on_duty(house, house.counsellor, capacity=3)
    take(conversation=taken.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    age(late.conversation, timedelta(minutes=50))
    Conversation.objects.filter(pk=danger.conversation).update(urgency=2)
    Conversation.objects.filter(pk=left.conversation).update(state="message_left")
    age(left.conversation, timedelta(hours=25))
    Conversation.objects.filter(pk=practice.conversation).update(practice=True)
    shown = board(line=house.line, staff=house.supervisor.id)
    assert (shown.waiting, shown.active, shown.message_left, shown.unread_overdue) == (2, 1, 1, 1)
    assert (shown.longest_wait_minutes, shown.over_cap, shown.danger_waiting) == (50, 1, 1)
    assert (shown.staffed, shown.free_places) == (1, 2)
    assert (shown.answered_today, shown.missed_today, shown.left_today) == (1, 0, 0)
    assert shown.median_wait_minutes == 0
    assert {each.id for each in shown.going_on} == {taken.conversation, late.conversation, danger.conversation}


def test_the_board_says_which_promises_are_overdue(house: House) -> None:
    opened = begin(house)
    now = timezone.now()
    Conversation.objects.filter(pk=opened.conversation).update(
        state="promised", promised_for=now - timedelta(minutes=1), promised_by=house.counsellor.id
    )
    shown = board(line=house.line, staff=house.supervisor.id)
    assert [(each.id, each.promised_by) for each in shown.promises_overdue] == [
        (opened.conversation, house.counsellor.id)
    ]
    assert board(line=house.line, staff=house.supervisor.id, now=now - timedelta(hours=1)).promises_overdue == []


def test_the_board_is_for_supervisors_of_the_line(house: House, person: Callable[..., Person]) -> None:
    for each in (house.counsellor, person("supervisor")):
        with refused("unknown"):
            board(line=house.line, staff=each.id)
    _, supervisor, _ = other_team(house, person)
    begin(house)
    assert [each.own_team for each in board(line=house.line, staff=supervisor.id).going_on] == [False]
