"""The hot doors: `/v1/match` and its sisters as plain ASGI callables ahead of Django, where a view costs 30 times more.

They answer from memory, from the same engine that a platform runs in its own process. Nothing of a need is logged.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from pop_sdk.engine import Engine, emergency_only
from pop_sdk.need import Need, NeedError, from_json, from_query
from pop_sdk.vocabulary import Vocabulary

from pop.places.problems import MEDIA_TYPE, problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Door = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
Emergency = dict[str, list[dict[str, object]]]

JSON = (b"content-type", b"application/json")
MOST_KEPT = 8192
PROBLEM = (b"content-type", MEDIA_TYPE.encode())
# A fetch by another site's page is simple except for a JSON body, which a browser asks about first.
PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
]


class Snapshots(Protocol):
    """Where the doors find what is current (pop.signposting.snapshots.watch)."""

    @property
    def engine(self) -> Engine | None:
        """The engine of the newest valid snapshot, None while there is none."""

    def files(self) -> tuple[bytes, bytes, str] | None:
        """The newest valid snapshot's gzip bytes, signature and ETag, None while there is none."""


async def respond(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    """Send one whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})


class Doors:
    """The plain doors of signposting, by path."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        vocabulary: Vocabulary,
        emergency: Emergency,
        openapi: bytes,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take everything from outside: `emergency` is the committed table that still answers without a snapshot."""
        self.snapshots = snapshots
        self.vocabulary = vocabulary
        self.emergency = emergency
        self.openapi = openapi
        self.openapi_etag = f'"{hashlib.sha256(openapi).hexdigest()[:32]}"'
        self.now = now
        self._moment: tuple[int, Engine | None] | None = None
        self._kept: dict[bytes, tuple[int, tuple[bytes, bytes], bytes]] = {}
        self.by_path: dict[str, Door] = {
            "/v1/match": self.match,
            "/v1/countries": self.countries,
            "/v1/topics": self.topics,
            "/v1/snapshot": self.snapshot,
            "/v1/snapshot.sig": self.snapshot,
            "/openapi.yaml": self.description,
            "/healthz": self.health,
        }

    async def match(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer GET and POST /v1/match."""
        method = scope["method"]
        if method in {"GET", "HEAD"}:
            status, media_type, body = self.answer(scope["query_string"])
            if method == "HEAD":
                length = (b"content-length", b"%d" % len(body))
                await send({"type": "http.response.start", "status": status, "headers": [media_type, length]})
                await send({"type": "http.response.body", "body": b""})
                return
        elif method == "POST":
            status, media_type, body = self._answer(from_json, await body_of(receive))
        else:
            await other_method(send, method, "GET, HEAD, POST, OPTIONS")
            return
        await respond(send, status, body, media_type)

    def answer(self, query_string: bytes) -> tuple[int, tuple[bytes, bytes], bytes]:
        """Return (status, media type, body) of GET /v1/match?query_string. Needs no event loop: it is all in memory.

        Equal questions within one second have equal answers, so these are kept for that second and no longer.
        """
        moment = (int(self.now()), self.snapshots.engine)
        if moment != self._moment or len(self._kept) >= MOST_KEPT:
            self._moment = moment
            self._kept = {}
        found = self._kept.get(query_string)
        if found is None:
            found = self._kept[query_string] = self._answer(from_query, query_string)
        return found

    def _answer(self, read: Callable[..., Need], asked: bytes) -> tuple[int, tuple[bytes, bytes], bytes]:
        now = int(self.now())
        try:
            need = read(asked, vocabulary=self.vocabulary, now=now)
        except NeedError as error:
            accepted = error.accepted or None
            body = problem(error.status, "Not understood", str(error), parameter=error.parameter, accepted=accepted)
            return error.status, PROBLEM, body
        engine = self.snapshots.engine
        return 200, JSON, engine.match(need, now=now) if engine else emergency_only(self.emergency, need, now=now)

    async def countries(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer GET /v1/countries."""
        engine = self.snapshots.engine
        await self._data(scope, send, engine.countries_json() if engine else None)

    async def topics(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer GET /v1/topics."""
        engine = self.snapshots.engine
        await self._data(scope, send, engine.topics_json() if engine else None)

    async def _data(self, scope: MutableMapping[str, Any], send: Send, body: bytes | None) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await other_method(send, scope["method"], "GET, HEAD, OPTIONS")
            return
        files = self.snapshots.files()
        if body is None or files is None:
            await no_snapshot(send)
            return
        await keepable(scope, send, body, etag=files[2], media_type=b"application/json")

    async def snapshot(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer GET /v1/snapshot (gzip bytes, as signed) and /v1/snapshot.sig (64 bytes)."""
        if scope["method"] not in {"GET", "HEAD"}:
            await other_method(send, scope["method"], "GET, HEAD, OPTIONS")
            return
        files = self.snapshots.files()
        if files is None:
            await no_snapshot(send)
            return
        signature = scope["path"].endswith(".sig")
        await keepable(
            scope,
            send,
            files[1] if signature else files[0],
            etag=files[2],
            # The bytes that were signed are the gzip file itself: a content-encoding would unpack them on the way.
            media_type=b"application/octet-stream" if signature else b"application/gzip",
        )

    async def description(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer GET /openapi.yaml."""
        if scope["method"] not in {"GET", "HEAD"}:
            await other_method(send, scope["method"], "GET, HEAD, OPTIONS")
            return
        await keepable(scope, send, self.openapi, etag=self.openapi_etag, media_type=b"application/yaml")

    async def health(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer GET /healthz: the process serves. Whether a snapshot is there is `pop snapshot verify`'s to say."""
        if scope["method"] not in {"GET", "HEAD"}:
            await other_method(send, scope["method"], "GET, HEAD")
            return
        await respond(send, 200, b"ok" if scope["method"] == "GET" else b"", (b"content-type", b"text/plain"))


async def body_of(receive: Receive) -> bytes:
    """Read the body to its end; its size was bounded by the wrapper around all doors."""
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body"):
            return body


async def keepable(scope: MutableMapping[str, Any], send: Send, body: bytes, *, etag: str, media_type: bytes) -> None:
    """Send public data that caches may keep for five minutes and ask about after that."""
    headers = [
        (b"content-type", media_type),
        (b"cache-control", b"public, max-age=300"),
        (b"etag", etag.encode()),
    ]
    if any(name == b"if-none-match" and names_it(value, etag.encode()) for name, value in scope["headers"]):
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def names_it(header: bytes, etag: bytes) -> bool:
    """Say whether an If-None-Match header names an entity tag: alone, in a list, as a weak one, or all of them."""
    return any(each.strip().removeprefix(b"W/") in (etag, b"*") for each in header.split(b","))


async def other_method(send: Send, method: str, allowed: str) -> None:
    """Answer OPTIONS, and refuse what a door does not do."""
    allow = (b"allow", allowed.encode())
    if method == "OPTIONS":
        await send({"type": "http.response.start", "status": 204, "headers": [allow, *PREFLIGHT]})
        await send({"type": "http.response.body", "body": b""})
        return
    body = problem(405, "Not done here", f"This address answers {allowed}.")
    await respond(send, 405, body if method != "HEAD" else b"", PROBLEM, allow)


async def no_snapshot(send: Send) -> None:
    """Say that the data is not there yet."""
    body = problem(503, "Not ready", "There is no valid snapshot at the moment. Please try again in a minute.")
    await respond(send, 503, body, PROBLEM, (b"retry-after", b"60"))
