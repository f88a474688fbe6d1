"""What every list for staff shows of a conversation: codes, and not one word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pop.helpline.conversations.models import Conversation


@dataclass(frozen=True)
class Coded:
    """A conversation in codes; the lists add what they need."""

    id: UUID
    line: UUID
    team: UUID
    state: str
    channel: str
    practice: bool
    language: str
    country: str
    age: str
    tile: str
    danger: bool
    urgency: int


def codes_of(row: Conversation) -> dict[str, Any]:
    """Return the fields of `Coded`, for whatever is made of it."""
    return {
        "id": row.pk,
        "line": row.line_id,
        "team": row.team_id,
        "state": row.state,
        "channel": row.channel,
        "practice": row.practice,
        "language": row.language,
        "country": row.country,
        "age": row.age,
        "tile": row.tile,
        "danger": row.danger,
        "urgency": row.urgency,
    }
