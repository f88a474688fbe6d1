"""A real door in a process of its own, over the real registry, for tests that must see what a child's phone sees."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Served:
    """Where a door listens and what it wrote."""

    url: str
    port: int
    log: Path
    data: Path


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process with a data directory of its own and nothing of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("POP_", "DATABASE_URL"))}
    return {**kept, "POP_DATA_DIR": str(folder), "POP_SECRET_KEY": "only for tests", **more}


def pop(*words: str, env: Mapping[str, str], timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run one `pop` command to its end."""
    command = [sys.executable, "-m", "pop.server", *words]
    return subprocess.run(command, env=dict(env), capture_output=True, text=True, timeout=timeout, check=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepared(folder: Path, **more: str) -> Path:
    """Make keys, database, real registry and snapshot in a folder, and return it."""
    done = pop("prepare", env=environment(folder, **more))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@contextlib.contextmanager
def serving(folder: Path, door: str = "public", **more: str) -> Iterator[Served]:
    """Serve one door from a prepared folder until the block ends."""
    port = free_port()
    env = environment(folder, POP_PUBLIC_PORT=str(port), POP_CONSOLE_PORT=str(port), **more)
    log = folder / f"{door}-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "pop.server", "serve", door], env=env, stdout=output, stderr=subprocess.STDOUT
        )
    host = "127.0.0.1" if door == "public" else "localhost"
    try:
        url = f"http://{host}:{port}"
        for _ in range(300):
            assert process.poll() is None, log.read_text()
            try:
                with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        break
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        else:
            raise AssertionError(log.read_text())
        yield Served(url=url, port=port, log=log, data=folder)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
