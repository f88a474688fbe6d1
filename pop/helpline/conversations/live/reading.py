"""What the open streams of a process have not seen yet: one query for all conversations that changed.

Called from the hub's own thread only. Opening happens here too, with the keys that the streams brought; who may bring
which key is decided where a stream opens.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import Error

from pop.helpline import database
from pop.helpline.conversations.rules.carrying import Carried
from pop.privacy.sealing import SealError, open_message

# So many rows in one look: more would keep the other streams waiting.
MOST_ROWS = 500

_COLUMNS = "m.conversation_id, m.sequence, m.epoch, m.author, m.kind, m.client_key, m.blob"
_FRESH_SQLITE = f"""
    SELECT {_COLUMNS}, m.at || '' FROM json_each(%s) w
    JOIN helpline_message m ON m.conversation_id = json_extract(w.value, '$[0]')
        AND m.sequence > json_extract(w.value, '$[1]')
    ORDER BY m.conversation_id, m.sequence LIMIT {MOST_ROWS}"""  # noqa: S608 - nothing but our own constants
_FRESH_POSTGRESQL = f"""
    SELECT {_COLUMNS}, m.at FROM unnest(%s::uuid[], %s::int[]) w(c, n)
    JOIN helpline_message m ON m.conversation_id = w.c AND m.sequence > w.n
    ORDER BY m.conversation_id, m.sequence LIMIT {MOST_ROWS}"""  # noqa: S608
_HEAD = "c.id, c.last_sequence, c.state, c.assignee, c.promised_by"
_HEADS_SQLITE = f"SELECT {_HEAD} FROM json_each(%s) w JOIN helpline_conversation c ON c.id = w.value"  # noqa: S608
_HEADS_POSTGRESQL = f"SELECT {_HEAD} FROM helpline_conversation c WHERE c.id = ANY(%s)"  # noqa: S608


Row = tuple[Any, ...]
# Runs a statement (with %s) and returns all of its rows.
Execute = Callable[[str, Sequence[object]], list[Row]]


class Fresh(NamedTuple):
    """One message, opened: its place, who wrote it, and its JSON without the braces around it."""

    sequence: int
    author: str
    inner: bytes


class Head(NamedTuple):
    """Where a conversation stands."""

    last: int
    state: str
    owners: frozenset[UUID]  # who of the staff has it: the assignee, and who promised a reply


class Look(NamedTuple):
    """What a look found: heads, messages, conversations with a key that is missing, and whether more messages wait."""

    heads: dict[UUID, Head]
    fresh: dict[UUID, list[Fresh]]
    locked: set[UUID]
    more: bool


def inner_json(*, sequence: int, author: str, kind: str, text: str, at: str) -> bytes:
    """Return a message's fields as they stand in an event, without the braces: a counsellor's gets one more field."""
    said = json.dumps(text, ensure_ascii=False)
    return f'"n":{sequence},"a":"{author}","k":"{kind}","t":{said},"at":"{at}"'.encode()


def moment(at: datetime | str) -> str:
    """Return a moment (aware, or the text that SQLite keeps, which is UTC) as RFC 3339."""
    if isinstance(at, str):
        return at.replace(" ", "T")[:26] + "Z"
    return at.isoformat().replace("+00:00", "Z")


def opened(carried: Carried, conversation: UUID, key: bytes, at: str) -> bytes | None:
    """Return the fields (`inner_json`) of a message that another process carried here; None if it does not open."""
    try:
        text = open_message(
            key,
            carried.blob,
            case=conversation,
            epoch=carried.epoch,
            sequence=carried.sequence,
            author=carried.author,
            client_key=carried.client_key,
        )
    except SealError:
        return None
    return inner_json(sequence=carried.sequence, author=carried.author, kind=carried.kind, text=text, at=at)


def look(positions: Mapping[UUID, int], keys: Mapping[UUID, Mapping[int, bytes]], execute: Execute) -> Look:
    """Return where these conversations stand, and the messages after these positions, opened."""
    found = _heads(positions, execute)
    behind = {each: after for each, after in positions.items() if each in found and found[each].last > after}
    if not behind:
        return Look(found, {}, set(), False)
    return Look(found, *_fresh(behind, keys, execute))


def look_in_thread(positions: Mapping[UUID, int], keys: Mapping[UUID, Mapping[int, bytes]]) -> Look:
    """Do as `look`, over this thread's connection; after a failure the next look has a new one."""
    try:
        with database.connection().cursor() as cursor:
            return look(positions, keys, _over(cursor))
    except Error:
        database.connection().close()
        raise


def look_at_heads(conversations: Iterable[UUID]) -> dict[UUID, Head]:
    """Return where these conversations stand, over this thread's connection; a forgotten one is left out."""
    try:
        with database.connection().cursor() as cursor:
            return _heads(conversations, _over(cursor))
    except Error:
        database.connection().close()
        raise


def own_sqlite() -> Execute | None:
    """Return a way to read SQLite from the event loop, by a connection that cannot write; None on PostgreSQL."""
    if not _is_sqlite():
        return None
    held: list[sqlite3.Connection] = []

    def execute(statement: str, values: Sequence[object]) -> list[Row]:
        if not held:
            held.append(
                sqlite3.connect(
                    database.connection().settings_dict["NAME"], timeout=0.05, isolation_level=None, cached_statements=8
                )
            )
            held[0].execute("PRAGMA query_only = 1")
        try:
            rows: list[Row] = held[0].execute(statement.replace("%s", "?"), values).fetchall()
        except sqlite3.Error:
            held.pop().close()
            raise
        return rows

    return execute


def _over(cursor: Any) -> Execute:
    def execute(statement: str, values: Sequence[object]) -> list[Row]:
        cursor.execute(statement, values)
        rows: list[Row] = cursor.fetchall()
        return rows

    return execute


def _fresh(
    positions: Mapping[UUID, int], keys: Mapping[UUID, Mapping[int, bytes]], execute: Execute
) -> tuple[dict[UUID, list[Fresh]], set[UUID], bool]:
    """Return messages after these positions, opened; conversations with a key that is missing; whether more wait."""
    found: dict[UUID, list[Fresh]] = {}
    locked: set[UUID] = set()
    known = {each.hex: each for each in positions}
    rows = _rows_after(positions, execute)
    for identity, sequence, epoch, author, kind, client_key, blob, at in rows:
        conversation = known[identity] if isinstance(identity, str) else identity
        key = keys.get(conversation, {}).get(epoch)
        if key is None or conversation in locked:
            locked.add(conversation)
            continue
        try:
            text = open_message(
                key,
                bytes(blob),
                case=conversation,
                epoch=epoch,
                sequence=sequence,
                author=author,
                client_key=client_key,
            )
        except SealError:
            locked.add(conversation)
            continue
        inner = inner_json(sequence=sequence, author=author, kind=kind, text=text, at=moment(at))
        found.setdefault(conversation, []).append(Fresh(sequence, author, inner))
    return found, locked, len(rows) == MOST_ROWS


def _heads(conversations: Iterable[UUID], execute: Execute) -> dict[UUID, Head]:
    wanted = list(conversations)
    if _is_sqlite():
        known: Mapping[object, UUID] = {each.hex: each for each in wanted}
        rows = execute(_HEADS_SQLITE, ['["' + '","'.join([each.hex for each in wanted]) + '"]'])
    else:
        known = {each: each for each in wanted}
        rows = execute(_HEADS_POSTGRESQL, [wanted])
    return {
        known[identity]: Head(last, state, frozenset([_uuid(each) for each in owners if each]))
        for identity, last, state, *owners in rows
    }


def _rows_after(positions: Mapping[UUID, int], execute: Execute) -> list[Row]:
    if _is_sqlite():
        wanted = ",".join([f'["{each.hex}",{after}]' for each, after in positions.items()])
        return execute(_FRESH_SQLITE, [f"[{wanted}]"])
    return execute(_FRESH_POSTGRESQL, [list(positions), list(positions.values())])


@cache
def _is_sqlite() -> bool:
    return database.connection().vendor == "sqlite"


@lru_cache(maxsize=1024)
def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
