"""Fifty times the server is killed while children write: whatever was acknowledged is there once, in its place."""

from __future__ import annotations

import collections
import os
import random
import sqlite3
import time
from pathlib import Path

import pytest

from tests.helpline.writers import Door, Writers, Written, open_door, seeded
from tests.served import environment, free_port, prepared

KILLS = int(os.environ.get("POP_SOAK_KILLS", "50"))


def settled(database: Path, written: Written) -> None:
    """Fail unless each acknowledged message is there once, and each conversation counts from one without a hole."""
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute(
            "SELECT conversation_id, client_key, sequence FROM helpline_message ORDER BY conversation_id, sequence"
        ).fetchall()
        heads = dict(connection.execute("SELECT id, last_sequence FROM helpline_conversation").fetchall())
    finally:
        connection.close()
    there = {(conversation, key): sequence for conversation, key, sequence in rows}
    assert len(there) == len(rows), "a key stands twice"
    lost = [key for key, (_, sequence) in written.acknowledged.items() if there.get(key) != sequence]
    assert lost == []
    places = collections.defaultdict(list)
    for conversation, _, sequence in rows:
        places[conversation].append(sequence)
    for conversation, sequences in places.items():
        assert sequences == list(range(1, heads[conversation] + 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("kills"))


def test_fifty_kills_under_load_lose_and_double_nothing(folder: Path) -> None:
    env = environment(folder)
    talks = seeded(env, 12 * KILLS)
    door = Door(env, free_port(), folder / "door.log")
    chance = random.Random(20261122)
    with open_door(door), Writers(door.port, talks, together=8) as writers:
        for number in range(KILLS):
            # Never the same moment of a commit twice: some kills come among the first messages, some later.
            writers.wait_for(len(writers.written.acknowledged) + chance.randrange(1, 60), seconds=60)
            time.sleep(chance.random() * 0.02)
            door.kill()
            assert writers.busy, f"nobody wrote any more at kill {number}"
            door.start()
        writers.wait_for(len(writers.written.acknowledged) + 1, seconds=60)
    assert len(writers.written.acknowledged) > KILLS
    settled(folder / "pop.sqlite3", writers.written)
