"""Notes and identities: sealed, recorded, and for those only whom they are for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.cases.actions.private import (
    Identified,
    open_identity,
    opened_identity,
    pass_identity,
    read_notes,
    write_identity,
    write_note,
)
from pop.helpline.cases.models import Identity, Note
from pop.helpline.cases.queries.case import has_identity
from pop.helpline.conversations.actions.forgetting import forget
from pop.helpline.queue.actions.handing import accept_hand_over, hand_over
from pop.helpline.queue.actions.passing import use_passing
from pop.helpline.queue.actions.supervising import reassign
from pop.helpline.queue.actions.taking import take
from pop.privacy.keys import escrow_pair
from pop.privacy.sealing import open_with_two
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import Opened, begin
from tests.helpline.queue.steps import on_duty, other_team, refused

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WHO = Identified(name="An invented name", phone="+000 000", address="An invented street")


@pytest.fixture
def opened(house: House) -> Opened:
    """A conversation that the counsellor has."""
    on_duty(house, house.counsellor, house.colleague)
    made = begin(house)
    take(conversation=made.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return made


def note(who: Person, conversation: UUID, text: str) -> UUID:
    return write_note(conversation=conversation, staff=who.id, private_key=who.private, text=text)


def notes(who: Person, conversation: UUID) -> list[str | None]:
    return [each.text for each in read_notes(conversation=conversation, staff=who.id, private_key=who.private)]


def identify(who: Person, conversation: UUID, identity: Identified = WHO) -> None:
    write_identity(conversation=conversation, staff=who.id, private_key=who.private, identity=identity)


def identity_for(who: Person, conversation: UUID, reason: str = "imminent_danger") -> Identified:
    return open_identity(conversation=conversation, staff=who.id, private_key=who.private, reason=reason)


def test_the_team_reads_a_note_and_the_database_does_not(
    house: House, opened: Opened, person: Callable[..., Person]
) -> None:
    note(house.counsellor, opened.conversation, "a remark of the counsellor")
    assert b"remark" not in bytes(Note.objects.get().blob)
    assert notes(house.colleague, opened.conversation) == ["a remark of the counsellor"]
    assert AuditRow.objects.using(database.ALIAS).filter(action="read_notes", actor=house.colleague.id).exists()
    _, supervisor, stranger = other_team(house, person)
    for each in (supervisor, stranger):
        with refused("unknown"):
            notes(each, opened.conversation)
        with refused("unknown"):
            note(each, opened.conversation, "words")


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), ("  ", "empty"), ("x" * 4_001, "too_long"), ("a\0b", "unreadable"), ("\ud800", "unreadable")],
)
def test_a_note_that_is_none_is_refused(house: House, opened: Opened, text: str, code: str) -> None:
    with refused(code):
        note(house.counsellor, opened.conversation, text)


def test_a_note_cannot_be_passed_off_as_another(house: House, opened: Opened) -> None:
    first = note(house.counsellor, opened.conversation, "first")
    second = note(house.counsellor, opened.conversation, "second")
    Note.objects.filter(pk=second).update(blob=bytes(Note.objects.get(pk=first).blob))
    assert notes(house.counsellor, opened.conversation) == ["first", None]


def test_forgetting_takes_notes_and_identity_along(house: House, opened: Opened) -> None:
    note(house.counsellor, opened.conversation, "words")
    identify(house.counsellor, opened.conversation)
    forget(opened.token)
    assert not Note.objects.exists()
    assert not Identity.objects.exists()


def test_an_identity_is_opened_by_who_has_the_conversation_with_a_reason(house: House, opened: Opened) -> None:
    with refused("identity_none"):
        identity_for(house.counsellor, opened.conversation)
    identify(house.counsellor, opened.conversation)
    assert b"invented" not in bytes(Identity.objects.get().blob)
    assert identity_for(house.counsellor, opened.conversation) == WHO
    assert AuditRow.objects.using(database.ALIAS).get(action="open_identity").detail == {"reason": "imminent_danger"}
    assert has_identity(opened.conversation, house.colleague.id)
    with refused("reason"):
        identity_for(house.counsellor, opened.conversation, "curious")
    for each in (house.colleague, house.supervisor):
        with refused("not_yours"):
            identity_for(each, opened.conversation)
        with refused("not_yours"):
            identify(each, opened.conversation)


def test_an_identity_has_something_in_it_and_not_too_much(house: House, opened: Opened) -> None:
    with refused("identity_empty"):
        identify(house.counsellor, opened.conversation, Identified(name="  "))
    with refused("identity_long"):
        identify(house.counsellor, opened.conversation, Identified(name="x" * 201))


def test_two_of_the_escrow_open_an_identity(house: House, opened: Opened, helpline_keys: Path) -> None:
    identify(house.counsellor, opened.conversation)
    kept = Identity.objects.get()
    privates = {each: escrow_pair(helpline_keys / f"escrow-{each}.key").private for each in "ac"}
    assert opened_identity(kept, open_with_two(privates, bytes(kept.escrow_seal))) == WHO


def test_handing_over_seals_the_identity_to_the_next_one_too(house: House, opened: Opened) -> None:
    identify(house.counsellor, opened.conversation)
    use_passing(pass_identity)
    try:
        made = hand_over(
            conversation=opened.conversation,
            by=house.counsellor.id,
            private_key=house.counsellor.private,
            to_staff=house.colleague.id,
            warm=True,
        )
        assert identity_for(house.counsellor, opened.conversation) == WHO
        accept_hand_over(hand_over=made, staff=house.colleague.id, private_key=house.colleague.private)
        assert identity_for(house.colleague, opened.conversation) == WHO
        with refused("not_yours"):
            identity_for(house.counsellor, opened.conversation)
        hand_over(
            conversation=opened.conversation,
            by=house.colleague.id,
            private_key=house.colleague.private,
            to_staff=house.counsellor.id,
        )
        assert identity_for(house.counsellor, opened.conversation) == WHO
    finally:
        use_passing(lambda *_: None)


def test_reassigned_by_somebody_else_only_the_escrow_opens_it(house: House, opened: Opened) -> None:
    identify(house.counsellor, opened.conversation)
    reassign(conversation=opened.conversation, to_staff=house.colleague.id, staff=house.supervisor.id)
    with refused("identity_key"):
        identity_for(house.colleague, opened.conversation)
