"""Whether whoever had a conversation can go on with it at once: the queue knows, which stands above, and plugs in."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

HasRoom = Callable[[UUID], bool]


def _nobody(_: UUID) -> bool:
    return False


_has_room: HasRoom = _nobody


def use_duty(has_room: HasRoom) -> None:
    """Let this say whether somebody is on duty and has room; until then nobody is."""
    global _has_room
    _has_room = has_room


def has_room(staff: UUID | None) -> bool:
    """Say whether somebody is on duty and has room; nobody (None) has not."""
    return staff is not None and _has_room(staff)
