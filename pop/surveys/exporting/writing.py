"""The files of an export. Each writer takes rows as they come and holds none of them: memory stays the same for any
number of submissions.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, Protocol

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from pop.people.pages.lists import inert
from pop.surveys.exporting.rules.rows import Value

MOST_ROWS = 1_048_575
"""Rows of one sheet, as spreadsheet programs read them, without the one at the top."""
LONGEST_CELL = 32_767
CUT = " […]"
_LONGEST_NAME = 31
# What no sheet may be called, and what no cell may hold: XML has no sign for it.
_UNNAMEABLE = re.compile(r"[\[\]:*?/\\]")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class TooManyRowsError(Exception):
    """More rows than a sheet can have; the name of the table is the text."""


class Tables(Protocol):
    """What takes the rows of several tables, known by their place."""

    def row(self, table: int, cells: Sequence[Value]) -> None:
        """Write one row."""


@contextlib.contextmanager
def xlsx(to: IO[bytes], names: Sequence[str], heads: Sequence[Sequence[str]]) -> Iterator[Tables]:
    """Write a workbook with a sheet per table. Raises TooManyRowsError."""
    book = Workbook(write_only=True)
    sheets: list[Any] = [book.create_sheet(title) for title in sheet_names(names)]
    counts = [0] * len(sheets)

    class Written:
        def row(self, table: int, cells: Sequence[Value]) -> None:
            counts[table] += 1
            if counts[table] > MOST_ROWS:
                raise TooManyRowsError(names[table])
            sheets[table].append([_cell(each) for each in cells])

    for sheet, head in zip(sheets, heads, strict=True):
        sheet.freeze_panes = "A2"
        for place, name in enumerate(head, 1):
            # Wide enough to read a question by, not so wide that it hides the next one.
            sheet.column_dimensions[get_column_letter(place)].width = min(max(len(name), 12), 40)
        sheet.append([_cell(each) for each in head])
    try:
        yield Written()
        book.save(to)
    except BaseException:
        for sheet in sheets:
            _discard(sheet)
        raise


def _discard(sheet: Any) -> None:
    """Delete the file in which the rows of an unsaved sheet lie: they are answers, and the library keeps it."""
    # Whatever broke off the writing breaks off its orderly end too, and is raised already.
    with contextlib.suppress(Exception):
        if not sheet.closed:
            sheet.close()
    with contextlib.suppress(OSError, ValueError):
        sheet._writer.cleanup()


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return what sheets may be called: at most 31 signs, none twice whatever their case."""
    found: list[str] = []
    for name in names:
        plain = _UNNAMEABLE.sub("-", name).strip("'") or "rows"
        number, title = 1, plain[:_LONGEST_NAME]
        while title.lower() in (each.lower() for each in found):
            number += 1
            title = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        found.append(title)
    return found


def _cell(value: Value) -> str | int | float | None:
    if not isinstance(value, str):
        return value
    text = inert(_UNWRITABLE.sub("\ufffd", value))
    return (text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT) or None


class _Csv:
    """One CSV, UTF-8."""

    def __init__(self, to: IO[bytes], head: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(to, encoding="utf-8", newline="")
        self._writer = csv.writer(self._text)
        self.row(0, head)

    def row(self, _: int, cells: Sequence[Value]) -> None:
        self._writer.writerow([inert(each) if isinstance(each, str) else each for each in cells])

    def end(self) -> None:
        """Hand the file back, all of it written."""
        self._text.detach()


@contextlib.contextmanager
def plain_csv(to: IO[bytes], head: Sequence[str]) -> Iterator[Tables]:
    """Write the one CSV of what has one table."""
    written = _Csv(to, head)
    yield written
    written.end()


@contextlib.contextmanager
def zipped_csv(to: IO[bytes], names: Sequence[str], heads: Sequence[Sequence[str]]) -> Iterator[Tables]:
    """Write a ZIP with a CSV per table. Rows wait in files without a name until all have come."""
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in names]
        each = [_Csv(file, head) for file, head in zip(files, heads, strict=True)]

        class Written:
            def row(self, table: int, cells: Sequence[Value]) -> None:
                each[table].row(table, cells)

        yield Written()
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, table, file in zip(sheet_names(names), each, files, strict=True):
                table.end()
                file.seek(0)
                with archive.open(f"{name}.csv", "w", force_zip64=True) as entry:
                    shutil.copyfileobj(file, entry)


class Document:
    """One JSON document that is written as it comes: what stands before, one submission in a line, the end."""

    def __init__(self, to: IO[bytes], before: Mapping[str, object]) -> None:
        """`before` are the first members of the document."""
        self._to, self._first = to, True
        self._to.write(_json(before)[:-1] + b', "submissions": [')

    def submission(self, members: Mapping[str, object]) -> None:
        """Write one."""
        self._to.write((b"\n" if self._first else b",\n") + _json(members))
        self._first = False

    def end(self) -> None:
        """Write what makes it whole."""
        self._to.write(b"\n]}\n")


def _json(members: Mapping[str, object]) -> bytes:
    return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")
