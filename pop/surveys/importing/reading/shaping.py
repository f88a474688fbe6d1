"""From rows of cells to a table: its header, and every row that says something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.tables import NONE, Row, Table

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 3_000
MOST_CELLS: Final = 6_000_000
LONGEST_HEADER: Final = 2_000
LONGEST_CELL: Final = 60_000
# What a spreadsheet shows where a formula of it failed.
ERRORS: Final = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
_SPACE = re.compile(r"\s+")

Cells = Sequence[str]


class Shaping:
    """Makes the tables of one file; counts over all of them."""

    def __init__(self) -> None:
        self._cells = 0

    def table(self, name: str, shown: str, rows: Iterable[tuple[int, Cells]], lost: Iterable[tuple[int, int]]) -> Table:
        """Return a table of (number, cells); `lost` are (row, place) of formulas whose value is not in the file.

        Raises RefusedFileError. A table without a header has no columns.
        """
        missing: dict[int, set[int]] = {}
        for number, place in lost:
            missing.setdefault(number, set()).add(place)
        found: list[Row] = []
        header: tuple[str, ...] | None = None
        for number, cells in rows:
            if not any(cells) and number not in missing:
                continue
            if header is None:
                header = _header(shown, cells)
                continue
            if len(found) >= MOST_ROWS:
                raise RefusedFileError(Problem("too_many_rows", shown, name=str(MOST_ROWS)))
            self._cells += len(header)
            if self._cells > MOST_CELLS:
                raise RefusedFileError(Problem("too_many_rows", shown, name=str(len(found))))
            found.append(_row(number, cells, header, missing.get(number, set())))
        header = header or ()
        return _without_blank_columns(name, shown, header, found)


def _header(shown: str, cells: Cells) -> tuple[str, ...]:
    header = [_SPACE.sub(" ", cell).strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise RefusedFileError(Problem("too_many_columns", shown, name=str(MOST_COLUMNS)))
    problems = []
    seen: set[str] = set()
    for place, text in enumerate(header):
        if len(text) > LONGEST_HEADER:
            problems.append(Problem("header_too_long", shown, 1, letters(place)))
        elif text and text in seen:
            problems.append(Problem("header_duplicate", shown, 1, text))
        seen.add(text)
    if problems:
        raise RefusedFileError(*problems)
    return tuple(header)


def _row(number: int, cells: Cells, header: tuple[str, ...], missing: set[int]) -> Row:
    width = len(header)
    bad = {place: "formula_without_value" for place in missing if place < width}
    for place, cell in enumerate(cells):
        if place >= width:
            if cell:
                bad[width] = "too_many_cells"
        elif cell in ERRORS:
            bad[place] = "cell_error"
        elif len(cell) > LONGEST_CELL:
            bad[place] = "too_long"
    kept = tuple(cells[:width]) + ("",) * (width - len(cells))
    return Row(number, kept, bad or NONE)


def _without_blank_columns(name: str, shown: str, header: tuple[str, ...], rows: list[Row]) -> Table:
    """Leave out columns without a header in which nothing stands; refuse those in which something does."""
    blank = [place for place, text in enumerate(header) if not text]
    for place in blank:
        for row in rows:
            if row.cells[place]:
                raise RefusedFileError(Problem("header_blank", shown, row.number, letters(place)))
    if not blank:
        return Table(name, shown, header, rows)
    kept = [place for place, text in enumerate(header) if text]
    where = {old: new for new, old in enumerate(kept)} | {len(header): len(kept)}
    narrowed = [
        Row(
            row.number,
            tuple(row.cells[place] for place in kept),
            {where[place]: code for place, code in row.bad.items() if place in where} or NONE,
        )
        for row in rows
    ]
    return Table(name, shown, tuple(header[place] for place in kept), narrowed)


def letters(place: int) -> str:
    """Return a column's letters as a sheet shows them: 0 is A, 27 is AB."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def place_of(reference: str) -> tuple[int, int]:
    """Return (row, place) of a cell as a sheet calls it: B3 is (3, 1)."""
    place = 0
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for letter in reference[: len(reference) - len(digits)]:
        place = place * 26 + ord(letter) - 64
    return int(digits), place - 1
