"""Pictures of submissions in backups: copied beside the database, put back whole, and never what was withdrawn."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.served import environment, pop
from tests.server.test_backup_commands import new_database
from tests.surveys.filled import png

__all__ = ["new_database"]

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

SEND = """
import django; django.setup()
from pop.surveys.collecting.actions.receiving import File, receive
from tests.surveys.filled import NOW, fresh_id, photo_survey, png, poster
photo_survey()
for shade in (1, 2):
    done = receive(
        xml=poster(fresh_id(), photo="a.png"), source="openrosa", files=[File("a.png", png(shade))], now=NOW
    )
print(done.submission)
"""
WITHDRAW = """
import sys, django; django.setup()
from uuid import UUID
from pop.server import wiring
from pop.surveys.collecting.actions.withdrawing import withdraw
from tests.surveys.filled import NOW
assert withdraw(submission=UUID(sys.argv[1]), now=NOW)
"""
FIRST, SECOND = (hashlib.sha256(png(shade)).hexdigest() for shade in (1, 2))


def python(code: str, *words: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def held(env: dict[str, str]) -> set[str]:
    return {each.name for each in (Path(env["POP_DATA_DIR"]) / "attachments").glob("??/*")}


@pytest.fixture
def service(tmp_path: Path, new_database: Callable[[], str]) -> dict[str, str]:
    env = environment(tmp_path / "data", DATABASE_URL=new_database(), DJANGO_SETTINGS_MODULE="pop.server.settings")
    assert pop("survey", "partner", "Ministry of Invention", env=env).returncode == 0
    return env


@pytest.fixture
def second(service: dict[str, str]) -> str:
    """The submission with the second picture."""
    return python(SEND, env=service)


@pytest.fixture
def backup(service: dict[str, str], second: str, tmp_path: Path) -> Path:
    """A backup of a service with two pictures."""
    path = tmp_path / "night" / "backup.age"
    done = pop("backup", "create", str(path), env=service)
    assert done.returncode == 0, done.stderr
    assert "2 files" in done.stdout
    return path


def elsewhere(service: dict[str, str], tmp_path: Path, address: str) -> dict[str, str]:
    """The same service on another machine: its keys, an empty database, no files."""
    keys = str(Path(service["POP_DATA_DIR"]) / "keys")
    return {**service, "POP_DATA_DIR": str(tmp_path / "elsewhere"), "POP_KEYS_DIR": keys, "DATABASE_URL": address}


def test_pictures_come_back_byte_for_byte(
    service: dict[str, str], backup: Path, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    beside = backup.with_name("backup-attachments.age")
    assert png(1) not in beside.read_bytes()
    there = elsewhere(service, tmp_path, new_database())
    done = pop("backup", "restore", str(backup), env=there)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Restored 2 of 2 files" in done.stdout
    assert held(there) == {FIRST, SECOND}
    kept = Path(there["POP_DATA_DIR"]) / "attachments" / FIRST[:2] / FIRST
    assert kept.read_bytes() == png(1)


def test_what_was_withdrawn_since_does_not_come_back(
    service: dict[str, str], second: str, backup: Path, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    python(WITHDRAW, second, env=service)
    there = elsewhere(service, tmp_path, new_database())
    journal = Path(service["POP_DATA_DIR"]) / "erasures"
    (tmp_path / "elsewhere").mkdir()
    journal.rename(tmp_path / "elsewhere" / "erasures")
    done = pop("backup", "restore", str(backup), env=there)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Restored 1 of 2 files" in done.stdout
    assert held(there) == {FIRST}
    again = pop("backup", "restore", str(backup.with_name("backup-attachments.age")), env=there)
    assert again.returncode == 0, again.stdout + again.stderr
    assert held(there) == {FIRST}


def test_a_restore_without_the_pictures_says_so_and_how_to_add_them(
    service: dict[str, str], backup: Path, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    beside = backup.with_name("backup-attachments.age")
    beside.rename(tmp_path / "later.age")
    there = elsewhere(service, tmp_path, new_database())
    done = pop("backup", "restore", str(backup), env=there)
    assert done.returncode == 1
    assert ": 2 of the files that answers name" in done.stderr
    done = pop("backup", "restore", str(tmp_path / "later.age"), env=there)
    assert done.returncode == 0, done.stderr
    assert held(there) == {FIRST, SECOND}


def test_a_damaged_copy_of_pictures_changes_nothing(
    service: dict[str, str], backup: Path, tmp_path: Path, new_database: Callable[[], str]
) -> None:
    beside = backup.with_name("backup-attachments.age")
    beside.write_bytes(beside.read_bytes()[:-20])
    there = elsewhere(service, tmp_path, new_database())
    done = pop("backup", "restore", str(backup), env=there)
    assert done.returncode == 1
    assert "backup-attachments.age" in done.stderr
    assert "damaged" in done.stderr
    assert held(there) == set()


def test_a_drill_proves_the_pictures_too_and_finds_one_that_is_lost(service: dict[str, str], second: str) -> None:
    done = pop("backup", "drill", env=service)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 files came out as they went in" in done.stdout
    (Path(service["POP_DATA_DIR"]) / "attachments" / FIRST[:2] / FIRST).unlink()
    done = pop("backup", "drill", env=service)
    assert done.returncode == 1
    assert ": 1 of the files that rows name" in done.stderr
    assert "FAILED" in done.stderr
