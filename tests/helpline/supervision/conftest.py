"""A line with two teams, and everybody at the console: each test asks as somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from pop.helpline.lines import actions as line_actions
from pop.people.models import Staff
from tests.helpline.conftest import House, Person


@dataclass(frozen=True)
class Office:
    """A line, its two teams, and a signed-in client for each person."""

    line: UUID
    team: UUID
    other_team: UUID
    supervisor: Client
    counsellor: Client
    colleague: Client
    other_supervisor: Client
    stranger: Client
    administrator: Client

    @property
    def house(self) -> House:
        """The first team as the helpline's own steps know it."""
        return House(self.line, self.team, who(self.supervisor), who(self.counsellor), who(self.colleague))


def who(client: Client) -> Person:
    """Return somebody at the console as the helpline's own steps know them."""
    return Person(client.person.pk, client.private_key)  # type: ignore[attr-defined]


@pytest.fixture
def office(
    helpline_keys: Path, console: Client, make_staff: Callable[..., Staff], sign_in: Callable[..., Client]
) -> Office:
    """Two teams of one line; the stranger supervises another line."""

    def at(*roles: str, name: str) -> Client:
        return sign_in(Client(), make_staff(*roles, name=name))

    supervisor = at("supervisor", name="Sue")
    other = at("supervisor", name="Oz")
    stranger = at("supervisor", name="Stran")
    counsellor, colleague = at("counsellor", name="Cora"), at("counsellor", name="Col")
    line = line_actions.create_line(name="Line", by=who(supervisor).id)
    team = _team(line, "First", supervisor, intake=True)
    other_team = _team(line, "Other", other, intake=False)
    for each in (counsellor, colleague):
        line_actions.admit(
            team=team, staff=who(each).id, role="counsellor", by=who(supervisor).id, by_key=who(supervisor).private
        )
    elsewhere = line_actions.create_line(name="Elsewhere", by=who(stranger).id)
    _team(elsewhere, "Far", stranger, intake=True)
    return Office(
        line=line,
        team=team,
        other_team=other_team,
        supervisor=supervisor,
        counsellor=counsellor,
        colleague=colleague,
        other_supervisor=other,
        stranger=stranger,
        administrator=at("administrator", name="Adm"),
    )


def _team(line: UUID, name: str, founder: Client, *, intake: bool) -> UUID:
    # The program itself makes teams here: who may is asked elsewhere.
    return line_actions.create_team(line=line, name=name, intake=intake, founders=[who(founder).id], by=None)
