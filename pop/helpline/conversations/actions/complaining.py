"""A child's complaint: to supervisors who had nothing to do with the conversation, with a dated answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from pop.audit.queries.traces import actors_on
from pop.helpline import database
from pop.helpline.conversations.models import ChildSession, Complaint, ComplaintSeal, Conversation, Message
from pop.helpline.conversations.queries import keys as case_keys
from pop.helpline.conversations.queries.talks import conversation_of
from pop.helpline.conversations.rules.messages import fault_of, valid_client_key
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import ring
from pop.people import queries as people
from pop.privacy.keyring import keyring
from pop.privacy.sealing import SealError, new_key, open_message, open_with, seal_message, seal_to, seal_to_pairs

MADE: Final = "complaint_made"
ANSWERED: Final = "complaint_answered"
SUPERVISOR: Final = "supervisor"
_COMPLAINT, _ANSWER = 1, 2


@dataclass(frozen=True)
class ComplaintView:
    """A complaint as the child sees it: what it wrote, when it was made, by when it is answered, the answer."""

    id: UUID
    made_at: datetime
    due_on: date
    text: str = field(repr=False)
    answer: str | None = field(default=None, repr=False)
    answered_at: datetime | None = None


@dataclass(frozen=True)
class ComplaintRow:
    """A complaint as a supervisor's list shows it. `mine`: sealed to whoever asks. No words."""

    id: UUID
    line: UUID
    state: str
    made_at: datetime
    due_on: date
    answered_at: datetime | None
    mine: bool


@dataclass(frozen=True)
class OpenedComplaint:
    """A complaint with its words, for the supervisor to whom it is sealed. The conversation is not named."""

    row: ComplaintRow
    text: str = field(repr=False)
    answer: str | None = field(default=None, repr=False)


def complain(token: str, text: str, client_key: str, *, now: datetime | None = None) -> UUID:
    """Keep a complaint, during a conversation or after it, and return its id.

    Sealed to the line's supervisors who had nothing to do with the conversation, to the escrow and to the child (its
    sessions and its code). The same key with the same text gives the same complaint. Raises RefusedError: "unknown",
    "empty", "too_long", "unreadable", "key_reused".
    """
    moment = now or timezone.now()
    conversation = conversation_of(token)
    if conversation is None:
        raise RefusedError("unknown")
    if (fault := fault_of(text)) or not valid_client_key(client_key):
        raise RefusedError(fault or "unreadable")
    try:
        with database.atomic():
            return _complain(conversation, token, text, client_key, moment)
    except IntegrityError:
        # The same form came twice at once, and the other one was quicker.
        with database.atomic():
            return _complain(conversation, token, text, client_key, moment)


def complaints_of(token: str) -> list[ComplaintView]:
    """Return the child's complaints, the first one first. Raises RefusedError("unknown")."""
    conversation = conversation_of(token)
    if conversation is None:
        raise RefusedError("unknown")
    views = []
    for complaint in Complaint.objects.filter(conversation=conversation).order_by("made_at", "id"):
        key = _opened(complaint, case_keys.SESSION, case_keys.token_hash(token), case_keys.session_pair(token).private)
        if key is not None:
            text, answer = words_of(complaint, key)
            views.append(
                ComplaintView(complaint.pk, complaint.made_at, complaint.due_on, text, answer, complaint.answered_at)
            )
    return views


def complaints_for(staff: UUID, line: UUID, *, state: str = "") -> list[ComplaintRow]:
    """Return a line's complaints for a supervisor of it, soonest due first, without words and without conversations.

    Those that concern whoever asks are left out. Raises RefusedError("unknown") for who does not supervise the line.
    """
    if not lines.supervises(staff, line):
        raise RefusedError("unknown")
    found = Complaint.objects.filter(line=line).order_by("due_on", "made_at", "id")
    if state:
        found = found.filter(state=state)
    mine = set(
        ComplaintSeal.objects.filter(recipient=SUPERVISOR, recipient_id=str(staff)).values_list("complaint", flat=True)
    )
    # What was sealed to an earlier key of theirs is not theirs to open any more.
    since = people.keyed_since([staff]).get(staff)
    return [
        row_of(each, each.pk in mine and since is not None and since <= each.made_at)
        for each in found
        if str(staff) not in each.concerns
    ]


def open_complaint(*, complaint: UUID, by: UUID, private_key: bytes) -> OpenedComplaint:
    """Return a complaint's words to a supervisor to whom it is sealed; the audit row is committed first.

    Raises RefusedError("unknown") for everybody else, whom it concerns above all, and RuntimeError in a transaction.
    """
    row, key = _for_supervisor(complaint, by, private_key)
    with transaction.atomic(using=database.ALIAS, durable=True):
        database.record(action="open_complaint", object_type="complaint", object_id=str(complaint), actor=by)
    text, answer = words_of(row, key)
    return OpenedComplaint(row_of(row, True), text, answer)


def answer_complaint(*, complaint: UUID, text: str, by: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Answer a complaint, with the date; the child finds it where it complained, or by its code.

    Raises RefusedError: "unknown", "answered" (it has one already), "empty", "too_long", "unreadable".
    """
    if fault := fault_of(text):
        raise RefusedError(fault)
    with database.atomic():
        Complaint.objects.select_for_update().filter(pk=complaint).first()
        row, key = _for_supervisor(complaint, by, private_key)
        keep_answer(row, key, text, by=by, now=now)


def keep_answer(
    row: Complaint,
    key: bytes,
    text: str,
    *,
    by: UUID | None,
    detail: Mapping[str, object] | None = None,
    now: datetime | None = None,
) -> None:
    """Keep the answer to a locked complaint under its key, inside the caller's transaction, which checked the text.

    `by` None is the escrow, and `detail` says who of it. Raises RefusedError("answered").
    """
    if row.state == "answered":
        raise RefusedError("answered")
    row.answer = seal_message(
        key, text, case=row.pk, epoch=0, sequence=_ANSWER, author=SUPERVISOR, client_key=row.client_key
    )
    row.state, row.answered_by, row.answered_at = "answered", by, now or timezone.now()
    row.save(update_fields=["answer", "state", "answered_by", "answered_at"])
    database.record(action="answer_complaint", object_type="complaint", object_id=str(row.pk), actor=by, detail=detail)
    database.publish(name=ANSWERED, payload={"complaint": str(row.pk), "line": str(row.line_id)})
    if row.conversation_id is not None:
        ring([row.conversation_id])


def concerned(conversation: UUID) -> frozenset[UUID]:
    """Return the staff who had to do with a conversation: had it, promised, wrote in it, or did or read anything."""
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None:
        return frozenset()
    wrote = Message.objects.filter(conversation=row, staff__isnull=False).values_list("staff", flat=True).distinct()
    acted = actors_on(str(conversation), using=database.ALIAS)
    return frozenset({row.assignee, row.promised_by, *wrote, *acted} - {None})  # type: ignore[arg-type]


def _complain(conversation: UUID, token: str, text: str, client_key: str, now: datetime) -> UUID:
    row = Conversation.objects.select_for_update().filter(pk=conversation).first()
    if row is None:
        raise RefusedError("unknown")
    earlier = Complaint.objects.filter(conversation=row, client_key=client_key).first()
    if earlier is not None:
        private = case_keys.session_pair(token).private
        known = _opened(earlier, case_keys.SESSION, case_keys.token_hash(token), private)
        if known is None or words_of(earlier, known)[0] != text:
            raise RefusedError("key_reused")
        return earlier.pk
    record = lines.line(row.line_id)
    days = record.answer_complaints_within_days if record else 7
    about, key = concerned(conversation), new_key()
    complaint = Complaint(
        line_id=row.line_id,
        conversation=row,
        concerns=sorted(str(each) for each in about),
        made_at=now,
        due_on=(now + timedelta(days=days)).date(),
        client_key=client_key,
    )
    complaint.blob = seal_message(
        key, text, case=complaint.pk, epoch=0, sequence=_COMPLAINT, author="child", client_key=client_key
    )
    complaint.save(force_insert=True)
    ComplaintSeal.objects.bulk_create(_seals(complaint, row, about, key))
    database.record(
        action="complain",
        object_type="complaint",
        object_id=str(complaint.pk),
        detail={"line": str(row.line_id), "concerns": len(about)},
    )
    database.publish(name=MADE, payload={"complaint": str(complaint.pk), "line": str(row.line_id)})
    ring([row.pk])
    return complaint.pk


def _seals(complaint: Complaint, row: Conversation, about: frozenset[UUID], key: bytes) -> list[ComplaintSeal]:
    seals = [ComplaintSeal(complaint=complaint, recipient=case_keys.ESCROW, blob=seal_to_pairs(keyring().escrow, key))]
    for staff, public in people.public_keys_of(lines.supervisors(row.line_id) - about).items():
        blob = seal_to(public.key, key)
        seals.append(ComplaintSeal(complaint=complaint, recipient=SUPERVISOR, recipient_id=str(staff), blob=blob))
    for session in ChildSession.objects.filter(conversation=row, state="open"):
        blob = seal_to(bytes(session.public_key), key)
        seals.append(
            ComplaintSeal(complaint=complaint, recipient=case_keys.SESSION, recipient_id=session.token_hash, blob=blob)
        )
    if row.code_public is not None:
        blob = seal_to(bytes(row.code_public), key)
        seals.append(ComplaintSeal(complaint=complaint, recipient=case_keys.CODE, blob=blob))
    return seals


def _for_supervisor(complaint: UUID, by: UUID, private_key: bytes) -> tuple[Complaint, bytes]:
    row = Complaint.objects.filter(pk=complaint).first()
    if row is None or str(by) in row.concerns or not lines.supervises(by, row.line_id):
        raise RefusedError("unknown")
    key = _opened(row, SUPERVISOR, str(by), private_key)
    if key is None:
        raise RefusedError("unknown")
    return row, key


def _opened(complaint: Complaint, recipient: str, recipient_id: str, private: bytes) -> bytes | None:
    seal = ComplaintSeal.objects.filter(complaint=complaint, recipient=recipient, recipient_id=recipient_id).first()
    if seal is None:
        return None
    try:
        return open_with(private, bytes(seal.blob))
    except SealError:
        return None


def words_of(row: Complaint, key: bytes) -> tuple[str, str | None]:
    """Return what the child wrote, and the answer or None. Raises SealError for another complaint's key."""
    text = open_message(
        key, bytes(row.blob), case=row.pk, epoch=0, sequence=_COMPLAINT, author="child", client_key=row.client_key
    )
    if row.answer is None:
        return text, None
    answer = open_message(
        key, bytes(row.answer), case=row.pk, epoch=0, sequence=_ANSWER, author=SUPERVISOR, client_key=row.client_key
    )
    return text, answer


def row_of(row: Complaint, mine: bool) -> ComplaintRow:
    """Return a complaint as a list shows it."""
    return ComplaintRow(row.pk, row.line_id, row.state, row.made_at, row.due_on, row.answered_at, mine)
