"""Where the files of unfinished imports lie: `imports/` in the data directory, each under the id of its import.

What stayed behind of a finished one lies beside, as a workbook of those rows alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from pop.durable import put, sync_directory

BROUGHT: Final = ""
TO_MEND: Final = ".to-mend"


def keep(import_id: UUID, data: bytes, what: str = BROUGHT) -> None:
    """Put a file on the disk; when this returns it survives a power cut. Raises OSError."""
    target = _path(import_id, what)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    put(target, data, staged=target.with_name(f"{target.name}.new"))
    sync_directory(target.parent)


def read(import_id: UUID, what: str = BROUGHT) -> bytes | None:
    """Return a file's bytes, or None where they are gone."""
    try:
        return _path(import_id, what).read_bytes()
    except FileNotFoundError:
        return None


def forget(import_id: UUID, what: str = BROUGHT) -> None:
    """Delete a file, if it is there."""
    _path(import_id, what).unlink(missing_ok=True)


def _path(import_id: UUID, what: str) -> Path:
    return Path(settings.DATA_DIR) / "imports" / f"{import_id}{what}"
