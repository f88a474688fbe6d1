"""Taking the submissions of a form away as a file. Each time is written down, with whether respondents are in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.surveys.collecting.queries.submissions import Whole, counting
from pop.surveys.collecting.queries.surveys import form_of_survey, surveys
from pop.surveys.exporting import writing
from pop.surveys.exporting.rules.rows import AnswerRow, Reader, Value, answer_rows
from pop.surveys.exporting.rules.tables import (
    AFTER,
    BEFORE,
    KEY,
    PARENT_KEY,
    Column,
    Table,
    heads,
    said,
    tables_of,
)
from pop.surveys.forms.definition import Form
from pop.surveys.forms.refusals import RefusedFormError

FORMATS: Final = ("xlsx", "csv", "flat", "json")
"""A workbook with a sheet per repeat; CSV, in a ZIP where there are repeats; one CSV, repeats side by side; JSON."""
MOST_COLUMNS: Final = 16_384
"""Columns that a spreadsheet program reads."""
_MEDIA: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "json": "application/json",
}
_PLACE = re.compile(r"\[(\d+)\]")


class ExportError(Exception):
    """What is not exported. `code`: `unknown_form`, `unknown_format`, `unknown_language` (`about`: those that there
    are), `unreadable_form` (`about`: the version that this edition cannot read), `too_wide`, `too_long` (`about`: the
    table).
    """

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(code)
        self.code, self.about = code, about


@dataclass(frozen=True)
class Exported:
    """What was written: how many submissions, what the file's name ends in, and its media type."""

    submissions: int
    ending: str
    media_type: str


def export(
    *,
    form_id: str,
    file_format: str,
    to: IO[bytes],
    language: str = "",
    respondents: bool = False,
    by: UUID | None = None,
) -> Exported:
    """Write all submissions of all versions of a form that count: whole, not withdrawn, replaced by no correction.

    `language` is one of the form's, for headings and choices; "" for names and codes. `respondents`: with what is about
    whoever answered. `to` can be sought. Raises ExportError and OSError; what was written by then is no file.
    """
    if file_format not in FORMATS:
        raise ExportError("unknown_format")
    forms = _forms(form_id)
    spoken = _language([form for _, form in forms], language)
    tables = tables_of([form for _, form in forms], respondents=respondents)
    detail: dict[str, object] = {"format": file_format, "language": spoken, "respondents": respondents}
    with transaction.atomic():
        record(action="export_submissions", object_type="survey", object_id=form_id, actor=by, detail=detail)
    run = _Run(forms, tables, spoken)
    try:
        return {"xlsx": run.xlsx, "csv": run.csv, "flat": run.flat, "json": run.json}[file_format](to)
    except writing.TooManyRowsError as error:
        raise ExportError("too_long", str(error)) from None


def languages_of(form_id: str) -> tuple[str, ...]:
    """Return the languages in which a form's submissions can be taken away. Raises ExportError."""
    found: dict[str, None] = {}
    for _, form in _forms(form_id):
        found |= dict.fromkeys(form.languages)
    return tuple(found)


def _forms(form_id: str) -> Sequence[tuple[UUID, Form]]:
    """Return the versions of a form that anything came in to, and the one loaded last: newest first."""
    known = surveys(form_id)
    if not known:
        raise ExportError("unknown_form")
    found = []
    for each in known:
        if each.submissions or each is known[0]:
            try:
                found.append((each.id, form_of_survey(each.id)))
            except RefusedFormError:
                raise ExportError("unreadable_form", each.version) from None
    return found


def _language(forms: Sequence[Form], asked: str) -> str:
    spoken = list(dict.fromkeys(tag for form in forms for tag in form.languages))
    if not asked or asked in spoken:
        return asked
    near = [tag for tag in spoken if tag.partition("-")[0].lower() == asked.lower()]
    if not near:
        raise ExportError("unknown_language", ", ".join(spoken))
    return near[0]


class _Run:
    """One export: what comes in, laid out for each of the formats."""

    def __init__(self, forms: Sequence[tuple[UUID, Form]], tables: Sequence[Table], language: str) -> None:
        self._forms, self._tables, self._language = forms, tables, language
        self._fallback = forms[0][1].default_language
        self._readers = {survey: Reader(form, language) for survey, form in forms}
        self._form_of = dict(forms)
        self._number = {table.path: number for number, table in enumerate(tables)}

    def xlsx(self, to: IO[bytes]) -> Exported:
        with writing.xlsx(to, self._names(), self._heads()) as file:
            return self._fill(file, "xlsx")

    def csv(self, to: IO[bytes]) -> Exported:
        if len(self._tables) == 1:
            with writing.plain_csv(to, self._heads()[0]) as file:
                return self._fill(file, "csv")
        with writing.zipped_csv(to, self._names(), self._heads()) as file:
            return self._fill(file, "zip")

    def flat(self, to: IO[bytes]) -> Exported:
        """Write one row per submission. What is asked several times needs as many columns as the longest answer."""
        places = self._places()
        cells = [(place, column) for table in self._tables for place in places[table.path] for column in table.columns]
        if len(cells) > MOST_COLUMNS:
            raise ExportError("too_wide")
        head: list[str] = []
        for table in self._tables:
            titles = heads(table, self._language, self._fallback)
            for place in places[table.path]:
                head += [_titled(title, place, named=not self._language) for title in titles]
        with writing.plain_csv(to, [*BEFORE, *head, *AFTER]) as file:
            count = 0
            for whole, rows in self._submissions():
                reader = self._readers[whole.facts.survey]
                at = {row.place: row.answers for row in rows}
                answers = [reader.value(column, at.get(place, {}).get(column.path, "")) for place, column in cells]
                file.row(0, [*_before(whole), *answers, *_after(whole)])
                count += 1
        return Exported(count, "csv", _MEDIA["csv"])

    def json(self, to: IO[bytes]) -> Exported:
        newest = self._forms[0][1]
        before: dict[str, object] = {"form": newest.id, "title": newest.title, "language": self._language or None}
        before["questions"] = {
            column.path: said(column.question.label, self._language or self._fallback, self._fallback)
            for table in self._tables
            for column in table.columns
        }
        document = writing.Document(to, before)
        count = 0
        for whole, rows in self._submissions():
            document.submission({**_provenance(whole), "answers": self._nested(whole, rows)})
            count += 1
        document.end()
        return Exported(count, "json", _MEDIA["json"])

    def _fill(self, file: writing.Tables, ending: str) -> Exported:
        count = 0
        for whole, rows in self._submissions():
            reader, key = self._readers[whole.facts.survey], whole.facts.instance_id
            for row in rows:
                number = self._number[row.table]
                columns = self._tables[number].columns
                answers = [reader.value(column, row.answers.get(column.path, "")) for column in columns]
                if row.table:
                    file.row(number, [key + row.parent, key + row.place, *answers])
                else:
                    file.row(number, [*_before(whole), *answers, *_after(whole)])
            count += 1
        return Exported(count, ending, _MEDIA[ending])

    def _submissions(self) -> Iterator[tuple[Whole, Sequence[AnswerRow]]]:
        for survey, form in reversed(self._forms):
            for whole in counting(survey):
                yield whole, list(answer_rows(form, whole.xml))

    def _names(self) -> list[str]:
        return [table.name for table in self._tables]

    def _heads(self) -> list[list[str]]:
        found = [heads(table, self._language, self._fallback) for table in self._tables]
        return [[*BEFORE, *found[0], *AFTER], *([PARENT_KEY, KEY, *head] for head in found[1:])]

    def _places(self) -> Mapping[str, Sequence[str]]:
        """Return every place that a row of each table has in any submission: "/contact[2]", in order."""
        found: dict[str, set[str]] = {table.path: set() for table in self._tables}
        found[""].add("")
        for _, rows in self._submissions():
            for row in rows:
                found[row.table].add(row.place)
        return {path: sorted(places, key=_in_order) for path, places in found.items()}

    def _nested(self, whole: Whole, rows: Sequence[AnswerRow]) -> dict[str, object]:
        """Return the answers as members, rows of repeats as lists under the name of the repeat from its parent on."""
        reader = self._readers[whole.facts.survey]
        made: dict[str, dict[str, object]] = {}
        for row in rows:
            members: dict[str, object] = {}
            for column in self._tables[self._number[row.table]].columns:
                if text := row.answers.get(column.path, ""):
                    members[column.name] = _listed(reader, column, text)
            made[row.place] = members
            if row.table:
                name = _PLACE.sub("", row.place.removeprefix(row.parent)).lstrip("/")
                there = made[row.parent].setdefault(name, [])
                if isinstance(there, list):
                    there.append(members)
        return made[""]


def _listed(reader: Reader, column: Column, text: str) -> Value | list[Value]:
    if column.question.kind == "select_multiple":
        return [reader.value(column, each) for each in text.split()]
    return reader.value(column, text)


def _titled(title: str, place: str, *, named: bool) -> str:
    if not place:
        return title
    return f"{place[1:]}/{title}" if named else f"{title} ({place[1:]})"


def _in_order(place: str) -> list[tuple[str, int]]:
    return [(name, int(number)) for name, number in re.findall(r"([^\[\]]+)\[(\d+)\]", place)]


def _before(whole: Whole) -> tuple[Value, ...]:
    return whole.facts.received_at.isoformat(), whole.facts.instance_id


def _after(whole: Whole) -> tuple[Value, ...]:
    told = _provenance(whole)
    faults = "; ".join(f"{each['path']} {each['code']}" for each in whole.faults)
    came = "; ".join(f"{key}={value}" for key, value in whole.provenance.items())
    files = " ".join(each.name for each in whole.attachments)
    named = [str(told[name] or "") for name in ("id", "version", "source", "partner", "corrects")]
    return (*named, faults, files, came)


def _provenance(whole: Whole) -> dict[str, object]:
    facts = whole.facts
    return {
        "id": str(facts.id),
        "instance_id": facts.instance_id,
        "version": facts.version,
        "received_at": facts.received_at.isoformat(),
        "source": facts.source,
        "partner": facts.partner_name or None,
        "corrects": str(facts.replaces) if facts.replaces else None,
        "faults": list(whole.faults),
        "files": [each.name for each in whole.attachments],
        "provenance": dict(whole.provenance),
    }
