"""The database goes away under load and comes back: "not sent" meanwhile, then all goes on without anybody's help."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.helpline.writers import Door, Writers, Written, open_door, seeded
from tests.postgres import INSTALLED, Postgres
from tests.served import environment, free_port, prepared

TIMES = int(os.environ.get("POP_SOAK_GONE", "1"))

pytestmark = pytest.mark.skipif(not INSTALLED, reason="PostgreSQL is not installed")


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    made = Postgres()
    made.start()
    yield made
    made.remove()


def settled(url: str, written: Written) -> None:
    """Fail unless each acknowledged message is there once, and each conversation counts from one without a hole."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT conversation_id, client_key, sequence FROM helpline_message ORDER BY conversation_id, sequence"
        ).fetchall()
        heads = dict(connection.execute("SELECT id, last_sequence FROM helpline_conversation").fetchall())
    there = {(conversation.hex, key): sequence for conversation, key, sequence in rows}
    assert len(there) == len(rows), "a key stands twice"
    assert [key for key, (_, sequence) in written.acknowledged.items() if there.get(key) != sequence] == []
    places: dict[object, list[int]] = {}
    for conversation, _, sequence in rows:
        places.setdefault(conversation, []).append(sequence)
    assert all(found == list(range(1, heads[conversation] + 1)) for conversation, found in places.items())


def test_a_database_that_goes_and_comes_back_loses_nothing(postgres: Postgres, tmp_path: Path) -> None:
    env = environment(prepared(tmp_path, DATABASE_URL=postgres.url), DATABASE_URL=postgres.url)
    talks = seeded(env, 100 * TIMES)
    door = Door(env, free_port(), tmp_path / "door.log")
    with open_door(door), Writers(door.port, talks, together=6) as writers:
        written = writers.written
        for number in range(TIMES):
            writers.wait_for(len(written.acknowledged) + 40, seconds=60)
            postgres.stop()
            gone = len(written.refused)
            before = len(written.acknowledged)
            until = time.monotonic() + 20
            while len(written.refused) < gone + 6:
                assert time.monotonic() < until, "nobody was told that it was not sent"
                time.sleep(0.05)
            # Six were under way at most when it stopped: whatever has an answer since then was kept before.
            assert len(written.acknowledged) <= before + 6
            assert set(written.refused) == {503}
            assert writers.busy, f"nobody wrote any more at stop {number}"
            postgres.start()
            writers.wait_for(len(written.acknowledged) + 40, seconds=60)
    settled(postgres.url, written)
