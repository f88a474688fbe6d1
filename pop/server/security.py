"""The outermost wrapper of both doors: headers on every response, limits on every request, nothing of them in a log."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from pop.places.problems import MEDIA_TYPE, problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]
# A door that answers a query from memory: (status, media type, body). It is asked without a coroutine in between.
Hot = Callable[[bytes], tuple[int, Header, bytes]]
# A door that takes a whole POST (headers, body) and answers it later by a call: (status, headers of its own, body).
# False: it is left to the application.
Answer = Callable[[int, tuple[Header, ...], bytes], None]
Post = Callable[[list[Header], bytes, Answer], bool]
# Makes the page that answers a form too large to take, of its path, its headers and the first MAX_BODY bytes of it.
# None: it is answered as a problem, as everything else that is too large.
TooLarge = Callable[[str, Mapping[bytes, bytes], bytes], Awaitable[bytes | None]]

log = logging.getLogger("pop.server")

# The largest form of ours is a few kB; what is larger is a mistake or an attack (bad input: 413).
MAX_BODY = 65_536
FORM = b"application/x-www-form-urlencoded"
MAX_TARGET = 16_384
# A page of a survey holds several long answers, in scripts that take six bytes a letter on their way.
SURVEY_PAGES: Mapping[str, int] = {"/survey/": 524_288}
# A form in all its languages is a file of some hundred kB; a larger one comes by the command line.
FORM_FILES: Mapping[str, int] = {"/surveys/load": 4_194_304, "/surveys/imports/new": 27_262_976}
# So much of a refused body is read and thrown away, so that its sender comes to read why it was refused.
MAX_DRAINED = 4_194_304
# The one page that other sites may show inside their own. It has no form, no cookie and no script.
EMBEDDED = "/map/embed"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
# 64 kB at the 50 kbit/s of a bad network take 11 s; who needs longer keeps a place that others want.
BODY_SECONDS = 30.0

# Public data that anybody may keep; everything else is `no-store` (safety.md, headers).
MAP_FILES = ("/map.csv", "/map.hxl.csv", "/map.geojson", "/map.json", "/map.svg")
PUBLIC_DATA = ("/v1/snapshot", "/v1/snapshot.sig", "/v1/countries", "/v1/topics", "/openapi.yaml", *MAP_FILES)
PUBLIC_TREES = ("/hsds/", "/static/")


def content_security_policy(*, scripts: Iterable[str], styles: Iterable[str], own_scripts: bool = False) -> bytes:
    """Return the policy that allows our inline assets by hash and nothing else; hashes look like ``sha256-…``."""
    script = " ".join([*(["'self'"] if own_scripts else []), *(f"'{each}'" for each in scripts)]) or "'none'"
    style = " ".join([*(["'self'"] if own_scripts else []), *(f"'{each}'" for each in styles)]) or "'none'"
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; img-src data: 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ).encode()


@dataclass(frozen=True)
class Policy:
    """What one door says on every response."""

    csp: bytes
    referrer: bytes
    production: bool
    open_to_other_sites: bool  # the public door's data may be fetched by any page; the console's never


class Secured:
    """Wrap an ASGI application: bound what comes in, complete what goes out."""

    body_seconds = BODY_SECONDS

    def __init__(
        self,
        application: Application,
        policy: Policy,
        hot: Mapping[str, Hot] | None = None,
        posts: Mapping[str, Post] | None = None,
        bounded: tuple[str, ...] = (),
        roomy: Mapping[str, int] | None = None,
        too_large: TooLarge | None = None,
    ) -> None:
        """Take what is behind the wrapper, and the hot doors by path: GET on them is answered here, at once.

        `posts` are asked first by a server that knows of them (pop.server.bounded). What begins with one of `bounded`
        reads bodies itself, bounds them itself, and is given them as they come. What begins with one of `roomy` may be
        sent a body of so many bytes instead of MAX_BODY.
        """
        self.bounded = bounded
        self.roomy = dict(roomy or {})
        self.application = application
        self.too_large = too_large
        self.hot = hot or {}
        self.posts = {path.encode(): partial(self._post, door) for path, door in (posts or {}).items()}
        self._heads: dict[tuple[int, tuple[Header, ...]], bytes] = {}
        common: list[Header] = [
            (b"content-security-policy", policy.csp),
            (b"referrer-policy", policy.referrer),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]
        # What only a page that is shown can use; data goes without.
        shown = [
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
            (b"x-frame-options", b"DENY"),
        ]
        if policy.production:
            common.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
        same = (b"cross-origin-resource-policy", b"same-origin")
        cross = [(b"cross-origin-resource-policy", b"cross-origin"), (b"access-control-allow-origin", b"*")]
        self.private: list[Header] = [*common, *shown, same, (b"cache-control", b"no-store")]
        self.data: list[Header] = [*common, *(cross if policy.open_to_other_sites else [same])]
        self.embedded: list[Header] = []
        if policy.open_to_other_sites:
            unframed = {b"x-frame-options", b"cross-origin-opener-policy", b"cross-origin-resource-policy"}
            kept = [pair for pair in self.private if pair[0] not in unframed]
            framed = policy.csp.replace(b"frame-ancestors 'none'", b"frame-ancestors *")
            self.embedded = [(name, framed if name == b"content-security-policy" else said) for name, said in kept]
            self.embedded.append((b"cross-origin-resource-policy", b"cross-origin"))
        self.unkept: list[Header] = [*self.data, (b"cache-control", b"no-store")]
        self.names = frozenset(name for name, _ in (*self.private, *self.data))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; lifespan messages go through as they are."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        path: str = scope["path"]
        hot = self.hot.get(path)
        if hot is not None and scope["method"] == "GET" and len(scope["query_string"]) <= MAX_TARGET:
            await self._at_once(hot, scope["query_string"], send)
            return
        extra = self.private
        if path.startswith(("/v1/", "/hsds/", "/static/", "/openapi.yaml")) or path in MAP_FILES:
            extra = self.data
        elif path.endswith(EMBEDDED) and self.embedded:
            extra = self.embedded
        started = False

        async def complete(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = [pair for pair in message["headers"] if pair[0].lower() not in self.names]
                said = next((v for n, v in message["headers"] if n.lower() == b"cache-control"), b"")
                headers += extra
                if extra is self.data:
                    keep = said and (path in PUBLIC_DATA or path.startswith(PUBLIC_TREES))
                    headers.append((b"cache-control", said if keep else b"no-store"))
                message["headers"] = headers
            await send(message)

        streams = path.startswith(self.bounded) if self.bounded else False
        most = next((room for start, room in self.roomy.items() if path.startswith(start)), MAX_BODY)
        read: list[bytes] = []
        refusal = refused(scope, most=None if streams else most)
        if refusal:
            if refusal[0] == 413:
                await self._let_finish(receive, read)
                await self._answer_too_large(scope, read, complete, most)
                return
            await answer_problem(complete, *refusal)
            return
        if not streams and scope["method"] not in {"GET", "HEAD"}:
            try:
                body = await in_time(whole_body(receive, read, most), self.body_seconds)
            except TimeoutError:
                await answer_problem(complete, 408, "Too slow", "The request did not come to its end in time.")
                return
            if body is None:
                await self._let_finish(receive, read)
                await self._answer_too_large(scope, read, complete, most)
                return
            read.clear()
            receive = replay(body, receive)
        try:
            await self.application(scope, receive, complete)
        except Exception as error:
            tell(error)
            if not started:
                await answer_problem(complete, 500, "Something went wrong", "Please try again in a moment.")

    def _post(self, door: Post, headers: list[Header], body: bytes, write: Callable[[bytes, bytes], None]) -> bool:
        def answer(status: int, own: tuple[Header, ...], said: bytes) -> None:
            write(self._heads.get((status, own)) or self._head(status, own), said)

        try:
            return door(headers, body, answer)
        except Exception as error:
            tell(error)
            return False

    def _head(self, status: int, own: tuple[Header, ...]) -> bytes:
        """Return a status line and headers, made once: a door has few kinds of answers."""
        lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%b: %b" % each for each in (*own, *self.private)]
        head = self._heads[status, own] = b"\r\n".join(lines) + b"\r\n"
        return head

    async def _answer_too_large(self, scope: Scope, read: list[bytes], send: Send, most: int) -> None:
        """Answer a form with a page, where there is one for it, and everything else as a problem."""
        headers = dict(scope["headers"])
        beginning = b"".join(read)[:MAX_BODY]
        is_form = headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == FORM
        page: bytes | None = None
        # Whose sender went away before so much of it had come waits for no page.
        if self.too_large is not None and is_form and scope["method"] == "POST" and len(beginning) == MAX_BODY:
            try:
                page = await self.too_large(scope["path"], headers, beginning)
            except Exception as error:
                tell(error)
        if page is None:
            await answer_problem(send, 413, "Too large", f"A request may hold at most {most} bytes.")
            return
        await send_last(send, 413, b"text/html; charset=utf-8", page)

    async def _let_finish(self, receive: Receive, read: list[bytes]) -> None:
        """Let the rest of a body that is too large come: many senders read an answer only after sending it all.

        Its beginning is kept in `read`, and what is behind that thrown away.
        """
        left, kept = MAX_DRAINED, sum(map(len, read))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.body_seconds):
                while left > 0:
                    message = await receive()
                    part: bytes = message.get("body", b"")
                    left -= len(part)
                    if kept < MAX_BODY:
                        read.append(part)
                        kept += len(part)
                    if message["type"] != "http.request" or not message.get("more_body"):
                        return

    async def _at_once(self, hot: Hot, query: bytes, send: Send) -> None:
        try:
            status, media_type, body = hot(query)
        except Exception as error:
            tell(error)
            status, media_type = 500, (b"content-type", MEDIA_TYPE.encode())
            body = problem(500, "Something went wrong", "Please try again in a moment.")
        headers = [media_type, (b"content-length", b"%d" % len(body)), *self.unkept]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def tell(error: Exception) -> None:
    """Log an unexpected error by its type and place, enough to mend it: its text and the path could quote a person."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "unknown place"
    log.error("unexpected %s at %s", type(error).__name__, place)


def refused(scope: Scope, *, most: int | None = MAX_BODY) -> tuple[int, str, str] | None:
    """Return the problem (status, title, detail) of a request that no view should have to think about, or None.

    `most` is how many bytes a body may announce; None where the door bounds it by itself.
    """
    if scope["method"] not in METHODS:
        return 405, "Not done here", "Addresses here answer GET, HEAD, POST and OPTIONS."
    query: bytes = scope["query_string"]
    raw: bytes = scope.get("raw_path") or b""
    if len(query) + len(raw) > MAX_TARGET:
        return 414, "Address too long", f"An address may have at most {MAX_TARGET} characters."
    if "\0" in scope["path"] or b"%00" in query or b"\0" in query:
        return 400, "Not understood", "The address holds a NUL character, which nothing here accepts."
    if "\ufffd" in scope["path"] or any("\ud800" <= character <= "\udfff" for character in scope["path"]):
        return 400, "Not understood", "The address is not valid UTF-8."
    for name, value in scope["headers"]:
        if most is not None and name == b"content-length" and value.isdigit() and int(value) > most:
            return 413, "Too large", f"A request may hold at most {most} bytes."
    return None


async def whole_body(receive: Receive, parts: list[bytes], most: int = MAX_BODY) -> bytes | None:
    """Read a request's body to its end; None when it is larger than `most` bytes or the sender went away.

    What was read stands in `parts`.
    """
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        parts.append(part)
        if size > most:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def in_time(reading: Coroutine[Any, Any, bytes | None], seconds: float) -> bytes | None:
    """Return what a reading comes to, or raise TimeoutError. A body that is there already costs no timer."""
    try:
        waits_for = reading.send(None)
    except StopIteration as done:
        found: bytes | None = done.value
        return found
    async with asyncio.timeout(seconds):
        return await _Begun(reading, waits_for)


class _Begun:
    """A coroutine that has run to its first wait, to be awaited from there."""

    def __init__(self, coroutine: Coroutine[Any, Any, bytes | None], waits_for: object) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, bytes | None]:
        try:
            yield self._waits_for
        except BaseException as error:
            self._coroutine.throw(error)
            raise
        return (yield from self._coroutine.__await__())


def replay(body: bytes, rest: Receive) -> Receive:
    """Return a receive function that gives the body once, then what comes after it (the disconnect)."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            return await rest()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def answer_problem(send: Send, status: int, title: str, detail: str) -> None:
    """Answer with problem details, and end the connection: the rest of a body that nobody reads may go on for ever."""
    await send_last(send, status, MEDIA_TYPE.encode(), problem(status, title, detail))


async def send_last(send: Send, status: int, media_type: bytes, body: bytes) -> None:
    """Answer, and end the connection."""
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
