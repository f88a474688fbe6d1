"""Taking back what was sent: of its answers, its files and what came of them nothing stays but that there was one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.events.actions import publish
from pop.privacy.erasures import note_erased
from pop.surveys.collecting import files
from pop.surveys.collecting.models import Draft, DraftPicture, Submission
from pop.surveys.collecting.queries.submissions import named_files
from pop.surveys.collecting.rules.sent_ids import sent_id

WITHDRAWN: Final = "submission_withdrawn"
# What the journal of erasures calls a submission: a restored backup forgets it again.
ERASED: Final = "submission"
# And what it calls the id that its sender gave it: a file that is brought once more does not bring it back.
ERASED_AS_SENT: Final = "submission_sent"
_BATCH: Final = 100

Withdrawn = Callable[[UUID], None]


@dataclass(slots=True)
class _Joined:
    take_away: Withdrawn | None = None


_joined = _Joined()


def use_withdrawal(take_away: Withdrawn) -> None:
    """Join withdrawing to what takes away whatever came of a submission, inside the same transaction: nobody's wish to
    be left out waits for the worker.
    """
    _joined.take_away = take_away


def withdraw(*, submission: UUID, now: datetime) -> bool:
    """Empty a submission, all that it corrected and all that corrected it, now: answers, files, drafts of corrections;
    codes lead nowhere.

    Its row stays, with its id, its form and when it came, so that nothing of it comes back under that id. Returns False
    where it was withdrawn before. Raises OSError where the journal of erasures cannot be written; then nothing is done.
    """
    with transaction.atomic():
        emptied = _withdraw(submission, note=True)
        if emptied is not None:
            transaction.on_commit(lambda: forget_unnamed(emptied))
    return emptied is not None


def withdraw_again(submissions: Sequence[UUID]) -> None:
    """Empty what a restored backup has brought back; what it never held is passed over.

    Files are left to the worker: whoever restores into another place has the files of this one before them.
    """
    there = Submission.objects.filter(id__in=submissions).exclude(state="withdrawn").values_list("id", flat=True)
    for each in list(there):
        with transaction.atomic():
            _withdraw(each, note=False)


def empty_what_is_left() -> int:
    """Empty rows that were withdrawn and hold something still, at most a hundred; return how many there were."""
    rows = list(Submission.objects.filter(state="withdrawn").exclude(sha256="").order_by("id")[:_BATCH])
    for row in rows:
        with transaction.atomic():
            names = _empty(row)
        forget_unnamed(names)
    return len(rows)


def forget_unnamed(names: Sequence[str]) -> None:
    """Delete those of these files that no row names any more."""
    named = named_files(names)
    files.forget_soon([each for each in names if each not in named])


def _withdraw(submission: UUID, *, note: bool) -> list[str] | None:
    """Withdraw a submission with its corrections; return the names of their files, None where it was before."""
    found: list[Submission] = []
    following: UUID | None = _newest(submission)
    while following is not None:
        row = Submission.objects.select_for_update(of=("self",)).get(id=following)
        if not found and row.state == "withdrawn":
            return None
        found.append(row)
        following = row.replaces_id
    if note:
        # The line comes first: where what follows fails, it is owed, and a restore carries it out.
        note_erased([each.id for each in found], kind=ERASED)
        note_erased([sent_id(each.instance_id) for each in found], kind=ERASED_AS_SENT)
    if _joined.take_away is not None:
        _joined.take_away(submission)
    names: list[str] = []
    for each in found:
        names += _empty(each)
        detail: dict[str, object] = {"survey": str(each.survey_id)}
        record(action="withdraw_submission", object_type="submission", object_id=str(each.id), detail=detail)
    publish(name=WITHDRAWN, payload={"submission": str(submission), "survey": str(found[0].survey_id)})
    return names


def _newest(submission: UUID) -> UUID:
    """Return what corrects a submission last. Each is locked before it is asked: nobody corrects it from then on."""
    found = submission
    while True:
        Submission.objects.select_for_update(of=("self",)).only("id").get(id=found)
        later = Submission.objects.filter(replaces_id=found).values_list("id", flat=True).first()
        if later is None:
            return found
        found = later


def _empty(row: Submission) -> list[str]:
    """Leave of a row that there was one; return the names of its files."""
    names = list(row.attachments.values_list("sha256", flat=True))
    names += DraftPicture.objects.filter(draft__submission=row).values_list("sha256", flat=True)
    row.attachments.all().delete()
    Draft.objects.filter(submission=row).delete()
    row.xml, row.sha256, row.files, row.faults, row.provenance = b"", "", [], [], {}
    row.state = "withdrawn"
    row.save(update_fields=["xml", "sha256", "files", "faults", "provenance", "state"])
    return names
