"""A file of answers as tables: what every kind of export is read into before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

NONE: Mapping[int, str] = MappingProxyType({})
MAIN = ""
"""The name by which a mapping calls the first table, whatever its sheet or file is called."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` as the sheet counts (the header is 1), its cells as texts, and {place: code} of cells that
    cannot be read.

    Numbers stand without a power of ten, moments as 2026-11-22T14:30:00, whatever the sheet shows.
    """

    number: int
    cells: tuple[str, ...] = field(repr=False)
    bad: Mapping[int, str] = field(default_factory=lambda: NONE)


@dataclass(frozen=True)
class Table:
    """One sheet, or one file of an archive. `name` is "" for the first; `shown` is what the file itself calls it."""

    name: str
    shown: str
    header: tuple[str, ...]
    rows: Sequence[Row] = field(repr=False)


@dataclass(frozen=True)
class Book:
    """All tables of a file, the first one first."""

    tables: tuple[Table, ...]

    @property
    def main(self) -> Table:
        """The table with a row for each submission."""
        return self.tables[0]
