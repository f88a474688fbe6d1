"""Workbooks (.xlsx): values only, and nothing that the person who looks at the sheet does not see."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.forms.workbooks import check_workbook
from pop.surveys.importing.reading.shaping import Cells, Shaping, place_of
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.tables import MAIN, Table

LARGEST_UNPACKED: Final = 160 * 1024 * 1024
_P = rb"<(?:\w+:)?"
_MERGED = re.compile(_P + rb'mergeCell\s[^>]*?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_HIDDEN = rb'\s[^>]*?\bhidden="(?:1|true)"'
_HIDDEN_ROW = re.compile(_P + rb"row" + _HIDDEN + rb"[^>]*>")
_HIDDEN_COLUMN = re.compile(_P + rb"col" + _HIDDEN + rb"[^>]*>")
_NUMBER = re.compile(rb'\s(?:r|min)="([0-9]{1,7})"')
# A cell with a formula and no value behind it: the file was never opened in a spreadsheet.
_UNCOUNTED = re.compile(
    _P + rb'c\s[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*'
    + _P + rb"f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    + rb"(?:" + _P + rb"v\s*/>|" + _P + rb"v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)  # fmt: skip


def read_workbook(data: bytes, *, shaping: Shaping) -> tuple[Table, ...]:
    """Return the tables of a workbook, sheets without anything left out. Raises RefusedFileError."""
    try:
        check_workbook(data, largest_unpacked=LARGEST_UNPACKED)
    except RefusedFormError as error:
        raise RefusedFileError(*(Problem(_code(reason.code, data)) for reason in error.reasons)) from None
    try:
        with warnings.catch_warnings():  # of what a workbook holds besides its cells: drop-downs, colours
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            try:
                return _tables(book, data, shaping)
            finally:
                book.close()
    except RefusedFileError:
        raise
    except Exception:  # whatever a library finds wrong with a stranger's file
        raise RefusedFileError(Problem("file_corrupt")) from None


def _code(code: str, data: bytes) -> str:
    if code == "file_type" and not data.startswith(b"PK"):
        return "file_old_xls"
    return code


def _tables(book: Any, data: bytes, shaping: Shaping) -> tuple[Table, ...]:
    found: list[Table] = []
    problems: list[Problem] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for sheet in book.worksheets:
            shown = str(sheet.title)
            raw = archive.read(sheet._worksheet_path.lstrip("/"))
            problems += _unseen(shown, raw)
            lost = [place_of(match[1].decode()) for match in _UNCOUNTED.finditer(raw)]
            del raw
            sheet.reset_dimensions()
            name = MAIN if not found else shown
            table = shaping.table(name, shown, _rows(sheet.iter_rows(values_only=True)), lost)
            if table.header:
                found.append(table)
    if problems:
        raise RefusedFileError(*problems)
    return tuple(found)


def _unseen(shown: str, raw: bytes) -> Iterator[Problem]:
    """Yield what stands in the way of reading a sheet as it looks."""
    merged = _MERGED.search(raw)
    if merged is not None:
        yield Problem("merged_cells", shown, name=merged[1].decode())
    for code, pattern in (("hidden_rows", _HIDDEN_ROW), ("hidden_columns", _HIDDEN_COLUMN)):
        hidden = pattern.search(raw)
        if hidden is not None:
            number = _NUMBER.search(hidden[0])
            yield Problem(code, shown, name=number[1].decode() if number else "")


def _rows(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, Cells]]:
    for number, cells in enumerate(rows, 1):
        yield number, [_text(cell) for cell in cells]


def _text(value: object) -> str:
    """Return what a cell holds as a text, whatever its format shows."""
    if value is None:
        return ""
    if isinstance(value, str):
        return (unescape(value) if "_x" in value else value).strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{Decimal(repr(value)):f}"
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.timedelta):
        return (dt.datetime(1900, 1, 1, tzinfo=dt.UTC) + value).strftime("%H:%M:%S")
    return str(value)
