"""The journal of erasures: what was deleted for good, so that a restored backup forgets it again.

Lines `MOMENT KIND ID` in files outside the database, one file per month, opened for appending only and synced before
the deletion happens. They hold random ids and nothing of a person. The line comes first: where the deletion then fails,
it is owed, and a restore would carry it out.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from pop.durable import sync_directory

# Deletes the records of these ids where they are still there; hearing an id twice, or an unknown one, is no error.
Eraser = Callable[[Sequence[UUID]], object]

_LINE = re.compile(r"(\S+) ([a-z_]+) ([0-9a-f-]{36})")
_BATCH = 500


class Erasure(NamedTuple):
    """One line: when it was asked for, of what kind of record, which one."""

    at: dt.datetime
    kind: str
    id: UUID


@dataclass
class Replayed:
    """How many ids of each kind were erased once more, those that nobody can erase, and lines that cannot be read."""

    erased: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0


def note_erased(ids: Collection[UUID], *, kind: str = "conversation") -> None:
    """Write down what is about to be deleted, and return when it is on the disk. Raises OSError; then delete nothing.

    `kind` is a word of small letters that the erasers of a restore know (pop.server.wiring).
    """
    if not ids:
        return
    now = dt.datetime.now(dt.UTC)
    text = "".join(f"{now:%Y-%m-%dT%H:%M:%SZ} {kind} {each}\n" for each in ids)
    directory = _directory()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{now:%Y-%m}.txt"
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":  # a power cut left a line unfinished
            text = "\n" + text
        left = memoryview(text.encode("ascii"))
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    if is_new:
        sync_directory(directory)


def journal_exists() -> bool:
    """Say whether there is any journal: a new machine has none until somebody copies it there."""
    return any(_directory().glob("????-??.txt"))


def erased_since(moment: dt.datetime | None = None) -> Iterator[Erasure]:
    """Yield what was written down at or after a moment (None: ever), month by month; unreadable lines are left out."""
    for line in _lines():
        if line is not None and (moment is None or line.at >= moment):
            yield line


def erased_ids(kind: str) -> frozenset[UUID]:
    """Return the ids of every erased record of a kind; the journal is read again only when it has grown."""
    return _ids(kind, tuple((path, path.stat().st_size) for path in sorted(_directory().glob("????-??.txt"))))


@functools.lru_cache(maxsize=2)
def _ids(kind: str, _: tuple[tuple[Path, int], ...]) -> frozenset[UUID]:
    return frozenset(line.id for line in _lines() if line is not None and line.kind == kind)


def replay(erasers: Mapping[str, Eraser]) -> Replayed:
    """Erase everything that the journal names once more: all of it, because clocks jump and a second time costs little.

    Raises what an eraser raises.
    """
    done = Replayed()
    lines = _lines()
    while page := list(itertools.islice(lines, _BATCH)):
        by_kind: dict[str, list[UUID]] = {}
        for line in page:
            if line is None:
                done.unreadable += 1
            else:
                by_kind.setdefault(line.kind, []).append(line.id)
        for kind, ids in by_kind.items():
            if kind in erasers:
                erasers[kind](ids)
                done.erased[kind] = done.erased.get(kind, 0) + len(ids)
            else:
                done.left[kind] = done.left.get(kind, 0) + len(ids)
    return done


def _directory() -> Path:
    return Path(settings.DATA_DIR) / "erasures"


def _lines() -> Iterator[Erasure | None]:
    for path in sorted(_directory().glob("????-??.txt")):
        with path.open(encoding="ascii", errors="replace") as file:
            for line in file:
                yield _read(line.rstrip("\n"))


def _read(text: str) -> Erasure | None:
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    try:
        return Erasure(dt.datetime.fromisoformat(found[1]).astimezone(dt.UTC), found[2], UUID(found[3]))
    except ValueError:
        return None
