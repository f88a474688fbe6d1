"""What runs is written down, and only a process that is still the same one is taken for it."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pop.simulation import processes
from pop.simulation.processes import Known, Running


@pytest.fixture
def sleeper() -> Iterator[Known]:
    """A process of ours that says `serve public` of itself."""
    command = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", "serve", "public"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield processes.known(process.pid)
        process.kill()


def test_a_running_server_is_found_by_what_was_written_down(tmp_path: Path, sleeper: Known) -> None:
    assert processes.running(tmp_path) is None
    server = Running(sleeper, {"public": sleeper}, ("127.0.0.1", 1), ("localhost", 2))
    processes.write_down(tmp_path, server)
    assert processes.running(tmp_path) == server
    assert (tmp_path / processes.FILE).stat().st_mode & 0o077 == 0
    processes.forget(tmp_path)
    assert processes.running(tmp_path) is None


def test_a_server_that_is_gone_is_not_found(tmp_path: Path, sleeper: Known) -> None:
    gone = dataclasses.replace(sleeper, began=sleeper.began + 1)
    processes.write_down(tmp_path, Running(gone, {}, ("127.0.0.1", 1), ("localhost", 2)))
    assert processes.running(tmp_path) is None
    (tmp_path / processes.FILE).write_text('{"keeper": 3}')
    assert processes.running(tmp_path) is None


def test_only_the_same_process_called_with_the_same_words_is_ours(sleeper: Known) -> None:
    assert processes.is_ours(sleeper, "serve", "public")
    assert not processes.is_ours(sleeper, "serve", "console")
    assert not processes.is_ours(dataclasses.replace(sleeper, began=sleeper.began - 1), "serve", "public")
    assert not processes.is_ours(Known(sleeper.pid, 0), "serve", "public")
    assert not processes.is_ours(Known(os.getpid(), sleeper.began), "serve", "public")
