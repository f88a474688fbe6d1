"""The few statements that every message goes through, in the plain SQL of each database.

A batch costs two turns: one that reads, one that writes. PostgreSQL gets the statements of a turn together (pipeline),
prepared, with arrays for the rows, so that their text never changes; SQLite gets the rows as one JSON text, for the
same reason. Sixteen rows are inserted by one statement, because Python lets go of its lock at each.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper

# conversation, sequence, epoch, author, staff, kind, client key, mark, blob
Message = tuple[UUID, int, int, str, UUID | None, str, str, bytes, bytes]
# last sequence, window, its count, whether the child wrote, whether staff did, conversation
Written = tuple[int, dt.datetime | None, int, bool, bool, UUID]

_TOGETHER = 16

_IDS = ("id", "line_id", "team_id", "assignee", "promised_by")
_TIMES = ("waiting_since", "answered_at", "lease_until", "window_at", "paused_until", "blocked_at")
_PLAIN = ("state", "urgency", "last_sequence", "epoch", "window_count")
CONVERSATION = (*_IDS, *_TIMES, *_PLAIN)
"""The columns of a conversation, in the order in which `Turn.conversations` has them."""

_SESSION = "token_hash, conversation_id, state"
_EARLIER = "m.conversation_id, m.client_key, m.sequence, m.epoch, m.author, m.staff, m.body_mark"
_MESSAGE = "conversation_id, sequence, epoch, author, staff, kind, client_key, body_mark, blob, at"

# Nothing but our own names in these texts; every value is a parameter.
_LITE_CONVERSATIONS = (
    f"SELECT {', '.join(_IDS)}, {', '.join(f'''{each} || '+00:00' ''' for each in _TIMES)}, {', '.join(_PLAIN)} "  # noqa: S608
    "FROM helpline_conversation WHERE id IN (SELECT value FROM json_each(?))"
)
_LITE_SESSIONS = f"SELECT {_SESSION} FROM helpline_childsession WHERE token_hash IN (SELECT value FROM json_each(?))"  # noqa: S608
_LITE_EARLIER = (
    f"SELECT {_EARLIER}, m.at || '+00:00' FROM json_each(?) w "  # noqa: S608
    "JOIN helpline_message m ON m.conversation_id = json_extract(w.value, '$[0]') "
    "AND m.client_key = json_extract(w.value, '$[1]')"
)
_LITE_INSERT = {
    rows: f"INSERT INTO helpline_message ({_MESSAGE}) VALUES " + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * rows)  # noqa: S608
    for rows in (_TOGETHER, 4, 1)
}
_LITE_WRITTEN = (
    "UPDATE helpline_conversation SET last_sequence = ?, window_at = ?, window_count = ?, "
    "last_child_at = CASE WHEN ? THEN ? ELSE last_child_at END, "
    "last_staff_at = CASE WHEN ? THEN ? ELSE last_staff_at END WHERE id = ?"
)
_LITE_LEASE = "UPDATE helpline_conversation SET lease_until = ? WHERE id = ?"

_LARGE_CONVERSATIONS = (
    f"SELECT {', '.join(CONVERSATION)} FROM helpline_conversation WHERE id = ANY(%s::uuid[]) "  # noqa: S608
    "ORDER BY id FOR UPDATE"
)
_LARGE_SESSIONS = f"SELECT {_SESSION} FROM helpline_childsession WHERE token_hash = ANY(%s::text[])"  # noqa: S608
_LARGE_EARLIER = (
    f"SELECT {_EARLIER}, m.at FROM unnest(%s::uuid[], %s::text[]) w(c, k) "  # noqa: S608
    "JOIN helpline_message m ON m.conversation_id = w.c AND m.client_key = w.k"
)
_LARGE_INSERT = (
    f"INSERT INTO helpline_message ({_MESSAGE}) SELECT w.*, %s::timestamptz FROM "  # noqa: S608
    "unnest(%s::uuid[], %s::int[], %s::int[], %s::text[], %s::uuid[], %s::text[], %s::text[], "
    "%s::bytea[], %s::bytea[]) w"
)
_LARGE_WRITTEN = (
    "UPDATE helpline_conversation c SET last_sequence = w.n, window_at = w.at, window_count = w.count, "
    "last_child_at = CASE WHEN w.child THEN %(now)s::timestamptz ELSE c.last_child_at END, "
    "last_staff_at = CASE WHEN w.staff THEN %(now)s::timestamptz ELSE c.last_staff_at END "
    "FROM unnest(%(n)s::int[], %(at)s::timestamptz[], %(count)s::int[], %(child)s::bool[], %(staff)s::bool[], "
    "%(id)s::uuid[]) w(n, at, count, child, staff, id) WHERE c.id = w.id"
)
_LARGE_LEASE = (
    "UPDATE helpline_conversation c SET lease_until = w.at "
    "FROM unnest(%s::timestamptz[], %s::uuid[]) w(at, id) WHERE c.id = w.id"
)


class Turn(NamedTuple):
    """What a batch begins with: conversations (CONVERSATION; held until the transaction ends), children's sessions
    (token hash, conversation, state), and messages that are there already (conversation, client key, sequence, epoch,
    author, staff, mark, at)."""

    conversations: list[Sequence[Any]]
    sessions: list[Sequence[Any]]
    earlier: list[Sequence[Any]]


class SQL:
    """Statements over one connection, inside its transaction; values go in and come out as Python's own."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._postgres = connection.vendor == "postgresql"

    def read(self, conversations: Sequence[UUID], tokens: Sequence[str], pairs: Sequence[tuple[UUID, str]]) -> Turn:
        """Return what is there of these conversations, session hashes, and (conversation, client key)."""
        self._connection.ensure_connection()
        with self._connection.wrap_database_errors:
            if self._postgres:
                return self._read_large(conversations, tokens, pairs)
            return self._read_lite(conversations, tokens, pairs)

    def write(self, messages: Sequence[Message], written: Sequence[Written], *, at: dt.datetime) -> None:
        """Insert messages and store what they changed in their conversations, all of the moment `at`."""
        with self._connection.wrap_database_errors:
            if self._postgres:
                self._write_large(messages, written, at)
            else:
                self._write_lite(messages, written, at)

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Let PostgreSQL have the statements of a block in one turn; each that asks for rows ends a turn."""
        if not self._postgres:
            yield
            return
        with self._connection.wrap_database_errors, self._large().connection.pipeline():
            yield

    def update_leases(self, rows: Sequence[tuple[dt.datetime, UUID]]) -> None:
        """Store (when the lease ends, conversation)."""
        if not rows:
            return
        with self._connection.wrap_database_errors:
            if self._postgres:
                ends, ids = zip(*rows, strict=True)
                self._large().execute(_LARGE_LEASE, [list(ends), list(ids)])
            else:
                self._lite().executemany(_LITE_LEASE, [(_text(until), each.hex) for until, each in rows])

    def _lite(self) -> sqlite3.Connection:
        raw: sqlite3.Connection = self._connection.connection
        return raw

    def _read_lite(
        self, conversations: Sequence[UUID], tokens: Sequence[str], pairs: Sequence[tuple[UUID, str]]
    ) -> Turn:
        # One writer, and its transactions are IMMEDIATE: they hold every row already.
        raw = self._lite()
        ids, times = len(_IDS), len(_IDS) + len(_TIMES)
        found = raw.execute(_LITE_CONVERSATIONS, [json.dumps([each.hex for each in conversations])]).fetchall()
        sessions = raw.execute(_LITE_SESSIONS, [json.dumps(tokens)]).fetchall() if tokens else []
        earlier = raw.execute(_LITE_EARLIER, [json.dumps([[each.hex, key] for each, key in pairs])]).fetchall()
        return Turn(
            [[*map(_uuid, row[:ids]), *map(_moment, row[ids:times]), *row[times:]] for row in found],
            [(hashed, _uuid(each), state) for hashed, each, state in sessions],
            [
                (_uuid(each), key, sequence, epoch, author, _uuid(staff), bytes(mark), _moment(at))
                for each, key, sequence, epoch, author, staff, mark, at in earlier
            ],
        )

    def _write_lite(self, messages: Sequence[Message], written: Sequence[Written], at: dt.datetime) -> None:
        raw, moment = self._lite(), _text(at)
        start = 0
        while start < len(messages):
            rows = next(each for each in _LITE_INSERT if each <= len(messages) - start)
            values: list[object] = []
            for identity, sequence, epoch, author, staff, kind, key, mark, blob in messages[start : start + rows]:
                person = None if staff is None else staff.hex
                values += (identity.hex, sequence, epoch, author, person, kind, key, mark, blob, moment)
            raw.execute(_LITE_INSERT[rows], values)
            start += rows
        raw.executemany(
            _LITE_WRITTEN,
            [
                (sequence, _text(window), count, child, moment, staff, moment, each.hex)
                for sequence, window, count, child, staff, each in written
            ],
        )

    def _large(self) -> psycopg.Cursor[tuple[Any, ...]]:
        # Not Django's cursor: that one writes the values into the text, and so can prepare nothing.
        raw: psycopg.Connection[Any] = self._connection.connection
        raw.prepare_threshold = 1
        return psycopg.Cursor(raw)

    def _read_large(
        self, conversations: Sequence[UUID], tokens: Sequence[str], pairs: Sequence[tuple[UUID, str]]
    ) -> Turn:
        found, sessions, earlier = self._large(), self._large(), self._large()
        with found.connection.pipeline():
            found.execute(_LARGE_CONVERSATIONS, [list(conversations)])
            if tokens:
                sessions.execute(_LARGE_SESSIONS, [list(tokens)])
            earlier.execute(_LARGE_EARLIER, [[each for each, _ in pairs], [key for _, key in pairs]])
        return Turn(
            [*found.fetchall()],
            [*sessions.fetchall()] if tokens else [],
            [*earlier.fetchall()],
        )

    def _write_large(self, messages: Sequence[Message], written: Sequence[Written], at: dt.datetime) -> None:
        cursor = self._large()
        with cursor.connection.pipeline():
            if messages:
                cursor.execute(_LARGE_INSERT, [at, *(list(column) for column in zip(*messages, strict=True))])
            if written:
                columns = zip(*written, strict=True)
                names = ("n", "at", "count", "child", "staff", "id")
                cursor.execute(
                    _LARGE_WRITTEN,
                    {"now": at, **{name: list(column) for name, column in zip(names, columns, strict=True)}},
                )


@lru_cache(maxsize=65_536)
def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(hex=value)


def _moment(value: str | None) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(value)


def _text(value: dt.datetime | None) -> str | None:
    """Return a moment as Django keeps it in SQLite: UTC, without saying so."""
    return None if value is None else str(value.astimezone(dt.UTC).replace(tzinfo=None))
