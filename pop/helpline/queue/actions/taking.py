"""Taking who waits, and being given them: two people at once never get the same child."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.moving import move
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE, MESSAGE_LEFT, WAITING
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import locked, opened_by, ring_duty
from pop.helpline.queue.actions.waits import count_answered
from pop.helpline.queue.models import HandOver, Presence
from pop.helpline.queue.queries.rooms import cap_of, children_waiting, held_by, places
from pop.helpline.queue.queries.waiting import LEFT_ORDER
from pop.helpline.queue.rules.order import DANGER, choices, shared_out, speaks
from pop.helpline.queue.rules.reasons import LOST_AFTER


def take_next(*, staff: UUID, private_key: bytes, now: datetime | None = None) -> UUID | None:
    """Take whoever is next for somebody on duty and return the conversation, None where nobody waits for them.

    Next is who waits, in the queue's order, in a language of theirs or after waiting long enough; then the messages
    left out of hours, a ticked danger before others and whatever its language, then the oldest. Raises RefusedError:
    "off_duty", "full".
    """
    now = now or timezone.now()
    with database.atomic():
        presence = _presence(staff)
        teams = [each.team for each in lines.teams_of(staff) if each.line == presence.line_id]
        queue = choices(children_waiting(teams), presence.languages, cap=cap_of(presence.line_id), now=now)
        left = Conversation.objects.filter(team__in=teams, state=MESSAGE_LEFT, practice=False).order_by(*LEFT_ORDER)
        wanted = [(each.id, WAITING) for each in queue]
        wanted += [
            (pk, MESSAGE_LEFT)
            for pk, language, urgency in left.values_list("pk", "language", "urgency")
            if urgency >= DANGER or speaks(presence.languages, language)
        ]
        for conversation, state in wanted:
            # Whoever takes at the same moment has locked theirs: it is passed over, not waited for.
            rows = Conversation.objects.select_for_update(skip_locked=True)
            row = rows.filter(pk=conversation, state=state, blocked_at=None).first()
            if row is None:
                continue
            try:
                _take(row, staff, private_key, now=now)
            except RefusedError:  # sealed to an edition of the team's key that they do not have yet
                continue
            return row.pk
    return None


def take(*, conversation: UUID, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Take a certain child out of the queue, or a message that was left.

    Raises RefusedError: "unknown" (not in their team, or no key opens it), "off_duty", "full", "taken".
    """
    now = now or timezone.now()
    with database.atomic():
        _presence(staff)
        row = locked(conversation, staff=staff)
        if row.state not in (WAITING, MESSAGE_LEFT):
            raise RefusedError("taken")
        _take(row, staff, private_key, now=now)


def give_out(line: UUID, *, now: datetime | None = None) -> int:
    """Give a line's waiting children to those on duty who have room, and return how many were given; each second."""
    now = now or timezone.now()
    on_duty = Presence.objects.filter(line=line, state="available", given=True, seen_at__gte=now - LOST_AFTER).order_by(
        "staff"
    )
    # A look before the transaction: an empty queue must not take SQLite's write lock every second.
    if not on_duty.exists():
        return 0
    teams = [each.id for each in lines.teams(line)]
    if not children_waiting(teams):
        return 0
    with database.atomic():
        rows = list(on_duty.select_for_update(skip_locked=True))
        pairs = shared_out(children_waiting(teams), places(rows, line=line), cap=cap_of(line), now=now)
        given = 0
        for conversation, staff in sorted(pairs):
            locked_rows = Conversation.objects.select_for_update(skip_locked=True)
            row = locked_rows.filter(pk=conversation, state=WAITING, blocked_at=None).first()
            if row is not None:
                _assign(row, staff, action="give_conversation", by=None, now=now)
                given += 1
    return given


def _presence(staff: UUID) -> Presence:
    """Return somebody's presence, locked, so that nobody takes more at once than they have room for."""
    row = Presence.objects.select_for_update().filter(staff=staff).first()
    if row is None:
        raise RefusedError("off_duty")
    if held_by([staff]).get(staff, 0) >= row.capacity:
        raise RefusedError("full")
    return row


def _take(row: Conversation, staff: UUID, private_key: bytes, *, now: datetime) -> None:
    keys = opened_by(row, staff=staff, private_key=private_key)
    _assign(row, staff, action="take_conversation", by=staff, now=now, keys=keys)


def _assign(
    row: Conversation,
    staff: UUID,
    *,
    action: str,
    by: UUID | None,
    now: datetime,
    keys: dict[int, bytes] | None = None,
) -> None:
    """Give a locked conversation to somebody."""
    count_answered(row, now=now)
    HandOver.objects.filter(conversation=row, to_staff=None, taken_at=None).update(taken_at=now)
    move(
        row.pk,
        to=ACTIVE,
        action=action,
        by=by,
        assignee=staff,
        keys=keys,
        told="joined",
        params={"role": "counsellor"},
        detail={"to_staff": str(staff)},
        now=now,
    )
    ring_duty(row.line_id)
