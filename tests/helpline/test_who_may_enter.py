"""Every address of the helpline's console × who asks × the conversation's state; the table is `console_map`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from pop.helpline.cases.models import PracticeRun
from pop.helpline.conversations.actions.complaining import complain
from pop.helpline.conversations.actions.moving import close
from pop.helpline.conversations.models import Conversation
from pop.helpline.lines import actions as lines
from pop.helpline.lines.models import Line
from pop.helpline.queue.actions.duty import go_on_duty
from pop.helpline.queue.actions.glass import break_glass
from pop.helpline.queue.actions.handing import hand_over
from pop.helpline.queue.actions.states import promise, sleep
from pop.helpline.queue.actions.supervising import ask_to_look
from pop.helpline.queue.actions.taking import take
from pop.people.models import Staff
from pop.server.console import urlpatterns
from tests.helpline.conftest import House, Person, client_key
from tests.helpline.console_map import PEOPLE, ROWS, STATES, Row
from tests.helpline.conversations.steps import begin
from tests.helpline.supervision.conftest import who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PATTERNS: Mapping[str, URLPattern] = {
    str(each.name): each
    for each in urlpatterns
    if isinstance(each, URLPattern) and each.callback.__module__.startswith("pop.helpline.")
}


def of_a_conversation(name: str) -> bool:
    return bool({"conversation", "conversation_id"} & set(PATTERNS[name].pattern.converters))


@dataclass(frozen=True)
class Scene:
    """Everybody, signed in, and the ids of what the addresses are about."""

    people: Mapping[str, Client]
    unproved: Client
    ids: Mapping[str, UUID]
    talks: Mapping[str, UUID]


ROLES = {
    "assignee": ("counsellor",),
    "colleague": ("counsellor",),
    "leader": ("supervisor",),
    "other_counsellor": ("counsellor",),
    "other_leader": ("supervisor",),
    "far_counsellor": ("counsellor",),
    "far_leader": ("supervisor",),
    "no_role": (),
}


@pytest.fixture
def scene(
    helpline_keys: Path, console: Client, make_staff: Callable[..., Staff], sign_in: Callable[..., Client]
) -> Scene:
    """Two teams of a line, one of another line, a conversation in each state, and one of everything else."""
    people = {name: sign_in(Client(), make_staff(*ROLES.get(name, (name,)))) for name in PEOPLE}
    person = {name: who(client) for name, client in people.items()}
    line = lines.create_line(name="Line", by=None)
    team = _team(line, person["leader"], person["assignee"], person["colleague"], intake=True)
    _team(line, person["other_leader"], person["other_counsellor"], intake=False)
    far = lines.create_line(name="Far", by=None)
    _team(far, person["far_leader"], person["far_counsellor"], intake=True)
    house = House(line, team, person["leader"], person["assignee"], person["colleague"])
    for name in ROLES:
        if name != "no_role":
            here = far if name.startswith("far") else line
            go_on_duty(staff=person[name].id, line=here, capacity=8, languages=("en",), given=False)
    talks = {state: _in_state(state, house) for state in STATES}
    every = make_staff("counsellor", "supervisor", "editor", "approver", "administrator")
    return Scene(people, sign_in(Client(), every, proved=False), _things(house, person), talks)


def _team(line: UUID, leader: Person, *others: Person, intake: bool) -> UUID:
    made = lines.create_team(line=line, name="Team", intake=intake, founders=[leader.id], by=None)
    for each in others:
        lines.admit(team=made, staff=each.id, role="counsellor", by=leader.id, by_key=leader.private)
    return made


def _in_state(state: str, house: House) -> UUID:
    if state == "message_left":
        Line.objects.filter(pk=house.line).update(hours="off")
    conversation = begin(house).conversation
    Line.objects.filter(pk=house.line).update(hours="24/7")
    assignee = house.counsellor
    if state not in ("waiting", "message_left"):
        take(conversation=conversation, staff=assignee.id, private_key=assignee.private)
    if state == "sleeping":
        sleep(conversation=conversation, staff=assignee.id, private_key=assignee.private)
    if state == "promised":
        today = timezone.now().date()
        promise(conversation=conversation, staff=assignee.id, private_key=assignee.private, on=today)
    if state == "closed":
        close(conversation=conversation, by=assignee.id, ended_by="staff")
    assert Conversation.objects.get(pk=conversation).state == state
    return conversation


def _things(house: House, person: Mapping[str, Person]) -> dict[str, UUID]:
    assignee = house.counsellor
    opened = begin(house)
    take(conversation=opened.conversation, staff=assignee.id, private_key=assignee.private)
    practised = PracticeRun.objects.create(
        conversation_id=opened.conversation, script="en-silent", staff=assignee.id, made_at=timezone.now()
    )
    return {
        "glance_id": ask_to_look(conversation=opened.conversation, staff=assignee.id),
        "glass_id": break_glass(
            conversation=opened.conversation, staff=person["other_leader"].id, reason="legal_order"
        ),
        # About a conversation of its own: whoever had to do with one does not find its complaints.
        "complaint_id": complain(begin(house).token, "an invented complaint", client_key()),
        "hand_over": hand_over(
            conversation=opened.conversation,
            by=assignee.id,
            private_key=assignee.private,
            to_staff=house.colleague.id,
            warm=True,
            note="an invented note",
        ),
        "run_id": practised.pk,
        "line_id": house.line,
        "team_id": house.team,
        "staff_id": assignee.id,
    }


def asked(client: Client, name: str, row: Row, scene: Scene, state: str = "") -> int:
    """Ask an address and undo whatever it did; return the status."""
    ids = dict(scene.ids)
    if state:
        ids |= {"conversation": scene.talks[state], "conversation_id": scene.talks[state]}
    address = reverse(name, kwargs={each: ids[each] for each in PATTERNS[name].pattern.converters})
    form = {"reason": "quality", "key": client_key(), "text": "an invented text", **_form(name, scene)}
    points = [(alias, transaction.savepoint(using=alias)) for alias in settings.DATABASES]
    try:
        answer = client.post(address, form) if row.method == "POST" else client.get(address)
        return answer.status_code
    finally:
        for alias, point in points:
            transaction.savepoint_rollback(point, using=alias)


def _form(name: str, scene: Scene) -> dict[str, object]:
    """Return what an act needs to be one at all; most are refused, politely, without more."""
    if name == "team_admit":
        return {"staff": str(who(scene.people["counsellor"]).id), "role": "counsellor"}
    if name == "board_talk_reassign":
        return {"to": str(who(scene.people["colleague"]).id)}
    if name in ("board_talk_hold", "board_talk_erase"):
        return {"on": "yes", "sure": "yes", "reason": "legal_order"}
    return {"reason": "complaint"} if name == "glass_ask" else {}


def test_every_address_of_the_helplines_console_has_a_row_and_every_row_an_address() -> None:
    assert set(ROWS) == set(PATTERNS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_an_address_exists_for_those_of_its_row_only(name: str, scene: Scene) -> None:
    row = ROWS[name]
    for state in STATES if of_a_conversation(name) else ("",):
        statuses = {each: asked(client, name, row, scene, state) for each, client in scene.people.items()}
        there = {each for each, status in statuses.items() if status != 404}
        assert there == row.there_for(state), f"{state} {statuses}"
        assert all(status < 500 for status in statuses.values()), statuses
        # Whoever is not signed in, or not by the second factor, is led to sign in, whatever their roles.
        assert asked(Client(), name, row, scene, state) == 302
        assert asked(scene.unproved, name, row, scene, state) == 302
