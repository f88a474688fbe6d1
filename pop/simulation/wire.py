"""A small HTTP/1.1 client over asyncio's streams, for thousands of connections on this machine.

It does what a browser of one person does here: cookies, kept connections, forms, and event streams that say where they
begin again. It follows no redirect by itself, and knows no TLS: it only ever speaks to loopback.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

MOST_HEAD = 65_536
ANSWER_SECONDS = 30.0
# A stream says something each 15 seconds, if only a comment.
QUIET_SECONDS = 40.0


class LostError(Exception):
    """The connection ended, or took too long, before there was a whole answer: nobody knows what became of it."""


class TurnedAwayError(Exception):
    """A stream was not opened; `status` is why."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def good(self) -> bool:
        """Whether it is what was asked for."""
        return 200 <= self.status < 300

    @property
    def leads_to(self) -> str:
        """The address that it leads on to, "" for none."""
        return self.headers.get("location", "")

    @property
    def retry_after(self) -> float:
        """Seconds until it makes sense to try again: one where nothing is said."""
        said = self.headers.get("retry-after", "")
        return float(said) if said.isascii() and said.isdecimal() else 1.0


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a stream: its name ("" for a message), where a reader may begin again after it, and its data."""

    name: str
    id: str
    data: str = field(repr=False)


class _Connection:
    """One connection with one request under way at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.fresh = True

    @property
    def usable(self) -> bool:
        return not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        self._writer.close()

    def write(self, request: bytes) -> None:
        self._writer.write(request)

    async def head(self) -> tuple[int, dict[str, str], list[str]]:
        """Return status, headers and cookies set."""
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        cookies: list[str] = []
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookies.append(value.strip())
            elif name:
                headers[name.lower()] = value.strip()
        return int(lines[0].split(" ", 2)[1]), headers, cookies

    async def chunk(self) -> bytes:
        """Return the next piece of a body that comes in pieces, empty at its end."""
        size = int((await self._reader.readuntil(b"\r\n")).split(b";")[0], 16)
        piece = await self._reader.readexactly(size + 2)
        return piece[:-2]

    async def body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status in {204, 304}:
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            pieces = []
            while piece := await self.chunk():
                pieces.append(piece)
            return b"".join(pieces)
        return await self._reader.readexactly(int(headers.get("content-length", "0")))


class Browser:
    """One person's browser at one door: `host` and `port` are on loopback."""

    def __init__(self, host: str, port: int, *, language: str = "en") -> None:
        self.cookies: dict[str, str] = {}
        self._host = host
        self._port = port
        self._language = language
        self._idle: list[_Connection] = []

    def close(self) -> None:
        """End what is open."""
        while self._idle:
            self._idle.pop().close()

    async def get(self, path: str, *, part: bool = False) -> Answer:
        """Ask for a page; `part`: as the page's own script asks for a part of one. Raises LostError."""
        return await self._ask("GET", path, {"HX-Request": "true"} if part else {})

    async def form(self, path: str, fields: Mapping[str, str | list[str]], *, part: bool = False) -> Answer:
        """Send a form. Raises LostError."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        if part:
            headers["HX-Request"] = "true"
        return await self._ask("POST", path, headers, urlencode(fields, doseq=True).encode())

    async def json(self, path: str, fields: Mapping[str, object]) -> Answer:
        """Send JSON as a page's script does. Raises LostError."""
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        return await self._ask("POST", path, headers, json.dumps(fields).encode())

    @contextlib.asynccontextmanager
    async def stream(self, path: str, *, after: str = "") -> AsyncIterator[Stream]:
        """Open an event stream that begins after an id. Raises LostError, TurnedAwayError."""
        headers = {"Accept": "text/event-stream", "Sec-Fetch-Site": "same-origin"}
        if after:
            headers["Last-Event-ID"] = after
        connection = await self._connect()
        try:
            async with _whole(ANSWER_SECONDS):
                connection.write(self._request("GET", path, headers))
                status, _, _ = await connection.head()
            if status != 200:
                raise TurnedAwayError(status)
            yield Stream(connection)
        finally:
            connection.close()

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        request = self._request(method, path, headers, body)
        while True:
            connection = await self._connection()
            kept = not connection.fresh
            try:
                async with _whole(ANSWER_SECONDS):
                    connection.write(request)
                    status, found, cookies = await connection.head()
                    answer = Answer(status, found, await connection.body(status, found))
            except LostError:
                connection.close()
                if kept:  # most likely it had ended while nobody used it; and every act here may be sent twice
                    continue
                raise
            except BaseException:
                connection.close()
                raise
            for cookie in cookies:
                self._keep(cookie)
            connection.fresh = False
            if found.get("connection", "").lower() == "close":
                connection.close()
            else:
                self._idle.append(connection)
            return answer

    async def _connection(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
            connection.close()
        return await self._connect()

    async def _connect(self) -> _Connection:
        async with _whole(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(self._host, self._port, limit=MOST_HEAD * 4)
        return _Connection(reader, writer)

    def _request(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._host}:{self._port}",
            f"Accept-Language: {self._language}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    def _keep(self, cookie: str) -> None:
        pair, _, rest = cookie.partition(";")
        name, _, value = pair.partition("=")
        if "max-age=0" in rest.lower().replace(" ", ""):
            self.cookies.pop(name.strip(), None)
        else:
            self.cookies[name.strip()] = value.strip()


class Stream:
    """The events of an open stream."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rest = ""

    async def next(self) -> Event | None:
        """Return the next event, None where the server ended the stream in good order. Raises LostError."""
        while True:
            block, end, rest = self._rest.partition("\n\n")
            if end:
                self._rest = rest
                event = _event(block)
                if event is not None:
                    return event
                continue
            async with _whole(QUIET_SECONDS):
                piece = await self._connection.chunk()
            if not piece:
                return None
            self._rest += piece.decode("utf-8", "replace")


def _event(block: str) -> Event | None:
    found = {"event": "", "id": "", "data": ""}
    for line in block.split("\n"):
        name, _, value = line.partition(":")
        if name in found:
            found[name] = value.removeprefix(" ")
    return Event(found["event"], found["id"], found["data"]) if found["data"] else None


@contextlib.asynccontextmanager
async def _whole(seconds: float) -> AsyncIterator[None]:
    """Turn whatever ends an exchange early into one error."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError) as error:
        # asyncio's TimeoutError and IncompleteReadError are an OSError and an EOFError.
        raise LostError(type(error).__name__) from None
