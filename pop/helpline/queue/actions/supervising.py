"""What a supervisor does: look where asked, read with a reason, join, take over, give to somebody else."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions import reading
from pop.helpline.conversations.actions.appending import notice
from pop.helpline.conversations.actions.moving import move, tell
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries.talks import Said
from pop.helpline.conversations.rules.lifecycle import ACTIVE, MESSAGE_LEFT, PROMISED, SLEEPING, WAITING
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.duty import stand_in
from pop.helpline.queue.actions.moving import locked, locked_by_supervisor, opened_by, ring_duty
from pop.helpline.queue.actions.waits import count_answered
from pop.helpline.queue.models import Glance, HandOver
from pop.helpline.queue.queries.rooms import on_duty
from pop.helpline.queue.rules.reasons import READ_REASONS
from pop.helpline.ringing import ring_staff

ASKED = "asked"
_LIVING = (WAITING, ACTIVE, SLEEPING, PROMISED, MESSAGE_LEFT)


def ask_to_look(*, conversation: UUID, staff: UUID, now: datetime | None = None) -> UUID:
    """Ask the line's supervisors to look at a conversation that one has; asking again while nobody has, is once.

    Raises RefusedError: "unknown", "not_yours".
    """
    now = now or timezone.now()
    with database.atomic():
        row = locked(conversation, staff=staff)
        if row.assignee != staff:
            raise RefusedError("not_yours")
        return call_supervisors(row, why=ASKED, by=staff, now=now)


def call_supervisors(row: Conversation, *, why: str, by: UUID | None, now: datetime) -> UUID:
    """Put a conversation before the line's supervisors, inside the caller's transaction; while one waits, it is it."""
    waiting = Glance.objects.filter(conversation=row, why=why, seen_at=None).first()
    if waiting is not None:
        return waiting.pk
    made = Glance.objects.create(pk=uuid4(), conversation=row, why=why, by=by, made_at=now)
    tell(row, row.state, action="ask_to_look", by=by, detail={"why": why})
    ring_staff(lines.supervisors(row.line_id))
    return made.pk


def seen_glance(*, glance: UUID, staff: UUID, now: datetime | None = None) -> None:
    """Say that somebody has looked. For supervisors of the line; RefusedError("unknown") for anybody else."""
    now = now or timezone.now()
    with database.atomic():
        made = Glance.objects.select_for_update().select_related("conversation").filter(pk=glance).first()
        if made is None or not lines.supervises(staff, made.conversation.line_id):
            raise RefusedError("unknown")
        if made.seen_at is not None:
            return
        made.seen_by, made.seen_at = staff, now
        made.save(update_fields=["seen_by", "seen_at"])
        tell(made.conversation, made.conversation.state, action="see_glance", by=staff, detail={"why": made.why})
        ring_staff(lines.supervisors(made.conversation.line_id))


def read_as_supervisor(*, conversation: UUID, staff: UUID, private_key: bytes, reason: str) -> list[Said]:
    """Return what was said, to a supervisor of the line who is in the conversation's team; the reason is recorded.

    The child sees in its list that a supervisor has read. Raises RefusedError: "unknown", "reason".
    """
    _reason(reason)
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None or not lines.supervises(staff, row.line_id):
        raise RefusedError("unknown")
    return reading.read(conversation, staff=staff, private_key=private_key, how=reason)


def join(*, conversation: UUID, staff: UUID, private_key: bytes, reason: str, now: datetime | None = None) -> None:
    """Come into a living conversation beside whoever has it; the child is told.

    Raises RefusedError: "unknown", "reason", "wrong_state".
    """
    now = now or timezone.now()
    _reason(reason)
    with database.atomic():
        row = locked_by_supervisor(conversation, staff=staff, member=True)
        if row.state not in _LIVING:
            raise RefusedError("wrong_state")
        keys = opened_by(row, staff=staff, private_key=private_key)
        notice(row.pk, "supervisor_joined", keys=keys, now=now)
        tell(row, row.state, action="join_conversation", by=staff, detail={"reason": reason})
        ring_staff([row.assignee] if row.assignee else [])


def leave_joined(*, conversation: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Leave a conversation that one had joined; the child is told. Raises RefusedError("unknown")."""
    now = now or timezone.now()
    with database.atomic():
        row = locked_by_supervisor(conversation, staff=staff, member=True)
        keys = opened_by(row, staff=staff, private_key=private_key)
        if row.state in _LIVING:
            notice(row.pk, "left", {"role": "supervisor"}, keys=keys, now=now)
        tell(row, row.state, action="leave_joined", by=staff)


def take_over(*, conversation: UUID, staff: UUID, private_key: bytes, reason: str, now: datetime | None = None) -> None:
    """Take a living conversation from whoever has it, or out of the queue; room or not. The child is told.

    Raises RefusedError: "unknown", "reason", "wrong_state".
    """
    now = now or timezone.now()
    _reason(reason)
    with database.atomic():
        row = locked_by_supervisor(conversation, staff=staff, member=True)
        if row.state not in _LIVING:
            raise RefusedError("wrong_state")
        keys = opened_by(row, staff=staff, private_key=private_key)
        stand_in(staff=staff, line=row.line_id, now=now)
        _give(row, staff, by=staff, keys=keys, action="take_over", told="joined", reason=reason, now=now)


def reassign(*, conversation: UUID, to_staff: UUID, staff: UUID, now: datetime | None = None) -> None:
    """Give a conversation to somebody of its team who is on duty; any supervisor of the line may, unread.

    Raises RefusedError: "unknown", "not_in_team", "off_duty_colleague", "wrong_state".
    """
    now = now or timezone.now()
    with database.atomic():
        row = locked_by_supervisor(conversation, staff=staff)
        if row.state not in (WAITING, ACTIVE):
            raise RefusedError("wrong_state")
        if not lines.is_member(to_staff, row.team_id):
            raise RefusedError("not_in_team")
        if not on_duty(to_staff, line=row.line_id, now=now):
            raise RefusedError("off_duty_colleague")
        _give(row, to_staff, by=staff, keys=None, action="reassign", told="handed_over", reason="", now=now)


def _give(
    row: Conversation,
    to: UUID,
    *,
    by: UUID,
    keys: dict[int, bytes] | None,
    action: str,
    told: str,
    reason: str,
    now: datetime,
) -> None:
    before = row.assignee
    HandOver.objects.filter(conversation=row, taken_at=None).delete()
    detail = {"to_staff": str(to), "from_staff": str(before), **({"reason": reason} if reason else {})}
    count_answered(row, now=now)
    move(
        row.pk,
        to=ACTIVE,
        action=action,
        by=by,
        assignee=to,
        keys=keys,
        told=told,
        params={"role": "supervisor"} if told == "joined" else {"to": "colleague"},
        detail=detail,
        now=now,
    )
    ring_duty(row.line_id)
    ring_staff([to, *([before] if before else [])])


def _reason(reason: str) -> None:
    if reason not in READ_REASONS:
        raise RefusedError("reason")
