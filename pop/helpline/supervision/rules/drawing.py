"""Numbers as bars: places and sizes in units of a picture. Pure, so that a page only writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 96
_GAP: Final = 2

Span = tuple[datetime, datetime | None]


@dataclass(frozen=True)
class Column:
    """One upright bar: how many at a moment, its place and its height."""

    at: datetime
    count: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Row:
    """One lying bar. `count` None: hidden, and then it has no length at all."""

    code: str
    count: int | None
    width: int


def waiting_columns(spans: Iterable[Span], *, until: datetime, hours: int = 6, every: timedelta) -> list[Column]:
    """Return how many waited at each of the moments that lie `every` apart in the last `hours`, oldest first.

    A span is (since, until or None for who waits still). The highest bar is as high as the picture.
    """
    known = list(spans)
    number = int(timedelta(hours=hours) / every)
    moments = [until - every * each for each in range(number - 1, -1, -1)]
    counts = [sum(began <= at and (ended is None or at < ended) for began, ended in known) for at in moments]
    most = max(counts, default=0) or 1
    step = WIDTH // max(1, number)
    return [
        Column(at, count, place * step, HEIGHT - _high(count, most), step - _GAP, _high(count, most))
        for place, (at, count) in enumerate(zip(moments, counts, strict=True))
    ]


def rows(table: Mapping[str, int | None], order: Sequence[str] = (), *, width: int = 360) -> list[Row]:
    """Return a table as lying bars, in `order` and then as it came; the longest is `width` long."""
    most = max((count for count in table.values() if count), default=0) or 1
    codes = [code for code in order if code in table] + [code for code in table if code not in order]
    return [Row(code, table[code], round((table[code] or 0) * width / most)) for code in codes]


def _high(count: int, most: int) -> int:
    return 0 if count == 0 else max(3, round(count * HEIGHT / most))
