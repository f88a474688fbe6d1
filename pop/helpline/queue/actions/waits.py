"""How waits end, with an answer or without, and who is told when one lasts too long."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef
from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.forgetting import forget_rows
from pop.helpline.conversations.actions.moving import move
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules import retention
from pop.helpline.conversations.rules.lifecycle import CLOSED, MESSAGE_LEFT, WAITING
from pop.helpline.lines import queries as lines
from pop.helpline.queue.actions.moving import ring_duty
from pop.helpline.queue.models import Glance, Presence, Wait
from pop.helpline.queue.queries.rooms import cap_of
from pop.helpline.queue.rules.order import DANGER
from pop.helpline.queue.rules.reasons import KEPT_PLACE, LOST_AFTER

ANSWERED = "answered"
LEFT = "left"
MISSED = "missed"
LONG_WAIT = "long_wait"


def give_up_waits(now: datetime) -> int:
    """Turn waits that cannot end well into messages that are read later, and return how many; every few seconds.

    A child who was not seen for 15 minutes has gone ("left", or "missed" where it had waited longer than anybody may);
    one on a line that closed and has nobody on duty any more was let down ("missed"). Who is in danger stays in the
    queue: somebody must look.
    """
    ended = 0
    waiting = Conversation.objects.filter(state=WAITING, practice=False, urgency__lt=DANGER).order_by("pk")
    for line in set(waiting.order_by().values_list("line", flat=True)):
        deserted = not lines.open_now(line, now=now) and not _anybody(line, now)
        for row in list(waiting.filter(line=line)):
            if deserted or _gone(row, now):
                ended += _give_up(row.pk, line, now, deserted=deserted)
    return ended


def warn_of_long_waits(now: datetime) -> int:
    """Ask supervisors to look at each child who has waited longer than anybody may, once each; every few seconds."""
    made = 0
    waiting = Conversation.objects.filter(state=WAITING, practice=False)
    warned = Glance.objects.filter(conversation=OuterRef("pk"), why=LONG_WAIT)
    for line in set(waiting.order_by().values_list("line", flat=True)):
        late = waiting.filter(~Exists(warned), line=line, waiting_since__lte=now - cap_of(line))
        for conversation in list(late.values_list("pk", flat=True)):
            with database.atomic():
                Glance.objects.create(pk=uuid4(), conversation_id=conversation, why=LONG_WAIT, made_at=now)
                database.record(
                    action="warn_of_long_wait", object_type="conversation", object_id=str(conversation), detail=None
                )
                ring_duty(line)
            made += 1
    return made


def count_answered(row: Conversation, *, now: datetime) -> None:
    """Count the wait of a locked conversation that somebody takes now, without saying whose it was."""
    if row.state == WAITING and row.channel != "phone":
        _count(row, ANSWERED, seconds=max(0, int((now - row.state_since).total_seconds())), now=now)


def note_ended_wait(payload: Mapping[str, object]) -> None:
    """Hear "conversation_changed": count the wait of a child who ended the conversation before anybody answered."""
    if payload.get("state") != CLOSED:
        return
    row = Conversation.objects.filter(pk=UUID(str(payload["conversation"])), practice=False).first()
    if row is None or row.waiting_since is None or row.assigned_at is not None or row.channel == "phone":
        return
    now = timezone.now()
    until = row.closed_at or now
    _count(row, LEFT, seconds=max(0, int((until - row.waiting_since).total_seconds())), now=now)


def forget_waits(now: datetime, *, limit: int = 500) -> int:
    """Delete waits past their time, a few at each call, and return how many went."""
    before = retention.forgotten_before(retention.WAIT, now=now)
    return forget_rows(Wait.objects.filter(ended_at__lt=before), kind=retention.WAIT, limit=limit)


def _anybody(line: UUID, now: datetime) -> bool:
    return Presence.objects.filter(line=line, seen_at__gte=now - LOST_AFTER).exists()


def _gone(row: Conversation, now: datetime) -> bool:
    seen = max(moment for moment in (row.child_seen_at, row.last_child_at, row.state_since) if moment is not None)
    return now - seen >= KEPT_PLACE


def _give_up(conversation: UUID, line: UUID, now: datetime, *, deserted: bool) -> bool:
    with database.atomic():
        rows = Conversation.objects.select_for_update().filter(pk=conversation, state=WAITING, urgency__lt=DANGER)
        row = rows.first()
        if row is None or not (deserted or _gone(row, now)):
            return False
        waited = now - (row.waiting_since or row.opened_at)
        outcome = MISSED if deserted or waited >= cap_of(line) else LEFT
        _count(row, outcome, seconds=int(waited.total_seconds()), now=now)
        move(row.pk, to=MESSAGE_LEFT, action="give_up_wait", by=None, detail={"outcome": outcome}, now=now)
        # This wait is over: a later one begins anew, and ending the conversation counts it no second time.
        Conversation.objects.filter(pk=row.pk).update(waiting_since=None)
        ring_duty(line)
    return True


def _count(row: Conversation, outcome: str, *, seconds: int, now: datetime) -> None:
    Wait.objects.create(
        line_id=row.line_id,
        ended_at=now,
        seconds=seconds,
        urgency=row.urgency,
        channel=row.channel,
        outcome=outcome,
        practice=row.practice,
    )
