"""Answers to go on with: sealed to a six-word code, written by whoever fills them, read by whoever knows the words.

The service can replace a draft, and cannot read it: each saving makes a new key, sealed to the public half of the
code's pair. The code's keys are derived by whoever asks (pop.privacy.derivations), slowly and in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.privacy.codes import CodeKey
from pop.privacy.sealing import SealError, new_key, open_message, open_with, seal_message, seal_to
from pop.surveys.collecting.models import Draft, Invitation, Submission, Survey

KEPT: Final = timedelta(days=90)
SENT_KEPT: Final = timedelta(days=365)
MOST_CHARACTERS: Final = 1_000_000
_EPOCH: Final = 1
_AUTHOR: Final = "respondent"


class DraftError(Exception):
    """A draft that cannot be kept. `code`: `unknown_survey`, `closed`, `unknown_draft`, `too_long`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Opened:
    """What a code opens: answers to go on with (`xml`), or what they became (`submission`), and then `xml` is "".

    Both are there while somebody corrects what was sent. `partner` is whose answers they are, or None.
    """

    draft: UUID
    survey: UUID
    language: str
    submission: UUID | None
    xml: str = field(repr=False)
    partner: UUID | None = None


def begin_draft(
    *, survey: UUID, xml: str, language: str, key: CodeKey, now: datetime, invitation: UUID | None = None
) -> UUID:
    """Keep answers under a new code's key (of the newest pepper) for 90 days, and return the draft's id.

    Raises DraftError. Whoever made the code shows it once: it is kept nowhere. An invitation that led here is started.
    """
    state = Survey.objects.filter(id=survey).values_list("state", flat=True).first()
    if state is None or state == "draft":
        raise DraftError("unknown_survey")
    if state == "closed":
        raise DraftError("closed")
    draft = Draft(
        lookup=key.lookup,
        public_key=key.pair.public,
        survey_id=survey,
        language=language,
        invitation_id=invitation,
        made_at=now,
        expires_at=now + KEPT,
    )
    _seal(draft, xml)
    with transaction.atomic():
        draft.save(force_insert=True)
        if invitation is not None:
            Invitation.objects.filter(id=invitation, started_at=None).update(started_at=now)
        record(action="begin_draft", object_type="draft", object_id=str(draft.id), detail={"survey": str(survey)})
    return draft.id


def save_draft(*, draft: UUID, xml: str, language: str, now: datetime) -> None:
    """Replace what is kept; 90 days begin anew. Raises DraftError, also for a draft that was sent."""
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(id=draft, expires_at__gt=now).first()
        if row is None or not row.sealed:
            raise DraftError("unknown_draft")
        _replace(row, xml, language, now)


def move_draft(*, draft: UUID, xml: str, language: str, key: CodeKey, now: datetime) -> None:
    """Seal what is kept to another key: to a code's, where somebody asked for a code. Raises DraftError."""
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(id=draft, expires_at__gt=now).first()
        if row is None or not row.sealed:
            raise DraftError("unknown_draft")
        row.lookup, row.public_key = key.lookup, key.pair.public
        _replace(row, xml, language, now, "lookup", "public_key")
        record(action="move_draft", object_type="draft", object_id=str(row.id))


def reopen_draft(*, draft: UUID, xml: str, language: str, now: datetime) -> None:
    """Let a code that leads to a submission open answers again, to correct it. Raises DraftError."""
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(id=draft, expires_at__gt=now).first()
        if row is None or row.submission_id is None:
            raise DraftError("unknown_draft")
        _replace(row, xml, language, now)


def forget_draft(*, draft: UUID) -> None:
    """Delete answers that nobody wants to go on with; one that was sent stays what it is."""
    Draft.objects.filter(id=draft, submission=None).delete()


def open_draft(*, keys: Sequence[CodeKey], now: datetime) -> Opened | None:
    """Return what a code opens, by its keys under all live peppers; None where it opens nothing."""
    by_lookup = {key.lookup: key for key in keys}
    rows = Draft.objects.select_related("invitation", "submission").defer("submission__xml")
    row = rows.filter(lookup__in=list(by_lookup), expires_at__gt=now).first()
    if row is None:
        return None
    came = row.submission or row.invitation
    partner = came.partner_id if came else None
    if not row.sealed:
        return Opened(row.id, row.survey_id, row.language, row.submission_id, "", partner)
    try:
        xml = _unseal(row, by_lookup[bytes(row.lookup)].pair.private)
    except SealError:
        return None
    return Opened(row.id, row.survey_id, row.language, row.submission_id, xml, partner)


def finish_draft(*, draft: UUID, submission: UUID, now: datetime) -> None:
    """Let a code lead to what its draft became, so that who sent it can see and correct it; the draft is deleted.

    A year from now the code leads nowhere. Raises DraftError.
    """
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(id=draft, expires_at__gt=now).first()
        if row is None or not Submission.objects.filter(id=submission).exists():
            raise DraftError("unknown_draft")
        row.submission_id = submission
        row.sealed = row.sealed_key = b""
        row.expires_at = now + SENT_KEPT
        row.save(update_fields=["submission", "sealed", "sealed_key", "expires_at"])
        row.pictures.all().delete()
        if row.invitation_id is not None:
            Invitation.objects.filter(id=row.invitation_id, answered_at=None).update(answered_at=now)
        detail: dict[str, object] = {"submission": str(submission)}
        record(action="finish_draft", object_type="draft", object_id=str(row.id), detail=detail)


def forget_expired(*, now: datetime) -> int:
    """Delete drafts that are past their time, and return how many went."""
    return Draft.objects.filter(expires_at__lte=now).delete()[0]


def _replace(row: Draft, xml: str, language: str, now: datetime, *more: str) -> None:
    row.edition += 1
    row.language = language
    row.expires_at = now + (KEPT if row.submission_id is None else SENT_KEPT)
    _seal(row, xml)
    row.save(update_fields=["edition", "language", "expires_at", "sealed", "sealed_key", *more])


def _seal(draft: Draft, xml: str) -> None:
    if len(xml) > MOST_CHARACTERS:
        raise DraftError("too_long")
    secret = new_key()
    draft.sealed_key = seal_to(bytes(draft.public_key), secret)
    # Padded, so that the size of a draft in the database tells little about what was answered; and bound to the row and
    # to how often it was saved, so that no row passes for another one and no former state for a later one.
    draft.sealed = seal_message(
        secret,
        xml,
        case=draft.id,
        epoch=_EPOCH,
        sequence=draft.edition,
        author=_AUTHOR,
        client_key=str(draft.survey_id),
    )


def _unseal(draft: Draft, private: bytes) -> str:
    """Return what `_seal` sealed. Raises SealError."""
    return open_message(
        open_with(private, bytes(draft.sealed_key)),
        bytes(draft.sealed),
        case=draft.id,
        epoch=_EPOCH,
        sequence=draft.edition,
        author=_AUTHOR,
        client_key=str(draft.survey_id),
    )
