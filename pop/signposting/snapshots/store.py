"""Where snapshots lie: `N.json.gz` and `N.sig` for each version, and `current`, which names the one in force.

A version is in force only when `current` names it, and `current` is renamed into place only after both files and the
directory are on the disk. So a crash between any two steps leaves the former snapshot in force, whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from pop.durable import sync_directory

KEPT = 5
_CURRENT = "current"
_VERSION = re.compile(r"[1-9][0-9]{0,15}\Z")
_FILE = re.compile(r"([1-9][0-9]{0,15})\.(json\.gz|sig)\Z")


@dataclass(frozen=True, slots=True)
class Stored:
    """One snapshot as it lies on the disk, not verified: gzipped canonical JSON and the 64 bytes of its signature."""

    version: int
    data: bytes
    signature: bytes

    @property
    def etag(self) -> str:
        """An entity tag for both files: the version and the SHA-256 (a lost directory begins again at version 1)."""
        return f'"{self.version}-{hashlib.sha256(self.data).hexdigest()[:32]}"'


Mark = tuple[int, int, int, int]


def snapshots_dir() -> Path:
    """Return the directory of this deployment's snapshots."""
    return Path(settings.DATA_DIR) / "snapshots"


@contextlib.contextmanager
def building(directory: Path) -> Iterator[int]:
    """Let one builder at a time in, and give it the version to build: one more than any that was ever begun here.

    The lock spans reading and writing, so that a slower builder cannot put older facts in force after newer ones.
    """
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield _highest(directory) + 1
    finally:
        os.close(handle)


def put_in_force(directory: Path, snapshot: Stored) -> None:
    """Write both files, name them in `current`, forget all but the last five versions. Call inside `building`."""
    _write(directory / f"{snapshot.version}.json.gz", snapshot.data)
    _write(directory / f"{snapshot.version}.sig", snapshot.signature)
    sync_directory(directory)
    staged = directory / f"{_CURRENT}.new"
    _write(staged, f"{snapshot.version}\n".encode())
    os.replace(staged, directory / _CURRENT)
    sync_directory(directory)
    _forget_old(directory, snapshot.version)


def read_current(directory: Path) -> Stored | None:
    """Return the snapshot in force, unverified, or None where there is none or its files are gone."""
    # Twice, because between reading `current` and the files five newer versions could push these out.
    for _ in range(2):
        version = _current_version(directory)
        if version is None:
            return None
        try:
            return Stored(
                version=version,
                data=(directory / f"{version}.json.gz").read_bytes(),
                signature=(directory / f"{version}.sig").read_bytes(),
            )
        except OSError:
            continue
    return None


def current_mark(directory: Path) -> Mark | None:
    """Return what tells one `current` from another (device, inode, size, time), or None where there is none."""
    try:
        found = os.stat(directory / _CURRENT)
    except OSError:
        return None
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def _current_version(directory: Path) -> int | None:
    try:
        text = (directory / _CURRENT).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return int(text) if _VERSION.match(text) else None


def _highest(directory: Path) -> int:
    begun = [int(found[1]) for name in os.listdir(directory) if (found := _FILE.match(name))]
    return max([*begun, _current_version(directory) or 0])


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _forget_old(directory: Path, current: int) -> None:
    found: dict[int, list[str]] = {}
    for name in os.listdir(directory):
        if match := _FILE.match(name):
            found.setdefault(int(match[1]), []).append(name)
    # A version with one file only was left by a crash; it never was in force.
    whole = sorted((version for version, names in found.items() if len(names) == 2), reverse=True)
    kept = {current, *whole[:KEPT]}
    for version, names in found.items():
        if version not in kept:
            for name in names:
                (directory / name).unlink(missing_ok=True)
