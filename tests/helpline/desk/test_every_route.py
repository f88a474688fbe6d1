"""Every address of the desk × role × own or other team × state. A new address without a row here fails."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from pop.helpline.conversations.actions.moving import close
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import STATES
from pop.helpline.desk.http.urls import console_urlpatterns
from pop.helpline.queue.actions import states
from pop.people.entrance import declared
from pop.people.models import ROLES

from .conftest import key, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
# Addresses of no conversation.
PLAIN = {
    "desk": ("/desk", GET),
    "desk_queue": ("/desk/queue", GET),
    "desk_duty": ("/desk/duty", POST),
    "desk_duty_now": ("/desk/duty/now", GET),
    "desk_beat": ("/desk/beat", POST),
    "desk_token": ("/desk/token", GET),
    "desk_next": ("/desk/next", POST),
    "desk_closed": ("/desk/closed", GET),
    "desk_phone": ("/desk/phone", BOTH),
    "desk_practice": ("/desk/practice", BOTH),
    "desk_answers": ("/desk/answers", BOTH),
    "desk_offer_accept": (f"/desk/offers/{uuid.UUID(int=1)}/accept", POST),
    "desk_offer_decline": (f"/desk/offers/{uuid.UUID(int=1)}/decline", POST),
    "desk_offer_note": (f"/desk/offers/{uuid.UUID(int=1)}/note", POST),
}
# Addresses of one conversation: for whoever has it, unless for everybody of its team.
TALK = {
    "desk_talk": ("", GET, "team"),
    "desk_head": ("/head", GET, "own"),
    "desk_take": ("/take", POST, "team"),
    "desk_wake": ("/wake", POST, "team"),
    "desk_sleep": ("/sleep", POST, "own"),
    "desk_ask": ("/ask", POST, "own"),
    "desk_leave": ("/leave", POST, "own"),
    "desk_canned": ("/canned", GET, "own"),
    "desk_promise": ("/promise", BOTH, "own"),
    "desk_hand_over": ("/hand-over", BOTH, "own"),
    "desk_abuse": ("/abuse", BOTH, "own"),
    "desk_notes": ("/notes", BOTH, "own"),
    "desk_risk": ("/risk", BOTH, "own"),
    "desk_steps": ("/steps", BOTH, "own"),
    "desk_identity": ("/identity", BOTH, "own"),
    "desk_find": ("/find", BOTH, "own"),
    "desk_read": ("/read", BOTH, "team"),
    "desk_close": ("/close", BOTH, "own"),
}
SECRET = "Words that only the team may read"


def asked(client: Client, path: str, methods: tuple[str, ...]) -> list[int]:
    """Ask an address in each of its ways, as a page and as a part of one."""
    found = []
    for method in methods:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.generic(method, path, headers=headers)
            found.append(answer.status_code)
            assert SECRET.encode() not in answer.content
    return found


def in_state(office, state: str) -> uuid.UUID:
    """Return a conversation of Anna's in a state; where nobody has it, one that nobody has."""
    if state in ("waiting", "message_left"):
        conversation = office.child(SECRET)
        Conversation.objects.filter(pk=conversation).update(state=state)
        return conversation
    conversation = office.taken(SECRET)
    me = {"conversation": conversation, "staff": who(office.anna), "private_key": key(office.anna)}
    if state == "sleeping":
        states.sleep(**me)
    elif state == "promised":
        states.promise(**me, on=timezone.now().date() + dt.timedelta(days=1))
    elif state == "closed":
        close(conversation=conversation, by=None, ended_by="child")
    return conversation


def test_every_address_has_a_row_and_is_for_those_who_counsel():
    said = {each.name: declared(each.callback) for each in console_urlpatterns if isinstance(each, URLPattern)}
    assert said == dict.fromkeys((*PLAIN, *TALK), "staff:counsellor,supervisor")
    assert len(said) == len(console_urlpatterns)


def test_strangers_are_led_to_sign_in_and_other_roles_find_nothing(office, console, as_staff):
    conversation = office.child(SECRET)
    rows = [*PLAIN.values(), *((f"/desk/c/{conversation}{path}", how) for path, how, _ in TALK.values())]
    others = [as_staff(role) for role in ROLES if role not in ("counsellor", "supervisor")]
    for path, methods in rows:
        assert set(asked(Client(), path, methods)) == {302}, path
        for client in others:
            assert set(asked(client, path, methods)) == {404}, path


@pytest.mark.parametrize("state", STATES)
def test_a_conversation_of_another_team_does_not_exist(office, state):
    conversation = in_state(office, state)
    for path, methods, _ in TALK.values():
        assert set(asked(office.stranger, f"/desk/c/{conversation}{path}", methods)) == {404}, path


@pytest.mark.parametrize("state", STATES)
def test_a_colleague_without_a_reason_reads_nothing_and_changes_nothing(office, state):
    conversation = in_state(office, state)
    before = Conversation.objects.values("state", "assignee").get(pk=conversation)
    for name, (path, methods, whose) in TALK.items():
        if name in ("desk_take", "desk_wake"):
            continue
        found = set(asked(office.ben, f"/desk/c/{conversation}{path}", methods))
        assert found <= ({404} if whose == "own" else {200, 302, 422}), name
    assert Conversation.objects.values("state", "assignee").get(pk=conversation) == before


@pytest.mark.parametrize("state", STATES)
def test_whoever_has_it_gets_an_answer_to_everything_in_every_state(office, state):
    conversation = in_state(office, state)
    known = {200, 302, 404, 409, 422}
    for path, methods, _ in TALK.values():
        for method in methods:
            for headers in ({}, {"HX-Request": "true"}):
                answer = office.anna.generic(method, f"/desk/c/{conversation}{path}", headers=headers)
                assert answer.status_code in known, path
    for path, methods in PLAIN.values():
        assert set(asked_plain(office.anna, path, methods)) <= known, path


def asked_plain(client: Client, path: str, methods: tuple[str, ...]) -> list[int]:
    return [client.generic(method, path).status_code for method in methods]


def test_looking_changes_nothing_and_a_form_without_its_token_is_refused(office, sign_in):
    conversation = office.taken()
    strict = sign_in(Client(enforce_csrf_checks=True), office.anna.person)
    rows = [*PLAIN.values(), *((f"/desk/c/{conversation}{path}", how) for path, how, _ in TALK.values())]
    for path, methods in rows:
        if "POST" in methods:
            assert strict.post(path).status_code == 403, path
        if methods == POST:
            assert strict.get(path).status_code == 405, path
