"""The states of a conversation, and what an act of either side makes of them.

waiting → active ⇄ sleeping → closed, with message_left (written out of hours) and promised (a reply by a date). A
closed conversation never opens again; the child may begin another.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

WAITING: Final = "waiting"
ACTIVE: Final = "active"
SLEEPING: Final = "sleeping"
PROMISED: Final = "promised"
MESSAGE_LEFT: Final = "message_left"
CLOSED: Final = "closed"
STATES: Final = (WAITING, ACTIVE, SLEEPING, PROMISED, MESSAGE_LEFT, CLOSED)

LEASED: Final = frozenset({WAITING, ACTIVE})
"""The states in which the service itself can open a conversation."""

LEASE: Final = timedelta(minutes=30)
"""How long a lease outlives the last act of either side."""

RENEW_AFTER: Final = timedelta(minutes=1)
"""A lease is written anew at most so often: a row that changes with each message costs more than it tells."""

# Which state may follow which, by a named act. Writing is in `after_child_wrote` and `after_staff_wrote`.
_MOVES: Final[dict[str, frozenset[str]]] = {
    WAITING: frozenset({ACTIVE, SLEEPING, PROMISED, MESSAGE_LEFT, CLOSED}),
    ACTIVE: frozenset({WAITING, SLEEPING, PROMISED, CLOSED}),
    SLEEPING: frozenset({WAITING, ACTIVE, PROMISED, MESSAGE_LEFT, CLOSED}),
    PROMISED: frozenset({WAITING, ACTIVE, MESSAGE_LEFT, CLOSED}),
    MESSAGE_LEFT: frozenset({WAITING, ACTIVE, PROMISED, CLOSED}),
    CLOSED: frozenset(),
}


def may_become(state: str, other: str) -> bool:
    """Say whether a conversation in `state` may come into the `other` one; staying is no change, and no move."""
    return other in _MOVES[state]


def first_state(*, line_open: bool) -> str:
    """Return the state in which a conversation begins."""
    return WAITING if line_open else MESSAGE_LEFT


def after_child_wrote(state: str, *, line_open: bool, has_room: bool) -> str:
    """Return the state after a message of the child's. `has_room`: who had it, or promised, is on duty with room."""
    if state in LEASED:
        return state
    if state in (SLEEPING, PROMISED) and has_room:
        return ACTIVE
    return first_state(line_open=line_open)


def after_staff_wrote(state: str) -> str:
    """Return the state after a message of whoever has the conversation: they woke it."""
    return ACTIVE if state in (SLEEPING, PROMISED, MESSAGE_LEFT) else state


def raised(urgency: int) -> int:
    """Return the urgency of a child who was let down: at least 1, never less than before."""
    return max(1, urgency)


def lease_until(now: datetime) -> datetime:
    """Return when a lease renewed now ends."""
    return now + LEASE


def lease_is_due(until: datetime | None, *, now: datetime) -> bool:
    """Say whether an act now should write the lease's end anew."""
    return until is None or until - now < LEASE - RENEW_AFTER or until - now > LEASE


def rounded(moment: datetime) -> datetime:
    """Return the quarter of an hour (UTC) in which an aware moment lies, as a closed conversation keeps it."""
    moment = moment.astimezone(UTC)
    return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)
