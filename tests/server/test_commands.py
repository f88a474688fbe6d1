"""The commands as somebody types them: on a machine that has never served, with wrong settings, with taken ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from pop.people.models import ROLES
from pop.server import commands
from tests.served import environment, free_port, pop

SERVICES = Path(__file__).resolve().parents[2] / "pop" / "registry" / "directory" / "seed" / "services.csv"


@pytest.mark.parametrize(
    "words",
    [
        ("registry", "load", str(SERVICES)),
        ("registry", "check"),
        ("snapshot", "build"),
        ("staff", "create", "--email", "first@example.org", "--role", "editor"),
        ("match", "--country", "KE"),
    ],
)
def test_a_command_makes_what_it_stands_on(words: tuple[str, ...], tmp_path: Path) -> None:
    done = pop(*words, env=environment(tmp_path / "fresh"))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_kenya_answers_on_the_command_line_of_a_fresh_machine(tmp_path: Path) -> None:
    done = pop("match", "--country", "KE", "--topic", "bullying", "--language", "sw", env=environment(tmp_path))
    assert '"dial": "116"' in done.stdout


@pytest.mark.parametrize(
    "setting",
    [
        {"POP_PUBLIC_PORT": "abc"},
        {"DATABASE_URL": "mysql://nobody@127.0.0.1/x"},
        {"DATABASE_URL": "postgresql://127.0.0.1:1/x"},
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_one_line(setting: dict[str, str], tmp_path: Path) -> None:
    done = pop("registry", "check", env=environment(tmp_path, **setting))
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert "pop: " in done.stderr


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = pop("registry", "load", str(tmp_path / "empty"), env=environment(tmp_path / "data"))
    assert done.returncode == 1
    assert "no table" in done.stderr


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = pop("serve", env=environment(tmp_path, POP_PUBLIC_PORT=port, POP_CONSOLE_PORT=str(free_port())))
    assert done.returncode == 1
    assert "POP_PUBLIC_PORT" in done.stderr


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_the_parent_no_process_stays_behind(how: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    env = environment(tmp_path, POP_PUBLIC_PORT=str(port), POP_CONSOLE_PORT=str(free_port()))
    with (tmp_path / "log").open("wb") as log:
        parent = subprocess.Popen([sys.executable, "-m", "pop.server", "serve"], env=env, stdout=log, stderr=log)
    try:
        for _ in range(300):
            if b"Ready after" in (tmp_path / "log").read_bytes():
                break
            assert parent.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        os.kill(parent.pid, how)
        parent.wait(20)
    finally:
        if parent.poll() is None:
            parent.kill()
            parent.wait(5)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
            time.sleep(0.1)
        except OSError:
            return
    raise AssertionError("the public door is still there")


def test_staff_can_be_made_with_every_role_there_is() -> None:
    assert list(ROLES) == commands._ROLES
