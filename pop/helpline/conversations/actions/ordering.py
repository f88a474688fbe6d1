"""What a supervisor orders about a record as a whole, without opening it: keep it by law, or erase it when asked."""

from __future__ import annotations

from uuid import UUID

from pop.helpline import database
from pop.helpline.conversations.actions.forgetting import erase, hold
from pop.helpline.conversations.actions.moving import locked
from pop.helpline.conversations.rules.orders import ERASE_REASONS, HOLD_REASONS, RELEASE_REASONS
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError


def order_hold(*, conversation: UUID, on: bool, staff: UUID, reason: str) -> None:
    """Keep a conversation by legal hold, or release it; the reason is recorded beside the act.

    For supervisors of its line who are in its team. Raises RefusedError: "unknown", "reason".
    """
    if reason not in (HOLD_REASONS if on else RELEASE_REASONS):
        raise RefusedError("reason")
    with database.atomic():
        _in_team(conversation, staff)
        hold(conversation, on=on, by=staff)
        _record("order_hold" if on else "order_release", conversation, staff, reason)


def order_erasure(*, conversation: UUID, staff: UUID, reason: str) -> None:
    """Erase a conversation because somebody who may ask for it did; the reason is recorded, the words never.

    For supervisors of its line who are in its team. Raises RefusedError: "unknown", "reason", "held".
    """
    if reason not in ERASE_REASONS:
        raise RefusedError("reason")
    with database.atomic():
        _in_team(conversation, staff)
        erase(conversation, why=reason, by=staff)
        _record("order_erasure", conversation, staff, reason)


def _in_team(conversation: UUID, staff: UUID) -> None:
    row = locked(conversation)
    if not lines.supervises(staff, row.line_id) or not lines.is_member(staff, row.team_id):
        raise RefusedError("unknown")


def _record(action: str, conversation: UUID, staff: UUID, reason: str) -> None:
    database.record(
        action=action,
        object_type="conversation",
        object_id=str(conversation),
        actor=staff,
        detail={"reason": reason},
    )
