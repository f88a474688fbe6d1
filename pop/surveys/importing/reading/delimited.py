"""Text files of one table: the encoding and the delimiter as they are told, or found out where that is certain."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from pop.surveys.importing.reading.shaping import LONGEST_CELL, Cells, Shaping
from pop.surveys.importing.rules.mapping import DELIMITERS
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.tables import Table

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD: Final = 65_536


def read_delimited(data: bytes, *, name: str, shown: str, encoding: str, delimiter: str, shaping: Shaping) -> Table:
    """Return the table of a text file; `encoding` and `delimiter` are "" where they are to be found out.

    Only what is certain is found out: a mark at the beginning, or UTF-8 from end to end. Raises RefusedFileError.
    """
    text = _text(data, shown, encoding)
    if not text.strip():
        raise RefusedFileError(Problem("file_empty", shown))
    bad = next((sign for sign in ("\0", "\x01", "\x02", "\x03", "\x1a") if sign in text), None)
    if bad is not None:
        raise RefusedFileError(Problem("file_control_characters", shown, text.count("\n", 0, text.index(bad)) + 1))
    sign = delimiter or _delimiter(text, shown)
    return shaping.table(name, shown, _rows(text, sign, shown), ())


def _text(data: bytes, shown: str, told: str) -> str:
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "")
    encoding = marked or told or "utf-8"
    if not marked and not told and data[:200].count(b"\0") > len(data[:200]) // 4:
        # Every other byte of a western text in UTF-16 is a zero; which half comes first, the zeroes tell.
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, UnicodeError) as error:
        code = "file_encoding" if marked or told else "file_encoding_unknown"
        start = getattr(error, "start", 0)
        row = data.count(b"\n", 0, start) + 1
        raise RefusedFileError(Problem(code, shown, row, name=encoding.removesuffix("-sig"))) from None


def _delimiter(text: str, shown: str) -> str:
    """Return the sign that parts the header into most columns."""
    head = text[:_HEAD]
    widths = {}
    for sign in DELIMITERS:
        try:
            widths[sign] = len(next(csv.reader(io.StringIO(head, newline=""), delimiter=sign), []))
        except csv.Error:
            widths[sign] = 0
    most = max(widths.values())
    best = [sign for sign, width in widths.items() if width == most]
    if most > 1 and len(best) > 1:
        raise RefusedFileError(Problem("file_delimiter", shown, 1))
    return best[0]


def _rows(text: str, delimiter: str, shown: str) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(4 * LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            raise RefusedFileError(Problem("file_corrupt", shown, number)) from None
        if cells is None:
            return
        yield number, [cell.strip() for cell in cells]
        # A cell may hold line ends: a row is called by the line of the file on which it begins.
        number = reader.line_num + 1
