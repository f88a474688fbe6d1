"""What watching leaves behind: that staff opened a conversation, and that a child is still there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pop.helpline.conversations.actions.reading import record_reading, staff_keys
from pop.helpline.conversations.models import Conversation


def open_live(conversation: UUID, *, staff: UUID, private_key: bytes, how: str) -> Mapping[int, bytes]:
    """Return the keys with which somebody follows a conversation as it goes on, after the audit has kept that they do.

    `how` is "answer" for who has the conversation, else "live". The row is committed before this returns: where the
    audit fails, nothing is read. Raises RefusedError("unknown") for who is not in the conversation's team.
    """
    opened = staff_keys(conversation, staff, private_key)
    record_reading(conversation, staff=staff, how=how)
    return opened


def child_is_there(conversations: Iterable[UUID], *, now: datetime) -> None:
    """Keep, to the minute, that children have these conversations open."""
    minute = now.replace(second=0, microsecond=0)
    wanted = list(conversations)
    for first in range(0, len(wanted), 500):
        part = Conversation.objects.filter(pk__in=wanted[first : first + 500])
        part.exclude(child_seen_at=minute).update(child_seen_at=minute)
