"""The bell: telling every process of this machine, and of others, that a conversation has something new to show.

A ring names conversations or staff, or carries messages as they were sealed (conversations/rules/carrying.py). On one
machine it is a datagram to each process's Unix socket under `POP_DATA_DIR/bells`; on PostgreSQL the names also go to
other machines by NOTIFY. A lost ring costs at most the one second after which every stream is looked at anyway, so
nothing here waits, retries or raises.
"""

from __future__ import annotations

import base64
import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections, transaction

from pop.helpline import database

CONVERSATIONS, STAFF, TYPING, CARRIED = b"c", b"s", b"t", b"m"
CHANNEL = "pop_bell"
# NOTIFY carries at most 8,000 bytes: 300 ids of 16 bytes are 6,400 in base64. A typing mark has two bytes more.
MOST_IDS = 300
CHILD, COUNSELLOR = 0, 1
_LISTED_SECONDS = 1.0
_MOST_OWED = 3_000

logger = logging.getLogger("pop.helpline")


def ring(conversations: Iterable[UUID]) -> None:
    """Say that these conversations changed; it is said when the transaction around the call was committed."""
    _after_commit(CONVERSATIONS, [each.bytes for each in conversations])


def ring_now(conversations: Iterable[UUID]) -> None:
    """Say at once that these conversations changed; for whoever knows that the change was committed."""
    send(CONVERSATIONS, [each.bytes for each in conversations])


def ring_staff(staff: Iterable[UUID]) -> None:
    """Say that what these members of staff see besides words (their queue, their list) changed; after the commit."""
    _after_commit(STAFF, [each.bytes for each in staff])


def ring_typing(conversation: UUID, side: int, on: bool) -> None:
    """Say at once that a side (CHILD or COUNSELLOR) writes or stopped writing. It is kept nowhere."""
    send(TYPING, [conversation.bytes + bytes((side, on))])


def ring_carrying(conversations: Iterable[UUID], packages: Sequence[bytes], others: Iterable[bytes] = ()) -> None:
    """Say after the commit that these conversations changed, to this machine by packages that carry what is new.

    `others` are the ids of conversations that changed and are in no package.
    """
    items = [each.bytes for each in conversations]
    if items:
        left = list(others)
        transaction.on_commit(lambda: _send_carrying(items, packages, left), using=database.ALIAS, robust=True)


def brings_its_own() -> None:
    """Say that this thread shows this process's streams itself what it commits: its rings go to others only."""
    _thread.quiet = True


def send(kind: bytes, items: list[bytes]) -> None:
    """Send items of one kind to every process but this one, which `hear_own` tells directly; at once."""
    if _Process.own is not None:
        _Process.own(kind, items)
    for datagram in _datagrams(kind, items):
        _bells().send(datagram)
    _send_far(kind, items)


def _send_carrying(items: list[bytes], packages: Sequence[bytes], others: list[bytes]) -> None:
    if _Process.own is not None and not _thread.quiet:
        _Process.own(CONVERSATIONS, items)
    bells = _bells()
    for package in packages:
        bells.send(CARRIED + package, items)
    for datagram in _datagrams(CONVERSATIONS, others):
        bells.send(datagram)
    _send_far(CONVERSATIONS, items)


def _datagrams(kind: bytes, items: list[bytes]) -> list[bytes]:
    return [kind + b"".join(items[first : first + MOST_IDS]) for first in range(0, len(items), MOST_IDS)]


def _send_far(kind: bytes, items: list[bytes]) -> None:
    if database.connection().vendor == "postgresql":
        for datagram in _datagrams(kind, items):
            _far().send(datagram)


def hear_own(hears: Callable[[bytes, list[bytes]], None] | None, *, name: str = "") -> None:
    """Let this process hear its own rings by a call, in whatever thread rings, and not at its socket `name`."""
    _Process.own = hears
    _Process.own_name = name


def _after_commit(kind: bytes, items: list[bytes]) -> None:
    if items:
        transaction.on_commit(lambda: send(kind, items), using=database.ALIAS, robust=True)


def bells_dir() -> Path:
    """Return the directory of the processes' sockets, made when it is missing; only this service's user may enter."""
    directory = Path(settings.DATA_DIR) / "bells"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def house(directory: Path) -> str:
    """Return the name of this machine's set of processes: who shares the directory needs no NOTIFY from it."""
    path = directory / "house"
    with contextlib.suppress(FileExistsError):
        staged = directory / f"house.{secrets.token_hex(4)}"
        if not path.exists():
            staged.write_text(secrets.token_hex(8))
            try:
                os.link(staged, path)
            finally:
                staged.unlink()
    return path.read_text()


def parts(datagram: bytes) -> tuple[bytes, list[bytes]]:
    """Return a datagram's kind and items; no items for one that makes no sense. What is carried is one item."""
    kind, rest = datagram[:1], datagram[1:]
    if kind == CARRIED:
        return kind, [rest]
    size = {CONVERSATIONS: 16, STAFF: 16, TYPING: 18}.get(kind, 0)
    if not size or len(rest) % size:
        return kind, []
    return kind, [rest[at : at + size] for at in range(0, len(rest), size)]


class Directory:
    """Addresses inside a directory that may lie deeper than the 107 bytes of a Unix socket's name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handle = os.open(path, os.O_RDONLY)
        self._short = f"/proc/self/fd/{self.handle}" if Path("/proc/self/fd").is_dir() else str(path)

    def address(self, name: str) -> str:
        """Return the name by which a socket of the directory is bound and reached from this process."""
        return f"{self._short}/{name}"


class Bells:
    """The sending side: one datagram to each socket of the directory."""

    def __init__(self, path: Path) -> None:
        self.directory = Directory(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self._names: list[str] = []
        # Conversations that a receiver was not told of, because its buffer was full.
        self._owed: dict[str, dict[bytes, None]] = {}
        self._state: tuple[int, float] = (0, 0.0)

    def send(self, datagram: bytes, told: Iterable[bytes] = ()) -> None:
        """Send to all; a socket that nobody holds is cleared away.

        A receiver whose buffer is full is passed over, and told of the conversations `told` with the next datagram.
        """
        for name in self._listed():
            if name == _Process.own_name:
                continue
            owed = self._owed.pop(name, {})
            if all(self._sent(name, each) for each in _datagrams(CONVERSATIONS, list(owed))):
                if self._sent(name, datagram):
                    continue
                owed = {}
            if datagram[:1] == CONVERSATIONS:
                told = parts(datagram)[1]
            owed.update(dict.fromkeys(told))
            if 0 < len(owed) < _MOST_OWED:
                self._owed[name] = owed

    def _sent(self, name: str, datagram: bytes) -> bool:
        try:
            self.socket.sendto(datagram, self.directory.address(name))
        except (ConnectionRefusedError, FileNotFoundError):
            with contextlib.suppress(OSError):
                (self.directory.path / name).unlink()
            self._state = (0, 0.0)
        except OSError:
            return False
        return True

    def _listed(self) -> list[str]:
        changed, now = os.stat(self.directory.handle).st_mtime_ns, time.monotonic()
        if self._state[0] != changed or now - self._state[1] > _LISTED_SECONDS:
            self._names = [name for name in os.listdir(self.directory.handle) if name.endswith(".bell")]
            self._state = (changed, now)
        return self._names


class Far:
    """The sending side for other machines: a thread that gathers rings and says them in one NOTIFY."""

    pause = 0.002

    def __init__(self, house: str) -> None:
        self.house = house
        self._waiting: dict[bytes, None] = {}
        self._lock = threading.Lock()
        self._some = threading.Event()
        threading.Thread(target=self._run, name="bell-far", daemon=True).start()

    def send(self, datagram: bytes) -> None:
        """Take a datagram along with the next NOTIFY."""
        with self._lock:
            if len(self._waiting) < 1_000:
                self._waiting[datagram] = None
        self._some.set()

    def _run(self) -> None:
        connection: psycopg.Connection[object] | None = None
        while True:
            self._some.wait()
            # First the pause: whoever rings is about to answer its sender, and must not share its turn with this.
            time.sleep(self.pause)
            self._some.clear()
            with self._lock:
                waiting, self._waiting = list(self._waiting), {}
            try:
                if connection is None:
                    connection = connect_far()
                for payload in self._payloads(waiting):
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
            except (psycopg.Error, OSError) as error:
                logger.warning("the bell to other machines is silent: %s", type(error).__name__)
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(1)

    def _payloads(self, datagrams: list[bytes]) -> list[str]:
        """Put datagrams of one kind together: a payload is the house, a colon and one datagram in base64."""
        by_kind: dict[bytes, dict[bytes, None]] = {}
        for datagram in datagrams:
            kind, items = parts(datagram)
            by_kind.setdefault(kind, {}).update(dict.fromkeys(items))
        found = []
        for kind, unique in by_kind.items():
            items = list(unique)
            for first in range(0, len(items), MOST_IDS):
                whole = kind + b"".join(items[first : first + MOST_IDS])
                found.append(f"{self.house}:{base64.b64encode(whole).decode()}")
        return found


def connect_far() -> psycopg.Connection[object]:
    """Open a connection for LISTEN and NOTIFY beside Django's; a lost ring costs a second, so it waits for no sync."""
    parameters = connections[database.ALIAS].get_connection_params()
    connection: psycopg.Connection[object] = psycopg.connect(**parameters, autocommit=True)
    connection.execute("SET synchronous_commit = off")
    return connection


class _Here(threading.local):
    """What one thread is like."""

    quiet = False


_thread = _Here()


class _Process:
    """What this process rings with, made at the first ring."""

    lock = threading.Lock()
    bells: Bells | None = None
    far: Far | None = None
    of: tuple[int, str] = (0, "")
    own: Callable[[bytes, list[bytes]], None] | None = None
    own_name: str = ""


def _bells() -> Bells:
    here = (os.getpid(), str(settings.DATA_DIR))
    if _Process.bells is None or _Process.of != here:
        with _Process.lock:
            if _Process.bells is None or _Process.of != here:
                _Process.far = None
                _Process.bells = Bells(bells_dir())
                _Process.of = here
    return _Process.bells


def _far() -> Far:
    if _Process.far is None:
        with _Process.lock:
            if _Process.far is None:
                _Process.far = Far(house(bells_dir()))
    return _Process.far
