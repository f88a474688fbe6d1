"""Hiding small numbers, so that no single child can be counted out of a table, nor worked out from its totals.

A number from 1 to 4 is hidden. Then whoever knows the total could subtract; so further numbers are hidden, the smallest
first, until the hidden ones of a table could each have been one of several numbers, and where that is not enough the
total itself, which then must not follow from any table beside it either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LEAST: Final = 5
"""The smallest number that is shown, 0 aside."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables that split one total in several ways. None: hidden."""

    total: int | None
    tables: Mapping[str, Mapping[str, int | None]]


def hide(tables: Mapping[str, Mapping[str, int]], *, total: int) -> Tables:
    """Return tables with their small numbers hidden. The numbers of each table must add up to `total`."""
    hidden: dict[str, set[str]] = {}
    closed = 0 < total < LEAST
    for name, table in tables.items():
        hidden[name] = {cell for cell, count in table.items() if 0 < count < LEAST}
        closed |= not _cover(table, hidden[name])
    if closed:
        for name, table in tables.items():
            if not hidden[name]:
                hidden[name].update(_next(table, hidden[name]))
    return Tables(
        total=None if closed else total,
        tables={
            name: {cell: None if cell in hidden[name] else count for cell, count in table.items()}
            for name, table in tables.items()
        },
    )


def hide_one(table: Mapping[str, int]) -> dict[str, int | None]:
    """Return one table as if its total were known, though it is not shown."""
    return dict(hide({"": table}, total=sum(table.values())).tables[""])


def _cover(table: Mapping[str, int], hidden: set[str]) -> bool:
    """Hide more of a table until the total gives nothing away. False: only hiding the total can do that."""
    while hidden and not _safe([table[cell] for cell in hidden]):
        more = _next(table, hidden)
        if not more:
            return False
        hidden.update(more)
    return True


def _next(table: Mapping[str, int], hidden: set[str]) -> set[str]:
    left = {cell: count for cell, count in table.items() if count and cell not in hidden}
    return {min(left, key=lambda cell: (left[cell], cell))} if left else set()


def _safe(counts: list[int]) -> bool:
    """Say whether the sum of hidden numbers leaves each of them open.

    Each could be anything from 1 to beyond what is small; and even who wrongly takes all of them to be small is left
    with more than one answer.
    """
    number, whole = len(counts), sum(counts)
    if number < 2 or whole - number < LEAST - 1:
        return False
    most = LEAST - 1
    all_small = whole <= most * number
    return not all_small or max(1, whole - most * (number - 1)) < min(most, whole - number + 1)
