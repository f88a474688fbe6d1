"""Making a backup of a database and putting one back. The key directory is never part of it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pop.privacy.backups import postgresql, sqlite
from pop.privacy.backups.errors import BackupError, FilesError
from pop.privacy.backups.files import Facts, Manifest, read_backup, write_backup
from pop.privacy.backups.keepsakes import ENGINE
from pop.privacy.backups.recipients import Identity, Recipient

# SQL by name, whose answers are compared before and after. A question is asked in one engine only, never across.
Questions = Mapping[str, str]
# One entry of Django's DATABASES.
Database = Mapping[str, Any]

_Placing = tuple[Callable[[bytes], object], Callable[[Questions], Facts]]


def create_backup(
    database: Database, path: Path, *, name: str, to: Sequence[Recipient], made: dt.datetime, questions: Questions
) -> Manifest:
    """Write a consistent copy of the database, while it is in use, into a new file that only `to` can open.

    Raises BackupError with a sentence for a person, OSError as a full disk does.
    """
    if not to:
        raise BackupError("nobody could open the backup")
    with _copied(database, questions) as (content, facts):
        return write_backup(path, made=made, name=name, engine=_engine(database), content=content, facts=facts, to=to)


def restore_backup(
    database: Database, path: Path, *, name: str, identities: Sequence[Identity], questions: Questions
) -> Manifest:
    """Put a backup into an empty database of the same name and engine, and return its manifest.

    The whole file is read and proved before the database is touched; then it is read again into it, and what stands
    there is compared with the manifest. Raises BackupError where anything differs, FilesError where it is one of
    files. The database is then as before; on PostgreSQL, where what differs shows only after its transaction ended,
    it must not be used.
    """
    proved = read_backup(path, identities=identities)
    if proved.engine == ENGINE:
        raise FilesError("the backup holds files, and no database")
    if proved.name != name:
        raise BackupError(f"the backup is of the database {proved.name}, not of {name}: say --database {proved.name}")
    if proved.engine != _engine(database):
        raise BackupError(f"the backup is of {proved.engine}, the database is {_engine(database)}: choose the same one")
    if not database_is_empty(database):
        raise BackupError("the database is not empty, and a backup overwrites nothing: name an empty one")
    with _placed(database) as (take, check):
        again = read_backup(path, identities=identities, content=take)
        if again != proved:
            raise BackupError("the file changed while it was read")
        found = check({name: sql for name, sql in questions.items() if name in proved.facts.answers})
        different = differences(proved.facts, found)
        if different:
            raise BackupError(f"what was restored differs from what was copied: {', '.join(different)}")
    return proved


def database_is_empty(database: Database) -> bool:
    """Say whether the database does not exist or has no table."""
    if _engine(database) == "postgresql":
        return postgresql.is_empty(database)
    return sqlite.is_empty(Path(str(database["NAME"])))


def differences(copied: Facts, restored: Facts) -> list[str]:
    """Name the tables with another number of rows, and the questions with another answer."""
    tables = sorted(copied.tables.keys() | restored.tables.keys())
    return [name for name in tables if copied.tables.get(name) != restored.tables.get(name)] + [
        name for name, answer in restored.answers.items() if copied.answers.get(name) != answer
    ]


def _engine(database: Database) -> str:
    return "postgresql" if str(database["ENGINE"]).endswith("postgresql") else "sqlite"


def _copied(
    database: Database, questions: Questions
) -> contextlib.AbstractContextManager[tuple[Iterator[bytes], Facts]]:
    if _engine(database) == "postgresql":
        return postgresql.copied(database, questions)
    return sqlite.copied(Path(str(database["NAME"])), questions)


def _placed(database: Database) -> contextlib.AbstractContextManager[_Placing]:
    if _engine(database) == "postgresql":
        return postgresql.placed(database)
    return sqlite.placed(Path(str(database["NAME"])))
