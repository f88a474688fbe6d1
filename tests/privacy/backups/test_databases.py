"""Both databases: copied while they are in use, put back whole or not at all, and nothing of them left in clear."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from pop.privacy.backups import actions
from pop.privacy.backups.actions import create_backup, database_is_empty, restore_backup
from pop.privacy.backups.errors import BackupError
from pop.privacy.backups.files import Facts, Manifest
from pop.privacy.backups.recipients import Identity
from tests.privacy.backups.conftest import Place, conninfo

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

CANARIES = ["The copper lantern hums at noon", "Ñandú número cuarenta y dos", "الحمامة الزرقاء", "蓝色的风筝飞过屋顶"]
TABLES = (
    "CREATE TABLE words (id integer PRIMARY KEY, text varchar(200))",
    "CREATE TABLE blobs (id integer PRIMARY KEY, word integer REFERENCES words (id))",
)
QUESTIONS = {"texts": "SELECT id, text FROM words ORDER BY id"}
NOW = dt.datetime(2026, 11, 22, 7, 0, tzinfo=dt.UTC)


@pytest.fixture
def full(make_place: Callable[[], Place]) -> Place:
    """A database with canaries in it."""
    place = make_place()
    rows = [f"INSERT INTO words VALUES ({number}, '{text}')" for number, text in enumerate(CANARIES)]
    place.run(*TABLES, *rows, "INSERT INTO blobs VALUES (1, 0)")
    return place


def _create(place: Place, path: Path, mine: Identity) -> Manifest:
    return create_backup(place.database, path, name="default", to=[mine.to_public()], made=NOW, questions=QUESTIONS)


def _restore(place: Place, path: Path, mine: Identity, name: str = "default") -> Manifest:
    return restore_backup(place.database, path, name=name, identities=[mine], questions=QUESTIONS)


def test_what_was_copied_comes_back(
    full: Place, make_place: Callable[[], Place], tmp_path: Path, mine: Identity
) -> None:
    manifest = _create(full, tmp_path / "backup.age", mine)
    assert manifest.facts.tables == {"blobs": 1, "words": len(CANARIES)}
    empty = make_place()
    assert database_is_empty(empty.database)
    assert _restore(empty, tmp_path / "backup.age", mine) == manifest
    assert empty.run("SELECT text FROM words ORDER BY id") == [(text,) for text in CANARIES]
    assert not database_is_empty(empty.database)


def test_no_canary_stands_in_any_file_but_the_database(full: Place, tmp_path: Path, mine: Identity) -> None:
    path = tmp_path / "elsewhere" / "backup.age"
    _create(full, path, mine)
    assert [each.name for each in path.parent.iterdir()] == ["backup.age"]
    written = path.read_bytes()
    for text in CANARIES:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert text.encode(encoding) not in written
            assert text.encode(encoding).hex().encode() not in written


def test_the_copy_has_no_name_while_it_is_read(full: Place, tmp_path: Path, mine: Identity, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    seen: list[set[str]] = []
    write = actions.write_backup

    def look(*args, **kwargs) -> Manifest:  # type: ignore[no-untyped-def]
        folder = Path(full.database["NAME"]).parent if full.is_sqlite else tmp_path
        seen.append({each.name for each in folder.rglob("*") if each.is_file()})
        return write(*args, **kwargs)

    monkeypatch.setattr(actions, "write_backup", look)
    _create(full, tmp_path / "backup.age", mine)
    assert len(seen) == 1
    assert seen[0] <= {"database.sqlite3", "database.sqlite3-wal", "database.sqlite3-shm"}


def test_a_copy_holds_one_moment_of_a_database_in_use(
    full: Place, make_place: Callable[[], Place], tmp_path: Path, mine: Identity
) -> None:
    if full.is_sqlite:
        other = sqlite3.connect(full.database["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO words VALUES (90, 'not committed')")
        _create(full, tmp_path / "backup.age", mine)
        other.execute("COMMIT")
        other.close()
    else:
        with psycopg.connect(conninfo(full.database["NAME"])) as server:
            server.execute("INSERT INTO words VALUES (90, 'not committed')")
            _create(full, tmp_path / "backup.age", mine)
    empty = make_place()
    _restore(empty, tmp_path / "backup.age", mine)
    assert empty.run("SELECT count(*) FROM words") == [(len(CANARIES),)]


def test_nothing_is_overwritten(full: Place, tmp_path: Path, mine: Identity) -> None:
    _create(full, tmp_path / "backup.age", mine)
    with pytest.raises(BackupError, match="not empty"):
        _restore(full, tmp_path / "backup.age", mine)
    assert full.run("SELECT count(*) FROM words") == [(len(CANARIES),)]


@pytest.mark.parametrize("damage", ["cut short", "flipped", "foreign"])
def test_a_backup_that_is_not_whole_touches_nothing(
    full: Place, make_place: Callable[[], Place], tmp_path: Path, mine: Identity, damage: str
) -> None:
    path = tmp_path / "backup.age"
    _create(full, path, mine)
    whole = path.read_bytes()
    if damage == "cut short":
        path.write_bytes(whole[:-100])
    if damage == "flipped":
        path.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    empty = make_place()
    with pytest.raises(BackupError):
        _restore(empty, path, Identity.generate() if damage == "foreign" else mine)
    assert database_is_empty(empty.database)
    if empty.is_sqlite:
        assert list(Path(empty.database["NAME"]).parent.iterdir()) == []


def test_a_backup_of_another_engine_or_database_is_refused(
    full: Place, make_place: Callable[[], Place], tmp_path: Path, mine: Identity
) -> None:
    path = tmp_path / "backup.age"
    _create(full, path, mine)
    with pytest.raises(BackupError, match="--database default"):
        _restore(make_place(), path, mine, name="helpline")
    other = {"ENGINE": "django.db.backends.sqlite3" if not full.is_sqlite else "django.db.backends.postgresql"}
    with pytest.raises(BackupError, match="choose the same one"):
        restore_backup(
            {**other, "NAME": str(tmp_path / "x")}, path, name="default", identities=[mine], questions=QUESTIONS
        )


def test_what_was_restored_is_compared_with_what_was_copied(
    full: Place, make_place: Callable[[], Place], tmp_path: Path, mine: Identity, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "backup.age"
    engine = actions.sqlite if full.is_sqlite else actions.postgresql
    with monkeypatch.context() as lying:
        lying.setattr(engine, "facts", lambda *_: Facts({"words": 99, "blobs": 1}, {"texts": "other"}))
        _create(full, path, mine)
    with pytest.raises(BackupError, match="words, texts"):
        _restore(make_place(), path, mine)


def test_a_database_that_is_not_there_is_told(tmp_path: Path, make_place: Callable[[], Place], mine: Identity) -> None:
    place = make_place()
    place.database["NAME"] = tmp_path / "none" if place.is_sqlite else "pop_none"
    with pytest.raises(BackupError, match=r"no database|does not answer"):
        _create(place, tmp_path / "backup.age", mine)
    assert not (tmp_path / "backup.age").exists()


def test_the_clear_copy_is_overwritten_before_it_is_let_go(full: Place, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    if connection.vendor == "postgresql":
        assert not hasattr(actions.postgresql, "_overwrite")  # there is no copy: only pipes
        return
    left: list[bytes] = []
    overwrite = actions.sqlite._overwrite

    def look(handle: int) -> None:
        overwrite(handle)
        left.append(b"".join(actions.sqlite._pieces(handle)))

    monkeypatch.setattr(actions.sqlite, "_overwrite", look)
    with actions.sqlite.copied(full.database["NAME"], {}) as (content, _):
        assert CANARIES[0].encode() in b"".join(content)
    assert set(left[0]) == {0}
