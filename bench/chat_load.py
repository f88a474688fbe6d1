"""Children and counsellors as a load: each message is sent by POST and counted when the other side's stream has it."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvloop

MARK = b'"t":"#'
FILLER = "an invented message of the usual length, so that its box is the usual one"


@dataclass
class Measured:
    """Seconds from POST to answer, and from POST to the other side's stream; how long the whole run took."""

    acked: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    seconds: float = 0.0
    core_seconds: float = 0.0
    failed: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.seen) / self.seconds if self.seconds else 0.0

    @property
    def rate_of_core(self) -> float:
        """Messages for each second that a core worked for the server: what is left of a core that others share."""
        return len(self.seen) / self.core_seconds if self.core_seconds else 0.0

    @staticmethod
    def at(values: list[float], share: float) -> float:
        """Return a percentile in milliseconds."""
        ordered = sorted(values)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


class Poster(asyncio.Protocol):
    """One kept connection on which one request is under way at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answered: Callable[[int], None] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def ask(self, request: bytes, answered: Callable[[int], None]) -> None:
        self.answered = answered
        assert self.transport is not None
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._buffer.find(b"content-length: ")
        length = int(self._buffer[at + 16 : self._buffer.index(b"\r\n", at)]) if 0 <= at < head else 0
        if len(self._buffer) < head + 4 + length:
            return
        status = int(self._buffer[9:12])
        self._buffer = b""
        if self.answered is not None:
            self.answered(status)


class Reader(asyncio.Protocol):
    """One open stream; `seen(mark)` is called for each of our messages."""

    def __init__(self, request: bytes, seen: Callable[[bytes], None], ready: Callable[[], None]) -> None:
        self._request = request
        self._seen = seen
        self._ready = ready
        self._buffer = b""
        self._begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        if not self._begun and (b"retry:" in data or b"event:" in data):
            self._begun = True
            self._ready()
        data = self._buffer + data
        end = data.rfind(b"\n\n")
        if end < 0:
            self._buffer = data
            return
        self._buffer = data[end:]
        at = data.find(MARK, 0, end)
        while at >= 0:
            start = at + len(MARK)
            self._seen(data[start : data.index(b"#", start)])
            at = data.find(MARK, start, end)


def post(path: str, cookie: str, fields: dict[str, str]) -> bytes:
    """Return a POST with JSON, as a page of ours sends it."""
    body = json.dumps(fields).encode()
    return (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def get(path: str, cookie: str) -> bytes:
    """Return a GET of a stream."""
    return (
        f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n"
        "accept: text/event-stream\r\n\r\n"
    ).encode()


class Lane:
    """One conversation: the child writes, the counsellor sees it and answers, the child sees that, and so on."""

    def __init__(self, number: int, talk: dict[str, Any], staff: dict[str, Any], measured: Measured) -> None:
        self.number = number
        self.talk = talk
        self.staff = staff
        self.measured = measured
        self.child = Poster()
        self.counsellor = Poster()
        self.count = 0
        self.running = False
        self.began = 0.0
        self._left = 0
        self._run = secrets.token_hex(4)

    def say(self) -> None:
        """Send the next message, from either side in turn."""
        self.count += 1
        self._left = 2
        text = f"#{self.number}.{self.count}# {FILLER}"
        key = f"{self._run}-{self.number}-{self.count}"
        if self.count % 2:
            fields = {"text": text, "key": key, "token": self.talk["form"]}
            request, poster = post("/talk/send", self.talk["cookie"], fields), self.child
        else:
            fields = {"text": text, "key": key, "c": self.talk["id"]}
            request, poster = post("/desk/send", self.staff["cookie"], fields), self.counsellor
        self.began = time.perf_counter()
        poster.ask(request, self._acked)

    def _acked(self, status: int) -> None:
        if status == 200:
            self.measured.acked.append(time.perf_counter() - self.began)
            self._one_more()
        else:
            self.measured.failed.append(str(status))
            self.running = False

    def seen(self, count: int, child_reads: bool) -> None:
        """Take what a side's stream brought; the sender's own stream brings it too, and does not count."""
        if count == self.count and child_reads == (count % 2 == 0):
            self.measured.seen.append(time.perf_counter() - self.began)
            self._one_more()

    def _one_more(self) -> None:
        self._left -= 1
        if self._left == 0 and self.running:
            self.say()


async def converse(
    world: dict[str, Any],
    *,
    lanes: int,
    seconds: float,
    public: int,
    console: int,
    spent: Callable[[], float],
    most: int = 0,
) -> Measured:
    """Let `lanes` conversations run for so long (or until `most` messages), and return what was measured.

    `spent` tells how many seconds of a core the server's processes have had.
    """
    loop = asyncio.get_running_loop()
    measured = Measured()
    talks = world["talks"][:lanes]
    made = [Lane(number, talk, world["staff"][talk["staff"]], measured) for number, talk in enumerate(talks)]
    waiting = asyncio.Semaphore(0)

    def seen_by(child_reads: bool) -> Callable[[bytes], None]:
        def seen(mark: bytes) -> None:
            number, _, count = mark.partition(b".")
            made[int(number)].seen(int(count), child_reads)

        return seen

    transports: list[asyncio.BaseTransport] = []
    for lane in made:
        transports.append((await loop.create_connection(lambda lane=lane: lane.child, "127.0.0.1", public))[0])  # type: ignore[misc]
        transports.append((await loop.create_connection(lambda lane=lane: lane.counsellor, "127.0.0.1", console))[0])  # type: ignore[misc]
    requests = [(public, get("/talk/stream", lane.talk["cookie"]), True) for lane in made]
    requests += [(console, get("/desk/stream", staff["cookie"]), False) for staff in world["staff"]]
    for port, request, child_reads in requests:
        reader = Reader(request, seen_by(child_reads), waiting.release)
        transports.append((await loop.create_connection(lambda reader=reader: reader, "127.0.0.1", port))[0])  # type: ignore[misc]
    for _ in requests:
        await asyncio.wait_for(waiting.acquire(), 60)
    await asyncio.sleep(1)
    before = spent()
    began = time.perf_counter()
    for lane in made:
        lane.running = True
        lane.say()
    until = began + seconds
    while time.perf_counter() < until and (not most or len(measured.seen) < most):
        await asyncio.sleep(0.02 if most else 0.1)
    measured.seconds = time.perf_counter() - began
    measured.core_seconds = spent() - before
    for lane in made:
        lane.running = False
    await asyncio.sleep(0.5)
    for transport in transports:
        transport.close()
    return measured


async def constant(*, lanes: int, seconds: float, port: int, request: bytes) -> float:
    """Return answers per second of the same kind of request to a door that does nothing."""
    loop = asyncio.get_running_loop()
    count = 0
    posters = [Poster() for _ in range(lanes)]
    running = True

    def next_of(poster: Poster) -> Callable[[int], None]:
        def answered(_: int) -> None:
            nonlocal count
            count += 1
            if running:
                poster.ask(request, answered)

        return answered

    transports = [(await loop.create_connection(lambda p=p: p, "127.0.0.1", port))[0] for p in posters]  # type: ignore[misc]
    began = time.perf_counter()
    for poster in posters:
        poster.ask(request, next_of(poster))
    await asyncio.sleep(seconds)
    elapsed = time.perf_counter() - began
    running = False
    await asyncio.sleep(0.2)
    for transport in transports:
        transport.close()
    return count / elapsed


async def hold_open(*, requests: list[bytes], port: int, settle: float, then: Callable[[], float]) -> float:
    """Open a stream for each request, wait until all are quiet, and return what `then` finds."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Semaphore(0)
    transports = []
    for at, request in enumerate(requests):
        reader = Reader(request, lambda _: None, ready.release)
        transports.append((await loop.create_connection(lambda reader=reader: reader, "127.0.0.1", port))[0])  # type: ignore[misc]
        if at % 100 == 99:  # no faster than the server lets them in
            for _ in range(100):
                await asyncio.wait_for(ready.acquire(), 60)
    await asyncio.sleep(settle)
    found = then()
    for transport in transports:
        transport.close()
    return found


def run(work: Any) -> Any:
    """Run a coroutine on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
