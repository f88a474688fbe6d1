"""The escrow: two of its three people open a complaint that no supervisor of its line may open, and answer it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.helpline import database
from pop.helpline.conversations.actions.complaining import OpenedComplaint, keep_answer, row_of, words_of
from pop.helpline.conversations.models import Complaint, ComplaintSeal
from pop.helpline.conversations.queries.keys import ESCROW
from pop.helpline.conversations.rules.messages import fault_of
from pop.helpline.lines.rules import RefusedError
from pop.privacy.sealing import SealError, open_with_two


def open_as_escrow(*, complaint: UUID, privates: Mapping[str, bytes]) -> OpenedComplaint:
    """Return a complaint's words to two of the escrow; the audit row, with their seats, is committed first.

    `privates` are two private keys (32 bytes) by seat: "a", "b" or "c". Raises RefusedError: "unknown" (no such
    complaint), "locked" (these two do not open it), and RuntimeError in a transaction.
    """
    row, key = _opened(complaint, privates)
    with transaction.atomic(using=database.ALIAS, durable=True):
        database.record(
            action="open_complaint",
            object_type="complaint",
            object_id=str(complaint),
            detail={"escrow": sorted(privates)},
        )
    text, answer = words_of(row, key)
    return OpenedComplaint(row_of(row, False), text, answer)


def answer_as_escrow(*, complaint: UUID, text: str, privates: Mapping[str, bytes], now: datetime | None = None) -> None:
    """Answer a complaint, with the date, as two of the escrow; the child finds it as it finds a supervisor's.

    Raises RefusedError as `open_as_escrow`, and "answered" (it has one already), "empty", "too_long", "unreadable".
    """
    if fault := fault_of(text):
        raise RefusedError(fault)
    with database.atomic():
        Complaint.objects.select_for_update().filter(pk=complaint).first()
        row, key = _opened(complaint, privates)
        keep_answer(row, key, text, by=None, detail={"escrow": sorted(privates)}, now=now)


def _opened(complaint: UUID, privates: Mapping[str, bytes]) -> tuple[Complaint, bytes]:
    row = Complaint.objects.filter(pk=complaint).first()
    seal = ComplaintSeal.objects.filter(complaint=complaint, recipient=ESCROW).first()
    if row is None or seal is None:
        raise RefusedError("unknown")
    try:
        return row, open_with_two(privates, bytes(seal.blob))
    except SealError:
        pass
    raise RefusedError("locked")
