"""The rows of all tables put together: each of the first with those that belong to it, whose it is, and since when."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pop.surveys.importing.rules.filling import Moments
from pop.surveys.importing.rules.mapping import ColumnMapping
from pop.surveys.importing.rules.planning import Plan, Rows
from pop.surveys.importing.rules.problems import Problem
from pop.surveys.importing.rules.tables import MAIN, Book, Row, Table
from pop.surveys.importing.rules.values import ValueMistakeError, Values

# Ids of rows that bring none of their own hang on this, and on nothing else that could change.
SPACE: Final = uuid.UUID("6f6a3c1e-4f0b-5b5e-9d39-0d9f6a1c7b52")
_UUID = re.compile(r"(?:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z", re.IGNORECASE)
_LONGEST_ID: Final = 200


@dataclass(frozen=True)
class Gathered:
    """One submission-to-be: its rows, its id here and at its sender, its digest; or why there is none."""

    rows: Rows
    instance_id: str
    sender_id: str
    digest: str
    moments: Moments
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Link:
    """How one table hangs on another: {key of a row there: its rows here}."""

    repeat: str
    table: Table
    by_parent: Mapping[str, list[Row]] = field(repr=False)
    key: int | None


class Gathering:
    """Walks over one file as one mapping has it, always in the same order."""

    def __init__(
        self, book: Book, mapping: ColumnMapping, plan: Plan, *, space: str, languages: tuple[str, ...]
    ) -> None:
        """`space` tells the ids of one source from those of another: the form, and what the mapping is called."""
        self._book = book
        self._plan = plan
        self._values = Values(mapping, languages)
        self._system = mapping.system
        self._space = space
        self._seen: Counter[str] = Counter()
        self._ids: set[str] = set()
        self._keys: set[tuple[str, str]] = set()
        self._links: dict[str, list[_Link]] = {}
        names = {table.name: table for table in book.tables}
        for rule in mapping.sheets:
            if rule.to and rule.sheet in names:
                outer = [other for other in mapping.sheets if other.to and rule.to.startswith(f"{other.to}/")]
                above = max(outer, key=lambda each: len(each.to)).sheet if outer else MAIN
                self._links.setdefault(above, []).append(self._link(rule.to, names[rule.sheet]))

    def __iter__(self) -> Iterator[Gathered]:
        """Yield every submission in the order of the first table, then one for each row that belongs to nothing."""
        main = self._book.main
        key = self._plan.place(main, "key")
        used: set[tuple[str, str]] = set()
        for row in main.rows:
            yield self._gathered(self._rows(main, row, key, used))
        for links in self._links.values():
            for link in links:
                for parent, rows in link.by_parent.items():
                    if (link.table.name, parent) not in used:
                        for row in rows:
                            problem = Problem("parent_missing", link.table.shown, row.number)
                            yield Gathered(Rows(link.table, row), "", "", "", Moments(None, None), (problem,))

    def __len__(self) -> int:
        return len(self._book.main.rows)

    def _link(self, repeat: str, table: Table) -> _Link:
        parent = self._plan.place(table, "parent")
        by_parent: dict[str, list[Row]] = {}
        for row in table.rows:
            by_parent.setdefault(row.cells[parent] if parent is not None else "", []).append(row)
        return _Link(repeat, table, by_parent, self._plan.place(table, "key"))

    def _rows(self, table: Table, row: Row, key: int | None, used: set[tuple[str, str]]) -> Rows:
        inside: dict[str, list[Rows]] = {}
        for link in self._links.get(table.name, ()):
            own = row.cells[key] if key is not None else ""
            used.add((link.table.name, own))
            found = link.by_parent.get(own, ()) if own else ()
            inside[link.repeat] = [self._rows(link.table, each, link.key, used) for each in found]
        return Rows(table, row, inside)

    def _gathered(self, rows: Rows) -> Gathered:
        table, row = rows.table, rows.row
        problems: list[Problem] = []
        digest = _digest(rows)
        self._seen[digest] += 1
        place = self._plan.place(table, "id")
        sender_id = row.cells[place] if place is not None else ""
        if place is not None and (not sender_id or len(sender_id) > _LONGEST_ID or not sender_id.isprintable()):
            problems.append(Problem("bad_id", table.shown, row.number, table.header[place]))
        # A row without an id of its own is known by what it says, and by how many before it said the same.
        said = f"id {sender_id}" if sender_id else f"row {digest} {self._seen[digest]}"
        match = _UUID.match(sender_id)
        if match is not None:
            instance_id = f"uuid:{match[1].lower()}"
        else:
            instance_id = f"uuid:{uuid.uuid5(SPACE, json.dumps([self._system, self._space, said]))}"
        if instance_id in self._ids:
            problems.append(
                Problem("id_twice", table.shown, row.number, table.header[place] if place is not None else "")
            )
        self._ids.add(instance_id)
        key = self._plan.place(table, "key")
        if key is not None and self._links.get(table.name):
            if (table.name, row.cells[key]) in self._keys:
                problems.append(Problem("key_twice", table.shown, row.number, table.header[key]))
            self._keys.add((table.name, row.cells[key]))
        return Gathered(rows, instance_id, sender_id, digest, self._moments(rows, problems), tuple(problems))

    def _moments(self, rows: Rows, problems: list[Problem]) -> Moments:
        found: dict[str, datetime | None] = {}
        for use in ("begun", "sent"):
            place = self._plan.place(rows.table, use)
            said = rows.row.cells[place] if place is not None else ""
            found[use] = None
            if place is not None and said:
                try:
                    found[use] = self._values.moment(said)
                except ValueMistakeError as mistake:
                    problems.append(Problem(mistake.code, rows.table.shown, rows.row.number, rows.table.header[place]))
        return Moments(found["begun"], found["sent"])


def _digest(rows: Rows) -> str:
    """Return the SHA-256 (hexadecimal) of what a row says, with the rows that belong to it."""
    said = json.dumps(_said(rows), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(said.encode("ascii")).hexdigest()


def _said(rows: Rows) -> list[object]:
    cells = {column: cell for column, cell in zip(rows.table.header, rows.row.cells, strict=True) if cell}
    return [cells, {repeat: [_said(each) for each in inside] for repeat, inside in rows.inside.items() if inside}]
