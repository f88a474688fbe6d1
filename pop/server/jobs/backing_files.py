"""The files of submissions in backups: pictures lie beside the database, so their backup lies beside its backup.

Copied after the database, so that no row names a file that the copy lacks; put back after what was erased is erased
again, and only what rows still name: the files of a submission that was withdrawn since do not come back.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pop.privacy.backups.keepsakes import read_files, write_files
from pop.privacy.backups.recipients import Identity, Recipient
from pop.surveys.collecting import files
from pop.surveys.collecting.queries.kept_files import kept_names
from pop.surveys.collecting.queries.submissions import named_files

NAME: Final = "attachments"


def beside(backup: Path) -> Path:
    """Return where the backup of the files lies that belongs to a backup of the database."""
    return backup.with_name(f"{backup.stem}-{NAME}{backup.suffix}")


def create_files(backup: Path, made: dt.datetime, to: Sequence[Recipient]) -> int:
    """Copy the files that rows name, where there are any, and say so; return how many are missing on the disk.

    Raises BackupError, OSError.
    """
    if not kept_names():
        return 0
    started = time.monotonic()
    path = beside(backup)
    there = _There()
    manifest = write_files(path, there, name=NAME, made=made, to=to)
    count = manifest.facts.tables[NAME]
    print(f"{path}: {count} files, {path.stat().st_size} bytes, in {time.monotonic() - started:.1f} s")
    if there.missing:
        print(f"Not in {files.folder()}, and not copied: {there.missing} of the files that rows name.", file=sys.stderr)
    return there.missing


def restore_files(path: Path, identities: Sequence[Identity]) -> None:
    """Prove a backup of files, then put back what rows name and is not there. Raises BackupError, OSError."""
    started = time.monotonic()
    read_files(path, identities=identities)
    wanted = {name for name in kept_names() if not files.path_of(name).exists()}
    back = 0

    def keep(name: str, data: bytes) -> None:
        nonlocal back
        if name in wanted:
            files.keep(data)
            back += 1

    manifest = read_files(path, identities=identities, keep=keep)
    print(
        f"Restored {back} of {manifest.facts.tables[NAME]} files of {manifest.made:%Y-%m-%d %H:%M} UTC, in "
        f"{time.monotonic() - started:.1f} s; the others are there, or nothing names them any more."
    )


def all_are_there(path: Path) -> bool:
    """Say whether every file that a row names is on the disk; where not, say what to do."""
    missing = sum(not files.path_of(name).exists() for name in kept_names())
    if missing:
        print(
            f"Not in {files.folder()}: {missing} of the files that answers name. Bring {path.name} and run "
            f"`pop backup restore {path.name}`, which adds what is missing and changes nothing else.",
            file=sys.stderr,
        )
    return not missing


def drill_files(folder: Path, to: Sequence[Recipient], identities: Sequence[Identity]) -> bool:
    """Copy the files, read the copy back to its end, and say whether every file came out as it went in."""
    if not kept_names():
        return True
    started = time.monotonic()
    path = beside(folder / "backup.age")
    there = _There()
    write_files(path, there, name=NAME, made=dt.datetime.now(dt.UTC), to=to)
    proved = read_files(path, identities=identities)
    path.unlink()
    if there.missing:
        print(f"Not in {files.folder()}: {there.missing} of the files that rows name.", file=sys.stderr)
        return False
    print(f"{proved.facts.tables[NAME]} files came out as they went in, in {time.monotonic() - started:.1f} s.")
    return True


class _There:
    """The files that rows name, as (SHA-256, bytes), each read when its turn comes; counts those that are not there."""

    def __init__(self) -> None:
        self.missing = 0

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        for name in kept_names():
            try:
                yield name, files.read(name)
            except FileNotFoundError:
                # What was withdrawn while we copy is missing to nobody.
                self.missing += len(named_files([name]))
