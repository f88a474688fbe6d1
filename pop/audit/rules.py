"""How a row, and a link over the heads of all chains, become a hash: pure, and the same on every database.

A row of a chain holds the hash of the row before it, so nothing can be changed, added or taken away inside without
every later hash being wrong. What is hashed is JSON with sorted keys and without spaces, of values as they are read
back: a moment as UTC text with six digits of a second, a whole number as an integer however it was written.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode

START = bytes(32)  # what stands for the hash before the first one

# A chain's head: how many rows it has, and the last one's hash as 64 hexadecimal digits.
Head = Sequence[int | str]


def plain_detail(detail: Mapping[str, object]) -> dict[str, object]:
    """Return the detail as a database gives it back (lists for tuples, text for keys); ValueError for NaN and ±∞."""
    plain: dict[str, object] = json.loads(json.dumps(dict(detail), allow_nan=False)) if detail else {}
    return plain


def row_hash(
    *,
    id: UUID,
    at: dt.datetime,
    actor: UUID | None,
    action: str,
    object_type: str,
    object_id: str,
    detail: Mapping[str, object],
    chain: UUID,
    number: int,
    previous: bytes,
) -> bytes:
    """Return the 32 bytes (SHA-256) over everything that a row holds."""
    return _hash(
        "pop audit row 1",
        [
            str(id),
            _moment(at),
            None if actor is None else str(actor),
            action,
            object_type,
            object_id,
            _settled(detail),
            str(chain),
            number,
            previous.hex(),
        ],
    )


def link_hash(*, number: int, at: dt.datetime, previous: bytes, heads: Mapping[str, Head]) -> bytes:
    """Return the 32 bytes (SHA-256) over everything that a link holds."""
    return _hash("pop audit link 1", [number, _moment(at), previous.hex(), heads])


def cut_hash(*, link: int, at: dt.datetime, heads: Mapping[str, Head]) -> bytes:
    """Return the 32 bytes (SHA-256) over what a cut left out: the last link and each chain's last row that went."""
    return _hash("pop audit cut 1", [link, _moment(at), heads])


def _hash(purpose: str, value: object) -> bytes:
    return hashlib.sha256(_canonical([purpose, value]).encode("ascii")).digest()


def _settled(value: object) -> object:
    """Write numbers one way: PostgreSQL gives 1e16 back as 10000000000000000, SQLite as 1e+16."""
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {key: _settled(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_settled(each) for each in value]
    return value


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
