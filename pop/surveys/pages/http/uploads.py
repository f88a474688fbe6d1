"""What stands ahead of Django where pictures come in: bodies go to the disk piece by piece, bounded in size and time.

Django is asked when all of a picture is here, so that a slow telephone takes nobody's turn. What is refused reaches the
page too (`refusal_of`), which says so and leads back to the answers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from django.http import HttpRequest

from pop.surveys.collecting.actions.draft_pictures import MOST_BYTES
from pop.surveys.collecting.bodies import Body, BodyError, Incoming, LeftError, Message, Receive, Scope, take

Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ROOT: Final = "/survey-pictures/"
MOST_BODY: Final = MOST_BYTES + 65_536
"""Bytes of a request: one picture, and what a browser writes around it."""
# So many may be on their way in at one time, and so many are opened and sealed at once; who comes later waits in turn.
_BODIES: Final = 64
_AT_ONCE: Final = 4
# So much of what is too large is let come and thrown away: a browser shows an answer only when it has sent everything.
_DRAINED: Final = 33_554_432
_PIECE: Final = 262_144
_REFUSAL: Final = "pop.refused"
_CODES: Final = {"too_large_request": "too_large", "too_slow": "slow"}


def refusal_of(request: HttpRequest) -> str:
    """Return why the body of a request was not taken: `too_large`, `slow`, `no_room`, or "" where it was."""
    return str(getattr(request, "scope", {}).get(_REFUSAL, ""))


class Uploads:
    """Django behind a bounded intake."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._bodies = asyncio.Semaphore(_BODIES)
        self._at_once = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request under `/survey-pictures/`."""
        if scope["method"] != "POST":
            await self._application(scope, receive, send)
            return
        incoming = Incoming(receive)
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        async with self._bodies:
            try:
                announced = int(length) if length.isdigit() else None
                body = await take(incoming, announced=announced, most=MOST_BODY)
            except LeftError:
                return
            except BodyError as error:
                await self._refuse(_CODES[error.code], scope, incoming, send)
                return
            except OSError:
                await self._refuse("no_room", scope, incoming, send)
                return
            with body:
                async with self._at_once:
                    await self._application(scope, _given(body, incoming), send)

    async def _refuse(self, code: str, scope: Scope, incoming: Incoming, send: Send) -> None:
        await incoming.let_finish(_DRAINED)

        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await self._application({**scope, _REFUSAL: code}, _given(None, incoming), last)


def _given(body: Body | None, incoming: Incoming) -> Receive:
    """Return a receive function that gives a body in pieces (None: an empty one), and then the sender's leaving."""
    ended = False

    async def receive() -> Message:
        nonlocal ended
        if not ended:
            piece = body.read(_PIECE) if body is not None else b""
            ended = len(piece) < _PIECE
            return {"type": "http.request", "body": piece, "more_body": not ended}
        while True:
            message = await incoming()
            if message["type"] != "http.request":
                return message

    return receive
