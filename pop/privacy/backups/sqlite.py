"""Copying SQLite consistently while it is written to, and putting a copy in place.

Why a copy on the disk: SQLite's own online backup needs somewhere to put the pages. The whole database in memory
(`serialize`) would need as much memory as the database is large, a dump as text loses what a text cannot hold, and
reading the file past SQLite is not consistent. The copy lies on the database's own disk, so that it comes to no place
where the database is not, has no name after its first moment, so that nothing is left of it whatever ends the process,
and is overwritten before it is let go.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pop.durable import sync_directory
from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.files import Facts

_PIECE = 1_048_576


@contextlib.contextmanager
def copied(path: Path, questions: Mapping[str, str]) -> Iterator[tuple[Iterator[bytes], Facts]]:
    """Give the bytes of a consistent copy, and what is true of it. Raises BackupError where there is no database."""
    if not path.exists():
        raise BackupError(f"there is no database at {path}")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=60)) as source:
        handle, target = _nameless(path.parent)
        try:
            source.execute("BEGIN")  # the facts and the copy are of one moment
            found = facts(source, questions)
            source.backup(target)
            source.execute("ROLLBACK")
            yield _pieces(handle), found
        except sqlite3.DatabaseError as error:
            raise BackupError(f"the database at {path} cannot be copied: {error}") from None
        finally:
            target.close()
            _overwrite(handle)
            os.close(handle)


def is_empty(path: Path) -> bool:
    """Say whether there is no database, or one without a table."""
    if not path.exists():
        return True
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as there:
        try:
            return bool(there.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])
        except sqlite3.DatabaseError:
            return False


@contextlib.contextmanager
def placed(path: Path) -> Iterator[tuple[Callable[[bytes], object], Callable[[Mapping[str, str]], Facts]]]:
    """Give a function that takes the bytes, and one that checks what came together and tells what is true of it.

    When the block ends without an error, the copy is the database at `path`, which must be empty; else nothing changed.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=path.parent) as folder:
        part = Path(folder) / "database"
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:

            def check(questions: Mapping[str, str]) -> Facts:
                file.flush()
                os.fsync(file.fileno())
                with contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy:
                    if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                        raise BackupError("SQLite finds the restored database damaged")
                    return facts(copy, questions)

            yield file.write, check
        if not is_empty(path):
            raise BackupError(f"the database at {path} is not empty any more: nothing was restored")
        for ending in ("-wal", "-shm", "-journal"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        part.replace(path)
    sync_directory(path.parent)


def facts(database: sqlite3.Connection, questions: Mapping[str, str]) -> Facts:
    """Count the rows of every table, and ask the questions (SQL by name), whose answers are kept as SHA-256."""
    names = [
        name
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if not name.startswith("sqlite_")
    ]
    tables = {}
    for name in names:
        quoted = name.replace('"', '""')
        tables[name] = database.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]  # noqa: S608 - our own name
    return Facts(tables, {name: _answer(database, sql) for name, sql in questions.items()})


def _answer(database: sqlite3.Connection, sql: str) -> str:
    digest = hashlib.sha256()
    for row in database.execute(sql):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def _nameless(directory: Path) -> tuple[int, sqlite3.Connection]:
    """Return a database in a file without a name, and a handle on its bytes."""
    with tempfile.TemporaryDirectory(prefix=".copying-", dir=directory) as folder:
        path = Path(folder) / "copy"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        target = sqlite3.connect(path, isolation_level=None)
        target.execute("PRAGMA journal_mode = OFF")
        target.execute("PRAGMA user_version").fetchone()  # only now SQLite opens the file
    return handle, target


def _pieces(handle: int) -> Iterator[bytes]:
    place = 0
    while piece := os.pread(handle, _PIECE, place):
        place += len(piece)
        yield piece


def _overwrite(handle: int) -> None:
    size = os.fstat(handle).st_size
    for place in range(0, size, _PIECE):
        os.pwrite(handle, bytes(min(_PIECE, size - place)), place)
    os.fsync(handle)
