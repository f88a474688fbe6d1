"""The power goes while people send: on what was synced, every acknowledged answer is there, and so is each picture.

The database is put together as it would lie on the disk (tests/power.py). A picture counts as there when its bytes were
synced before it got its name, and the directory that holds its name was synced after that.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import power
from tests.helpline.writers import Door, open_door
from tests.served import free_port
from tests.surveys.faults.senders import Senders, Sent, name_in
from tests.surveys.faults.test_kills import opened, sha_of

CUTS = int(os.environ.get("POP_SOAK_SUBMISSION_CUTS", "5"))
ENOUGH = max(60, 12 * CUTS)
ALSO = "rename,renameat,renameat2"

_SYNCED = re.compile(r"(?:fsync|fdatasync)\(\d+<(?P<path>[^>]*)>\) += 0")
_RENAMED = re.compile(
    r"rename\w*\((?:AT_FDCWD\S*, )?\"(?P<old>[^\"]*)\", (?:AT_FDCWD\S*, )?\"(?P<new>[^\"]*)\".*\) += 0"
)
_LINE = re.compile(r"^(\d+) +(\d+\.\d+) (.*?)(?: <(\d+\.\d+)>)?$")

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@dataclass(frozen=True)
class Recorded:
    """A run under load: the database's files at its start, what was written since, and what was acknowledged.

    `durable` says from which moment on each picture survives a cut.
    """

    before: dict[str, bytes]
    steps: list[power.Step]
    durable: dict[str, float]
    sent: Sent

    def moments(self) -> list[float]:
        every = sorted(at for at, _ in [*self.sent.programs.values(), *self.sent.browsers.values()])
        chance = random.Random(20261122)
        return [every[0] + 0.001 + (every[-1] - every[0]) * chance.random() for _ in range(CUTS)]


def durable_from(trace: Path, attachments: Path) -> dict[str, float]:
    """Return when each picture was on the disk under its name, by its SHA-256."""
    synced: dict[str, float] = {}
    named: dict[str, list[tuple[str, float]]] = {}
    found: dict[str, float] = {}
    began: dict[str, tuple[float, str]] = {}
    for line in trace.read_text(encoding="ascii", errors="replace").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        thread, start, call = match[1], float(match[2]), match[3]
        if call.endswith("<unfinished ...>"):
            began[thread] = (start, call.removesuffix("<unfinished ...>").rstrip())
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", call)
        if resumed is not None:
            start, head = began.pop(thread, (start, ""))
            call = head + resumed[1]
        ended = start + float(match[4] or 0)
        sync, rename = _SYNCED.match(call), _RENAMED.match(call)
        if rename is not None:
            old, new = power.plain(rename["old"]), Path(power.plain(rename["new"]))
            # A name that came before its bytes is worth nothing.
            if old in synced and new.is_relative_to(attachments):
                named.setdefault(str(new.parent), []).append((new.name, ended))
        elif sync is not None:
            path = power.plain(sync["path"])
            synced[path] = ended
            for name, at in named.get(path, []):
                if at <= start:
                    found.setdefault(name, ended)
    return found


def recorded(folder: Path, **more: str) -> Recorded:
    env, token = opened(folder)
    files = [folder / "pop.sqlite3", folder / "pop.sqlite3-wal"]
    before = {str(path): path.read_bytes() if path.exists() else b"" for path in files}
    trace = folder / "trace"
    door = Door({**env, **more}, free_port(), folder / "door.log", before=power.tracer(trace, also=ALSO))
    with open_door(door), Senders(door.port, token, programs=6, browsers=1) as senders:
        senders.wait_for(ENOUGH, seconds=600)
    steps = power.steps(trace, files)
    assert sum(step.call == "pwrite64" for step in steps) > ENOUGH, "the trace was not read"
    return Recorded(before, steps, durable_from(trace, folder / "attachments"), senders.sent)


def missing(run: Recorded, moment: float, chance: random.Random | None, disk: Path) -> tuple[int, int]:
    """Return how many acknowledged answers are not there after a cut, and how many pictures that a row names."""
    disk.mkdir()
    for path, content in power.after_cut(run.before, run.steps, moment, chance).items():
        (disk / Path(path).name).write_bytes(content)
    with closing(sqlite3.connect(disk / "pop.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT id, instance_id, xml, state FROM surveys_submission").fetchall()
        attached = connection.execute("SELECT submission_id, sha256 FROM surveys_attachment").fetchall()
    instances = {instance for _, instance, _, state in rows if state == "received"}
    names = {name_in(xml) for _, _, xml, _ in rows}
    held = {(submission, sha256) for submission, sha256 in attached}
    ids = {instance: submission for submission, instance, _, _ in rows}
    due = {instance: shades for instance, (at, shades) in run.sent.programs.items() if at < moment}
    assert due, "a cut before the first acknowledgement proves nothing"
    lost = sum(instance not in instances for instance in due)
    lost += sum(
        (ids[instance], sha_of(shade)) not in held
        for instance, shades in due.items()
        if instance in ids
        for shade in shades
    )
    lost += sum(name not in names for name, (at, _) in run.sent.browsers.items() if at < moment)
    return lost, sum(run.durable.get(sha256, moment + 1) > moment for _, sha256 in attached)


def test_power_cuts_under_load_lose_no_answers_and_no_picture(tmp_path: Path) -> None:
    run = recorded(tmp_path)
    assert len(run.durable) > 50, "the trace of the pictures was not read"
    for number, moment in enumerate(run.moments()):
        chance = random.Random(number) if number % 2 else None
        assert missing(run, moment, chance, tmp_path / f"cut-{number}") == (0, 0)


@pytest.mark.parametrize(
    ("settings", "which"), [("tests.unsynced_settings", 0), ("tests.surveys.faults.unsynced_files", 1)]
)
def test_with_less_syncing_the_same_cuts_do_lose_something(settings: str, which: int, tmp_path: Path) -> None:
    run = recorded(tmp_path, DJANGO_SETTINGS_MODULE=settings)
    found = [
        missing(run, moment, None, tmp_path / f"cut-{number}")[which] for number, moment in enumerate(run.moments())
    ]
    assert sum(found) > 0, "the test cannot see what is lost, so it proves nothing"
