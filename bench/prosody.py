"""A real peer beside the conversations: Prosody with an archive in SQLite, under the same lanes on the same core.

Each lane is one child and one of twenty counsellors who write in turn, one message on its way at a time. A message
counts when the other side has it, and at the end the archive must hold each of them. Signing in by passwords over
loopback; no part of it is sealed or audited. Prints a sentence where Prosody or its SQLite driver is not installed.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import chat_load as load
from doors import free_port

LANES, COUNSELLORS, SECONDS = 200, 20, 8.0
HOST = "localhost"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
SAID = re.compile(rb"<body>#(\d+)\.(\d+)#")
STREAM = (
    f"<?xml version='1.0'?><stream:stream to='{HOST}' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)
CONFIGURATION = """
run_as_root = true
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
log = {{ error = "{folder}/error.log" }}
plugin_paths = {{}}
modules_enabled = {{ "saslauth", "mam", "register_ibr" }}
modules_disabled = {{ "s2s", "tls" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
allow_registration = true
authentication = "internal_plain"
storage = {{ archive = "sql" }}
sql = {{ driver = "SQLite3", database = "{folder}/archive.sqlite" }}
default_archive_policy = true
archive_expires_after = "never"
VirtualHost "{host}"
"""


class Peer(asyncio.Protocol):
    """One signed-in account; `seen` hears the lane and number of each message that comes."""

    def __init__(self, name: str, seen: Callable[[int, int], None], ready: Callable[[], None]) -> None:
        self.name = name
        self.seen = seen
        self.ready = ready
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        account = f"<username>{name}</username><password>p-{name}</password>"
        proof = base64.b64encode(f"\0{name}\0p-{name}".encode()).decode()
        # What is sent once the answer has come that stands before it.
        self._steps = [
            (
                b"</stream:features>",
                f"<iq type='set' id='1'><query xmlns='jabber:iq:register'>{account}</query></iq>",
            ),
            (b"<iq ", f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{proof}</auth>"),
            (b"<success", STREAM),
            (
                b"</stream:features>",
                f"<iq type='set' id='2'><bind xmlns='{BIND}'><resource>b</resource></bind></iq>",
            ),
            (b"<jid>", "<presence/>"),
        ]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.send(STREAM)

    def send(self, text: str) -> None:
        assert self.transport is not None
        self.transport.write(text.encode())

    def say(self, to: str, lane: int, number: int) -> None:
        body = f"#{lane}.{number}# {load.FILLER}"
        self.send(f"<message to='{to}@{HOST}' type='chat' id='{lane}-{number}'><body>{body}</body></message>")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._steps:
            awaited, text = self._steps[0]
            at = self._buffer.find(awaited)
            if at < 0:
                return
            self._buffer = self._buffer[at + len(awaited) :]
            self._steps.pop(0)
            self.send(text)
            if not self._steps:
                self.ready()
        end = self._buffer.rfind(b"</message>")
        if end < 0:
            return
        whole, self._buffer = self._buffer[:end], self._buffer[end:]
        for lane, number in SAID.findall(whole):
            self.seen(int(lane), int(number))


async def converse(port: int) -> load.Measured:
    """Sign everybody in, let the lanes run, and return what was measured."""
    loop = asyncio.get_running_loop()
    measured = load.Measured()
    waiting = asyncio.Semaphore(0)
    count, began = [0] * LANES, [0.0] * LANES
    running = True

    def say(lane: int) -> None:
        count[lane] += 1
        began[lane] = time.perf_counter()
        child, counsellor = children[lane], counsellors[lane % COUNSELLORS]
        one, other = (child, counsellor) if count[lane] % 2 else (counsellor, child)
        one.say(other.name, lane, count[lane])

    def seen(lane: int, number: int) -> None:
        if number == count[lane]:
            measured.seen.append(time.perf_counter() - began[lane])
            if running:
                say(lane)

    children = [Peer(f"child{number}", seen, waiting.release) for number in range(LANES)]
    counsellors = [Peer(f"staff{number}", seen, waiting.release) for number in range(COUNSELLORS)]
    for peer in (*children, *counsellors):
        await loop.create_connection(lambda peer=peer: peer, "127.0.0.1", port)  # type: ignore[misc]
        await asyncio.wait_for(waiting.acquire(), 20)
    await asyncio.sleep(1)
    start = time.perf_counter()
    for lane in range(LANES):
        say(lane)
    await asyncio.sleep(SECONDS)
    measured.seconds = time.perf_counter() - start
    running = False
    await asyncio.sleep(1)
    for peer in (*children, *counsellors):
        if peer.transport is not None:
            peer.transport.close()
    return measured


def archived(folder: Path) -> int:
    """Return how many messages the archive has; each lies there for its writer and for its reader."""
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM prosodyarchive").fetchone()[0]) // 2


def missing() -> str:
    """Return what stands in the way, empty where nothing does."""
    if not shutil.which("prosody"):
        return "Prosody is not installed (Debian: apt-get install prosody lua-dbi-sqlite3)"
    if not any(Path("/usr/lib").glob("**/dbd/sqlite3.so")) and not any(Path("/usr/lib").glob("**/dbdsqlite3*.so")):
        return "Prosody's SQLite driver is not installed (Debian: apt-get install lua-dbi-sqlite3)"
    return ""


def main() -> int:
    why = missing()
    if why:
        print(f"left out: {why}")
        return 0
    pinned = hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > 1
    if pinned:
        os.sched_setaffinity(0, {1})
    folder = Path(tempfile.mkdtemp(prefix="pop-prosody-"))
    (folder / "data").mkdir()
    with contextlib.closing(sqlite3.connect(folder / "archive.sqlite")) as connection:
        # Its best: by itself it would use a journal of the old kind, with several syncs a message.
        connection.execute("PRAGMA journal_mode=WAL")
    port = free_port()
    (folder / "prosody.cfg.lua").write_text(CONFIGURATION.format(folder=folder, port=port, host=HOST))
    process = subprocess.Popen(
        ["prosody", "-F", "--config", str(folder / "prosody.cfg.lua")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=(lambda: os.sched_setaffinity(0, {0})) if pinned else None,
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                asyncio.run(listening(port))
                break
            time.sleep(0.1)
        measured = load.run(converse(port))
    except (OSError, TimeoutError) as error:
        print(f"left out: Prosody did not take part ({type(error).__name__})")
        return 0
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    kept = archived(folder)
    shutil.rmtree(folder, ignore_errors=True)
    if kept < len(measured.seen):
        print(f"left out: Prosody delivered {len(measured.seen)} messages and archived {kept}")
        return 0
    print(f"prosody_messages {measured.rate:.0f} messages/s -")
    print(f"prosody_p50 {measured.at(measured.seen, 0.5):.1f} ms -")
    print(f"prosody_p99 {measured.at(measured.seen, 0.99):.1f} ms -", flush=True)
    return 0


async def listening(port: int) -> None:
    """Raise OSError where nobody listens."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    await writer.wait_closed()


if __name__ == "__main__":
    sys.exit(main())
