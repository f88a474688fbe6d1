"""The one place through which everything of a demonstration passes on its way out: each answer says what it is.

It stands around both doors' outermost wrapper, so that no page, file, answer or error of now or later can forget it.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import zlib
from typing import Final

from pop.server.marks import BY_MEDIA_TYPE, STYLE_HASH
from pop.server.security import Application, Header, Message, Receive, Scope, Send, tell

HEADER: Final[Header] = (b"x-demonstration-data", b"everything here is invented")
# Whoever watches whether a process serves compares two letters.
AS_IT_IS: Final = frozenset({"/healthz"})
_NAME = re.compile(rb"(filename\*?=(?:UTF-8'')?\"?)", re.I)
_UNGZIPPED = (OSError, EOFError, zlib.error)


class Marked:
    """Wrap a door: mark what it sends."""

    def __init__(self, application: Application) -> None:
        """Take the door, headers and all."""
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what is marked inside is held until it is whole, streams and other files are not."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        held: list[bytes] = []
        begun: Message | None = None

        async def mark(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                message["headers"] = _headers(message["headers"])
                if _kind(message["headers"]) in BY_MEDIA_TYPE and scope["path"] not in AS_IT_IS:
                    begun = message
                    return
                await send(message)
                return
            if begun is None:
                await send(message)
                return
            held.append(message.get("body", b""))
            if message.get("more_body"):
                return
            start, begun = begun, None
            # A workbook takes its time, and the loop has others to serve.
            body = await asyncio.to_thread(_marked, start, b"".join(held))
            start["headers"] = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
            if body or scope["method"] != "HEAD":
                start["headers"].append((b"content-length", b"%d" % len(body)))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self.application(scope, receive, mark)


def _kind(headers: list[Header]) -> str:
    said = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    return said.decode("latin-1").partition(";")[0].strip().lower()


def _headers(headers: list[Header]) -> list[Header]:
    """Return the headers with the mark, with file names that say it, and with leave for the banner's own style."""
    found: list[Header] = []
    for name, value in headers:
        changed = value
        if name.lower() == b"content-disposition":
            changed = _NAME.sub(rb"\1demonstration-", value)
        elif name.lower() == b"content-security-policy":
            own = b"style-src '%b'" % STYLE_HASH.encode()
            changed = value.replace(b"style-src 'none'", own) if b"style-src 'none'" in value else value
            changed = changed.replace(b"style-src ", own + b" ", 1) if changed is value else changed
        found.append((name, changed))
    return [*found, HEADER]


def _marked(start: Message, body: bytes) -> bytes:
    if not body:
        return body
    zipped = any(name.lower() == b"content-encoding" and value == b"gzip" for name, value in start["headers"])
    try:
        whole = gzip.decompress(body) if zipped else body
        marked = BY_MEDIA_TYPE[_kind(start["headers"])](whole)
    except _UNGZIPPED as error:
        tell(error)
        return body
    return gzip.compress(marked, 6, mtime=0) if zipped else marked
