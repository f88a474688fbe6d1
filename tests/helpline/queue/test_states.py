"""Sleeping, promises, waking, and keeping abuse out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from pop.helpline.conversations.actions.duty import use_duty
from pop.helpline.conversations.models import CaseKey
from pop.helpline.lines.models import Line
from pop.helpline.queue.actions.duty import go_off_duty
from pop.helpline.queue.actions.states import block, pause_for_abuse, promise, sleep, unblock, wake
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.models import Presence
from pop.helpline.queue.queries.desk import my_desk
from pop.helpline.queue.queries.rooms import has_room
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import Opened, say, seen_by_child
from tests.helpline.queue.steps import begin, on_duty, other_team, refused, row

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def opened(house: House) -> Opened:
    """A conversation that the counsellor has."""
    on_duty(house, house.counsellor, house.colleague)
    made = begin(house)
    take(conversation=made.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return made


def leased(conversation: UUID) -> bool:
    return CaseKey.objects.filter(conversation=conversation, lease__isnull=False).exists()


def let_sleep(house: House, opened: Opened) -> None:
    sleep(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)


def test_asleep_the_service_cannot_open_it_and_the_child_is_told(house: House, opened: Opened) -> None:
    assert leased(opened.conversation)
    let_sleep(house, opened)
    assert row(opened.conversation).state == "sleeping"
    assert not leased(opened.conversation)
    assert seen_by_child(opened.token)[-1][2] == "slept"
    with refused("wrong_state"):
        let_sleep(house, opened)


def test_only_who_has_it_lets_it_sleep(house: House, opened: Opened, person: Callable[..., Person]) -> None:
    _, _, stranger = other_team(house, person)
    with refused("unknown"):
        sleep(conversation=opened.conversation, staff=stranger.id, private_key=stranger.private)
    with refused("not_yours"):
        sleep(conversation=opened.conversation, staff=house.colleague.id, private_key=house.colleague.private)


def test_who_had_it_wakes_it(house: House, opened: Opened) -> None:
    let_sleep(house, opened)
    with refused("not_yours"):
        wake(conversation=opened.conversation, staff=house.colleague.id, private_key=house.colleague.private)
    wake(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    assert row(opened.conversation).state == "active"
    assert leased(opened.conversation)


def test_a_colleague_wakes_it_while_who_had_it_is_away(house: House, opened: Opened) -> None:
    let_sleep(house, opened)
    go_off_duty(staff=house.counsellor.id)
    wake(conversation=opened.conversation, staff=house.colleague.id, private_key=house.colleague.private)
    woken = row(opened.conversation)
    assert (woken.state, woken.assignee) == ("active", house.colleague.id)
    assert seen_by_child(opened.token)[-1][2] == "joined"


def test_waking_without_duty_counts_as_being_here(house: House, opened: Opened) -> None:
    let_sleep(house, opened)
    go_off_duty(staff=house.counsellor.id)
    wake(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    assert not Presence.objects.get(staff=house.counsellor.id).given


def test_a_child_that_writes_again_reaches_who_had_it_while_there_is_room(house: House, opened: Opened) -> None:
    use_duty(has_room)
    try:
        let_sleep(house, opened)
        say(opened, "still here?")
        assert (row(opened.conversation).state, row(opened.conversation).assignee) == ("active", house.counsellor.id)
        let_sleep(house, opened)
        go_off_duty(staff=house.counsellor.id)
        say(opened, "and now?")
        assert (row(opened.conversation).state, row(opened.conversation).assignee) == ("waiting", None)
    finally:
        use_duty(lambda _: False)


def promised(house: House, opened: Opened, on: date, now: datetime = NOON) -> None:
    promise(
        conversation=opened.conversation,
        staff=house.counsellor.id,
        private_key=house.counsellor.private,
        on=on,
        now=now,
    )


def test_a_promise_has_a_day_in_the_lines_own_zone(house: House, opened: Opened) -> None:
    Line.objects.filter(pk=house.line).update(timezone="Pacific/Auckland")
    promised(house, opened, date(2026, 11, 24))
    kept = row(opened.conversation)
    assert (kept.state, kept.promised_by) == ("promised", house.counsellor.id)
    assert kept.promised_for == datetime(2026, 11, 24, 10, 59, tzinfo=UTC)
    assert not leased(opened.conversation)
    assert seen_by_child(opened.token)[-1][2] == "promised"


@pytest.mark.parametrize("days", [-1, 15])
def test_a_promise_is_for_a_day_that_can_be_kept(house: House, opened: Opened, days: int) -> None:
    with refused("promise_day"):
        promised(house, opened, NOON.date() + timedelta(days=days))
    assert row(opened.conversation).state == "active"


def test_a_promise_for_today_holds_until_the_day_ends_and_is_then_overdue(house: House, opened: Opened) -> None:
    promised(house, opened, NOON.date())
    assert [each.overdue for each in my_desk(house.counsellor.id, now=NOON).cards] == [False]
    assert [each.overdue for each in my_desk(house.counsellor.id, now=NOON + timedelta(hours=12)).cards] == [True]


def test_a_pause_keeps_the_childs_words_out_until_it_ends(house: House, opened: Opened) -> None:
    pause_for_abuse(conversation=opened.conversation, staff=house.counsellor.id, minutes=10)
    assert seen_by_child(opened.token)[-1][2] == "paused_for_abuse"
    with refused("paused"):
        say(opened, "words")
    with refused("pause_minutes"):
        pause_for_abuse(conversation=opened.conversation, staff=house.counsellor.id, minutes=61)
    with refused("not_yours"):
        pause_for_abuse(conversation=opened.conversation, staff=house.colleague.id)


def test_blocked_stays_blocked_until_a_supervisor_says_otherwise(house: House, opened: Opened) -> None:
    block(conversation=opened.conversation, staff=house.counsellor.id)
    block(conversation=opened.conversation, staff=house.counsellor.id)
    assert [each[2] for each in seen_by_child(opened.token)].count("blocked") == 1
    with refused("blocked"):
        say(opened, "words")
    with refused("unknown"):
        unblock(conversation=opened.conversation, staff=house.counsellor.id)
    unblock(conversation=opened.conversation, staff=house.supervisor.id)
    say(opened, "words")
