"""Loading tables of services, hotlines and emergency numbers, again and again, without doubling or losing anything."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from pop.audit import actions as audit
from pop.events import actions as events
from pop.registry.directory.actions.emergency import EmergencyPlan, compare_emergency, emergency_mark
from pop.registry.directory.actions.merge import LOAD, Plan, compare, mark
from pop.registry.directory.actions.staging import staged
from pop.registry.directory.models import Contact, EmergencyNumber, Evidence, Service
from pop.registry.directory.rules.csv_lines import FileRefusedError, Refusal, read_table
from pop.registry.directory.rules.drafts import ServiceDraft, draft_hotline, draft_service
from pop.registry.directory.rules.facts import Fact, read_facts
from pop.registry.directory.rules.matching_facts import FactsBook
from pop.registry.directory.rules.rows import (
    EmergencyRow,
    kind_of_table,
    read_emergency,
    read_hotlines,
    read_services,
)

SEED = Path(__file__).resolve().parent.parent / "seed"
FACTS = "facts.csv"
_TRIES = 5
_FACTS_ALONE = "facts are loaded together with their services: name the folder, or the services table"


class LoadBusyError(Exception):
    """Somebody else kept writing to the registry; nothing was loaded. Try again."""


@dataclass(frozen=True)
class RefusedRow:
    """One row that was not loaded."""

    file: str
    refusal: Refusal

    def __str__(self) -> str:
        return f"{self.file}: {self.refusal}"


@dataclass
class LoadReport:
    """What a load did. `rows` counts those that were read and understood."""

    files: list[str] = field(default_factory=list)
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    emergency_written: int = 0
    conflicts: int = 0  # tasks opened because the registry knows better, or another thing
    waiting: int = 0  # new services that nobody vouches for
    held: int = 0  # rows that wait, because they tell of a record which a survey made
    refused: list[RefusedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every row was loaded."""
        return not self.refused

    def lines(self) -> list[str]:
        """Return the report for a person, the refused rows first."""
        return [
            *(f"refused: {row}" for row in self.refused),
            *(f"note: {warning}" for warning in self.warnings),
            f"read {self.rows} rows of {', '.join(self.files) or 'nothing'}; refused {len(self.refused)}",
            f"services: {self.created} new, {self.changed} changed, {self.unchanged} as they were",
            f"emergency numbers written: {self.emergency_written}",
            f"for people to decide: {self.conflicts} conflicts, {self.waiting} new services",
            *([f"not loaded, because a survey made a record of it (see the tasks): {self.held}"] if self.held else []),
        ]


@dataclass
class _Read:
    """What the files say, before it is compared with anything."""

    drafts: dict[str, ServiceDraft] = field(default_factory=dict)
    emergency: list[EmergencyRow] = field(default_factory=list)
    digest: str = ""


def load_seed(*, by: UUID | None = None) -> LoadReport:
    """Load the services, hotlines and emergency numbers that the project ships with."""
    return load_registry(path=SEED, by=by)


def load_registry(*, path: Path | str, by: UUID | None = None) -> LoadReport:
    """Load one table, or every table of a folder.

    A services table is read together with the facts beside it, or, where it has none, with the shipped ones: what is
    known about a service does not depend on which copy of a table is loaded. A broken row is refused and the rest
    loads. Everything is switched in by one transaction, so that whatever stops a load leaves the registry as it was.
    Raises OSError if a file cannot be opened, LoadBusyError if others keep writing.
    """
    path = Path(path)
    report = LoadReport()
    read = _read_files(path, report)
    for _ in range(_TRIES):
        if _switch_in(read, report, path, by):
            return report
    raise LoadBusyError("others keep writing to the registry; nothing was loaded")


def _read_files(path: Path, report: LoadReport) -> _Read:
    """Read and check everything, in memory."""
    read = _Read()
    today = timezone.now().date()
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    contents = {file: file.read_bytes() for file in files}
    facts_file = (path if path.is_dir() else path.parent) / FACTS
    if not facts_file.is_file():
        facts_file = SEED / FACTS
    book = FactsBook(_facts(facts_file, report, told=facts_file in contents))
    for file, data in contents.items():
        if file != facts_file:
            _read_file(file, data, book, today, read, report)
        digest.update(data)
    if path.is_dir():
        for fact in book.unused():
            report.warnings.append(f"{FACTS} line {fact.line} ({fact.country}, {fact.name}): no such service was read")
    elif path == facts_file:
        report.refused.append(RefusedRow(path.name, Refusal(1, "", "", _FACTS_ALONE)))
    read.digest = digest.hexdigest()
    return read


def _facts(file: Path, report: LoadReport, *, told: bool) -> list[Fact]:
    try:
        facts, refused, _ = read_facts(read_table(file.read_bytes()))
    except FileRefusedError as reason:
        report.refused.append(RefusedRow(file.name, Refusal(1, "", "", str(reason))))
        return []
    if told:
        report.files.append(file.name)
        report.rows += len(facts)
    report.refused += [RefusedRow(file.name, refusal) for refusal in refused]
    return facts


def _read_file(file: Path, data: bytes, book: FactsBook, today: date, read: _Read, report: LoadReport) -> None:
    try:
        table = read_table(data)
        name = kind_of_table(table.header)
        refused: Sequence[Refusal]
        if name == "services":
            rows, refused, unread = read_services(table, today)
            for row in rows:
                _add(draft_service(row, book.about(row)), file, read, report)
        elif name == "hotlines":
            hotlines, refused, unread = read_hotlines(table)
            for hotline in hotlines:
                _add(draft_hotline(hotline), file, read, report)
        elif name == "emergency":
            numbers, refused, unread = read_emergency(table, today)
            read.emergency += numbers
            report.rows += len(numbers)
        else:
            raise FileRefusedError(_FACTS_ALONE)
    except FileRefusedError as reason:
        report.refused.append(RefusedRow(file.name, Refusal(1, "", "", str(reason))))
        return
    report.files.append(file.name)
    report.refused += [RefusedRow(file.name, refusal) for refusal in sorted([*table.refused, *refused])]
    report.warnings += [f"{file.name}: the column {column!r} is not one we know, and was not read" for column in unread]


def _add(draft: ServiceDraft, file: Path, read: _Read, report: LoadReport) -> None:
    if draft.key in read.drafts:
        reason = "another table of this load has a service of this country and name"
        report.refused.append(RefusedRow(file.name, Refusal(draft.line, draft.country, draft.name, reason)))
        return
    read.drafts[draft.key] = draft
    report.rows += 1
    who = f"{file.name} line {draft.line} ({draft.country}, {draft.name})"
    report.warnings += [f"{who}: {warning}" for warning in draft.warnings]


def _switch_in(read: _Read, report: LoadReport, path: Path, by: UUID | None) -> bool:
    """Compare, put aside, and switch in; False if somebody wrote to the registry in between."""
    marks = (mark(), emergency_mark())
    plan = compare(list(read.drafts.values()), by=by)
    emergency = compare_emergency(read.emergency)
    if not (plan.is_empty and emergency.is_empty):
        with staged() as stage:
            for rows in (plan.organisations, plan.services, plan.contacts, plan.evidence, plan.changes, plan.tasks):
                stage.insert(rows)
            stage.insert(emergency.created)
            stage.insert(emergency.tasks)
            stage.update(list(plan.changed_services.values()))
            stage.update(list(plan.changed_contacts.values()))
            stage.update(emergency.changed)
            with transaction.atomic():
                _hold()
                if (mark(), emergency_mark()) != marks:
                    return False
                stage.switch()
                _record(plan, emergency, read, path, by)
    report.created = len(plan.services)
    report.unchanged = plan.unchanged
    report.held = plan.held
    report.changed = len(read.drafts) - report.created - report.unchanged - report.held
    report.emergency_written = len(emergency.created) + len(emergency.changed)
    report.conflicts = sum(task.kind == "load_conflict" for task in (*plan.tasks, *emergency.tasks))
    report.waiting = sum(task.kind == "new_service" for task in plan.tasks)
    return True


def _hold() -> None:
    """Keep other writers away until the switch is done: SQLite's transaction does it, PostgreSQL's must be told."""
    if connection.vendor == "postgresql":
        tables = ", ".join(
            connection.ops.quote_name(model._meta.db_table) for model in (Service, Contact, Evidence, EmergencyNumber)
        )
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")


def _record(plan: Plan, emergency: EmergencyPlan, read: _Read, path: Path, by: UUID | None) -> None:
    detail = {
        "file": path.name,
        "sha256": read.digest,
        "created": len(plan.services),
        "changes": len(plan.changes),
        "evidence": len(plan.evidence),
        "tasks": len(plan.tasks) + len(emergency.tasks),
        "emergency": len(emergency.created) + len(emergency.changed),
    }
    audit.record(action="load_registry", object_type="table", object_id=path.name[:64], actor=by, detail=detail)
    countries = sorted(plan.countries | emergency.countries)
    if countries:
        events.publish(name="registry_changed", payload={"countries": countries})


__all__ = ["LOAD", "LoadBusyError", "LoadReport", "RefusedRow", "load_registry", "load_seed"]
