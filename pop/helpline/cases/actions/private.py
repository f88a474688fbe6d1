"""What is never shown to the child and never leaves the case: private notes, and who the child is.

A note is sealed under the case key, for the team. An identity has a key of its own, sealed to whoever has the
conversation and to the escrow; handing over seals it to the next one, and where nobody can, only the escrow opens it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.models import Identity, Note
from pop.helpline.conversations.actions.reading import staff_keys
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.messages import LONGEST, fault_of, unreadable
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import locked, opened_by
from pop.people import queries as people
from pop.privacy.keyring import keyring
from pop.privacy.sealing import SealError, new_key, open_message, open_with, seal_message, seal_to, seal_to_pairs

IDENTITY_REASONS = ("imminent_danger", "emergency_contact", "child_asked", "legal_duty")
MOST_NOTE = LONGEST
_MOST = {"name": 200, "phone": 60, "address": 500}
_NOTE, _IDENTITY = "note", "identity"


@dataclass(frozen=True)
class NoteRead:
    """One opened note; `text` is None where no key of the reader's opens it."""

    id: UUID
    staff: UUID
    at: datetime
    text: str | None = field(repr=False)


@dataclass(frozen=True)
class Identified:
    """Who a child is, as far as it said; any part may be ""."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    address: str = field(default="", repr=False)


def write_note(*, conversation: UUID, staff: UUID, private_key: bytes, text: str, now: datetime | None = None) -> UUID:
    """Keep a private note, and return it: for the conversation's team, gone with the conversation.

    Raises RefusedError: "unknown", "empty", "too_long" (over 4,000 characters), "unreadable".
    """
    now = now or timezone.now()
    fault = fault_of(text)
    if fault is not None:
        raise RefusedError(fault)
    with database.atomic():
        row = locked(conversation, staff=staff)
        key = opened_by(row, staff=staff, private_key=private_key)[row.epoch]
        note = uuid4()
        blob = seal_message(key, text, case=row.pk, epoch=row.epoch, sequence=0, author=_NOTE, client_key=str(note))
        Note.objects.create(pk=note, conversation=row, epoch=row.epoch, staff=staff, at=now, blob=blob)
        _record("write_note", row.pk, staff)
    return note


def read_notes(*, conversation: UUID, staff: UUID, private_key: bytes) -> list[NoteRead]:
    """Return the notes of a conversation, the oldest first, to a member of its team; recorded before they are opened.

    Raises RefusedError("unknown").
    """
    keys = staff_keys(conversation, staff, private_key)
    rows = list(Note.objects.filter(conversation=conversation).order_by("at", "pk"))
    if rows:
        with transaction.atomic(using=database.ALIAS, durable=True):
            _record("read_notes", conversation, staff)
    return [NoteRead(row.pk, row.staff, row.at, _opened(row, keys)) for row in rows]


def write_identity(
    *, conversation: UUID, staff: UUID, private_key: bytes, identity: Identified, now: datetime | None = None
) -> None:
    """Keep who the child is, in place of what was there; only whoever has the conversation may.

    Raises RefusedError: "unknown", "not_yours", "identity_empty", "identity_long", "no_staff_key".
    """
    now = now or timezone.now()
    parts = {name: str(value).strip() for name, value in asdict(identity).items()}
    if not any(parts.values()):
        raise RefusedError("identity_empty")
    if any(len(value) > _MOST[name] or unreadable(value) for name, value in parts.items()):
        raise RefusedError("identity_long")
    with database.atomic():
        row = locked(conversation, staff=staff)
        if row.assignee != staff:
            raise RefusedError("not_yours")
        opened_by(row, staff=staff, private_key=private_key)
        own = people.public_key_of(staff)
        if own is None:
            raise RefusedError("no_staff_key")
        key = new_key()
        Identity.objects.update_or_create(
            conversation=row,
            defaults={
                "blob": _seal(key, row.pk, json.dumps(parts, ensure_ascii=False)),
                "assignee": staff,
                "assignee_seal": seal_to(own.key, key),
                "escrow_seal": seal_to_pairs(keyring().escrow, key),
                "next_assignee": None,
                "next_seal": None,
                "made_at": now,
            },
        )
        _record("write_identity", row.pk, staff)


def open_identity(*, conversation: UUID, staff: UUID, private_key: bytes, reason: str) -> Identified:
    """Return who the child is, to whoever has the conversation; the reason is recorded before it is opened.

    Raises RefusedError: "unknown", "not_yours", "reason", "identity_none", "identity_key" (it was never sealed to
    them: the escrow is needed).
    """
    if reason not in IDENTITY_REASONS:
        raise RefusedError("reason")
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None or not lines.is_member(staff, row.team_id):
        raise RefusedError("unknown")
    if row.assignee != staff:
        raise RefusedError("not_yours")
    kept = Identity.objects.filter(conversation=row).first()
    if kept is None:
        raise RefusedError("identity_none")
    with transaction.atomic(using=database.ALIAS, durable=True):
        _record("open_identity", row.pk, staff, reason=reason)
    key = _own_key(kept, staff, private_key)
    if key is None:
        raise RefusedError("identity_key")
    return opened_identity(kept, key)


def opened_identity(kept: Identity, key: bytes) -> Identified:
    """Return an identity opened by its own key, as the assignee or the escrow has it. Raises SealError."""
    text = open_message(
        key,
        bytes(kept.blob),
        case=kept.conversation_id,
        epoch=0,
        sequence=0,
        author=_IDENTITY,
        client_key=_IDENTITY,
    )
    return Identified(**json.loads(text))


def pass_identity(conversation: UUID, to: UUID, by: UUID, private_key: bytes) -> None:
    """Seal an identity to the next assignee too, where the present one passes it on; inside their transaction.

    Where the present one cannot open it, or the next one has no key, the escrow alone keeps it.
    """
    kept = Identity.objects.select_for_update().filter(conversation=conversation).first()
    if kept is None:
        return
    key, public = _own_key(kept, by, private_key), people.public_key_of(to)
    if key is None or public is None:
        return
    own = people.public_key_of(by)
    if kept.assignee != by and own is not None:
        kept.assignee, kept.assignee_seal = by, seal_to(own.key, key)
    kept.next_assignee, kept.next_seal = to, seal_to(public.key, key)
    kept.save(update_fields=["assignee", "assignee_seal", "next_assignee", "next_seal"])
    _record("pass_identity", conversation, by, to_staff=str(to))


def _own_key(kept: Identity, staff: UUID, private_key: bytes) -> bytes | None:
    seals = [(kept.assignee, kept.assignee_seal), (kept.next_assignee, kept.next_seal)]
    for holder, seal in seals:
        if holder == staff and seal is not None:
            try:
                return open_with(private_key, bytes(seal))
            except SealError:
                continue
    return None


def _seal(key: bytes, conversation: UUID, text: str) -> bytes:
    return seal_message(key, text, case=conversation, epoch=0, sequence=0, author=_IDENTITY, client_key=_IDENTITY)


def _opened(row: Note, keys: dict[int, bytes]) -> str | None:
    key = keys.get(row.epoch)
    if key is None:
        return None
    try:
        return open_message(
            key,
            bytes(row.blob),
            case=row.conversation_id,
            epoch=row.epoch,
            sequence=0,
            author=_NOTE,
            client_key=str(row.pk),
        )
    except SealError:
        return None


def _record(action: str, conversation: UUID, staff: UUID, **detail: object) -> None:
    database.record(action=action, object_type="conversation", object_id=str(conversation), actor=staff, detail=detail)
