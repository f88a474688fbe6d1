"""Letting a conversation sleep, promising a reply, waking it, and keeping abuse out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.appending import notice
from pop.helpline.conversations.actions.moving import move, tell
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE, CLOSED, PROMISED, SLEEPING
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.duty import stand_in
from pop.helpline.queue.actions.moving import locked, locked_by_supervisor, opened_by, own, ring_duty
from pop.helpline.queue.queries.rooms import on_duty
from pop.helpline.queue.rules.reasons import PROMISE_DAYS

_PAUSE_MINUTES = range(1, 61)
_LIVING = (ACTIVE, SLEEPING, PROMISED)


def sleep(*, conversation: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Let a conversation rest until either side writes; the service cannot open it meanwhile.

    Raises RefusedError: "unknown", "not_yours", "wrong_state".
    """
    now = now or timezone.now()
    with database.atomic():
        row = locked(conversation, staff=staff)
        own(row, staff=staff, states=(ACTIVE,))
        keys = opened_by(row, staff=staff, private_key=private_key)
        move(row.pk, to=SLEEPING, action="let_sleep", by=staff, keys=keys, told="slept", now=now)


def promise(*, conversation: UUID, staff: UUID, private_key: bytes, on: date, now: datetime | None = None) -> None:
    """Promise the child a reply by the end of a day in the line's own zone; until then the conversation rests.

    Raises RefusedError: "unknown", "not_yours", "wrong_state", "promise_day" (past, or more than 14 days ahead).
    """
    now = now or timezone.now()
    with database.atomic():
        row = locked(conversation, staff=staff)
        own(row, staff=staff, states=_LIVING)
        zone = _zone(row.line_id)
        today = now.astimezone(zone).date()
        if not today <= on <= today + timedelta(days=PROMISE_DAYS):
            raise RefusedError("promise_day")
        keys = opened_by(row, staff=staff, private_key=private_key)
        ends = datetime.combine(on, time(23, 59), tzinfo=zone).astimezone(UTC)
        move(
            row.pk,
            to=PROMISED,
            action="promise_reply",
            by=staff,
            promised_for=ends,
            keys=keys,
            told="promised",
            params={"on": ends.isoformat()},
            detail={"on": on.isoformat()},
            now=now,
        )


def wake(*, conversation: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Go on with a conversation that rests: whoever has it, or anybody of the team while they are not on duty.

    Raises RefusedError: "unknown", "not_yours", "wrong_state".
    """
    now = now or timezone.now()
    with database.atomic():
        row = locked(conversation, staff=staff)
        if row.state not in (SLEEPING, PROMISED):
            raise RefusedError("wrong_state")
        has = row.promised_by if row.state == PROMISED else row.assignee
        if has not in (None, staff) and row.assignee != staff and on_duty(has, line=row.line_id, now=now):
            raise RefusedError("not_yours")
        keys = opened_by(row, staff=staff, private_key=private_key)
        stand_in(staff=staff, line=row.line_id, now=now)
        move(
            row.pk,
            to=ACTIVE,
            action="wake",
            by=staff,
            assignee=staff,
            keys=keys,
            told="" if has == staff else "joined",
            params={"role": "counsellor"},
            detail={"to_staff": str(staff)},
            now=now,
        )
        ring_duty(row.line_id)


def pause_for_abuse(*, conversation: UUID, staff: UUID, minutes: int = 10, now: datetime | None = None) -> None:
    """Take no messages of the child's for some minutes (1 to 60), and tell it until when.

    Raises RefusedError: "unknown", "not_yours", "wrong_state", "pause_minutes".
    """
    now = now or timezone.now()
    if minutes not in _PAUSE_MINUTES:
        raise RefusedError("pause_minutes")
    with database.atomic():
        row = _theirs(conversation, staff)
        until = now + timedelta(minutes=minutes)
        Conversation.objects.filter(pk=row.pk).update(paused_until=until)
        notice(row.pk, "paused_for_abuse", {"until": until.isoformat()}, now=now)
        tell(row, row.state, action="pause_for_abuse", by=staff, detail={"minutes": minutes})


def block(*, conversation: UUID, staff: UUID, now: datetime | None = None) -> None:
    """Take no messages of the child's any more; it still sees emergency numbers. Errors as `pause_for_abuse`."""
    now = now or timezone.now()
    with database.atomic():
        row = _theirs(conversation, staff)
        if row.blocked_at is not None:
            return
        Conversation.objects.filter(pk=row.pk).update(blocked_at=now)
        notice(row.pk, "blocked", now=now)
        tell(row, row.state, action="block", by=staff)


def unblock(*, conversation: UUID, staff: UUID) -> None:
    """Let the child write again: a supervisor of the line decides, for a pause too. Raises RefusedError("unknown")."""
    with database.atomic():
        row = locked_by_supervisor(conversation, staff=staff)
        Conversation.objects.filter(pk=row.pk).update(blocked_at=None, paused_until=None)
        tell(row, row.state, action="unblock", by=staff)


def _theirs(conversation: UUID, staff: UUID) -> Conversation:
    """Return a living conversation, locked, for its assignee or a supervisor of its team."""
    row = locked(conversation, staff=staff)
    if row.assignee != staff and not lines.supervises(staff, row.line_id):
        raise RefusedError("not_yours")
    if row.state == CLOSED:
        raise RefusedError("wrong_state")
    return row


def _zone(line: UUID) -> ZoneInfo:
    found = lines.line(line)
    return ZoneInfo(found.timezone if found else "UTC")
