"""Taking submissions that were given elsewhere: as `receive` keeps them, many in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from pop.audit.actions import Row, record_many
from pop.privacy.erasures import erased_ids
from pop.surveys.collecting.actions.receiving import tell_received
from pop.surveys.collecting.actions.withdrawing import ERASED_AS_SENT
from pop.surveys.collecting.models import Submission
from pop.surveys.collecting.rules.reading import fingerprint, read_xml
from pop.surveys.collecting.rules.sent_ids import sent_id

SOURCE = "import"


class Fate(Enum):
    """What becomes of a submission that was brought."""

    NEW = "new"
    THERE = "there"  # the same is kept, or was and has been withdrawn
    OTHER = "other"  # other answers are kept under its id, and stay as they are


@dataclass(frozen=True)
class Brought:
    """One submission that an import brings. `sha256` is the fingerprint of its XML; `provenance` says where it comes
    from, with the digests of its row (`row_sha256`) and of the mapping (`mapping_sha256`).
    """

    instance_id: str
    xml: bytes = field(repr=False)
    sha256: str
    faults: Sequence[Mapping[str, str]]
    provenance: Mapping[str, Any]


def fingerprint_of(xml: bytes) -> str:
    """Return the digest under which a submission is known for what it says. Raises MalformedError."""
    return fingerprint(read_xml(xml))


def fates(rows: Sequence[Brought], *, survey: UUID) -> dict[str, Fate]:
    """Return what would become of submissions, by instance id."""
    wanted = [row.instance_id for row in rows]
    held = {
        row.instance_id: row
        for row in Submission.objects.filter(instance_id__in=wanted).only(
            "instance_id", "survey_id", "sha256", "source", "state", "provenance"
        )
    }
    # A backup from before it came in knows nothing of what was withdrawn since; the journal of erasures does.
    gone = erased_ids(ERASED_AS_SENT)
    there = {row.instance_id for row in rows if row.instance_id not in held and sent_id(row.instance_id) in gone}
    return {
        row.instance_id: Fate.THERE if row.instance_id in there else _fate(row, held.get(row.instance_id), survey)
        for row in rows
    }


def bring_in(rows: Sequence[Brought], *, survey: UUID, now: datetime, by: UUID | None) -> dict[str, Fate]:
    """Keep those of the submissions that are new, each told of by one event; return what became of each.

    Inside the caller's transaction, so that an import marks its rows in the same. A form takes them in any state: what
    was answered elsewhere was answered before.
    """
    found = fates(rows, survey=survey)
    fresh = [row for row in rows if found[row.instance_id] is Fate.NEW]
    try:
        with transaction.atomic():
            _insert(fresh, survey, now, by)
    except IntegrityError:
        # Somebody sent one of them at the same moment: its row is there now.
        found = fates(rows, survey=survey)
        fresh = [row for row in rows if found[row.instance_id] is Fate.NEW]
        _insert(fresh, survey, now, by)
    return found


def _fate(row: Brought, held: Submission | None, survey: UUID) -> Fate:
    if held is None:
        return Fate.NEW
    if held.state == "withdrawn":
        return Fate.THERE
    same = held.sha256 == row.sha256 and held.survey_id == survey
    # What a form works out from the day of the import differs from day to day; the row does not.
    read_alike = held.source == SOURCE and all(
        held.provenance.get(name) == row.provenance.get(name) for name in ("row_sha256", "mapping_sha256")
    )
    return Fate.THERE if same or read_alike else Fate.OTHER


def _insert(rows: Sequence[Brought], survey: UUID, now: datetime, by: UUID | None) -> None:
    made = [
        Submission(
            instance_id=row.instance_id,
            survey_id=survey,
            xml=row.xml,
            sha256=row.sha256,
            source=SOURCE,
            state="received",
            faults=list(row.faults),
            provenance=dict(row.provenance),
            received_at=now,
            completed_at=now,
        )
        for row in rows
    ]
    Submission.objects.bulk_create(made)
    record_many(
        [
            Row(
                "receive_submission",
                "submission",
                str(row.id),
                by,
                {"survey": str(survey), "source": SOURCE, "sha256": row.sha256},
            )
            for row in made
        ]
    )
    for row in made:
        tell_received(row)
