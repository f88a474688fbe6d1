"""Forms for the tests: sheets written in place, and the golden forms beside."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import Form
from pop.surveys.forms.loading import load
from pop.surveys.forms.refusals import Reason, RefusedFormError

GOLDEN = Path(__file__).parent / "forms"
NOW = dt.datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=dt.UTC)
Row = Mapping[str, str]
YES_NO = ({"list_name": "yn", "name": "yes", "label": "Yes"}, {"list_name": "yn", "name": "no", "label": "No"})
SETTINGS = {"form_id": "trial", "form_title": "A trial", "version": "1", "default_language": "en"}


def sheet(name: str, rows: Sequence[Row]) -> str:
    """Return one sheet as Markdown; the columns are those of all rows, in their order."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [columns, *([row.get(column, "").replace("|", r"\|") for column in columns] for row in rows)]
    return "\n".join([f"| {name} |", *("| | " + " | ".join(cells) + " |" for cells in lines)]) + "\n"


def markdown(survey: Sequence[Row], choices: Sequence[Row] = (), settings: Row | None = None) -> bytes:
    """Return a form as Markdown."""
    text = sheet("survey", survey)
    if choices:
        text += sheet("choices", choices)
    return (text + sheet("settings", [SETTINGS if settings is None else settings])).encode()


def workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """Return a workbook."""
    book = Workbook()
    book.remove(book["Sheet"])
    for name, rows in sheets.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        made = book.create_sheet(name)
        made.append(columns)
        for row in rows:
            made.append([row.get(column, "") for column in columns])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def form(survey: Sequence[Row], choices: Sequence[Row] = (), settings: Row | None = None) -> Form:
    """Return a form of rows."""
    return load("trial.md", markdown(survey, choices, settings))


def golden(name: str) -> Form:
    """Return a golden form."""
    return load(f"{name}.md", (GOLDEN / f"{name}.md").read_bytes())


def begun(made: Form, language: str | None = None, seed: int = 1) -> Answering:
    """Begin to answer a form, at the same moment and with the same chance each time."""
    properties = {"deviceid": "a machine"}
    return Answering.begin(made, now=NOW, chance=random.Random(seed), language=language, properties=properties)


def reasons(name: str, data: bytes) -> tuple[Reason, ...]:
    """Return why a file is refused; () if it is not."""
    try:
        load(name, data)
    except RefusedFormError as refusal:
        return refusal.reasons
    return ()
