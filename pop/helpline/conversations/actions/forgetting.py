"""Forgetting: keys, seals, words and sessions are destroyed; ids stay in the audit and in the journal of what went."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.entering import ENDED
from pop.helpline.conversations.actions.moving import close, locked
from pop.helpline.conversations.models import Answers, ChildSession, Complaint, ComplaintSeal, Conversation
from pop.helpline.conversations.queries.keys import CODE, SESSION, forget_opened, token_hash
from pop.helpline.conversations.queries.talks import conversation_of
from pop.helpline.conversations.rules import lifecycle, retention
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import ring
from pop.people import queries as people

ERASED = "conversation_erased"
"""The event whose subscriber keeps the journal of ids that is replayed into restored backups."""


def forget(token: str) -> None:
    """Destroy the child's conversation now, with everything that could open it and every session of it.

    Raises RefusedError: "unknown" (no open session), "held" (a court has ordered to keep it).
    """
    conversation = conversation_of(token)
    if conversation is None:
        raise RefusedError("unknown")
    erase(conversation, why="child")
    ChildSession.objects.filter(pk=token_hash(token)).update(state=ENDED, conversation=None)


def erase(conversation: UUID, *, why: str, by: UUID | None = None) -> None:
    """Destroy a conversation, in one transaction: `why` is child, retention or restored. Codes of contacts stay.

    What remains of a complaint is sealed to supervisors only. Raises RefusedError: "unknown", "held".
    """
    with database.atomic():
        row = locked(conversation)
        if row.legal_hold:
            raise RefusedError("held")
        line = row.line_id
        # A session's trace stays for a while, so that its form sent again cannot open a new conversation.
        ChildSession.objects.filter(conversation=row).update(state=ENDED, conversation=None)
        ComplaintSeal.objects.filter(complaint__conversation=row, recipient__in=(SESSION, CODE)).delete()
        Conversation.objects.filter(pk=row.pk).delete()
        forget_opened(conversation)
        database.record(
            action="erase_conversation",
            object_type="conversation",
            object_id=str(conversation),
            actor=by,
            detail={"why": why},
        )
        database.publish(name=ERASED, payload={"conversation": str(conversation), "line": str(line)})
        ring([conversation])


def hold(conversation: UUID, *, on: bool, by: UUID) -> None:
    """Set or lift a legal hold: what is held is not erased. Raises RefusedError("unknown").

    `by` is a supervisor of its line, or an administrator: what is in it stays closed to both.
    """
    with database.atomic():
        row = locked(conversation)
        if not (lines.supervises(by, row.line_id) or people.holds(by, "administrator")):
            raise RefusedError("unknown")
        Conversation.objects.filter(pk=row.pk).update(legal_hold=on)
        database.record(
            action="hold_conversation" if on else "release_conversation",
            object_type="conversation",
            object_id=str(row.pk),
            actor=by,
        )


def erase_due(now: datetime | None = None, *, limit: int = 20) -> int:
    """Erase closed conversations past their time, each in a transaction of its own, and return how many went.

    A few at each call, so that nobody waits for the write lock. What is held stays; what nobody closed for 90 days is
    closed by the system first. Answered complaints go after two years, unless their conversation is held.
    """
    moment = now or timezone.now()
    due = Conversation.objects.filter(
        state=lifecycle.CLOSED, erase_after__lt=moment.date(), legal_hold=False
    ).values_list("id", flat=True)[:limit]
    erased = 0
    for conversation in list(due):
        erase(conversation, why="retention")
        erased += 1
    idle = Conversation.objects.exclude(state=lifecycle.CLOSED).filter(
        state_since__lt=moment - retention.ABANDONED, child_seen_at__lt=moment - retention.ABANDONED
    )
    for conversation in list(idle.values_list("id", flat=True)[:limit]):
        close(conversation=conversation, by=None, ended_by="system", now=moment)
    old = Complaint.objects.filter(state="answered", answered_at__lt=moment - retention.COMPLAINT)
    old = old.exclude(conversation__legal_hold=True)
    with database.atomic():
        for complaint in list(old[:limit]):
            database.record(action="erase_complaint", object_type="complaint", object_id=str(complaint.pk))
            complaint.delete()
    return erased


def forget_answers(now: datetime, *, limit: int = 500) -> int:
    """Delete answers to the two questions past their time, a few at each call, and return how many went."""
    before = retention.forgotten_before(retention.ANSWERS, now=now).date()
    return forget_rows(Answers.objects.filter(week__lt=before), kind=retention.ANSWERS, limit=limit)


def forget_rows(rows: QuerySet[Any], *, kind: str, limit: int) -> int:
    """Delete at most `limit` of these rows in one short transaction, and return how many; the audit says of what kind.

    For records that no conversation belongs to any more: a legal hold keeps conversations, and what is theirs.
    """
    due = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    if due:
        with database.atomic():
            rows.model._default_manager.filter(pk__in=due).delete()
            database.record(action="forget_records", object_type="records", object_id=kind, detail={"rows": len(due)})
    return len(due)
