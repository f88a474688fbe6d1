"""Counsellors at their desks: two of one team, one of another line, a supervisor; and children who write."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.test import Client

from pop.helpline.conversations.actions.opening import open_conversation
from pop.helpline.lines import actions as lines
from pop.helpline.queue.actions import duty, taking

STEPS = [{"id": "stay", "text": "Stay with the child"}, {"id": "call", "text": "Call the contact"}]


@dataclass(frozen=True)
class Office:
    """A line with a team, its people at signed-in clients, and a stranger who is in a team of another line."""

    line: UUID
    team: UUID
    other_line: UUID
    anna: Client
    ben: Client
    vera: Client
    stranger: Client

    def child(self, text: str = "An invented first message", **ticked: object) -> UUID:
        """Let a child write to the line, and return the conversation."""
        return write_to(self.line, text, **ticked)[0]

    def taken(self, text: str = "An invented first message", **ticked: object) -> UUID:
        """Let a child write, and Anna take the conversation."""
        conversation = self.child(text, **ticked)
        taking.take(conversation=conversation, staff=who(self.anna), private_key=key(self.anna))
        return conversation


def who(client: Client) -> UUID:
    """Return who sits at a client."""
    return UUID(str(client.person.pk))  # type: ignore[attr-defined]


def key(client: Client) -> bytes:
    """Return the private key that a client's sign-in opens."""
    found: bytes = client.private_key  # type: ignore[attr-defined]
    return found


def write_to(line: UUID, text: str = "An invented first message", **ticked: object) -> tuple[UUID, str]:
    """Let a child write to a line, and return the conversation and the child's token."""
    values: dict[str, object] = {"language": "en", "age": "13-17", "country": "KE", "tile": "at_school", **ticked}
    opened = open_conversation(line=line, text=text, form_key=secrets.token_urlsafe(24), **values)  # type: ignore[arg-type]
    return opened.conversation, opened.token


@pytest.fixture
def office(helpline_keys: object, as_staff: Callable[..., Client]) -> Office:
    """Anna and Ben, counsellors of one team; Vera, its supervisor; a stranger. Anna and Ben are on duty."""
    anna, ben, stranger = as_staff("counsellor"), as_staff("counsellor"), as_staff("supervisor", "counsellor")
    vera = as_staff("supervisor", "counsellor")
    line = lines.create_line(
        name="Line",
        by=who(vera),
        languages=("en", "fr"),
        settings_of_line={"danger_steps": STEPS, "emergency_contact": "Invented contact"},
    )
    team = lines.create_team(line=line, name="Team", intake=True, founders=[who(vera)], by=who(vera))
    for each in (anna, ben):
        lines.admit(team=team, staff=who(each), role="counsellor", by=who(vera), by_key=key(vera))
    other = lines.create_line(name="Other line", by=who(stranger))
    lines.create_team(line=other, name="Other team", intake=True, founders=[who(stranger)], by=who(stranger))
    for each in (anna, ben):
        duty.go_on_duty(staff=who(each), line=line, capacity=5, languages=["en"], given=False)
    duty.go_on_duty(staff=who(stranger), line=other, capacity=3, languages=["en"], given=False)
    return Office(line, team, other, anna, ben, vera, stranger)
