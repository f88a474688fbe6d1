"""The machine's clock jumps under load, from five seconds back to a year ahead: nothing is lost, no order disturbed."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from pathlib import Path

import pytest

from tests.helpline.conversations.live.test_kills import settled
from tests.helpline.writers import Door, Writers, open_door, seeded
from tests.served import environment, free_port, prepared

JUMPS = int(os.environ.get("POP_SOAK_JUMPS", "4"))
DAY = 86_400
# Each from the one before, in seconds: set right, a year ahead, a year behind, right again; then hours and days.
STEPS = (-5, 365 * DAY, -2 * 365 * DAY, 365 * DAY + 5, -60, 3_600, -DAY, DAY)
LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)

pytestmark = pytest.mark.skipif(LIBRARY is None, reason="libfaketime is not installed")


def offsets() -> list[int]:
    """Return how far the clock is off after each jump, in seconds."""
    chance = random.Random(20261122)
    found = list(STEPS)
    while len(found) < JUMPS:
        found.append(chance.choice((-1, 1)) * chance.choice((5, 60, 3_600, DAY, 30 * DAY, 365 * DAY)))
    return found[:JUMPS]


def test_a_clock_that_jumps_loses_nothing_and_disturbs_no_order(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    clock = folder / "clock"
    clock.write_text("+0\n")
    env = environment(
        folder,
        LD_PRELOAD=str(LIBRARY),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_CACHE_DURATION="1",  # it looks for another time once a second
        # What waits for seconds to pass goes by the other clock, which no one can set.
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    talks = seeded(environment(folder), 20 * JUMPS)
    door = Door(env, free_port(), folder / "door.log")
    off = 0
    with open_door(door), Writers(door.port, talks, together=6) as writers:
        for step in offsets():
            writers.wait_for(len(writers.written.acknowledged) + 15, seconds=60)
            off += step
            beside = clock.with_suffix(".new")
            beside.write_text(f"{off:+d}\n")
            beside.replace(clock)
            time.sleep(1.1)
            assert writers.busy, "nobody wrote any more"
        writers.wait_for(len(writers.written.acknowledged) + 15, seconds=60)
        assert set(writers.written.refused) <= {503}
    settled(folder / "pop.sqlite3", writers.written)
    # The clock did jump: the times that were kept say so.
    connection = sqlite3.connect(folder / "pop.sqlite3")
    try:
        first, last = connection.execute("SELECT min(at), max(at) FROM helpline_message").fetchone()
    finally:
        connection.close()
    assert int(last[:4]) - int(first[:4]) >= 1
