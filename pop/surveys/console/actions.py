"""What staff do with submissions that has to be written down."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from pop.audit.actions import record


def note_respondent_seen(*, submission: UUID, by: UUID) -> None:
    """Write down that somebody looked at what a submission says about the person who answered."""
    with transaction.atomic():
        record(action="see_respondent", object_type="submission", object_id=str(submission), actor=by)
