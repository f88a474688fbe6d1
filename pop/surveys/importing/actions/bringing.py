"""An import from its beginning to its end: begun, checked, started, done or discarded."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.surveys.collecting.rules.sent_ids import sent_id
from pop.surveys.importing import storing
from pop.surveys.importing.models import Import, ImportRow
from pop.surveys.importing.rules.mapping import ColumnMapping, MappingError
from pop.surveys.importing.rules.problems import Problem

KEPT: Final = timedelta(days=30)
"""How long a file waits for somebody to go on with it, or to mend what stayed behind."""
UNFINISHED: Final = ("unmapped", "checking", "checked", "importing")


class ImportRefusedError(Exception):
    """Something that is not done with an import. `code`: `unknown`, `unchecked`, `has_mistakes`, `nothing_good`,
    `under_way`, `unmapped`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin_import(
    *,
    survey: UUID,
    file_name: str,
    data: bytes,
    now: datetime,
    hands: str,
    mapping: ColumnMapping | None = None,
    mapping_name: str = "",
    by: UUID | None = None,
) -> tuple[UUID, bool]:
    """Keep a file and begin to check it; return the import, and whether it is new.

    The same file for the same form by the same mapping goes on where it was, if it was not finished. Without a mapping
    it waits for one. Raises OSError where the disk does not take the file.
    """
    digest = hashlib.sha256(data).hexdigest()
    said = mapping.sha256 if mapping is not None else ""
    rows = Import.objects.filter(survey_id=survey, sha256=digest, mapping_sha256=said, state__in=UNFINISHED)
    unfinished = rows.order_by("-brought_at").first()
    if unfinished is not None and storing.read(unfinished.id) is not None:
        Import.objects.filter(id=unfinished.id).update(hands=hands)
        return unfinished.id, False
    made = Import(
        id=uuid.uuid4(),
        survey_id=survey,
        file_name="".join(sign for sign in file_name if sign.isprintable())[-200:],
        sha256=digest,
        size=len(data),
        state="checking" if mapping is not None else "unmapped",
        hands=hands,
        brought_by=by,
        brought_at=now,
    )
    _put_mapping(made, mapping, mapping_name)
    storing.keep(made.id, data)
    with transaction.atomic():
        made.save(force_insert=True)
        _note(made, "bring_file", by)
    return made.id, True


def map_import(
    *, import_id: UUID, mapping: ColumnMapping, mapping_name: str, check: bool, by: UUID | None = None
) -> None:
    """Give an import another mapping; with `check` its rows are checked anew. Raises ImportRefusedError."""
    with transaction.atomic():
        row = _locked(import_id)
        if row.state not in ("unmapped", "checking", "checked", "refused"):
            raise ImportRefusedError("under_way")
        _put_mapping(row, mapping, mapping_name)
        row.state, row.problems, row.total = ("checking" if check else "unmapped"), [], 0
        row.save()
        _forget_rows(row)
        if check:
            _note(row, "map_import", by)


def start_import(*, import_id: UUID, good_only: bool, by: UUID | None = None) -> None:
    """Let the good rows of a checked import become submissions; rows with mistakes stay behind only by `good_only`.

    Raises ImportRefusedError.
    """
    with transaction.atomic():
        row = _locked(import_id)
        if row.state in ("importing", "done"):
            return
        if row.state != "checked":
            raise ImportRefusedError("unmapped" if row.state == "unmapped" else "unchecked")
        rows = ImportRow.objects.filter(brought=row)
        if rows.filter(state="bad").exists() and not good_only:
            raise ImportRefusedError("has_mistakes")
        row.state, row.good_only = "importing", good_only
        row.save(update_fields=["state", "good_only"])
        _note(row, "start_import", by)


def discard_import(*, import_id: UUID, now: datetime, by: UUID | None = None) -> None:
    """Forget the file and the rows of an import that has not begun to make submissions. Raises ImportRefusedError."""
    with transaction.atomic():
        row = _locked(import_id)
        if row.state in ("importing", "done"):
            raise ImportRefusedError("under_way")
        _discard(row, now, by)
    storing.forget(import_id)


def forget_old_imports(*, now: datetime) -> int:
    """Forget files that wait for 30 days: of unfinished imports, and of what stayed behind; return how many went."""
    gone = 0
    for row in Import.objects.filter(state="done", finished_at__gt=now - KEPT):
        storing.forget(row.id)  # what a crash left between the end and this
    for row in Import.objects.filter(brought_at__lte=now - KEPT).exclude(state="discarded"):
        if row.state not in ("importing", "done"):
            with transaction.atomic():
                _discard(row, now, None)
        if row.state != "importing":
            gone += any(storing.read(row.id, what) is not None for what in (storing.BROUGHT, storing.TO_MEND))
            storing.forget(row.id)
            storing.forget(row.id, storing.TO_MEND)
    return gone


def forget_withdrawn(ids: Sequence[UUID]) -> None:
    """Empty checked rows that a restored backup has brought back and that were withdrawn since, by the ids under which
    the journal of erasures knows them (collecting/rules/sent_ids.py).
    """
    wanted = frozenset(ids)
    rows = ImportRow.objects.filter(state="good").values_list("id", "instance_id")
    found = [row for row, instance_id in rows.iterator(2_000) if sent_id(instance_id) in wanted]
    ImportRow.objects.filter(id__in=found).update(state="there", xml=b"", faults=[], provenance={})


def note_to_mend(*, import_id: UUID, by: UUID | None) -> None:
    """Write down that somebody took the rows that stay behind: they hold what people answered."""
    with transaction.atomic():
        _note(_locked(import_id), "take_rows_to_mend", by)


def refuse_import(*, import_id: UUID, problems: tuple[Problem, ...]) -> None:
    """Write down that a file, or its mapping, cannot be used at all."""
    with transaction.atomic():
        row = _locked(import_id)
        row.state, row.problems = "refused", [problem.plain() for problem in problems[:500]]
        row.save(update_fields=["state", "problems"])
        _forget_rows(row)


def _put_mapping(row: Import, mapping: ColumnMapping | None, name: str) -> None:
    if mapping is None:
        return
    row.mapping, row.mapping_sha256, row.mapping_name = mapping.plain(), mapping.sha256, name[:100]
    row.system = mapping.system


def _locked(import_id: UUID) -> Import:
    row = Import.objects.select_for_update().filter(id=import_id).first()
    if row is None:
        raise ImportRefusedError("unknown")
    return row


def _discard(row: Import, now: datetime, by: UUID | None) -> None:
    row.state, row.finished_at = "discarded", now
    row.save(update_fields=["state", "finished_at"])
    _forget_rows(row)
    _note(row, "discard_import", by)


def _forget_rows(row: Import) -> None:
    ImportRow.objects.filter(brought=row).delete()


def _note(row: Import, action: str, by: UUID | None) -> None:
    detail: dict[str, object] = {"survey": str(row.survey_id), "sha256": row.sha256, "mapping": row.mapping_sha256}
    record(action=action, object_type="import", object_id=str(row.id), actor=by, detail=detail)


__all__ = [
    "ImportRefusedError",
    "MappingError",
    "begin_import",
    "discard_import",
    "forget_old_imports",
    "forget_withdrawn",
    "map_import",
    "note_to_mend",
    "refuse_import",
    "start_import",
]
