"""Which forms there are, and what clients may fetch of them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pop.people.asking import Ask, Rows
from pop.surveys.collecting.models import Survey
from pop.surveys.collecting.rules.structure import Shape, shape_of
from pop.surveys.forms.loading import Form, load

SORTS = {
    "form": ("form_id", "-loaded_at"),
    "title": ("title", "-loaded_at"),
    "state": ("state", "form_id"),
    "submissions": ("whole", "form_id"),
    "loaded": ("loaded_at",),
}


@dataclass(frozen=True)
class Known:
    """One version of a form, as lists show it. `submissions` counts the whole ones."""

    id: UUID
    form_id: str
    version: str
    title: str
    instrument: str
    state: str
    languages: tuple[str, ...]
    default_language: str
    md5: str
    loaded_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    submissions: int = 0


@dataclass(frozen=True)
class Source:
    """A form's file as it was loaded, and the XForm made of it."""

    name: str
    data: bytes = field(repr=False)
    xform: bytes = field(repr=False)


def surveys(form_id: str | None = None) -> Sequence[Known]:
    """Return every loaded version of every form, or of one, newest first within a form."""
    rows = _counted()
    if form_id is not None:
        rows = rows.filter(form_id=form_id)
    return [_known(row, row.whole) for row in rows.order_by("form_id", "-loaded_at", "-id")]


def listed(ask: Ask) -> Rows[Known]:
    """Return the versions of forms that a list asks for; filters: `state`; sorts: `SORTS`."""
    rows = _counted()
    if ask.search:
        rows = rows.filter(Q(form_id__icontains=ask.search) | Q(title__icontains=ask.search))
    if ask.filters.get("state"):
        rows = rows.filter(state=ask.filters["state"])
    ordered = rows.order_by(*ask.order(SORTS, ("form_id", "-loaded_at", "id")))
    return Rows([_known(row, row.whole) for row in ordered[ask.first : ask.first + ask.count]], rows.count())


def is_loaded(source: bytes) -> bool:
    """Return whether a form was loaded from exactly this file: much faster than to load it again."""
    return Survey.objects.filter(source_sha256=hashlib.sha256(source).hexdigest()).exists()


def survey(survey_id: UUID) -> Known | None:
    """Return one version of a form, or None."""
    row = Survey.objects.defer("source", "xform").filter(id=survey_id).first()
    return _known(row) if row else None


def offered(form_id: str | None = None, *, every_version: bool = False) -> Sequence[Known]:
    """Return what clients are shown: of each open form the version opened last, or all its open versions."""
    rows = Survey.objects.defer("source", "xform").filter(state="open")
    if form_id is not None:
        rows = rows.filter(form_id=form_id)
    found = [_known(row) for row in rows.order_by("form_id", "-opened_at", "-loaded_at", "-id")]
    if every_version:
        return found
    newest: dict[str, Known] = {}
    for each in found:
        newest.setdefault(each.form_id, each)
    return list(newest.values())


def offered_xform(form_id: str, version: str | None = None) -> bytes | None:
    """Return the XForm of an open form: of this version, else of the one opened last; None where there is none."""
    rows = Survey.objects.filter(state="open", form_id=form_id).order_by("-opened_at", "-loaded_at", "-id")
    if version is not None:
        rows = rows.filter(version=version)
    found = rows.values_list("xform", flat=True).first()
    return None if found is None else bytes(found)


def source_of(survey_id: UUID) -> Source | None:
    """Return a form's file and XForm, or None."""
    row = Survey.objects.filter(id=survey_id).first()
    return Source(row.source_name, bytes(row.source), bytes(row.xform)) if row else None


@functools.lru_cache(maxsize=64)
def shape_of_survey(survey_id: UUID) -> Shape:
    """Return the nodes of a form. Neither a form's XForm nor its id ever changes, so a process reads it once."""
    return shape_of(bytes(Survey.objects.values_list("xform", flat=True).get(id=survey_id)))


@functools.lru_cache(maxsize=32)
def form_of_survey(survey_id: UUID) -> Form:
    """Return a form to render and to answer, read once by a process.

    Raises RefusedFormError where a later edition of the engine refuses what an earlier one took.
    """
    name, data = Survey.objects.values_list("source_name", "source").get(id=survey_id)
    return load(name, bytes(data))


def _counted() -> QuerySet[Any]:
    whole = Count("submissions", filter=Q(submissions__state="received"))
    return Survey.objects.defer("source", "xform").annotate(whole=whole)


def _known(row: Survey, submissions: int = 0) -> Known:
    return Known(
        id=row.id,
        form_id=row.form_id,
        version=row.version,
        title=row.title,
        instrument=row.instrument,
        state=row.state,
        languages=tuple(row.languages),
        default_language=row.default_language,
        md5=row.xform_md5,
        loaded_at=row.loaded_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        submissions=submissions,
    )
