"""Closing: no conversation is closed by staff without a contact record in codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.models import ContactRecord
from pop.helpline.cases.rules import lists
from pop.helpline.cases.rules.records import Record, fault, monday_of, one_tap, quarter_hours
from pop.helpline.conversations.actions.leasing import end_leases
from pop.helpline.conversations.actions.moving import close
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules import retention
from pop.helpline.conversations.rules.lifecycle import ACTIVE, CLOSED, PROMISED, SLEEPING, rounded
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import locked, opened_by, own, ring_duty
from pop.helpline.queue.models import HandOver

# What nobody ever needs again is kept for a short time only.
_BRIEF = ("silent", "hang_up", "abusive", "wrong_number", "test", "joke")


def close_with_record(
    *, conversation: UUID, staff: UUID, private_key: bytes, record: Record, now: datetime | None = None
) -> UUID:
    """Close a conversation that one has, with its contact record, and return the record.

    A conversation that the child has ended, or the system, gets its record in the same way, once. Raises RefusedError:
    "unknown", "not_yours", "wrong_state", "recorded" (it has one), and what `pop.helpline.cases.rules.records.fault`
    says of the record.
    """
    now = now or timezone.now()
    wrong = fault(record)
    if wrong:
        raise RefusedError(wrong)
    with database.atomic():
        row = locked(conversation, staff=staff)
        own(row, staff=staff, states=(ACTIVE, SLEEPING, PROMISED, CLOSED))
        if ContactRecord.objects.filter(conversation=row).exists():
            raise RefusedError("recorded")
        made = keep_record(row, record, staff=staff, now=now)
        if row.state != CLOSED:
            HandOver.objects.filter(conversation=row, taken_at=None).delete()
            phone = row.channel == "phone"
            if phone:  # nobody reads a notice in a telephone call: without its key none is written
                end_leases([row.pk])
            close(
                conversation=row.pk,
                by=staff,
                ended_by="staff",
                keys=None if phone else opened_by(row, staff=staff, private_key=private_key),
                retention_class=_class(row, record),
                now=now,
            )
            ring_duty(row.line_id)
    return made


def close_one_tap(
    *, conversation: UUID, staff: UUID, private_key: bytes, contact_type: str, now: datetime | None = None
) -> UUID:
    """Close a contact that was none with its kind alone. Errors as `close_with_record`, and "one_tap"."""
    record = one_tap(contact_type)
    if record is None:
        raise RefusedError("one_tap")
    return close_with_record(conversation=conversation, staff=staff, private_key=private_key, record=record, now=now)


def keep_record(row: Conversation, record: Record, *, staff: UUID, now: datetime) -> UUID:
    """Keep the record of a conversation, inside the caller's transaction; the caller has checked it."""
    ended = row.closed_at or now
    waited = None
    if row.channel != "phone" and row.answered_at is not None:
        waited = quarter_hours(max(timedelta(0), row.answered_at - (row.waiting_since or row.opened_at)))
    groups = {each.id: each.group for each in lists.categories()}
    made = ContactRecord.objects.create(
        pk=uuid4(),
        line_id=row.line_id,
        conversation=row,
        practice=row.practice,
        week=monday_of(ended),
        channel=row.channel,
        language=row.language,
        country=row.country,
        edition=lists.EDITION,
        contact_type=record.contact_type,
        categories=list(record.categories),
        actions_taken=list(record.actions_taken),
        age_band=record.age_band,
        vulnerable_groups=list(record.vulnerable_groups),
        living_situation=record.living_situation,
        minutes=None if row.assigned_at is None else quarter_hours(max(timedelta(0), ended - row.assigned_at)),
        waited_minutes=waited,
        staff=staff,
        made_at=rounded(now),
    )
    Conversation.objects.filter(pk=row.pk).update(
        contact_type=record.contact_type,
        topic_group=groups[record.categories[0]] if record.categories else "",
        age_band=record.age_band,
    )
    database.record(
        action="record_contact",
        object_type="conversation",
        object_id=str(row.pk),
        actor=staff,
        detail={"record": str(made.pk), "contact_type": record.contact_type, "edition": lists.EDITION},
    )
    return made.pk


def _class(row: Conversation, record: Record) -> str:
    """Return the class of a record that is kept for a short time; "" leaves it to what the conversation says."""
    brief = record.contact_type in _BRIEF and not row.danger and not row.practice
    return retention.BRIEF if brief else ""
