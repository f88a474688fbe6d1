"""The few statements that every message goes through, in plain SQL that both databases understand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

_CHUNK = 1_000


class Column(NamedTuple):
    """A column to read: databases differ in how they keep ids, moments and bytes."""

    name: str
    kind: Literal["", "uuid", "time", "bytes"] = ""


class SQL:
    """Statements over one connection; values go in and come out as Python's own."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._postgres = connection.vendor == "postgresql"

    def select(
        self,
        table: str,
        columns: Sequence[Column],
        by: str,
        values: Sequence[UUID] | Sequence[str],
        *,
        order: str = "",
        lock: bool = False,
    ) -> Iterator[list[Any]]:
        """Yield the rows whose column `by` is one of `values`; `lock` holds them until the transaction ends."""
        names = ", ".join(column.name for column in columns)
        ending = f" ORDER BY {order}" if order else ""
        # SQLite has one writer, and its transactions are IMMEDIATE: they hold every row already.
        ending += " FOR UPDATE" if lock and self._postgres else ""
        with self._connection.cursor() as cursor:
            for start in range(0, len(values), _CHUNK):
                part = [self._in(value) for value in values[start : start + _CHUNK]]
                marks = ", ".join(["%s"] * len(part))
                # Names are this program's own; every value is a parameter.
                cursor.execute(f"SELECT {names} FROM {table} WHERE {by} IN ({marks}){ending}", part)  # noqa: S608
                for row in cursor.fetchall():
                    yield self._row(columns, row)

    def messages_by_key(self, pairs: Sequence[tuple[UUID, str]]) -> Iterator[list[Any]]:
        """Yield (conversation, client key, sequence, epoch, author, staff, mark, at) of those that are there."""
        columns = (
            Column("conversation_id", "uuid"),
            Column("client_key"),
            Column("sequence"),
            Column("epoch"),
            Column("author"),
            Column("staff", "uuid"),
            Column("body_mark", "bytes"),
            Column("at", "time"),
        )
        names = ", ".join(f"m.{column.name}" for column in columns)
        with self._connection.cursor() as cursor:
            for start in range(0, len(pairs), _CHUNK):
                part = pairs[start : start + _CHUNK]
                one = "(%s::uuid, %s)" if self._postgres else "(%s, %s)"
                marks = ", ".join([one] * len(part))
                # A join over the given pairs looks each one up in the unique index, however many messages there are.
                cursor.execute(
                    f"WITH asked(c, k) AS (VALUES {marks}) SELECT {names} FROM asked "  # noqa: S608
                    "JOIN helpline_message m ON m.conversation_id = asked.c AND m.client_key = asked.k",
                    [value for conversation, key in part for value in (self._in(conversation), key)],
                )
                for row in cursor.fetchall():
                    yield self._row(columns, row)

    def insert_messages(self, rows: Sequence[tuple[Any, ...]], *, at: dt.datetime) -> None:
        """Insert messages (conversation, sequence, epoch, author, staff, kind, client key, mark, blob), all of `at`."""
        moment = self._in(at)
        start = (
            "INSERT INTO helpline_message "
            "(conversation_id, sequence, epoch, author, staff, kind, client_key, body_mark, blob, at) VALUES "
        )
        self._many(start, "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", [(*map(self._in, row), moment) for row in rows])

    def update_written(
        self, rows: Sequence[tuple[int, dt.datetime | None, int, bool, bool, UUID]], *, at: dt.datetime
    ) -> None:
        """Store (last sequence, window, its count, whether the child wrote, whether staff did, conversation)."""
        moment = self._in(at)
        statement = (
            "UPDATE helpline_conversation SET last_sequence = %s, window_at = %s, window_count = %s, "
            "last_child_at = CASE WHEN %s THEN %s ELSE last_child_at END, "
            "last_staff_at = CASE WHEN %s THEN %s ELSE last_staff_at END WHERE id = %s"
        )
        with self._connection.cursor() as cursor:
            cursor.executemany(
                statement,
                [
                    (sequence, self._in(window), count, child, moment, staff, moment, self._in(conversation))
                    for sequence, window, count, child, staff, conversation in rows
                ],
            )

    def update_leases(self, rows: Sequence[tuple[dt.datetime, UUID]]) -> None:
        """Store (when the lease ends, conversation)."""
        if rows:
            with self._connection.cursor() as cursor:
                cursor.executemany(
                    "UPDATE helpline_conversation SET lease_until = %s WHERE id = %s",
                    [(self._in(until), self._in(conversation)) for until, conversation in rows],
                )

    def _many(self, start: str, one: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        with self._connection.cursor() as cursor:
            if not self._postgres:
                cursor.executemany(start + one, rows)
                return
            # One statement for many rows: PostgreSQL answers each statement, and each answer costs a turn.
            for first in range(0, len(rows), _CHUNK):
                part = rows[first : first + _CHUNK]
                cursor.execute(start + ", ".join([one] * len(part)), [value for row in part for value in row])

    def _in(self, value: Any) -> Any:
        if self._postgres:
            return value
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, dt.datetime):
            return self._connection.ops.adapt_datetimefield_value(value)
        return value

    def _row(self, columns: Sequence[Column], row: Sequence[Any]) -> list[Any]:
        return [
            value if not column.kind or value is None else _READ[column.kind](value)
            for column, value in zip(columns, row, strict=True)
        ]


@lru_cache(maxsize=65_536)
def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(hex=value)


def _time(value: dt.datetime | str) -> dt.datetime:
    # SQLite keeps moments as text in UTC, without saying so; its driver may have read it already.
    moment = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


_READ: dict[str, Callable[[Any], Any]] = {"uuid": _uuid, "time": _time, "bytes": bytes}
