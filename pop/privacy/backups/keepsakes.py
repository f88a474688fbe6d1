"""Files in a backup: each under the SHA-256 of its bytes, one behind the other.

One file is its name (64 hexadecimal letters), its length (eight bytes, big-endian) and its bytes. What comes out is
held against its name, so that a file is put back whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.files import DAMAGED, Facts, Manifest, read_backup, write_backup
from pop.privacy.backups.recipients import Identity, Recipient

ENGINE: Final = "files"
"""What the manifest of such a backup says where that of a database names its engine."""

_NAME: Final = re.compile(rb"[0-9a-f]{64}")
_HEAD: Final = 64 + 8
MOST_BYTES: Final = 67_108_864
"""Bytes of one file: more is no file of ours."""


def write_files(
    path: Path, files: Iterable[tuple[str, bytes]], *, name: str, made: dt.datetime, to: Sequence[Recipient]
) -> Manifest:
    """Write files, each given as (SHA-256, bytes), into a new backup that only `to` can open; return its manifest.

    Raises BackupError with a sentence for a person, OSError as a disk does.
    """
    if not to:
        raise BackupError("nobody could open the backup")
    counts = {name: 0}

    def counted() -> Iterator[tuple[str, bytes]]:
        for each in files:
            counts[name] += 1
            yield each

    facts = Facts(counts, {})
    return write_backup(path, made=made, name=name, engine=ENGINE, content=packed(counted()), facts=facts, to=to)


def read_files(
    path: Path, *, identities: Sequence[Identity], keep: Callable[[str, bytes], object] | None = None
) -> Manifest:
    """Read such a backup to its end, holding each file against its name, and return its manifest.

    `keep` gets each file: what it got is proved by itself, that it was all is proved only when this returns. Raises
    BackupError, and what `keep` raises.
    """
    found = 0

    def count(sha256: str, data: bytes) -> None:
        nonlocal found
        found += 1
        if keep is not None:
            keep(sha256, data)

    unpacking = Unpacking(count)
    manifest = read_backup(path, identities=identities, content=unpacking.take)
    unpacking.end()
    if manifest.engine != ENGINE or manifest.facts.tables != {manifest.name: found}:
        raise BackupError(f"{path} is no backup of files")
    return manifest


def packed(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the content of a backup of files, each given as (SHA-256, bytes)."""
    for name, data in files:
        yield name.encode("ascii") + len(data).to_bytes(8, "big")
        yield data


class Unpacking:
    """Takes such a content in pieces, as a backup is read, and hands on each file when all of it is there.

    `keep` gets the name and the bytes. Raises BackupError for what is no such content.
    """

    def __init__(self, keep: Callable[[str, bytes], object]) -> None:
        self._keep = keep
        self._waiting = bytearray()

    def take(self, piece: bytes) -> None:
        """Take the next piece."""
        self._waiting += piece
        while len(self._waiting) >= _HEAD:
            name = bytes(self._waiting[:64])
            length = int.from_bytes(self._waiting[64:_HEAD], "big")
            if not _NAME.fullmatch(name) or length > MOST_BYTES:
                raise BackupError(DAMAGED)
            if len(self._waiting) < _HEAD + length:
                return
            data = bytes(self._waiting[_HEAD : _HEAD + length])
            del self._waiting[: _HEAD + length]
            if hashlib.sha256(data).hexdigest().encode() != name:
                raise BackupError(DAMAGED)
            self._keep(name.decode(), data)

    def end(self) -> None:
        """Say that nothing more comes."""
        if self._waiting:
            raise BackupError(DAMAGED)
