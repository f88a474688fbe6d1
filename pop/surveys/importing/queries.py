"""What was brought, how far it is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from pop.people.asking import Ask, Rows
from pop.surveys.importing import storing
from pop.surveys.importing.models import ROW_STATES, Import, ImportRow, SavedMapping
from pop.surveys.importing.rules.problems import Problem, problem_of

SORTS = {
    "file": ("file_name", "-brought_at"),
    "form": ("survey__form_id", "-brought_at"),
    "state": ("state", "-brought_at"),
    "brought": ("brought_at",),
}
FIRST_ROWS: Final = 5


@dataclass(frozen=True)
class ImportFacts:
    """One import: the file, the form, how far it is. `counts` are rows by state (models.ROW_STATES)."""

    id: UUID
    survey: UUID
    form_id: str
    version: str
    file_name: str
    sha256: str
    size: int
    system: str
    mapping_name: str
    mapping: Mapping[str, Any] = field(repr=False)
    state: str
    hands: str
    problems: tuple[Problem, ...]
    total: int
    counts: Mapping[str, int]
    brought_by: UUID | None
    brought_at: datetime
    finished_at: datetime | None

    @property
    def checked(self) -> int:
        """How many rows are checked."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Found:
    """Problems of one kind in one column: how many rows have it, and the first of them."""

    problem: Problem
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Saved:
    """A saved mapping."""

    name: str
    content: Mapping[str, Any] = field(repr=False)
    sha256: str
    saved_at: datetime


def imports(ask: Ask) -> Rows[ImportFacts]:
    """Return imports, newest first; filters: `state`, `form`."""
    rows = Import.objects.select_related("survey").defer("survey__source", "survey__xform")
    if ask.filters.get("state"):
        rows = rows.filter(state=ask.filters["state"])
    if ask.filters.get("form"):
        rows = rows.filter(survey__form_id=ask.filters["form"])
    if ask.search:
        rows = rows.filter(Q(file_name__icontains=ask.search) | Q(survey__form_id__icontains=ask.search))
    total = rows.count()
    found = list(rows.order_by(*ask.order(SORTS, ("-brought_at", "id")))[ask.first : ask.first + ask.count])
    counts = _counts([row.id for row in found])
    return Rows([_facts(row, counts.get(row.id, {})) for row in found], total)


def import_facts(import_id: UUID) -> ImportFacts | None:
    """Return one import, or None."""
    row = Import.objects.select_related("survey").filter(id=import_id).first()
    return _facts(row, _counts([row.id]).get(row.id, {})) if row else None


def findings_of(import_id: UUID) -> Sequence[Found]:
    """Return what is wrong with the rows, alike ones together, the most frequent first."""
    grouped: dict[tuple[str, str, str, str], list[int]] = {}
    for row in _bad(import_id).iterator(500):
        for plain in row.problems:
            each = problem_of(plain)
            grouped.setdefault((each.code, each.sheet, each.column, each.name), []).append(each.row or row.row)
    found = [
        Found(Problem(code, sheet, rows[0], column, name), len(rows), tuple(rows[:FIRST_ROWS]))
        for (code, sheet, column, name), rows in grouped.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.rows))


def problems_of(import_id: UUID) -> Iterator[Problem]:
    """Yield what is wrong, row by row."""
    for row in _bad(import_id).iterator(500):
        yield from map(problem_of, row.problems)


def behind(import_id: UUID) -> set[tuple[str, int]]:
    """Return (sheet, row) of every row that stays behind."""
    return set(_bad(import_id).values_list("sheet", "row"))


def file_of(import_id: UUID) -> bytes | None:
    """Return the file of an import while it is kept, else None."""
    return storing.read(import_id)


def file_to_mend(import_id: UUID) -> bytes | None:
    """Return the workbook of the rows that stayed behind when an import was done, or None."""
    return storing.read(import_id, storing.TO_MEND)


def unfinished() -> Sequence[UUID]:
    """Return the imports that a command began and did not end, oldest first."""
    rows = Import.objects.filter(hands="command", state__in=("checking", "checked", "importing"))
    return list(rows.order_by("brought_at").values_list("id", flat=True))


def saved_mappings(form_id: str) -> Sequence[Saved]:
    """Return the mappings to a form, by name."""
    rows = SavedMapping.objects.filter(form_id=form_id).order_by("name")
    return [Saved(row.name, row.content, row.sha256, row.saved_at) for row in rows]


def saved_mapping(form_id: str, name: str) -> Saved | None:
    """Return one mapping, or None."""
    return next((each for each in saved_mappings(form_id) if each.name == name), None)


def _bad(import_id: UUID) -> Any:
    return ImportRow.objects.filter(brought_id=import_id, state="bad").defer("xml").order_by("number")


def _counts(ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    found: dict[UUID, dict[str, int]] = {}
    rows = ImportRow.objects.filter(brought_id__in=list(ids)).values_list("brought_id", "state")
    for import_id, state, number in rows.annotate(number=Count("id")).order_by():
        found.setdefault(import_id, {})[state] = number
    return found


def _facts(row: Import, counts: Mapping[str, int]) -> ImportFacts:
    return ImportFacts(
        id=row.id,
        survey=row.survey_id,
        form_id=row.survey.form_id,
        version=row.survey.version,
        file_name=row.file_name,
        sha256=row.sha256,
        size=row.size,
        system=row.system,
        mapping_name=row.mapping_name,
        mapping=row.mapping,
        state=row.state,
        hands=row.hands,
        problems=tuple(map(problem_of, row.problems)),
        total=row.total,
        counts={state: counts.get(state, 0) for state in ROW_STATES},
        brought_by=row.brought_by,
        brought_at=row.brought_at,
        finished_at=row.finished_at,
    )
