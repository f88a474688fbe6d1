"""The anchors: each link's number and hash as a line of a file outside the database, one file per day.

Whoever can change the database alone can write its chains and links anew, but not these lines. A line is one of

    link NUMBER HASH           the link NUMBER had this hash (64 hexadecimal digits)
    void FIRST LAST            a backup was restored: the links FIRST to LAST, written after it was made, are gone

Files are opened for appending only, and each line is synced before the next link is made. A line that a power cut left
unfinished is followed by the whole one.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from pop.durable import sync_directory

_LINE = re.compile(r"link (\d{1,18}) ([0-9a-f]{64})|void (\d{1,18}) (\d{1,18})")
_TAIL = 4_096  # far more than a line is long


@dataclass(frozen=True)
class Anchor:
    """One line: a link's number and hash."""

    number: int
    hash: bytes


@dataclass(frozen=True)
class Void:
    """One line: links that a restored backup could not hold, first and last among them."""

    first: int
    last: int


@dataclass(frozen=True)
class Unreadable:
    """A line that is none, with where it stands; nothing that a power cut can leave."""

    file: str
    line: int


class Anchors:
    """The files of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def lines(self) -> Iterator[Anchor | Void | Unreadable]:
        """Yield every line, file by file in the order of their days; none where there is no directory."""
        for path in self._files():
            unfinished: tuple[str, int] | None = None
            with path.open(encoding="ascii", errors="replace") as file:
                for count, line in enumerate(file, 1):
                    text = line.rstrip("\n")
                    if unfinished and not text.startswith(unfinished[0]):
                        yield Unreadable(path.name, unfinished[1])
                    unfinished = None
                    read = _read(text)
                    if read is None:
                        unfinished = (text, count)
                    else:
                        yield read
            # The last line of the newest file may still be waiting for its second writing.
            if unfinished and path != self._files()[-1]:
                yield Unreadable(path.name, unfinished[1])

    def highest(self) -> int:
        """Return the highest number that any line tells of; 0 where there is none.

        Numbers only rise within a file, so that its end is enough; every file counts, because a clock may have jumped.
        """
        return max((_last_number(path) for path in self._files()), default=0)

    def append(self, line: Anchor | Void, *, at: dt.datetime) -> None:
        """Write one line to the file of the moment's day, and return when it is on the disk. Raises OSError."""
        if isinstance(line, Anchor):
            text = f"link {line.number} {line.hash.hex()}\n"
        else:
            text = f"void {line.first} {line.last}\n"
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._directory / f"{at.astimezone(dt.UTC):%Y-%m-%d}.txt"
        is_new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                text = "\n" + text
            if os.write(handle, text.encode("ascii")) != len(text):
                raise OSError("an anchor could not be written whole")
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            sync_directory(self._directory)

    def _files(self) -> list[Path]:
        return sorted(self._directory.glob("????-??-??.txt"))


def anchors_of(using: str) -> Anchors:
    """Return the anchors of one of the service's databases: each has a directory of its own."""
    directory = Path(settings.ANCHOR_DIR)
    return Anchors(directory if using == DEFAULT_DB_ALIAS else directory / using)


def _read(text: str) -> Anchor | Void | None:
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    if found[1]:
        return Anchor(int(found[1]), bytes.fromhex(found[2]))
    return Void(int(found[3]), int(found[4]))


def _last_number(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        lines = file.read().decode("ascii", errors="replace").split("\n")
    for text in reversed(lines):
        read = _read(text)
        if read is not None:
            return read.number if isinstance(read, Anchor) else read.last
    return 0
