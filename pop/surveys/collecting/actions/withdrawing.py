"""Taking back what was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.events.actions import publish
from pop.surveys.collecting.models import Draft, Submission

WITHDRAWN: Final = "submission_withdrawn"

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
    """Let a submission, and all that it corrected, count no more; codes lead to it no longer.

    The documents stay for the audit of what was published from them until retention deletes them; no list that counts
    holds them. Returns False where it was withdrawn before.
    """
    with transaction.atomic():
        row = Submission.objects.select_for_update(of=("self",)).get(id=submission)
        if row.state == "withdrawn":
            return False
        each: Submission | None = row
        while each is not None:
            each.state = "withdrawn"
            each.save(update_fields=["state"])
            Draft.objects.filter(submission=each).update(expires_at=now)
            detail: dict[str, object] = {"survey": str(each.survey_id)}
            record(action="withdraw_submission", object_type="submission", object_id=str(each.id), detail=detail)
            each = each.replaces
        if _joined.take_away is not None:
            _joined.take_away(row.id)
        publish(name=WITHDRAWN, payload={"submission": str(row.id), "survey": str(row.survey_id)})
    return True
