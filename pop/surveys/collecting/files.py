"""Where files of submissions lie: `attachments/ab/ab12…` in the data directory, each under the SHA-256 of its bytes.

A file appears under its name only when all of it is on the disk; whoever keeps one commits its row afterwards. So a row
never names a file that is not there. A file without a row is what a crash left behind; the worker takes it away.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from pop.durable import put, sync_directory

_NAME = re.compile(r"[0-9a-f]{64}")
_INCOMING: Final = "incoming"
# Places whose directories this process knows to be on the disk.
_ready: set[Path] = set()
LEFT_SECONDS: Final = 86_400.0
"""What no row names after a day belongs to no request that is still under way."""
UNDER_WAY_SECONDS: Final = 600.0
"""No request takes longer."""


def folder() -> Path:
    """Return the directory of this deployment's attachments."""
    return Path(settings.DATA_DIR) / "attachments"


def incoming() -> Path:
    """Return the directory of what is on its way in, made where it is missing."""
    path = folder() / _INCOMING
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def check_room(size: int) -> None:
    """Raise OSError (ENOSPC) where so many bytes more would take what is kept free for everything else."""
    if shutil.disk_usage(incoming()).free < size + settings.DISK_RESERVE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def is_full(error: BaseException) -> bool:
    """Whether a disk or a database refused something because it has no room left."""
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    cause = error.__cause__
    # SQLite says it in words, PostgreSQL by a class of its own; neither text is shown to anybody.
    return "disk is full" in str(error) or type(cause).__name__ == "DiskFull"


def keep(data: bytes) -> str:
    """Put bytes on the disk and return their SHA-256 (hexadecimal); when this returns they survive a power cut.

    Raises OSError: a disk that is nearly full takes nothing, and nothing of it is left.
    """
    check_room(len(data))
    name = hashlib.sha256(data).hexdigest()
    target = path_of(name)
    _make_ready(folder())
    with _lock(fcntl.LOCK_SH):
        try:
            # It may be there already, and old: now it is wanted again.
            os.utime(target)
        except FileNotFoundError:
            _write(target, data)
    sync_directory(target.parent)
    return name


def read(sha256: str) -> bytes:
    """Return the bytes of a kept file. Raises OSError."""
    return path_of(sha256).read_bytes()


def path_of(sha256: str) -> Path:
    """Return where a file lies. Raises ValueError for what is no SHA-256."""
    if not _NAME.fullmatch(sha256):
        raise ValueError("no name of an attachment")
    return folder() / sha256[:2] / sha256


def old_names() -> Iterator[str]:
    """Yield the names of kept files that nobody has asked to keep for a day."""
    before = time.time() - LEFT_SECONDS
    for path in folder().glob("[0-9a-f][0-9a-f]/*"):
        if _NAME.fullmatch(path.name) and path.stat().st_mtime < before:
            yield path.name


def forget_soon(names: Collection[str]) -> None:
    """Delete files that no row names any more; those that were asked for in the last minutes at the next sweep.

    Somebody may be sending the same bytes just now, and their row is not there yet: `keep` makes the file young again.
    """
    now = time.time()
    with _lock(fcntl.LOCK_EX):
        for path in map(path_of, names):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < now - UNDER_WAY_SECONDS:
                    path.unlink()
                else:
                    aged = now - LEFT_SECONDS + UNDER_WAY_SECONDS
                    os.utime(path, (aged, aged))


def forget(names: Collection[str]) -> int:
    """Delete files, and what a crash left half-written a day ago; return how many went."""
    before = time.time() - LEFT_SECONDS
    gone = 0
    # Nobody wants a file again between the look at its age and its end.
    with _lock(fcntl.LOCK_EX):
        for path in [*map(path_of, names), *(folder() / _INCOMING).glob("*.new")]:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < before:
                    path.unlink()
                    gone += 1
    return gone


def _make_ready(place: Path) -> None:
    """Make every directory of a place and sync them, once per process: a file is only as safe as the way to it.

    Whoever finds a directory that somebody else made a moment ago does not know whether it is on the disk yet.
    """
    if place in _ready:
        return
    for number in range(256):
        (place / f"{number:02x}").mkdir(parents=True, exist_ok=True, mode=0o700)
    sync_directory(place)
    sync_directory(place.parent)
    _ready.add(place)


@contextlib.contextmanager
def _lock(kind: int) -> Iterator[None]:
    handle = os.open(incoming() / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, kind)
        yield
    finally:
        os.close(handle)


def _write(target: Path, data: bytes) -> None:
    put(target, data, staged=incoming() / f"{secrets.token_hex(16)}.new")
