"""Messages just kept, packed for the other processes of this machine: sealed as they lie in the database, and signed.

What is carried spares its hearers a look into the database. It proves by its signature (keyed BLAKE2b) that a process
of ours wrote it; that it is new and next in order, the hearer finds by the sequence. Words travel only as ciphertext.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Final, NamedTuple
from uuid import UUID

from pop.helpline.conversations.rules.lifecycle import STATES
from pop.helpline.conversations.rules.messages import AUTHORS, NOTICE, TEXT

LARGEST: Final = 60_000
"""Bytes of one package; a message that is larger than a quarter of it is not carried at all."""

_MARK: Final = 32
_KINDS: Final = (TEXT, NOTICE)
_AUTHOR: Final = {name: at for at, name in enumerate(AUTHORS)}
_KIND: Final = {name: at for at, name in enumerate(_KINDS)}
_STATE: Final = {name: at for at, name in enumerate(STATES)}
# Conversation, assignee, who promised a reply, sequence, epoch, author, kind, state, length of the key and of the blob.
_HEAD: Final = struct.Struct(">16s16s16sIIBBBBH")
_NOBODY: Final = bytes(16)


class Carried(NamedTuple):
    """One sealed message, where it stands, and where its conversation stood when it was kept. Ids are 16 bytes."""

    conversation: bytes
    assignee: bytes  # zeros: nobody
    promised_by: bytes
    sequence: int
    epoch: int
    author: str
    kind: str
    state: str
    client_key: str
    blob: bytes


class Package(NamedTuple):
    """Messages of one commit; `at` is its moment as RFC 3339."""

    at: str
    messages: list[Carried]


def packed(key: bytes, at: str, messages: Iterable[Carried]) -> tuple[list[bytes], list[bytes]]:
    """Return signed packages of at most LARGEST bytes, and the conversations whose messages are too large for one."""
    start = bytes((len(at),)) + at.encode()
    found: list[bytes] = []
    left: list[bytes] = []
    parts: list[bytes] = [start]
    size = _MARK + len(start)
    for each in messages:
        client_key = each.client_key.encode()
        if len(each.blob) > LARGEST // 4 or len(client_key) > 255:
            left.append(each.conversation)
            continue
        part = (
            _HEAD.pack(
                each.conversation,
                each.assignee,
                each.promised_by,
                each.sequence,
                each.epoch,
                _AUTHOR[each.author],
                _KIND[each.kind],
                _STATE[each.state],
                len(client_key),
                len(each.blob),
            )
            + client_key
            + each.blob
        )
        if size + len(part) > LARGEST:
            found.append(_signed(key, parts))
            parts, size = [start], _MARK + len(start)
        parts.append(part)
        size += len(part)
    if len(parts) > 1:
        found.append(_signed(key, parts))
    return found, left


def unpacked(key: bytes, package: bytes) -> Package | None:
    """Return what a package carries; None where no process of ours signed it."""
    body = package[_MARK:]
    if not hmac.compare_digest(package[:_MARK], blake2b(body, key=key, digest_size=_MARK).digest()):
        return None
    place = 1 + body[0]
    at = body[1:place].decode()
    messages = []
    while place < len(body):
        conversation, assignee, promised_by, sequence, epoch, author, kind, state, keys, blobs = _HEAD.unpack_from(
            body, place
        )
        place += _HEAD.size
        blob = place + keys
        messages.append(
            Carried(
                conversation,
                assignee,
                promised_by,
                sequence,
                epoch,
                AUTHORS[author],
                _KINDS[kind],
                STATES[state],
                body[place:blob].decode(),
                body[blob : blob + blobs],
            )
        )
        place = blob + blobs
    return Package(at, messages)


def staff_bytes(identity: UUID | None) -> bytes:
    """Return an id of staff as it is carried."""
    return _NOBODY if identity is None else identity.bytes


def owners_of(carried: Carried) -> frozenset[UUID]:
    """Return who of the staff had the conversation: the assignee, and who promised a reply."""
    return _owners(carried.assignee, carried.promised_by)


@lru_cache(maxsize=1024)
def _owners(*ids: bytes) -> frozenset[UUID]:
    return frozenset([UUID(bytes=each) for each in ids if each != _NOBODY])


def moment(at: datetime) -> str:
    """Return a moment (aware, in UTC) as RFC 3339."""
    return at.isoformat().replace("+00:00", "Z")


def _signed(key: bytes, parts: list[bytes]) -> bytes:
    body = b"".join(parts)
    return blake2b(body, key=key, digest_size=_MARK).digest() + body
