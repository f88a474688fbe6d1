"""Reading a table that may be broken anywhere: what cannot be read is refused by its line, and the rest is read.

A standard reader gives up, or worse, lets one forgotten quotation mark swallow the rows after it.
"""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

MAX_BYTES = 64 * 1024 * 1024
_LONGEST_RECORD = 20  # lines that one quoted cell may run over
_SHOWN = 60


class FileRefusedError(Exception):
    """Nothing of a file can be read; the argument says why, to a person."""


class Line(NamedTuple):
    """One record and the line it starts on (the header is line 1)."""

    number: int
    cells: tuple[str, ...]


class Refusal(NamedTuple):
    """One record that was not taken, and why."""

    line: int
    country: str
    name: str
    reason: str

    def __str__(self) -> str:
        who = ", ".join(part for part in (self.country, self.name) if part)
        return f"line {self.line} ({who}): {self.reason}" if who else f"line {self.line}: {self.reason}"


class Table(NamedTuple):
    """What could be read of a file: its header, its records, and the lines that could not be."""

    header: tuple[str, ...]
    lines: list[Line]
    refused: list[Refusal]


def shown(text: str) -> str:
    """Return a value quoted for a message, cut where it is long, with control characters escaped."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


def read_table(data: bytes) -> Table:
    """Read a comma-separated table in UTF-8, its header on the first line.

    Raises FileRefusedError when there is no header, the file is too large, or it is in another encoding altogether.
    """
    if len(data) > MAX_BYTES:
        raise FileRefusedError(f"the file is larger than {MAX_BYTES} bytes")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileRefusedError("the file is in UTF-16, and it must be in UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    physical = data.split(b"\n")
    refused: list[Refusal] = []
    texts = [_decoded(raw, number, refused) for number, raw in enumerate(physical, 1)]
    first = texts[0] if texts else None
    header = _cells(first) if first else None
    if not header or not any(header):
        raise FileRefusedError("the first line is not a header")
    header = tuple(cell.strip() for cell in header)
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise FileRefusedError(f"the header names a column twice: {', '.join(doubled)}")
    lines: list[Line] = []
    at = 1
    while at < len(texts):
        at = _read_record(texts, at, len(header), lines, refused)
    return Table(header, lines, sorted(refused))


def _decoded(raw: bytes, number: int, refused: list[Refusal]) -> str | None:
    """Return a line's text; None, with a refusal, where it holds what no text holds."""
    if b"\0" in raw:
        refused.append(Refusal(number, "", "", "the line holds a NUL byte"))
        return None
    try:
        return raw.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError as error:
        refused.append(Refusal(number, "", "", f"byte {error.start + 1} of the line is not UTF-8"))
        return None


def _read_record(texts: list[str | None], at: int, width: int, lines: list[Line], refused: list[Refusal]) -> int:
    """Read the record that starts at index `at` into `lines` or `refused`; return the index after it."""
    text = texts[at]
    if text is None or not text.strip():
        return at + 1
    joined = text
    for extra in range(_LONGEST_RECORD):
        if extra:
            following = texts[at + extra] if at + extra < len(texts) else None
            if following is None:
                break
            joined = f"{joined}\n{following}"
        cells = _cells(joined)
        if cells is None:
            continue
        if len(cells) == width:
            lines.append(Line(at + 1, tuple(cell.strip() for cell in cells)))
            return at + extra + 1
        if not extra:
            reason = f"the line has {len(cells)} cells where the header has {width}"
            refused.append(Refusal(at + 1, *_who(cells), reason))
            return at + 1
        break  # the quotation mark was closed by one of a later row: this line alone is broken
    refused.append(Refusal(at + 1, *_who(text.split(",")), "its quotation marks do not close"))
    return at + 1


def _cells(text: str) -> tuple[str, ...] | None:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    return tuple(rows[0]) if len(rows) == 1 else None


def _who(cells: list[str] | tuple[str, ...]) -> tuple[str, str]:
    """Return the first two cells, which name the record in each of our tables, fit to stand in a message."""
    first, second = (*cells, "", "")[:2]
    return first.strip()[:8], second.strip().strip('"')[:_SHOWN]
