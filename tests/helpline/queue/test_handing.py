"""Handing over, to a colleague and to another team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from pop.helpline.conversations.actions.reading import read
from pop.helpline.queue.actions.handing import accept_hand_over, decline_hand_over, hand_over, hand_over_note
from pop.helpline.queue.actions.states import promise, sleep
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.models import HandOver
from pop.helpline.queue.queries.desk import my_desk, receivers
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import answer, say, seen_by_child
from tests.helpline.queue.steps import begin, on_duty, other_team, refused, row, silence

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def mine(house: House) -> tuple[UUID, str]:
    """A conversation that the counsellor has, with the colleague on duty, and the child's token."""
    on_duty(house, house.counsellor, house.colleague)
    opened = begin(house, "the first words")
    take(conversation=opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return opened.conversation, opened.token


def hand(house: House, conversation: UUID, **to: object) -> UUID:
    return hand_over(conversation=conversation, by=house.counsellor.id, private_key=house.counsellor.private, **to)  # type: ignore[arg-type]


def test_cold_to_a_colleague_is_theirs_at_once_and_the_child_is_told(house: House, mine: tuple[UUID, str]) -> None:
    made = hand(house, mine[0], to_staff=house.colleague.id, note="speaks little")
    assert row(mine[0]).assignee == house.colleague.id
    assert seen_by_child(mine[1])[-1][2] == "handed_over"
    answer(mine[0], house.colleague, "I go on")
    with refused("not_yours"):
        answer(mine[0], house.counsellor, "I too")
    assert hand_over_note(hand_over=made, staff=house.colleague.id, private_key=house.colleague.private) == (
        "speaks little"
    )


def test_a_note_lies_sealed_and_is_for_the_team_only(
    house: House, mine: tuple[UUID, str], person: Callable[..., Person]
) -> None:
    made = hand(house, mine[0], to_staff=house.colleague.id, note="a note of the giver")
    kept = HandOver.objects.get(pk=made).note
    assert kept is not None
    assert b"giver" not in bytes(kept)
    _, _, stranger = other_team(house, person)
    with refused("unknown"):
        hand_over_note(hand_over=made, staff=stranger.id, private_key=stranger.private)
    with refused("unknown"):
        hand_over_note(hand_over=made, staff=house.counsellor.id, private_key=stranger.private)


def test_warm_stays_with_the_giver_until_it_is_accepted(house: House, mine: tuple[UUID, str]) -> None:
    made = hand(house, mine[0], to_staff=house.colleague.id, warm=True)
    assert row(mine[0]).assignee == house.counsellor.id
    assert [each.id for each in my_desk(house.colleague.id).offered] == [made]
    with refused("unknown"):
        accept_hand_over(hand_over=made, staff=house.counsellor.id, private_key=house.counsellor.private)
    accept_hand_over(hand_over=made, staff=house.colleague.id, private_key=house.colleague.private)
    assert row(mine[0]).assignee == house.colleague.id
    assert my_desk(house.colleague.id).offered == []
    with refused("unknown"):
        accept_hand_over(hand_over=made, staff=house.colleague.id, private_key=house.colleague.private)


def test_an_offer_can_be_declined(house: House, mine: tuple[UUID, str]) -> None:
    made = hand(house, mine[0], to_staff=house.colleague.id, warm=True)
    decline_hand_over(hand_over=made, staff=house.colleague.id)
    assert row(mine[0]).assignee == house.counsellor.id
    assert not HandOver.objects.exists()


def test_an_offer_is_over_when_the_giver_has_lost_the_conversation(house: House, mine: tuple[UUID, str]) -> None:
    made = hand(house, mine[0], to_staff=house.colleague.id, warm=True)
    sleep(conversation=mine[0], staff=house.counsellor.id, private_key=house.counsellor.private)
    row(mine[0])
    HandOver.objects.filter(pk=made).update(by=house.supervisor.id)
    with refused("unknown"):
        accept_hand_over(hand_over=made, staff=house.colleague.id, private_key=house.colleague.private)


def test_a_colleague_must_be_here_and_of_the_team(
    house: House, mine: tuple[UUID, str], person: Callable[..., Person]
) -> None:
    _, _, stranger = other_team(house, person)
    on_duty(house, stranger)
    with refused("not_in_team"):
        hand(house, mine[0], to_staff=stranger.id)
    with refused("not_in_team"):
        hand(house, mine[0], to_staff=house.counsellor.id)
    silence(house.colleague, timedelta(seconds=41))
    with refused("off_duty_colleague"):
        hand(house, mine[0], to_staff=house.colleague.id)
    assert receivers(conversation=mine[0], staff=house.counsellor.id) == []


def test_only_who_has_it_hands_it_over(house: House, mine: tuple[UUID, str], person: Callable[..., Person]) -> None:
    with refused("not_yours"):
        hand_over(
            conversation=mine[0],
            by=house.colleague.id,
            private_key=house.colleague.private,
            to_staff=house.counsellor.id,
        )
    _, _, stranger = other_team(house, person)
    with refused("unknown"):
        hand_over(conversation=mine[0], by=stranger.id, private_key=stranger.private, to_staff=house.counsellor.id)
    with refused("note_text"):
        hand(house, mine[0], to_staff=house.colleague.id, note="x" * 2_001)


def test_another_team_gets_it_under_a_new_key_and_cannot_read_what_was_said_before(
    house: House, mine: tuple[UUID, str], person: Callable[..., Person]
) -> None:
    team, _, counsellor = other_team(house, person)
    made = hand(house, mine[0], to_team=team, note="needs legal help")
    moved = row(mine[0])
    assert (moved.state, moved.team_id, moved.epoch, moved.assignee, moved.urgency) == ("waiting", team, 2, None, 1)
    assert hand_over_note(hand_over=made, staff=counsellor.id, private_key=counsellor.private) == "needs legal help"
    on_duty(house, counsellor)
    take(conversation=mine[0], staff=counsellor.id, private_key=counsellor.private)
    assert HandOver.objects.get(pk=made).taken_at is not None
    say_more = say_as(mine, house)
    seen = read(mine[0], staff=counsellor.id, private_key=counsellor.private, how="answer")
    assert [each.text for each in seen if each.author == "child"] == ["", say_more]
    assert [each.readable for each in seen if each.author == "child"] == [False, True]
    with refused("unknown"):
        read(mine[0], staff=house.counsellor.id, private_key=house.counsellor.private, how="answer")
    assert "handed_over" in [each[2] for each in seen_by_child(mine[1])]


def say_as(mine: tuple[UUID, str], house: House) -> str:
    from_child = "words after the hand-over"
    say(_Opened(*mine), from_child)  # type: ignore[arg-type]
    return from_child


class _Opened:
    def __init__(self, conversation: UUID, token: str) -> None:
        self.conversation, self.token = conversation, token


def test_a_team_is_another_one_of_the_same_line(house: House, mine: tuple[UUID, str]) -> None:
    with refused("same_team"):
        hand(house, mine[0], to_team=house.team)
    with refused("unknown"):
        hand(house, mine[0], to_team=mine[0])


def test_a_promise_goes_along_with_the_conversation(house: House, mine: tuple[UUID, str]) -> None:
    today = timezone.now().date()
    promise(conversation=mine[0], staff=house.counsellor.id, private_key=house.counsellor.private, on=today)
    hand(house, mine[0], to_staff=house.colleague.id)
    moved = row(mine[0])
    assert (moved.state, moved.assignee, moved.promised_by) == ("promised", house.colleague.id, house.colleague.id)
    assert moved.promised_for is not None
