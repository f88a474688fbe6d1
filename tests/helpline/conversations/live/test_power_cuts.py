"""No acknowledged message is lost when the power goes: on what was synced, not on what the system remembers."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import power
from tests.helpline.writers import Door, Talk, Writers, Written, open_door, seeded
from tests.served import environment, free_port, prepared

CUTS = int(os.environ.get("POP_SOAK_CUTS", "10"))
MESSAGES = 700

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@dataclass(frozen=True)
class Recorded:
    """A run under load: what the files held at its start, what was written to them since, what was acknowledged."""

    before: dict[str, bytes]
    steps: list[power.Step]
    written: Written

    def moments(self) -> list[float]:
        """Return moments within the run, the same share of it each time."""
        times = sorted(at for at, _ in self.written.acknowledged.values())
        chance = random.Random(20261122)
        return [times[0] + (times[-1] - times[0]) * chance.random() for _ in range(CUTS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("power"))


def recorded(folder: Path, **more: str) -> Recorded:
    env = environment(folder, **more)
    talks: list[Talk] = seeded(env, 80)
    files = [folder / "pop.sqlite3", folder / "pop.sqlite3-wal"]
    before = {str(path): path.read_bytes() if path.exists() else b"" for path in files}
    trace = folder / f"trace-{len(more)}"
    door = Door(env, free_port(), folder / "door.log", before=power.tracer(trace))
    with open_door(door), Writers(door.port, talks, together=16) as writers:
        writers.wait_for(MESSAGES, seconds=120)
    steps = power.steps(trace, files)
    assert sum(step.call == "pwrite64" for step in steps) > MESSAGES, "the trace was not read"
    return Recorded(before, steps, writers.written)


def lost_and_doubled(run: Recorded, moment: float, chance: random.Random | None, disk: Path) -> tuple[int, int]:
    """Put the files as they would lie after a cut, let SQLite recover them, and count."""
    disk.mkdir()
    for path, content in power.after_cut(run.before, run.steps, moment, chance).items():
        (disk / Path(path).name).write_bytes(content)
    connection = sqlite3.connect(disk / "pop.sqlite3")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT conversation_id, client_key, sequence FROM helpline_message").fetchall()
    finally:
        connection.close()
    there = {(conversation, key): sequence for conversation, key, sequence in rows}
    due = run.written.before(moment)
    assert due, "a cut before the first acknowledgement proves nothing"
    return sum(there.get(key) != sequence for key, sequence in due.items()), len(rows) - len(there)


def test_ten_power_cuts_under_load_lose_and_double_nothing(folder: Path, tmp_path: Path) -> None:
    run = recorded(folder)
    for number, moment in enumerate(run.moments()):
        # Half of the cuts leave nothing unsynced, half a random part of it, torn at sectors.
        chance = random.Random(number) if number % 2 else None
        assert lost_and_doubled(run, moment, chance, tmp_path / str(number)) == (0, 0)


def test_with_less_syncing_the_same_cuts_do_lose_messages(folder: Path, tmp_path: Path) -> None:
    run = recorded(folder, DJANGO_SETTINGS_MODULE="tests.unsynced_settings")
    lost = [
        lost_and_doubled(run, moment, None, tmp_path / f"unsynced-{number}")[0]
        for number, moment in enumerate(run.moments())
    ]
    assert sum(lost) > 0, "the test cannot see a lost message, so it proves nothing"
