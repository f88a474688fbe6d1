"""uvicorn's HTTP protocol with two bounds that it lacks: how large a request's head may be, and how long it may take.

Without them one sender fills the memory with a head that never ends, or every place with heads that never come.

And with a short way: an application that has `posts` (pop.server.security.Secured) is given a POST on one of these
addresses at once, without a task, when all of it is here, and answers it with one write. Whatever is not as usual goes
the long way, which is the same for everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Far above the longest address that is read (pop.server.security) and any browser's headers.
MAX_HEAD = 65_536
# A telephone on a bad network sends a head of 1 kB within seconds.
HEAD_SECONDS = 30.0
# What is larger is refused the long way.
MAX_QUICK_BODY = 65_536

# Takes a POST's headers, its body, and what writes the answer (status line and headers without their end; body), now or
# later in the loop. False: it is left to the long way, and nothing is answered.
Write = Callable[[bytes, bytes], None]
Quick = Callable[[list[tuple[bytes, bytes]], bytes, Write], bool]


class _Done:
    """Nobody waits for a quick answer's end."""

    def set(self) -> None:
        return


class _Cycle:
    """A request on the short way, with what uvicorn's protocol asks of the request that is under way."""

    __slots__ = ("disconnected", "keep_alive", "response_complete")
    message_event = _Done()

    def __init__(self, *, keep_alive: bool) -> None:
        self.disconnected = False
        self.keep_alive = keep_alive
        self.response_complete = False


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A timer runs only while a head is waited for that did not come in one piece."""

    head_seconds = HEAD_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin before the first request."""
        super().__init__(*args, **kwargs)
        self._in_head = False
        self._head_size = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._posts: Mapping[bytes, Quick] = getattr(self.config.app, "posts", {})
        self._quick: Quick | None = None
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._in_head = False
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and weigh a head that has not come to its end."""
        super().data_received(data)
        if self._quick is not None:  # the rest of its body is on the way
            self._take_long_way()
        if not self._in_head or self.transport.is_closing():
            return
        self._head_size += len(data)
        if self._head_size > MAX_HEAD:
            self._in_head = False
            self._stop_waiting()
            self.send_400_response("The head of the request is too large.")
        elif self._head_timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """Begin to weigh a head."""
        self._in_head = True
        self._head_size = 0
        super().on_message_begin()
        # For a stream whose reader takes nothing: what waits for them is thrown away with the connection.
        self.scope["pop.abort"] = self.transport.abort  # type: ignore[typeddict-unknown-key]
        self.scope["pop.piece"] = self.write_piece  # type: ignore[typeddict-unknown-key]

    def on_headers_complete(self) -> None:
        """The head is here."""
        self._in_head = False
        self._stop_waiting()
        self._quick = self._posts.get(self.url)
        if self._quick is not None and not self._may_be_quick():
            self._quick = None
        if self._quick is None:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if self._quick is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """All of the request is here."""
        if self._quick is None:
            super().on_message_complete()
            return
        quick, before = self._quick, self.cycle
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        cycle = _Cycle(keep_alive=self.parser.should_keep_alive())
        self.cycle = cycle  # type: ignore[assignment]
        if len(body) <= MAX_QUICK_BODY and quick(self.headers, body, partial(self._answer, cycle)):
            self._quick = None
            self._parts = []
            return
        self.cycle = before
        self._take_long_way()
        super().on_message_complete()

    def write_piece(self, body: bytes) -> bool:
        """Write a piece of an answer that has no length, at once; False where the reader is behind or has left."""
        if self.flow.write_paused or self.transport.is_closing():
            return False
        self.transport.write(b"%x\r\n%b\r\n" % (len(body), body))
        return True

    def _may_be_quick(self) -> bool:
        parser, cycle, most = self.parser, self.cycle, self.limit_concurrency
        return (
            parser.get_method() == b"POST"
            and parser.get_http_version() == "1.1"
            and not self.expect_100_continue
            and not parser.should_upgrade()
            and (cycle is None or cycle.response_complete)
            and (most is None or len(self.connections) < most)
        )

    def _take_long_way(self) -> None:
        """Begin the request as any other, with the part of its body that is here."""
        parts, self._parts, self._quick = self._parts, [], None
        super().on_headers_complete()
        for part in parts:
            super().on_body(part)

    def _answer(self, cycle: _Cycle, head: bytes, body: bytes) -> None:
        if cycle.disconnected or cycle.response_complete or self.transport.is_closing():
            return
        cycle.response_complete = True
        always = b"".join([b"%b: %b\r\n" % each for each in self.server_state.default_headers])
        close = b"" if cycle.keep_alive else b"connection: close\r\n"
        self.transport.write(b"%b%b%bcontent-length: %d\r\n\r\n%b" % (head, always, close, len(body), body))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        self.transport.abort()
