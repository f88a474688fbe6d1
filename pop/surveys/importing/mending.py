"""The rows that stay behind, as a workbook like the file that they came in: to be mended and brought again."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from pop.places.words import Speaker
from pop.surveys.importing.reading.opening import read_book
from pop.surveys.importing.reading.workbooks import PROBLEMS_SHEET
from pop.surveys.importing.rules.mapping import ColumnMapping, mapping_of
from pop.surveys.importing.rules.problems import Problem
from pop.surveys.importing.rules.tables import MAIN, Book, Row, Table
from pop.surveys.importing.wording import place, sentence
from pop.surveys.importing.words import PROBLEMS

_ENGLISH = Speaker((PROBLEMS,), "en")
_UNFIT_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
# What no cell may hold: XML has no sign for it.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def rows_to_mend(
    file_name: str,
    data: bytes,
    mapping: Mapping[str, Any],
    behind: Collection[tuple[str, int]],
    problems: Iterable[Problem],
    say: Speaker = _ENGLISH,
) -> bytes:
    """Return `to_mend` of a file as it was brought."""
    read = mapping_of(mapping)
    book = read_book(file_name, data, encoding=read.encoding, delimiter=read.delimiter)
    return to_mend(book, read, behind, problems, say)


def to_mend(
    book: Book,
    mapping: ColumnMapping,
    behind: Collection[tuple[str, int]],
    problems: Iterable[Problem],
    say: Speaker = _ENGLISH,
) -> bytes:
    """Return an .xlsx workbook with the rows of `behind` (sheet and row) and all rows that belong to them.

    What is wrong stands on a sheet that no import reads, by sheet and row of this workbook, not of the file that was
    brought: there somebody looks for it. Every cell is a text: nothing in it is ever taken for a formula.
    """
    workbook = Workbook(write_only=True)
    places: dict[tuple[str, int | None], tuple[str, int]] = {}
    wanted = _keys(book.main, [row for row in book.main.rows if (book.main.shown[:100], row.number) in behind], mapping)
    for table in book.tables:
        sheet = workbook.create_sheet(_UNFIT_NAME.sub("_", table.name or table.shown)[:_LONGEST_NAME])
        sheet.append([_text(sheet, column) for column in table.header])
        written = 1
        for row in table.rows:
            if (table.shown[:100], row.number) in behind or (
                table.name != MAIN and _belongs(table, row, mapping, wanted)
            ):
                sheet.append([_text(sheet, cell) for cell in row.cells])
                written += 1
                places[table.shown[:100], row.number] = (sheet.title, written)
    sheet = workbook.create_sheet(PROBLEMS_SHEET)
    for each in problems:
        shown, row_here = places.get((each.sheet[:100], each.row), (each.sheet, each.row))
        here = replace(each, sheet=shown, row=row_here)
        sheet.append([_text(sheet, place(say, here)), _text(sheet, sentence(say, here))])
    kept = io.BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def _belongs(table: Table, row: Row, mapping: ColumnMapping, wanted: set[str]) -> bool:
    """Whether a row belongs to one that stays behind; if so, what belongs to it does too."""
    parent = _place(table, mapping, "parent")
    if parent is None or row.cells[parent] not in wanted:
        return False
    wanted |= _keys(table, [row], mapping)
    return True


def _keys(table: Table, rows: Iterable[Row], mapping: ColumnMapping) -> set[str]:
    place = _place(table, mapping, "key")
    if place is None:
        place = _place(table, mapping, "id")
    return {row.cells[place] for row in rows if row.cells[place]} if place is not None else set()


def _place(table: Table, mapping: ColumnMapping, use: str) -> int | None:
    named = {rule.column for rule in mapping.columns if rule.sheet == table.name and rule.use == use}
    return next((place for place, column in enumerate(table.header) if column in named), None)


def _text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, _UNWRITABLE.sub("", text))
    if text:
        cell.data_type = "s"
    return cell
