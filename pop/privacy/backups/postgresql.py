"""Copying PostgreSQL consistently with its own programs, through pipes: nothing of it lies on a disk in clear."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.files import Facts

_PIECE = 1_048_576
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


@contextlib.contextmanager
def copied(database: Mapping[str, Any], questions: Mapping[str, str]) -> Iterator[tuple[Iterator[bytes], Facts]]:
    """Give a dump (PostgreSQL's custom format) and what is true of the same moment; `database` as in DATABASES."""
    dump = _program("pg_dump")
    with _connected(database) as source:
        source.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(_one(source, "SELECT pg_export_snapshot()"))
        # Our own compression comes after it; owners and rights are the restored database's.
        command = [dump, "--format=custom", "--compress=0", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
            command, env=_environment(database), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            try:
                yield _pieces(process), facts(source, questions)
            finally:
                if process.poll() is None:
                    process.kill()


def is_empty(database: Mapping[str, Any]) -> bool:
    """Say whether the database has no table."""
    with _connected(database) as there:
        return there.execute(_TABLES).fetchone() is None


@contextlib.contextmanager
def placed(
    database: Mapping[str, Any],
) -> Iterator[tuple[Callable[[bytes], object], Callable[[Mapping[str, str]], Facts]]]:
    """Give a function that takes the dump, and one that ends it, waits and tells what is true of the database then.

    The dump is put back in one transaction: where it cannot be, nothing changed.
    """
    restore = _program("pg_restore")
    command = [restore, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    command.append(f"--dbname={database['NAME']}")
    with subprocess.Popen(  # noqa: S603 - PostgreSQL's own program
        command,
        env=_environment(database),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:

        def take(piece: bytes) -> None:
            with contextlib.suppress(BrokenPipeError):  # why it ended is told by `check`
                process.stdin.write(piece)  # type: ignore[union-attr]

        def check(questions: Mapping[str, str]) -> Facts:
            _, said = process.communicate()
            if process.returncode:
                raise BackupError(f"pg_restore refused the dump: {_last_line(said)}")
            with _connected(database) as there:
                return facts(there, questions)

        try:
            yield take, check
        finally:
            if process.poll() is None:
                process.kill()


@contextlib.contextmanager
def spare(database: Mapping[str, Any]) -> Iterator[str]:
    """Give the name of an empty database on the same server; it is gone when the block ends. Needs CREATEDB."""
    name = f"pop_drill_{secrets.token_hex(6)}"
    with contextlib.closing(_connected(database)) as server:
        server.autocommit = True
        try:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise BackupError(f"no place to restore into: {_last_line(str(error).encode())}") from None
        try:
            yield name
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def facts(database: psycopg.Connection[tuple[Any, ...]], questions: Mapping[str, str]) -> Facts:
    """Count the rows of every table, and ask the questions (SQL by name), whose answers are kept as SHA-256."""
    names = [str(name) for (name,) in database.execute(_TABLES)]
    tables = {
        name: int(_one(database, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))) for name in names
    }
    answers = {}
    for name, question in questions.items():
        digest = hashlib.sha256()
        for row in database.execute(question.encode()):
            digest.update(repr(row).encode())
        answers[name] = digest.hexdigest()
    return Facts(tables, answers)


def _one(database: psycopg.Connection[tuple[Any, ...]], question: str | sql.Composed) -> Any:
    row = database.execute(question.encode() if isinstance(question, str) else question).fetchone()
    return row[0] if row else None


def _connected(database: Mapping[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    options = {name: value for name, value in database.get("OPTIONS", {}).items() if name.startswith("ssl")}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {ours: str(database[name]) for name, ours in names.items() if database.get(name)}
    try:
        return psycopg.connect(make_conninfo("", **given, **options))
    except psycopg.OperationalError as error:
        raise BackupError(f"the database does not answer: {_last_line(str(error).encode())}") from None


def _environment(database: Mapping[str, Any]) -> dict[str, str]:
    """Tell PostgreSQL's programs where the database is; not as arguments, which every user of a machine can see."""
    names = {"NAME": "PGDATABASE", "USER": "PGUSER", "PASSWORD": "PGPASSWORD", "HOST": "PGHOST", "PORT": "PGPORT"}
    given = {theirs: str(database[name]) for name, theirs in names.items() if database.get(name)}
    options = database.get("OPTIONS", {}).items()
    secure = {f"PG{name.upper()}": str(value) for name, value in options if name.startswith("ssl")}
    return {**os.environ, **given, **secure}


def _pieces(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    while piece := process.stdout.read(_PIECE):  # type: ignore[union-attr]
        yield piece
    _, said = process.communicate()
    if process.returncode:
        raise BackupError(f"pg_dump refused: {_last_line(said)}")


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"


def _program(name: str) -> str:
    """Return the newest version on this machine: Debian keeps them outside PATH, and an older one refuses."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: each.parent.name.zfill(4))
    for folder in reversed(folders):
        if (folder / name).exists():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is not installed (Debian: apt-get install postgresql-client)")
    return found
