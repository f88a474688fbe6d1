"""The cells of one sheet, straight from its XML: five times as fast as a library that makes an object of each."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lxml import etree
from openpyxl.utils.datetime import from_excel
from openpyxl.utils.escape import unescape

from pop.surveys.importing.reading.shaping import Cells

_PLAIN = re.compile(r"-?\d{1,15}")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_MOST_PLACES: Final = 16_384
_MOST_NUMBER: Final = 1_048_576
# What a sheet can write as _xD800_, though no text holds it: neither a database nor a file would take it.
_NO_SIGN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Styles:
    """What the numbers of a workbook mean: its shared texts, the styles that are days or spans, and its first day."""

    strings: Sequence[str]
    dates: Collection[int]
    spans: Collection[int]
    epoch: dt.datetime


def cells_of(raw: bytes, styles: Styles) -> Iterator[tuple[int, Cells]]:
    """Yield (number, cells as texts) of every row of a sheet. Raises what a broken sheet makes of itself."""
    places: dict[str, int] = {}
    number = 0
    walk = etree.iterparse(
        io.BytesIO(raw), events=("end",), tag="{*}row", resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, row in walk:
        said = row.get("r")
        before, number = number, int(said) if said else number + 1
        if not before < number <= _MOST_NUMBER:
            raise ValueError("rows out of order")
        cells: list[str] = []
        for cell in row:
            reference = cell.get("r")
            if reference is not None:
                match = _LETTERS.match(reference)
                letters = match[0] if match else ""
                place = places.get(letters)
                if place is None:
                    place = places[letters] = _place(letters)
                if place >= _MOST_PLACES or place < len(cells):
                    raise ValueError("cells out of order")
                while len(cells) < place:
                    cells.append("")
            cells.append(_text(cell, styles))
        yield number, cells
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _text(cell: etree._Element, styles: Styles) -> str:
    """Return what a cell holds as a text, whatever its format shows."""
    kind = cell.get("t", "n")
    value: str | None = None
    for part in cell:
        name = part.tag[part.tag.rindex("}") + 1 :] if isinstance(part.tag, str) else ""
        if name == "v":
            value = part.text
        elif name == "is":
            value = "".join(text.text or "" for text in part.iter("{*}t"))
    if value is None or value == "":
        return ""
    if kind == "s":
        return styles.strings[int(value)].strip()
    if kind in ("str", "inlineStr", "e"):
        return unescaped(value).strip()
    if kind == "b":
        return "true" if value.strip() == "1" else "false"
    if kind == "d":
        return value.strip()
    style = int(cell.get("s", "0"))
    if style in styles.dates:
        return _moment(from_excel(float(value), styles.epoch, timedelta=style in styles.spans))
    if _PLAIN.fullmatch(value):
        return value
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return f"{Decimal(repr(number)):f}"


def unescaped(text: str) -> str:
    """Return what a text of a workbook says, without what is no sign."""
    return _NO_SIGN.sub("", unescape(text)) if "_x" in text else text


def _moment(value: object) -> str:
    if isinstance(value, dt.datetime):
        # A day's fraction is kept in binary: 09:30 comes back some microseconds early or late.
        return (value + dt.timedelta(milliseconds=500)).replace(microsecond=0).isoformat()
    if isinstance(value, dt.timedelta):
        return (dt.datetime(1900, 1, 1, tzinfo=dt.UTC) + value).strftime("%H:%M:%S")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat() if isinstance(value, dt.date) else value.isoformat(timespec="seconds")
    return ""
