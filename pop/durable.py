"""Files that are still there after a power cut: what is written is synced, and so is the directory that names it."""

from __future__ import annotations

import os
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Put on the disk which files a directory holds. Raises OSError."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(target: Path, data: bytes, *, staged: Path) -> None:
    """Write a file that only its owner reads under the name `staged`, on the same disk, and give it its name whole.

    The directory is the caller's to sync, once for all that is put there. Raises OSError; then nothing lies there.
    """
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staged, target)
    finally:
        staged.unlink(missing_ok=True)
