"""What the open streams of a process have not seen yet: one query for all conversations that changed.

Called from the hub's own thread only. Opening happens here too, with the keys that the streams brought; who may bring
which key is decided where a stream opens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import Error

from pop.helpline import database
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


def inner_json(*, sequence: int, author: str, kind: str, text: str, at: str) -> bytes:
    """Return a message's fields as they stand in an event, without the braces: a counsellor's gets one more field."""
    said = json.dumps(text, ensure_ascii=False)
    return f'"n":{sequence},"a":"{author}","k":"{kind}","t":{said},"at":"{at}"'.encode()


def moment(at: datetime | str) -> str:
    """Return a moment (aware, or the text that SQLite keeps, which is UTC) as RFC 3339."""
    if isinstance(at, str):
        return at.replace(" ", "T")[:26] + "Z"
    return at.isoformat().replace("+00:00", "Z")


def fresh(
    positions: Mapping[UUID, int], keys: Mapping[UUID, Mapping[int, bytes]]
) -> tuple[dict[UUID, list[Fresh]], set[UUID], bool]:
    """Return messages after these positions, opened; conversations with a key that is missing; whether more wait."""
    found: dict[UUID, list[Fresh]] = {}
    locked: set[UUID] = set()
    rows = _rows_after(positions)
    for identity, sequence, epoch, author, kind, client_key, blob, at in rows:
        conversation = identity if isinstance(identity, UUID) else UUID(identity)
        if conversation in locked:
            continue
        key = keys.get(conversation, {}).get(epoch)
        if key is None:
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


def heads(conversations: Iterable[UUID]) -> dict[UUID, Head]:
    """Return where these conversations stand; one that was forgotten is left out."""
    with database.connection().cursor() as cursor:
        if _is_sqlite():
            cursor.execute(_HEADS_SQLITE, [json.dumps([each.hex for each in conversations])])
        else:
            cursor.execute(_HEADS_POSTGRESQL, [list(conversations)])
        rows = cursor.fetchall()
    return {
        _uuid(identity): Head(last, state, frozenset(_uuid(each) for each in owners if each))
        for identity, last, state, *owners in rows
    }


def look(
    positions: Mapping[UUID, int], keys: Mapping[UUID, Mapping[int, bytes]]
) -> tuple[dict[UUID, Head], dict[UUID, list[Fresh]], set[UUID], bool]:
    """Return where these conversations stand, and what `fresh` returns for those that moved past their position."""
    try:
        found = heads(positions)
        behind = {each: after for each, after in positions.items() if each in found and found[each].last > after}
        return (found, *fresh(behind, keys)) if behind else (found, {}, set(), False)
    except Error:
        database.connection().close()
        raise


def look_at_heads(conversations: Iterable[UUID]) -> dict[UUID, Head]:
    """Return what `heads` does; after a failure the next look has a new connection."""
    try:
        return heads(conversations)
    except Error:
        database.connection().close()
        raise


def _rows_after(positions: Mapping[UUID, int]) -> list[tuple[Any, ...]]:
    with database.connection().cursor() as cursor:
        if _is_sqlite():
            wanted = ",".join([f'["{each.hex}",{after}]' for each, after in positions.items()])
            cursor.execute(_FRESH_SQLITE, [f"[{wanted}]"])
        else:
            cursor.execute(_FRESH_POSTGRESQL, [list(positions), list(positions.values())])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _is_sqlite() -> bool:
    return database.connection().vendor == "sqlite"


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
