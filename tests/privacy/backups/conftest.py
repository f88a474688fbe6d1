"""Databases of a test's own: files for SQLite, new databases of the same server for PostgreSQL."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pop.privacy.backups.recipients import Identity


@dataclass
class Place:
    """A database: as Django names it, and a way to run statements on it."""

    database: dict[str, Any]

    def run(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements, commit, and return the rows of the last one."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.database["NAME"], isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                return [connection.execute(each).fetchall() for each in statements][-1]
        with psycopg.connect(conninfo(self.database["NAME"]), autocommit=True) as server:
            cursors = [server.execute(each.encode()) for each in statements]
            return cursors[-1].fetchall() if cursors[-1].description else []

    @property
    def is_sqlite(self) -> bool:
        return str(self.database["ENGINE"]).endswith("sqlite3")


def conninfo(name: str) -> str:
    """Return how to reach a database of the server that the tests run on."""
    given = settings.DATABASES["default"]
    return make_conninfo("", dbname=name, user=given["USER"], host=given["HOST"], port=given["PORT"])


@pytest.fixture
def make_place(tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """``make_place()``: an empty database of the engine that this run is on."""
    made: list[str] = []
    given = settings.DATABASES["default"]

    def make() -> Place:
        if str(given["ENGINE"]).endswith("sqlite3"):
            folder = tmp_path / secrets.token_hex(4)
            folder.mkdir()
            return Place({"ENGINE": given["ENGINE"], "NAME": folder / "database.sqlite3", "OPTIONS": {}})
        name = f"pop_test_{secrets.token_hex(6)}"
        with psycopg.connect(conninfo("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made.append(name)
        return Place({**given, "NAME": name})

    yield make
    for name in made:
        with psycopg.connect(conninfo("postgres"), autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def mine() -> Identity:
    """The private key that opens a test's backups."""
    return Identity.generate()
