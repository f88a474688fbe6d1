"""What can be asked about conversations: a conversation, what was said in it, and its sessions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from pop.helpline.conversations.models import ChildSession, Conversation, Message
from pop.helpline.conversations.queries.keys import token_hash
from pop.helpline.conversations.rules.messages import NOTICE
from pop.privacy.sealing import SealError, open_message


@dataclass(frozen=True)
class Talk:
    """A conversation in codes, times and counts; all times are aware, and quarters of an hour once it is closed."""

    id: UUID
    line: UUID
    team: UUID
    channel: str
    practice: bool
    state: str
    state_since: datetime
    opened_at: datetime
    closed_at: datetime | None
    language: str
    country: str
    age: str
    tile: str
    danger: bool
    waiting_since: datetime | None
    urgency: int
    assignee: UUID | None
    assigned_at: datetime | None
    answered_at: datetime | None
    promised_for: datetime | None
    promised_by: UUID | None
    last_sequence: int
    epoch: int
    last_child_at: datetime | None
    last_staff_at: datetime | None
    child_seen_at: datetime | None
    lease_until: datetime | None
    has_code: bool
    paused_until: datetime | None
    blocked_at: datetime | None
    ended_by: str
    retention: str
    legal_hold: bool


@dataclass(frozen=True)
class Said:
    """One opened message. A notice has its code and parameters in `notice`; `readable` is False where no key opens."""

    sequence: int
    author: str
    kind: str
    text: str = field(repr=False)
    at: datetime
    staff: UUID | None = None
    notice: Mapping[str, object] = field(default_factory=dict, repr=False)
    readable: bool = True


def talk(conversation: UUID) -> Talk | None:
    """Return a conversation, or None: there is none, or it was erased."""
    row = Conversation.objects.filter(pk=conversation).first()
    return None if row is None else talk_of(row)


def talks(conversations: Iterable[UUID]) -> dict[UUID, Talk]:
    """Return these conversations by id; what is gone is left out."""
    return {row.pk: talk_of(row) for row in Conversation.objects.filter(pk__in=list(conversations))}


def first_opened() -> datetime | None:
    """Return when the oldest conversation that is still there was opened, None where there is none."""
    opened: datetime | None = Conversation.objects.aggregate(first=Min("opened_at"))["first"]
    return opened


def talk_of(row: Conversation) -> Talk:
    """Return a row as a value."""
    return Talk(
        id=row.pk,
        line=row.line_id,
        team=row.team_id,
        channel=row.channel,
        practice=row.practice,
        state=row.state,
        state_since=row.state_since,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        language=row.language,
        country=row.country,
        age=row.age,
        tile=row.tile,
        danger=row.danger,
        waiting_since=row.waiting_since,
        urgency=row.urgency,
        assignee=row.assignee,
        assigned_at=row.assigned_at,
        answered_at=row.answered_at,
        promised_for=row.promised_for,
        promised_by=row.promised_by,
        last_sequence=row.last_sequence,
        epoch=row.epoch,
        last_child_at=row.last_child_at,
        last_staff_at=row.last_staff_at,
        child_seen_at=row.child_seen_at,
        lease_until=row.lease_until,
        has_code=row.code_public is not None,
        paused_until=row.paused_until,
        blocked_at=row.blocked_at,
        ended_by=row.ended_by,
        retention=row.retention,
        legal_hold=row.legal_hold,
    )


def conversation_of(token: str) -> UUID | None:
    """Return the conversation that an open session of a child's belongs to, or None."""
    return (
        ChildSession.objects.filter(pk=token_hash(token), state="open").values_list("conversation", flat=True).first()
    )


def session_state(token: str) -> str:
    """Return "open", "pending" (a code is awaited), "failed", "ended", or "" for an unknown session."""
    return ChildSession.objects.filter(pk=token_hash(token)).values_list("state", flat=True).first() or ""


def messages_after(
    conversation: UUID, sequence: int, keys: Mapping[int, bytes], *, count: int | None = None
) -> list[Said]:
    """Return what was said after a sequence, in order, opened by these keys (epoch: key); at most `count`.

    A message of an epoch that no key opens is there, without words: the order has no hole. Who reads as staff goes
    through `actions.reading.read`, which writes the audit first.
    """
    rows = Message.objects.filter(conversation=conversation, sequence__gt=sequence).order_by("sequence")
    return [_said(row, keys) for row in (rows if count is None else rows[:count])]


def messages_before(conversation: UUID, sequence: int, keys: Mapping[int, bytes], *, count: int) -> list[Said]:
    """Return the last `count` messages before a sequence, in order."""
    earlier = Message.objects.filter(conversation=conversation, sequence__lt=sequence)
    return [_said(row, keys) for row in reversed(earlier.order_by("-sequence")[:count])]


def _said(row: Message, keys: Mapping[int, bytes]) -> Said:
    key = keys.get(row.epoch)
    if key is None:
        return Said(row.sequence, row.author, row.kind, "", row.at, row.staff, readable=False)
    try:
        text = open_message(
            key,
            bytes(row.blob),
            case=row.conversation_id,
            epoch=row.epoch,
            sequence=row.sequence,
            author=row.author,
            client_key=row.client_key,
        )
    except SealError:
        return Said(row.sequence, row.author, row.kind, "", row.at, row.staff, readable=False)
    if row.kind == NOTICE:
        return Said(row.sequence, row.author, row.kind, "", row.at, row.staff, json.loads(text))
    return Said(row.sequence, row.author, row.kind, text, row.at, row.staff)
