"""Backups and the audit as somebody runs them: commands, exit codes and sentences, on both databases."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.served import environment, pop

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

CANARY = "heron.at.the.bridge@example.org"
POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgresql")


@pytest.fixture
def new_database(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """``new_database()``: the address of an empty database of the engine that this run is on."""
    made: list[str] = []

    def make() -> str:
        if not POSTGRESQL:
            return f"sqlite:///{tmp_path}/{secrets.token_hex(4)}.sqlite3"
        name = f"pop_test_{secrets.token_hex(6)}"
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made.append(name)
        return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))

    yield make
    for name in made:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _query(address: str, statement: str) -> list[tuple[object, ...]]:
    if address.startswith("postgresql"):
        with psycopg.connect(address, autocommit=True) as server:
            cursor = server.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []
    with sqlite3.connect(address.removeprefix("sqlite:///")) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def service(tmp_path: Path, new_database: Callable[[], str]) -> dict[str, str]:
    """The environment of a service with a member of staff, whose address is the canary."""
    env = environment(tmp_path / "data", DATABASE_URL=new_database())
    done = pop("staff", "create", "--email", CANARY, "--role", "editor", env=env)
    assert done.returncode == 0, done.stderr
    return env


def test_a_backup_is_made_put_back_and_verified(
    service: dict[str, str], tmp_path: Path, new_database: Callable[[], str]
) -> None:
    path = tmp_path / "backup.age"
    made = pop("backup", "create", str(path), env=service)
    assert made.returncode == 0, made.stderr
    assert CANARY.encode() not in path.read_bytes()

    again = pop("backup", "restore", str(path), env=service)
    assert again.returncode == 1
    assert "not empty" in again.stderr

    beside = new_database()
    done = pop("backup", "restore", str(path), "--into", beside, env=service)
    assert done.returncode == 0, done.stderr
    assert "The audit is whole" in done.stdout
    assert _query(beside, "SELECT email FROM people_staff") == [(CANARY,)]

    fresh = {**service, "DATABASE_URL": new_database()}
    done = pop("backup", "restore", str(path), env=fresh)
    assert done.returncode == 0, done.stderr
    assert "no journal of erasures" in done.stderr
    assert _query(fresh["DATABASE_URL"], "SELECT count(*) FROM audit_auditrow WHERE action = 'restore_backup'") == [
        (1,)
    ]
    assert pop("audit", "verify", env=fresh).returncode == 0


def test_a_drill_proves_a_backup_and_leaves_nothing(service: dict[str, str]) -> None:
    data = Path(service["POP_DATA_DIR"])
    before = {path.name for path in data.iterdir()}
    done = pop("backup", "drill", env=service)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The drill held" in done.stdout
    assert {path.name for path in data.iterdir()} - before <= {"pop.sqlite3-shm", "pop.sqlite3-wal"}
    if POSTGRESQL:
        left = _query(service["DATABASE_URL"], "SELECT count(*) FROM pg_database WHERE datname LIKE 'pop_drill%'")
        assert left == [(0,)]


def test_a_service_that_is_named_recipients_opens_nothing_itself(service: dict[str, str], tmp_path: Path) -> None:
    mine = tmp_path / "mine.key"
    public = pop("backup", "key", str(mine), env=service)
    assert public.returncode == 0, public.stderr
    named = {**service, "POP_BACKUP_RECIPIENTS": public.stdout.strip()}
    path = tmp_path / "backup.age"
    assert pop("backup", "create", str(path), env=named).returncode == 0
    refused = pop("backup", "restore", str(path), "--into", str(tmp_path / "x.sqlite3"), env=named)
    assert (refused.returncode, "--identity" in refused.stderr) == (1, True)
    drilled = pop("backup", "drill", env=named)
    assert drilled.returncode == 0, drilled.stderr
    assert "a key made for this drill" in drilled.stderr
    drilled = pop("backup", "drill", "--identity", str(mine), env=named)
    assert drilled.returncode == 0, drilled.stderr
    assert "a key made for this drill" not in drilled.stderr


def test_production_without_recipients_makes_no_backup(service: dict[str, str]) -> None:
    keys = Path(service["POP_DATA_DIR"]) / "keys"
    done = pop("backup", "create", env={**service, "POP_PRODUCTION": "1", "POP_KEYS_DIR": str(keys)})
    assert done.returncode == 1
    assert "POP_BACKUP_RECIPIENTS" in done.stderr
    assert not (Path(service["POP_DATA_DIR"]) / "backups").exists()


def test_a_restore_that_cannot_erase_again_does_not_pass_for_done(
    service: dict[str, str], tmp_path: Path, new_database: Callable[[], str]
) -> None:
    path = tmp_path / "backup.age"
    assert pop("backup", "create", str(path), env=service).returncode == 0
    journal = Path(service["POP_DATA_DIR"]) / "erasures"
    journal.mkdir()
    (journal / "2026-11.txt").write_text(f"2026-11-22T07:00:00Z something_unheard_of {uuid.uuid4()}\n")
    done = pop("backup", "restore", str(path), env={**service, "DATABASE_URL": new_database()})
    assert done.returncode == 1
    assert "nothing here can erase" in done.stderr


def test_a_changed_audit_is_told_by_the_command(service: dict[str, str]) -> None:
    assert pop("audit", "verify", env=service).returncode == 0
    _query(service["DATABASE_URL"], "UPDATE audit_auditrow SET action = 'something_else'")
    done = pop("audit", "verify", env=service)
    assert done.returncode == 1
    assert "changed_row" in done.stderr
    assert "NOT whole" in done.stderr


def test_a_helpline_database_of_its_own_is_copied_and_verified_too(
    tmp_path: Path, new_database: Callable[[], str]
) -> None:
    env = environment(tmp_path / "data", DATABASE_URL=new_database(), HELPLINE_DATABASE_URL=new_database())
    path = tmp_path / "backup.age"
    done = pop("backup", "create", str(path), env=env)
    assert done.returncode == 0, done.stderr
    second = tmp_path / "backup-helpline.age"
    assert second.exists()
    wrong = pop("backup", "restore", str(second), "--into", new_database(), env=env)
    assert (wrong.returncode, "--database helpline" in wrong.stderr) == (1, True)
    right = pop("backup", "restore", str(second), "--database", "helpline", "--into", new_database(), env=env)
    assert right.returncode == 0, right.stderr
    shutil.rmtree(tmp_path / "data" / "backups", ignore_errors=True)
    drilled = pop("backup", "drill", env=env)
    assert drilled.returncode == 0, drilled.stderr
    assert drilled.stdout.count("The drill held") == 2
