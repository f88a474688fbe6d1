"""Invented children and counsellors against a whole server: nothing is lost or doubled, not even while it is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.served import environment, pop
from tests.simulation.running import LINE, Server, simulated, whole_server

PEOPLE = ("--children", "20", "--counsellors", "3", "--every", "4")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with whole_server(tmp_path_factory.mktemp("simulated")) as running:
        yield running


def active_staff(server: Server) -> int:
    connection = sqlite3.connect(Path(server.env["POP_DATA_DIR"]) / "pop.sqlite3")
    try:
        query = "SELECT count(*) FROM people_staff WHERE is_active AND email LIKE '%@simulation.invalid'"
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def test_children_and_counsellors_talk_and_nothing_is_lost_or_doubled(server: Server) -> None:
    run = simulated(server.env, *PEOPLE, "--minutes", "0.35")
    assert (run.code, run.lost, run.doubled) == (0, 0, 0), run.said
    # Both sides spoke: more than the children's first messages, and all of it arrived.
    assert run.delivered == run.acknowledged > 40, run.said
    assert active_staff(server) == 0


def test_killing_the_servers_processes_meanwhile_loses_and_doubles_nothing(server: Server) -> None:
    run = simulated(server.env, *PEOPLE, "--minutes", "0.4", "--kill-every", "4")
    assert (run.code, run.lost, run.doubled) == (0, 0, 0), run.said
    assert run.acknowledged > 30, run.said
    log = server.log.read_text()
    assert log.count("public ended with -9") >= 1
    assert log.count("console ended with -9") >= 1


def test_ending_it_early_still_tells_what_was_done(server: Server) -> None:
    command = [sys.executable, "-m", "pop.server", "simulate", *PEOPLE, "--minutes", "5"]
    process = subprocess.Popen(command, env=dict(server.env), stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(8)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=90)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert len(LINE.findall(said)) == 1, said
    assert active_staff(server) == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"POP_PRODUCTION": "1"}, "never talk to a service in production"),
        ({"POP_BIND": "0.0.0.0"}, "only talk to a server on this machine"),
    ],
)
def test_it_refuses_where_real_children_could_be(server: Server, settings: dict[str, str], sentence: str) -> None:
    done = pop("simulate", env={**server.env, **settings})
    assert done.returncode == 1
    assert sentence in done.stderr


def test_without_a_server_it_says_what_to_do(world: Path) -> None:
    done = pop("simulate", env=environment(world))
    assert done.returncode == 1
    assert "No server runs on this data directory. Start one with `make run`" in done.stderr
