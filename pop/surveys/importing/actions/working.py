"""The long part of an import, in steps: checking rows, and making submissions of them.

Each step is one short transaction, and where an import stands is read from its rows each time: whoever goes on with it
after a crash, or beside somebody else, repeats nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.audit.actions import record
from pop.surveys.collecting.actions.bringing import Brought, Fate, bring_in, fates, fingerprint_of
from pop.surveys.collecting.queries.surveys import form_of_survey
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.importing import storing
from pop.surveys.importing.actions.bringing import forget_old_imports, refuse_import
from pop.surveys.importing.mending import rows_to_mend
from pop.surveys.importing.models import Import, ImportRow
from pop.surveys.importing.queries import behind, problems_of
from pop.surveys.importing.reading.opening import read_book
from pop.surveys.importing.rules.checking import check_against_book, check_against_form
from pop.surveys.importing.rules.filling import Filled, Filling
from pop.surveys.importing.rules.gathering import Gathered, Gathering
from pop.surveys.importing.rules.mapping import MappingError, mapping_of
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.storing import TO_MEND

CHECKED_AT_ONCE: Final = 50
TAKEN_AT_ONCE: Final = 25
"""Rows of one transaction: it holds the only write lock of SQLite, and nobody waits a tenth of a second for it."""
MOST_PROBLEMS: Final = 20
"""Problems that are kept of one row."""

log = logging.getLogger("pop.surveys")


class Checking:
    """The check of one import: the file is read once, and the rows in steps."""

    def __init__(self, import_id: UUID) -> None:
        """Read the file; what cannot be used is refused, and then there is nothing to step through."""
        self.import_id = import_id
        self.total = 0
        self._row = Import.objects.select_related(None).get(id=import_id)
        self._next = 0
        self._walk: Iterator[tuple[int, Gathered]] = iter(())
        try:
            self._open()
        except (RefusedFileError, MappingError) as error:
            refuse_import(import_id=import_id, problems=error.problems)
        except RefusedFormError:
            refuse_import(import_id=import_id, problems=(Problem("form_unusable"),))

    def step(self) -> bool:
        """Check the next rows; return whether there are more. The last step says that all are checked."""
        state = Import.objects.values_list("state", "mapping_sha256").get(id=self.import_id)
        if state != ("checking", self._row.mapping_sha256):
            return False
        made = [self._checked(number, each) for number, each in self._some()]
        self._mark(made)
        with transaction.atomic():
            locked = Import.objects.select_for_update().get(id=self.import_id)
            if (locked.state, locked.mapping_sha256) != ("checking", self._row.mapping_sha256):
                return False
            ImportRow.objects.bulk_create(made, ignore_conflicts=True)
            if not made:
                locked.state = "checked"
                locked.save(update_fields=["state"])
        self._next += len(made)
        return bool(made)

    @property
    def done(self) -> int:
        """How many rows are checked."""
        return self._next

    def _open(self) -> None:
        row = self._row
        data = storing.read(row.id)
        if data is None:
            raise RefusedFileError(Problem("file_empty"))
        mapping = mapping_of(row.mapping)
        form = form_of_survey(row.survey_id)
        problems = check_against_form(mapping, form)
        if problems:
            raise MappingError(*problems)
        book = read_book(row.file_name, data, encoding=mapping.encoding, delimiter=mapping.delimiter)
        problems = check_against_book(mapping, book)
        if problems:
            raise MappingError(*problems)
        self._filling = Filling(form, mapping)
        space = f"{form.id} {mapping.source}" if mapping.source else form.id
        gathering = Gathering(book, mapping, self._filling.plan, space=space, languages=form.languages)
        self.total = len(gathering)
        if row.total != self.total:
            Import.objects.filter(id=row.id).update(total=self.total)
        self._walk = enumerate(gathering)
        self._next = ImportRow.objects.filter(brought_id=row.id).count()
        # What was checked before is walked over: an id that comes twice is found all the same.
        for _ in range(self._next):
            next(self._walk)

    def _some(self) -> Iterator[tuple[int, Gathered]]:
        for _ in range(CHECKED_AT_ONCE):
            found = next(self._walk, None)
            if found is None:
                return
            yield found

    def _checked(self, number: int, each: Gathered) -> ImportRow:
        filled = Filled(b"", (), each.problems)
        if not each.problems:
            try:
                filled = self._filling.fill(
                    each.rows, instance_id=each.instance_id, moments=each.moments, now=self._row.brought_at
                )
            except Exception as error:
                # A mistake of ours keeps one row behind, and is told by its kind alone.
                log.error("a row could not be filled in: %s", type(error).__name__)
                filled = Filled(b"", (), [Problem("engine_failed", each.rows.table.shown, each.rows.row.number)])
        return ImportRow(
            brought_id=self.import_id,
            number=number,
            sheet=each.rows.table.shown[:100],
            row=each.rows.row.number,
            state="bad" if filled.problems else "good",
            instance_id=each.instance_id,
            xml=filled.xml,
            sha256=fingerprint_of(filled.xml) if filled.xml else "",
            faults=list(filled.faults),
            problems=[problem.plain() for problem in filled.problems[:MOST_PROBLEMS]],
            provenance=self._provenance(each) if filled.xml else {},
        )

    def _provenance(self, each: Gathered) -> dict[str, Any]:
        row, moments = self._row, each.moments
        return {
            "import": str(row.id),
            "file": row.file_name,
            "sha256": row.sha256,
            "sheet": each.rows.table.shown,
            "row": each.rows.row.number,
            "row_sha256": each.digest,
            "system": row.system,
            "id": each.sender_id,
            "begun": moments.begun.isoformat() if moments.begun else "",
            "sent": moments.sent.isoformat() if moments.sent else "",
            "mapping": row.mapping_name,
            "mapping_sha256": row.mapping_sha256,
            "by": str(row.brought_by) if row.brought_by else "",
        }

    def _mark(self, made: list[ImportRow]) -> None:
        """Mark the rows that are submissions already, and those under whose id other answers are kept."""
        good = [each for each in made if each.state == "good"]
        found = fates([_brought(each) for each in good], survey=self._row.survey_id)
        for each in good:
            _mark(each, found[each.instance_id])


def take_some(import_id: UUID, *, now: datetime | None = None) -> int:
    """Make submissions of the next good rows in one transaction; return how many rows were done, 0 at the end.

    The last call says that the import is done and deletes its file; of it only the rows that stay behind are kept.
    """
    if not ImportRow.objects.filter(brought_id=import_id, state="good").exists():
        _keep_to_mend(import_id)
    with transaction.atomic():
        row = Import.objects.select_for_update().get(id=import_id)
        if row.state != "importing":
            return 0
        rows = list(ImportRow.objects.filter(brought=row, state="good").order_by("number")[:TAKEN_AT_ONCE])
        if rows:
            found = bring_in(
                [_brought(each) for each in rows], survey=row.survey_id, now=now or timezone.now(), by=row.brought_by
            )
            for each in rows:
                _mark(each, found[each.instance_id])
            taken = [each for each in rows if each.state == "good"]
            for each in taken:
                each.state, each.xml, each.faults, each.provenance = "taken", b"", [], {}
            ImportRow.objects.filter(id__in=[each.id for each in taken]).update(
                state="taken", xml=b"", faults=[], provenance={}
            )
            others = [each for each in rows if each.state != "taken"]
            ImportRow.objects.bulk_update(others, ["state", "xml", "faults", "provenance", "problems"])
            return len(rows)
        row.state, row.finished_at = "done", now or timezone.now()
        row.save(update_fields=["state", "finished_at"])
        detail: dict[str, object] = {"survey": str(row.survey_id), "sha256": row.sha256}
        record(action="finish_import", object_type="import", object_id=str(row.id), actor=row.brought_by, detail=detail)
    # Who withdraws what came in is in no file of ours any more.
    storing.forget(import_id)
    return 0


def _keep_to_mend(import_id: UUID) -> None:
    """Put the rows that stay behind beside the file that they came in."""
    row = Import.objects.get(id=import_id)
    data = storing.read(import_id)
    found = behind(import_id)
    if row.state == "importing" and data is not None and found:
        storing.keep(import_id, rows_to_mend(row.file_name, data, row.mapping, found, problems_of(import_id)), TO_MEND)


class ImportingDuty:
    """The worker's duty towards imports that were begun at the console: a few seconds of each, one after the other."""

    SECONDS: Final = 4.0
    SWEEP_EVERY: Final = 3_600.0

    def __init__(self) -> None:
        self._checking: Checking | None = None
        self._swept: float | None = None
        self._failed: set[UUID] = set()

    def __call__(self) -> None:
        """Do what is due; a failure is raised, and tried again once the others have had their turn."""
        now = time.monotonic()
        if self._swept is None or now - self._swept >= self.SWEEP_EVERY:
            forget_old_imports(now=timezone.now())
            self._swept = now
        until = now + self.SECONDS
        while time.monotonic() < until:
            due = Import.objects.filter(hands="worker", state__in=("checking", "importing")).order_by("brought_at")
            found = due.exclude(id__in=self._failed).values_list("id", "state").first()
            if found is None:
                self._checking = None
                self._failed.clear()
                return
            try:
                if found[1] == "importing":
                    take_some(found[0])
                else:
                    self._check(found[0])
            except Exception:
                self._failed.add(found[0])
                raise

    def _check(self, import_id: UUID) -> None:
        if self._checking is None or self._checking.import_id != import_id:
            self._checking = Checking(import_id)
        if not self._checking.step():
            self._checking = None


def _brought(row: ImportRow) -> Brought:
    return Brought(row.instance_id, bytes(row.xml), row.sha256, row.faults, row.provenance)


def _mark(row: ImportRow, fate: Fate) -> None:
    if fate is Fate.NEW:
        return
    if fate is Fate.OTHER:
        row.state, row.problems = "bad", [Problem("other_answers", row.sheet, row.row).plain()]
    else:
        row.state = "there"
    row.xml, row.faults, row.provenance = b"", [], {}
