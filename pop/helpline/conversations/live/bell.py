"""Hearing the bell: this process's socket for rings of the same machine, and LISTEN for those of other machines."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

import psycopg

from pop.helpline import database, ringing

LONGEST = 65_536
# So many datagrams are read in one go; the loop has other things to do as well.
_AT_ONCE = 64

Hears = Callable[[bytes, list[bytes]], None]

logger = logging.getLogger("pop.helpline")


class Bell:
    """One process's ear. `hears(kind, items)` is called in the event loop."""

    def __init__(self, hears: Hears) -> None:
        self._hears = hears
        self._socket: socket.socket | None = None
        self._directory: ringing.Directory | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}.bell"
        self._ended = threading.Event()

    def start(self) -> None:
        """Listen, in the running event loop. Without a socket the poll each second is all there is, and it is said."""
        self._loop = asyncio.get_running_loop()
        ringing.hear_own(self._own, name=self._name)
        path = ringing.bells_dir()
        try:
            self._directory = ringing.Directory(path)
            ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            ear.setblocking(False)
            ear.bind(self._directory.address(self._name))
        except OSError as error:
            logger.warning("the bell cannot be heard: %s", type(error).__name__)
        else:
            self._socket = ear
            self._loop.add_reader(ear.fileno(), self._read)
        if database.connection().vendor == "postgresql":
            house = ringing.house(path)
            threading.Thread(target=self._listen, args=(house,), name="bell-listen", daemon=True).start()

    def stop(self) -> None:
        """Hear nothing more, and take the socket away."""
        self._ended.set()
        ringing.hear_own(None)
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            with contextlib.suppress(OSError):
                (ringing.bells_dir() / self._name).unlink()

    def _read(self) -> None:
        if self._socket is None:
            return
        for _ in range(_AT_ONCE):
            try:
                datagram = self._socket.recv(LONGEST)
            except OSError:
                return
            self._hears(*ringing.parts(datagram))

    def _own(self, kind: bytes, items: list[bytes]) -> None:
        """Hear a ring of this process itself, from whatever thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hears, kind, items)

    def _listen(self, house: str) -> None:
        """Hear other machines until the end; a lost connection is opened again."""
        own = f"{house}:"
        while not self._ended.is_set():
            try:
                with contextlib.closing(ringing.connect_far()) as connection:
                    connection.execute(f"LISTEN {ringing.CHANNEL}")
                    while not self._ended.is_set():
                        for notice in connection.notifies(timeout=1.0):
                            if not notice.payload.startswith(own):
                                self._far(notice.payload)
            except (psycopg.Error, OSError) as error:
                logger.warning("the bell of other machines cannot be heard: %s", type(error).__name__)
                time.sleep(1)

    def _far(self, payload: str) -> None:
        with contextlib.suppress(ValueError, binascii.Error):
            self._own(*ringing.parts(base64.b64decode(payload.partition(":")[2], validate=True)))
