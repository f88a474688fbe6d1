"""Steps that tests of the queue take."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from pop.helpline.conversations.models import Conversation
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.duty import go_on_duty
from pop.helpline.queue.models import Presence, Wait
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import begin

__all__ = ["age", "begin", "on_duty", "other_team", "real_waits", "refused", "row", "silence"]


def on_duty(
    house: House, *people: Person, capacity: int = 3, given: bool = False, speaks: tuple[str, ...] = ()
) -> None:
    """Let people of a house come on duty."""
    for each in people:
        go_on_duty(staff=each.id, line=house.line, capacity=capacity, languages=speaks, given=given)


def row(conversation: UUID) -> Conversation:
    """Return a conversation as it is kept."""
    return Conversation.objects.get(pk=conversation)


def age(conversation: UUID, length: timedelta) -> None:
    """Let a conversation have begun earlier."""
    each = row(conversation)
    moments = ("opened_at", "waiting_since", "state_since", "last_child_at", "child_seen_at", "assigned_at")
    earlier = {name: getattr(each, name) - length for name in moments if getattr(each, name) is not None}
    Conversation.objects.filter(pk=conversation).update(**earlier)


def silence(person: Person, length: timedelta) -> None:
    """Let somebody's browser have been silent for so long."""
    each = Presence.objects.get(staff=person.id)
    Presence.objects.filter(staff=person.id).update(seen_at=each.seen_at - length)


def real_waits(house: House, now: datetime, *seconds: int, **fields: object) -> None:
    """Let children have waited so long within the last hour."""
    for number, each in enumerate(seconds):
        ended = now - timedelta(minutes=number)
        Wait.objects.create(
            **{
                "line_id": house.line,
                "ended_at": ended,
                "seconds": each,
                "channel": "webchat",
                "outcome": "answered",
                **fields,
            }
        )


def other_team(house: House, person: Callable[..., Person]) -> tuple[UUID, Person, Person]:
    """Make a second team of the line: its id, its supervisor and its counsellor."""
    supervisor, counsellor = person("supervisor"), person("counsellor")
    team = line_actions.create_team(
        line=house.line, name="Other", intake=False, founders=[supervisor.id], by=house.supervisor.id
    )
    line_actions.admit(team=team, staff=counsellor.id, role="counsellor", by=supervisor.id, by_key=supervisor.private)
    return team, supervisor, counsellor


def refused(code: str) -> AbstractContextManager[object]:
    """Expect a refusal with exactly this code."""
    return pytest.raises(RefusedError, match=f"^{code}$")
