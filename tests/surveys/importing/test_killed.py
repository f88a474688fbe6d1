"""An import whose process is killed goes on where it stopped: no row is lost, none comes in twice."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.served import environment, pop
from tests.surveys.importing.exports import FORM

ROWS = 700


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return environment(tmp_path / "var")


def counted(folder: Path, state: str) -> int:
    with sqlite3.connect(f"file:{folder / 'var' / 'pop.sqlite3'}?mode=ro", uri=True) as database:
        found: tuple[int] = database.execute(
            "SELECT count(*) FROM surveys_importrow WHERE state = ?", [state]
        ).fetchone()
        return found[0]


def killed_at(command: list[str], env: Mapping[str, str], folder: Path, state: str) -> int:
    """Kill the command while rows are in a state, by a signal that nobody can catch; return how many were."""
    process = subprocess.Popen(command, env=dict(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(6_000):
            done = counted(folder, state)
            if done or process.poll() is not None:
                break
            time.sleep(0.005)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    return done


def test_a_killed_import_goes_on_where_it_stopped(env: dict[str, str], tmp_path: Path) -> None:
    form, file = tmp_path / "service.md", tmp_path / "answers.csv"
    form.write_text(FORM)
    file.write_text("name,staff,publish\n" + "".join(f"Line {n},{n},yes\n" for n in range(ROWS)))
    assert pop("survey", "load", str(form), env=env).returncode == 0
    command = [sys.executable, "-m", "pop.server", "survey", "import", "service", str(file)]
    assert 0 < killed_at(command, env, tmp_path, "good") < ROWS
    assert 0 < killed_at(command, env, tmp_path, "taken") < ROWS
    done = pop("survey", "import", "service", str(file), env=env)
    assert done.returncode == 0, done.stderr
    assert "going on where it stopped" in done.stderr
    assert f"{ROWS} brought in, 0 there before, 0 left behind" in done.stdout
    with sqlite3.connect(tmp_path / "var" / "pop.sqlite3") as database:
        rows, distinct = database.execute(
            "SELECT count(*), count(DISTINCT instance_id) FROM surveys_submission WHERE source = 'import'"
        ).fetchone()
        events = database.execute(
            "SELECT count(*) FROM events_outboxrow WHERE name = 'submission_received'"
        ).fetchone()[0]
    assert (rows, distinct, events) == (ROWS, ROWS, ROWS)
    assert f"\tdone\t{ROWS} taken" in pop("survey", "imports", env=env).stdout
    again = pop("survey", "import", "service", str(file), env=env)
    assert f"0 brought in, {ROWS} there before" in again.stdout
