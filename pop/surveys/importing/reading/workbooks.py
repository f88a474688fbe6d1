"""Workbooks (.xlsx): values only, and nothing that the person who looks at the sheet does not see."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any, Final

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet

from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.forms.workbooks import check_workbook
from pop.surveys.importing.reading.cells import Styles, cells_of, unescaped
from pop.surveys.importing.reading.shaping import Shaping, place_of
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.tables import MAIN, Table

PROBLEMS_SHEET: Final = "_problems"
"""A sheet that we wrote beside rows to mend; it says what was wrong, and is not read."""
LARGEST_UNPACKED: Final = 160 * 1024 * 1024
# Each sign is looked at once or twice: a stranger's sheet may be millions of signs of one unfinished tag.
_P = rb"<(?:\w+:)?"
_TAG = rb"\s([^<>]*+)>"
_MERGED = re.compile(_P + rb"mergeCell" + _TAG)
_ROW = re.compile(_P + rb"row" + _TAG)
_COLUMN = re.compile(_P + rb"col" + _TAG)
_AREA = re.compile(rb'\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_NUMBER = re.compile(rb'\b(?:r|min)="([0-9]{1,7})"')
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
# A cell with a formula and no value behind it: the file was never opened in a spreadsheet.
_UNCOUNTED = re.compile(
    _P + rb"c" + _TAG + rb"\s*+"
    + _P + rb"f(?:\s[^<>]*+|/)?+>(?:(?<=/>)|[^<]*+</(?:\w+:)?f>)\s*+"
    + rb"(?:" + _P + rb"v\s*+/>|" + _P + rb"v></(?:\w+:)?v>)?\s*+</(?:\w+:)?c>"
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
            # Only what the sheets share: openpyxl would read each sheet from end to end to learn how wide it is.
            reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            with reader.archive:
                return _tables(reader, shaping)
    except RefusedFileError:
        raise
    except Exception:  # whatever a library finds wrong with a stranger's file
        raise RefusedFileError(Problem("file_corrupt")) from None


def _code(code: str, data: bytes) -> str:
    if code == "file_type" and not data.startswith(b"PK"):
        return "file_old_xls"
    return code


def _tables(reader: Any, shaping: Shaping) -> tuple[Table, ...]:
    found: list[Table] = []
    problems: list[Problem] = []
    styles = _styles(reader)
    for sheet, part in reader.parser.find_sheets():
        shown = str(sheet.name)
        if shown == PROBLEMS_SHEET or "chartsheet" in part.Type:
            continue
        raw = reader.archive.read(part.target)
        problems += _unseen(shown, raw)
        named = (_REFERENCE.search(match[1]) for match in _UNCOUNTED.finditer(raw))
        lost = [place_of(match[1].decode()) for match in named if match is not None]
        table = shaping.table(MAIN if not found else shown, shown, cells_of(raw, styles), lost)
        if table.header:
            found.append(table)
    if problems:
        raise RefusedFileError(*problems)
    return tuple(found)


def _unseen(shown: str, raw: bytes) -> Iterator[Problem]:
    """Yield what stands in the way of reading a sheet as it looks."""
    areas = (_AREA.search(match[1]) for match in _MERGED.finditer(raw))
    merged = next((area for area in areas if area is not None), None)
    if merged is not None:
        yield Problem("merged_cells", shown, name=merged[1].decode())
    for code, pattern in (("hidden_rows", _ROW), ("hidden_columns", _COLUMN)):
        hidden = next((match[1] for match in pattern.finditer(raw) if _HIDDEN.search(match[1])), None)
        if hidden is not None:
            number = _NUMBER.search(hidden)
            yield Problem(code, shown, name=number[1].decode() if number else "")


def _styles(reader: Any) -> Styles:
    strings = [unescaped(str(text)) for text in reader.shared_strings]
    book = reader.wb
    return Styles(strings, frozenset(book._date_formats), frozenset(book._timedelta_formats), book.epoch)
