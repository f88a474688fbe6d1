"""What a list is asked for, and what comes back: the plain values between a page, a query and a file for export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Row = TypeVar("Row")

PAGE_SIZE = 50
# An export holds the whole list; a list that is longer than this asks for a filter first.
EXPORT_SIZE = 20_000


@dataclass(frozen=True)
class Ask:
    """One question to a list: words to look for, coded filters, the order, and at most `count` rows from `first`."""

    search: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    down: bool = False
    first: int = 0
    count: int = PAGE_SIZE

    def order(self, columns: Mapping[str, Sequence[str]], default: Sequence[str]) -> list[str]:
        """Return the fields to order by: those of the asked column (turned round if `down`), then the default ones."""
        chosen = list(columns.get(self.sort, ()))
        if self.down:
            chosen = [name[1:] if name.startswith("-") else f"-{name}" for name in chosen]
        return [*chosen, *default]


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """The rows asked for, and how many there are in all."""

    rows: Sequence[Row]
    total: int
