"""Whoever writes seldom gets the lock beside whoever writes all the time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from pop.server.patient_sqlite3.base import DatabaseWrapper


def opened(path: Path, *, timeout: float) -> DatabaseWrapper:
    settings = {
        "ENGINE": "pop.server.patient_sqlite3",
        "NAME": str(path),
        "OPTIONS": {"timeout": timeout, "transaction_mode": "IMMEDIATE"},
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "TIME_ZONE": None,
        "TEST": {},
    }
    made = DatabaseWrapper(settings, alias="patient")
    made.connect()
    return made


def begin(database: DatabaseWrapper) -> None:
    database._start_transaction_under_autocommit()


@pytest.fixture
def path(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """A database of this test's own: the usual one is not touched."""
    with django_db_blocker.unblock():
        yield tmp_path / "some.sqlite3"


def test_a_lock_that_is_free_for_a_moment_only_is_found(path: Path) -> None:
    """A writer holds it 50 ms of every 53; the waiting of SQLite itself would look once in 100."""
    ended = threading.Event()
    rounds = []

    def write_all_the_time() -> None:
        greedy = sqlite3.connect(path, isolation_level=None)
        while not ended.is_set():
            greedy.execute("BEGIN IMMEDIATE")
            time.sleep(0.05)
            greedy.execute("COMMIT")
            rounds.append(1)
            time.sleep(0.003)
        greedy.close()

    patient = opened(path, timeout=20)
    writer = threading.Thread(target=write_all_the_time, daemon=True)
    writer.start()
    try:
        for _ in range(5):
            before = len(rounds)
            begin(patient)
            patient.connection.execute("COMMIT")
            assert len(rounds) - before < 60
    finally:
        ended.set()
        writer.join()
        patient.close()


def test_a_lock_that_never_comes_free_is_told(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    patient = opened(path, timeout=0.05)
    with pytest.raises(OperationalError, match="locked"):
        begin(patient)
    other.execute("COMMIT")
    begin(patient)
    patient.connection.execute("COMMIT")
    assert patient.connection.execute("PRAGMA busy_timeout").fetchone()[0] == 50
    patient.close()
    other.close()


def test_whoever_waits_for_nothing_is_told_at_once(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hasty = opened(path, timeout=0)
    with pytest.raises(OperationalError, match="locked"):
        begin(hasty)
    other.execute("COMMIT")
    hasty.close()
    other.close()


def test_whoever_only_reads_waits_for_nobody(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    reader = opened(path, timeout=0)
    reader.transaction_mode = "DEFERRED"
    begin(reader)
    reader.connection.execute("COMMIT")
    other.execute("COMMIT")
    reader.close()
    other.close()
