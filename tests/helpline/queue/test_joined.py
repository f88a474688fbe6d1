"""What a supervisor has joined: until they leave, it ends, or it is their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pop.helpline.conversations.actions.moving import close
from pop.helpline.conversations.actions.opening import Opened
from pop.helpline.lines import actions as line_actions
from pop.helpline.queue.actions.supervising import join, leave_joined, take_over
from pop.helpline.queue.queries.joined import joined, joined_because
from tests.helpline.conftest import House, Person
from tests.helpline.queue.steps import begin, on_duty

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def join_as(who: Person, opened: Opened, reason: str = "safety") -> None:
    join(conversation=opened.conversation, staff=who.id, private_key=who.private, reason=reason)


def leave_as(who: Person, opened: Opened) -> None:
    leave_joined(conversation=opened.conversation, staff=who.id, private_key=who.private)


def test_what_is_joined_is_there_until_it_is_left_and_again_after(house: House) -> None:
    first, second, lead = begin(house), begin(house), house.supervisor
    assert joined(lead.id) == {}
    join_as(lead, first)
    join_as(lead, second, "quality")
    assert joined(lead.id) == {first.conversation: "safety", second.conversation: "quality"}
    assert list(joined(lead.id)) == [first.conversation, second.conversation]
    leave_as(lead, first)
    assert joined(lead.id) == {second.conversation: "quality"}
    assert joined_because(first.conversation, lead.id) == ""
    join_as(lead, first, "training")
    assert joined_because(first.conversation, lead.id) == "training"
    assert set(joined(lead.id)) == {first.conversation, second.conversation}


def test_what_has_ended_or_is_ones_own_is_not_joined(house: House) -> None:
    ended, own, lead = begin(house), begin(house), house.supervisor
    for each in (ended, own):
        join_as(lead, each)
    close(conversation=ended.conversation, by=None, ended_by="child")
    on_duty(house, lead)
    take_over(conversation=own.conversation, staff=lead.id, private_key=lead.private, reason="safety")
    assert joined(lead.id) == {}


def test_nobody_else_has_joined_and_who_left_the_team_has_not_either(
    house: House, person: Callable[..., Person]
) -> None:
    opened, second = begin(house), person("supervisor")
    line_actions.admit(
        team=house.team,
        staff=second.id,
        role="supervisor",
        by=house.supervisor.id,
        by_key=house.supervisor.private,
    )
    join_as(second, opened)
    assert joined(house.supervisor.id) == {}
    assert joined(house.counsellor.id) == {}
    assert set(joined(second.id)) == {opened.conversation}
    line_actions.leave(team=house.team, staff=second.id, by=house.supervisor.id)
    assert joined(second.id) == {}
