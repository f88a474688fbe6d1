"""A whole server of three processes, as `make run` starts it, for a simulation beside it."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.served import environment, free_port, pop

LINE = re.compile(
    r"^sent (\d+) acknowledged (\d+) delivered (\d+) lost (\d+) doubled (\d+) p50 (\d+) ms p99 (\d+) ms$", re.MULTILINE
)


@dataclass(frozen=True)
class Server:
    """A server that runs: its environment, its first process, and what it says."""

    env: Mapping[str, str]
    pid: int
    log: Path


@contextlib.contextmanager
def whole_server(folder: Path, **more: str) -> Iterator[Server]:
    ports = {"POP_PUBLIC_PORT": str(free_port()), "POP_CONSOLE_PORT": str(free_port())}
    env = environment(folder, **ports, **more)
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pop.server", "serve"], env=env, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()
            if "Ready after" in log.read_text():
                break
            time.sleep(0.1)
        else:
            raise AssertionError(log.read_text())
        yield Server(env, process.pid, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@dataclass(frozen=True)
class Run:
    """What a run said, and its figures."""

    code: int
    said: str
    sent: int
    acknowledged: int
    delivered: int
    lost: int
    doubled: int


def simulated(env: Mapping[str, str], *words: str) -> Run:
    done = pop("simulate", *words, env=env, timeout=180)
    said = done.stdout + done.stderr
    lines = LINE.findall(said)
    assert len(lines) == 1, said
    sent, acknowledged, delivered, lost, doubled, _, _ = map(int, lines[0])
    return Run(done.returncode, said, sent, acknowledged, delivered, lost, doubled)
