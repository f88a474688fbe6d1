"""Full disk, failing sync, bad network: a child is told the truth, what is acknowledged is kept, all mends itself."""

from __future__ import annotations

import contextlib
import http.client
import random
import resource
import secrets
import shutil
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import power
from tests.helpline.conversations.live.test_kills import settled
from tests.helpline.writers import Door, Talk, Writers, Written, open_door, seeded, send
from tests.served import environment, free_port, prepared


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def connection() -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", 1, timeout=30)
    yield made
    made.close()


def said(connection: http.client.HTTPConnection, talk: Talk, written: Written) -> int:
    """Send one message once, note what became of it, and return the status."""
    key = secrets.token_hex(8)
    status, body = send(connection, talk, key=key, text="An invented message.")
    written.sent.add((talk.conversation, key))
    if status == 200:
        sequence = int(body.partition(b'"sequence":')[2].partition(b",")[0])
        written.acknowledged[(talk.conversation, key)] = (time.time(), sequence)
    return status


def until_kept(connection: http.client.HTTPConnection, talk: Talk, written: Written, *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while said(connection, talk, written) != 200:
        assert time.monotonic() < end, "it did not mend itself"
        time.sleep(0.2)


def test_a_full_disk_acknowledges_nothing_and_mends_itself(
    folder: Path, connection: http.client.HTTPConnection
) -> None:
    env = environment(folder)
    talks = seeded(env, 12)
    door = Door(env, free_port(), folder / "door.log")
    connection.port = door.port
    written = Written()
    with open_door(door):
        assert door.process is not None
        until_kept(connection, talks[0], written)
        # No file may grow any more: what a full disk says to a database.
        size = (folder / "pop.sqlite3-wal").stat().st_size
        resource.prlimit(door.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        during = [said(connection, talk, written) for talk in talks for _ in range(4)]
        assert set(during) <= {200, 503}
        assert 503 in during, "the disk was never full"
        resource.prlimit(door.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        for talk in talks:
            until_kept(connection, talk, written)
    settled(folder / "pop.sqlite3", written)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_sync_that_fails_acknowledges_nothing(folder: Path, connection: http.client.HTTPConnection) -> None:
    """From the 20th on, ten syncs answer "input/output error"."""
    env = environment(folder)
    talks = seeded(env, 12)
    trace = folder / "trace"
    failing = ["-e", "inject=fdatasync,fsync:error=EIO:when=20..29"]
    door = Door(env, free_port(), folder / "door.log", before=[*power.tracer(trace), *failing])
    connection.port = door.port
    written = Written()
    statuses: list[int] = []
    with open_door(door):
        for _ in range(10):
            statuses += [said(connection, talk, written) for talk in talks]
            if statuses[-12:] == [200] * 12 and 503 in statuses:
                break
        until_kept(connection, talks[0], written)
    assert 503 in statuses, "no sync failed"
    assert set(statuses) <= {200, 503}
    failed = [line for line in trace.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
    assert failed
    settled(folder / "pop.sqlite3", written)


def test_a_lost_answer_and_a_second_try_make_one_message(folder: Path) -> None:
    """Three of ten requests lose their answer, as on a bad network; the key makes sending again safe."""
    env = environment(folder)
    talks = seeded(env, 24)
    door = Door(env, free_port(), folder / "door.log")
    with open_door(door), Lossy(door.port) as lossy, Writers(lossy.port, talks, together=8) as writers:
        writers.wait_for(150, seconds=60)
    assert lossy.lost > 20
    settled(folder / "pop.sqlite3", writers.written)


def whole(sender: socket.socket) -> bytes:
    """Read one request or answer to the end of its body; nothing when the sender closed."""
    said = b""
    while True:
        head, end, body = said.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if end and len(body) >= int(length):
            return said
        piece = sender.recv(65_536)
        if not piece:
            return b""
        said += piece


class Lossy:
    """A network between a child and the door on which three of ten requests end with their connection."""

    def __init__(self, target: int) -> None:
        self.lost = 0
        chance = random.Random(30)
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", target)) as upstream:
                    while asked := whole(self.request):
                        fate = chance.random()
                        if fate < 0.15:  # the request never arrives
                            break
                        upstream.sendall(asked)
                        answer = whole(upstream)
                        if fate < 0.30:  # the answer never arrives
                            break
                        self.request.sendall(answer)
                    else:
                        return
                outer.lost += 1

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Lossy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
