"""What every act of staff on a conversation shares: who may, and whose desks are woken."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from pop.helpline.conversations.actions import moving
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries.keys import of_staff
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import ring_staff


def locked(conversation: UUID, *, staff: UUID) -> Conversation:
    """Return a conversation, locked until the transaction ends.

    Raises RefusedError("unknown") where there is none, or `staff` is not in its team.
    """
    row = moving.locked(conversation)
    if not lines.is_member(staff, row.team_id):
        raise RefusedError("unknown")
    return row


def locked_by_supervisor(conversation: UUID, *, staff: UUID, member: bool = False) -> Conversation:
    """Return a conversation, locked, for a supervisor of its line; `member`: who must be in its team too.

    Raises RefusedError("unknown").
    """
    row = moving.locked(conversation)
    if not lines.supervises(staff, row.line_id) or (member and not lines.is_member(staff, row.team_id)):
        raise RefusedError("unknown")
    return row


def own(row: Conversation, *, staff: UUID, states: Collection[str]) -> None:
    """Refuse ("not_yours", "wrong_state") whoever does not have the conversation, or not in one of these states."""
    if row.assignee != staff:
        raise RefusedError("not_yours")
    if row.state not in states:
        raise RefusedError("wrong_state")


def opened_by(row: Conversation, *, staff: UUID, private_key: bytes) -> dict[int, bytes]:
    """Return every epoch's key that somebody opens. Raises RefusedError("unknown") where the newest does not open."""
    keys = of_staff(row.pk, staff, private_key)
    if row.epoch not in keys:
        raise RefusedError("unknown")
    return keys


def ring_duty(line: UUID) -> None:
    """Wake the desks and boards of everybody of a line, on duty or not: its queue changed."""
    ring_staff(lines.staff_of(line))


def queue_changed(payload: Mapping[str, object]) -> None:
    """Hear "conversation_changed" {line}: whoever looks at the line's queue sees it within about a second."""
    if payload.get("line"):
        ring_duty(UUID(str(payload["line"])))
