"""Children who write without pause, and who send again with the same key until they are told that it is kept."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.at_work import AtWork

# Below the limit of messages a minute that a conversation has.
A_CONVERSATION = 18


@dataclass(frozen=True)
class Talk:
    """One conversation and what its child's browser holds."""

    conversation: str  # hex
    token: str
    form: str


@dataclass
class Written:
    """What was sent, and when (Unix seconds) and as which message it was acknowledged."""

    sent: set[tuple[str, str]] = field(default_factory=set)
    acknowledged: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)

    def before(self, moment: float) -> dict[tuple[str, str], int]:
        """Return the sequences of what was acknowledged before a moment."""
        return {key: sequence for key, (at, sequence) in self.acknowledged.items() if at < moment}


def seeded(env: Mapping[str, str], count: int) -> list[Talk]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpline.seeding", str(count)],
        env=dict(env),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [Talk(**json.loads(line)) for line in done.stdout.splitlines()]


class Writers(AtWork):
    """So many threads, each with conversations of its own, until they are stopped or out of conversations."""

    def __init__(self, port: int, talks: Sequence[Talk], *, together: int) -> None:
        self.port = port
        self.written = Written()
        parts = [talks[number::together] for number in range(together)]
        super().__init__([partial(self._write, part) for part in parts], lambda: len(self.written.acknowledged))

    @property
    def busy(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _write(self, talks: Sequence[Talk]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            self._write_over(connection, talks)

    def _write_over(self, connection: http.client.HTTPConnection, talks: Sequence[Talk]) -> None:
        for talk in talks:
            for number in range(A_CONVERSATION):
                key = f"key-{number}-{secrets.token_hex(6)}"
                text = f"Invented message {number}."
                with self._lock:
                    self.written.sent.add((talk.conversation, key))
                while not self._stop.is_set():
                    try:
                        status, body = send(connection, talk, key=key, text=text)
                    except (OSError, http.client.HTTPException):
                        connection.close()  # the next request opens it again
                        time.sleep(0.05)
                        continue
                    now = time.time()
                    if status == 200:
                        sequence = int(json.loads(body)["sequence"])
                        with self._lock:
                            self.written.acknowledged[(talk.conversation, key)] = (now, sequence)
                        break
                    self.written.refused.append(status)
                    time.sleep(0.05)
                if self._stop.is_set():
                    return


def send(connection: http.client.HTTPConnection, talk: Talk, *, key: str, text: str) -> tuple[int, bytes]:
    """Send one message as the page does, and return the answer."""
    body = json.dumps({"text": text, "key": key, "token": talk.form})
    headers = {
        "Content-Type": "application/json",
        "Cookie": f"pop_public={talk.token}",
        "Sec-Fetch-Site": "same-origin",
    }
    connection.request("POST", "/talk/send", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


class Door:
    """A public door that can be killed and started again on the same port."""

    def __init__(self, env: Mapping[str, str], port: int, log: Path, *, before: Sequence[str] = ()) -> None:
        self.env = dict(env) | {"POP_PUBLIC_PORT": str(port)}
        self.port = port
        self.log = log
        self.before = list(before)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [*self.before, sys.executable, "-m", "pop.server", "serve", "public"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(command, env=self.env, stdout=output, stderr=output)
        for _ in range(600):
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError(self.log.read_text()[-2000:])

    def kill(self) -> None:
        """End it as a power switch ends a process: no handler of it runs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to end, and wait; a tracer passes the signal to what it traces."""
        assert self.process is not None
        if self.process.poll() is None:
            os.kill(child_of(self.process.pid) if self.before else self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def child_of(pid: int) -> int:
    """Return the process that a tracer of ours started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


@contextlib.contextmanager
def open_door(door: Door) -> Iterator[Door]:
    door.start()
    try:
        yield door
    finally:
        door.stop()
