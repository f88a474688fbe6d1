"""What a page of ours does to the plain doors, and what it reads from its stream."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answer:
    """What a door said."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Event:
    """One event of a stream."""

    name: str
    cursor: str
    data: dict[str, Any] = field(default_factory=dict)


def ask(
    port: int, path: str, *, cookie: str, fields: dict[str, Any] | None = None, body: bytes = b"", **headers: str
) -> Answer:
    """POST fields as JSON, or a body as it is; header names have `_` for `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    said = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", path, body or json.dumps(fields or {}), {k: v for k, v in said.items() if v})
    answer = connection.getresponse()
    found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    connection.close()
    return found


class Watching:
    """An open stream, read by a thread of its own."""

    def __init__(self, port: int, path: str, *, cookie: str, last: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin", **({"Last-Event-ID": last} if last else {})}
        self.connection.request("GET", path, headers=headers)
        assert isinstance(self.connection.sock, socket.socket)
        self._socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.events: queue.Queue[Event | None] = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        name, cursor, data = "message", "", ""
        try:
            while line := self.answer.readline():
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "id":
                    cursor = value
                elif key == "data":
                    data = value
                elif not key and data:
                    self.events.put(Event(name, cursor, json.loads(data)))
                    name, data = "message", ""
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass
        self.events.put(None)

    def until(self, wanted: Callable[[Event], bool], seconds: float = 20) -> list[Event]:
        """Return the events up to and with the first that is wanted."""
        found = []
        end = time.monotonic() + seconds
        while True:
            event = self.events.get(timeout=max(0.1, end - time.monotonic()))
            assert event is not None, "the stream ended"
            found.append(event)
            if wanted(event):
                return found

    def ended(self, seconds: float = 20) -> bool:
        """Say whether the stream comes to its end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.events.get(timeout=0.2) is None:
                    return True
            except queue.Empty:
                continue
        return False

    def close(self) -> None:
        """Leave, as a browser does."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self.answer.close()
        self.connection.close()


def texts(events: list[Event]) -> list[str]:
    """Return what was said in these events."""
    return [event.data["t"] for event in events if event.name == "message"]
