"""The file of a backup: an age file around a header, the database's bytes and a manifest of them.

Inside the encryption: a line `pop backup 1`, a line of JSON (the header), the database as frames of at most 64 KiB of
zlib's stream (four bytes of length, big-endian, then the bytes; a length of 0 ends them), and a line of JSON (the
manifest). age authenticates every 64 KiB and knows a file that was cut short; the manifest tells whether what came out
is what went in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyrage

from pop.durable import sync_directory
from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.recipients import Identity, Recipient

_MAGIC = b"pop backup 1\n"
_AGE = b"age-encryption.org/"
_FRAME = 65_536
_LONGEST_LINE = 10_000_000

DAMAGED = "the file is damaged or was cut short; nothing was changed"
FOREIGN = "none of the keys given opens this file: it was made for other recipients, or its first lines are damaged"
NO_BACKUP = "the file is not a backup that this version can read"


@dataclass(frozen=True)
class Facts:
    """What is true of the database in the moment of the copy: rows by table, and answers to questions as SHA-256."""

    tables: Mapping[str, int]
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when it was made, of which database and engine, bytes, their SHA-256, and the facts."""

    made: dt.datetime
    name: str  # of the database among the service's own: "default", "helpline"
    engine: str
    size: int
    sha256: str
    facts: Facts


def write_backup(
    path: Path,
    *,
    made: dt.datetime,
    name: str,
    engine: str,
    content: Iterator[bytes],
    facts: Facts,
    to: Sequence[Recipient],
) -> Manifest:
    """Write a new file from pieces of a database. Raises BackupError where the file exists, OSError as a disk does.

    Until it is whole and synced, it has another name.
    """
    if path.exists():
        raise BackupError(f"{path} exists already: backups are never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + ".part")
    plain = _Plain({"made": made.astimezone(dt.UTC).isoformat(), "name": name, "engine": engine}, content, facts)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            try:
                pyrage.encrypt_io(plain, file, list(to))
            except Exception as error:  # pyrage wraps what reading raised in a text of its own
                raise plain.failed or error from None
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        raise BackupError(f"{path} or {part} exists already: backups are never overwritten") from None
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    part.unlink()
    sync_directory(path.parent)
    return plain.manifest()


def read_backup(
    path: Path, *, identities: Sequence[Identity], content: Callable[[bytes], object] | None = None
) -> Manifest:
    """Read a file to its end, compare it with its manifest, and return that.

    `content` gets the database's bytes in pieces while they are read: they are proved only when this returns. Raises
    BackupError with a sentence for a person where the file is damaged, cut short, foreign or no backup.
    """
    parsed = _Parsed(content or _drop)
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, parsed, list(identities))
    except pyrage.DecryptError as error:
        if "matching" in str(error):
            raise BackupError(FOREIGN) from None
        raise BackupError(DAMAGED if _is_age(path) else NO_BACKUP) from None
    except OSError as error:
        if parsed.failed is not None:
            raise parsed.failed from None
        if error.errno is not None:
            raise BackupError(f"{path} cannot be read: {error.strerror}") from None
        raise BackupError(DAMAGED) from None
    return parsed.manifest()


def _is_age(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_AGE)) == _AGE


def _drop(_: bytes) -> None:
    """Where only the proof is wanted."""


class _Plain:
    """What is encrypted, as a file that pyrage reads from."""

    def __init__(self, head: Mapping[str, str], content: Iterator[bytes], facts: Facts) -> None:
        self._head = head
        self._facts = facts
        self._digest = hashlib.sha256()
        self._size = 0
        self._pieces = self._all(content)
        self._left = b""
        self.failed: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._left:
                self._left = next(self._pieces)
        except StopIteration:
            return b""
        except Exception as error:
            self.failed = error
            raise
        given, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return given

    def manifest(self) -> Manifest:
        head = self._head
        made = dt.datetime.fromisoformat(head["made"])
        return Manifest(made, head["name"], head["engine"], self._size, self._digest.hexdigest(), self._facts)

    def _all(self, content: Iterator[bytes]) -> Iterator[bytes]:
        yield _MAGIC
        yield json.dumps(self._head).encode() + b"\n"
        packer = zlib.compressobj(1)
        for piece in content:
            self._digest.update(piece)
            self._size += len(piece)
            yield from _frames(packer.compress(piece))
        yield from _frames(packer.flush())
        yield bytes(4)
        whole = {"size": self._size, "sha256": self._digest.hexdigest(), "facts": asdict(self._facts)}
        yield json.dumps(whole).encode() + b"\n"


def _frames(packed: bytes) -> Iterator[bytes]:
    for start in range(0, len(packed), _FRAME):
        frame = packed[start : start + _FRAME]
        yield len(frame).to_bytes(4, "big") + frame


class _Parsed:
    """What is decrypted, as a file that pyrage writes to."""

    def __init__(self, content: Callable[[bytes], object]) -> None:
        self._content = content
        self._waiting = bytearray()
        self._lines: list[bytes] = []  # magic, header, then manifest
        self._in_frames = False
        self._unpacker = zlib.decompressobj()
        self._digest = hashlib.sha256()
        self._size = 0
        self.failed: Exception | None = None

    def write(self, piece: bytes) -> int:
        try:
            self._waiting += piece
            while self._take_frame() if self._in_frames else self._take_line():
                pass
        except Exception as error:
            self.failed = error
            raise
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here that could be given on."""

    def manifest(self) -> Manifest:
        if len(self._lines) != 3 or self._waiting or self._in_frames or not self._unpacker.eof:
            raise BackupError(DAMAGED)
        try:
            head, whole = json.loads(self._lines[1]), json.loads(self._lines[2])
            facts = Facts(whole["facts"]["tables"], whole["facts"]["answers"])
            made = dt.datetime.fromisoformat(head["made"])
            found = Manifest(made, head["name"], head["engine"], whole["size"], whole["sha256"], facts)
        except (ValueError, KeyError, TypeError):
            raise BackupError(NO_BACKUP) from None
        if found.size != self._size or found.sha256 != self._digest.hexdigest():
            raise BackupError(DAMAGED)
        return found

    def _take_line(self) -> bool:
        end = self._waiting.find(b"\n")
        if end < 0 or len(self._lines) == 3:
            if len(self._waiting) > _LONGEST_LINE or (self._waiting and len(self._lines) == 3):
                raise BackupError(NO_BACKUP)
            return False
        line = bytes(self._waiting[: end + 1])
        del self._waiting[: end + 1]
        if not self._lines and line != _MAGIC:
            raise BackupError(NO_BACKUP)
        self._lines.append(line)
        self._in_frames = len(self._lines) == 2
        return True

    def _take_frame(self) -> bool:
        if len(self._waiting) < 4:
            return False
        length = int.from_bytes(self._waiting[:4], "big")
        if length > _FRAME:
            raise BackupError(NO_BACKUP)
        if len(self._waiting) < 4 + length:
            return False
        packed = bytes(self._waiting[4 : 4 + length])
        del self._waiting[: 4 + length]
        try:
            piece = self._unpacker.decompress(packed) if length else self._unpacker.flush()
        except zlib.error:
            raise BackupError(DAMAGED) from None
        self._digest.update(piece)
        self._size += len(piece)
        self._content(piece)
        self._in_frames = length > 0
        return True
