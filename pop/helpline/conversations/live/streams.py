"""One open stream: what it has been sent, and writing to it without waiting.

A stream is a response that never ends. It has no task of its own beyond the one in which the server runs its door,
which sleeps until the sender leaves; what is new is written from the hub. Who does not read is cut off, and comes back
with `Last-Event-ID`: nothing is kept for a slow reader, and nothing is lost to one.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from uuid import UUID

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

RETRY = b"retry: 2000\n\n"
COMMENT = b":\n\n"
CHILD, STAFF = "child", "staff"
FROM_NOW = -1
_SHORT = 12


class Stream:
    """One reader. `positions` are the last sequences written to it, by conversation."""

    __slots__ = (
        "_abort",
        "_marks",
        "_piece",
        "_send",
        "_told",
        "asked",
        "born",
        "ended",
        "positions",
        "session",
        "side",
        "ticket",
        "who",
    )

    def __init__(
        self,
        *,
        side: str,
        send: Send,
        abort: Callable[[], None] | None,
        piece: Callable[[bytes], bool] | None = None,
        ticket: object,
        who: UUID | None = None,
        asked: frozenset[UUID] = frozenset(),
    ) -> None:
        """`ticket` is what it is let in by, to be shown again; `asked`: what staff follow besides their own.

        `piece` writes at once, where the server has such a way (pop.server.bounded): False where the reader is behind.
        """
        self.side = side
        self.ticket = ticket
        self.who = who
        self.asked = asked
        self.positions: dict[UUID, int] = {}
        self.session: UUID | None = None  # the sign-in of staff
        self.born = 0
        self.ended = False
        self._marks: dict[UUID, bytes] = {}
        self._told: dict[UUID, bytes] = {}
        self._send = send
        self._abort = abort
        self._piece = piece

    def follow(self, conversation: UUID, position: int) -> None:
        """Begin at a position: what comes after it is sent. FROM_NOW is resolved by the hub's next look."""
        self.positions[conversation] = position
        self._marks[conversation] = b"%s.%d" % (short(conversation), position)

    def unfollow(self, conversation: UUID) -> None:
        """Send nothing more of a conversation."""
        self.positions.pop(conversation, None)
        self._marks.pop(conversation, None)
        self._told.pop(conversation, None)

    def message(self, conversation: UUID, sequence: int, inner: bytes) -> bytes:
        """Return the event of the next message, after which a reader may resume."""
        self.positions[conversation] = sequence
        if self.side == CHILD:
            return b"id: %d\ndata: {%s}\n\n" % (sequence, inner)
        self._marks[conversation] = b"%s.%d" % (short(conversation), sequence)
        cursor = b",".join(self._marks.values())
        return b'id: %s\ndata: {"c":"%s",%s}\n\n' % (cursor, str(conversation).encode(), inner)

    def event(self, name: str, conversation: UUID | None, fields: Mapping[str, object]) -> bytes:
        """Return another event; it moves no position."""
        said = dict(fields)
        if self.side == STAFF and conversation is not None:
            said = {"c": str(conversation), **said}
        return f"event: {name}\ndata: {json.dumps(said, separators=(',', ':'))}\n\n".encode()

    def state(self, conversation: UUID, fields: Mapping[str, object]) -> bytes:
        """Return the event that says where a conversation stands, empty where this reader was told just that."""
        event = self.event("state", conversation, fields)
        if self._told.get(conversation) == event:
            return b""
        self._told[conversation] = event
        return event

    def push(self, body: bytes) -> bool:
        """Write at once, or cut the reader off because it does not read; say whether it was written."""
        if self.ended:
            return False
        if (
            self._at_once({"type": "http.response.body", "body": body, "more_body": True})
            if self._piece is None
            else self._piece(body)
        ):
            return True
        self.cut()
        return False

    def end(self) -> None:
        """Come to the end in good order: the reader may come back at once."""
        if not self.ended:
            self.ended = True
            if not self._at_once({"type": "http.response.body", "body": b"", "more_body": False}):
                self.cut()

    def cut(self) -> None:
        """Give the reader up, with what it has not taken."""
        self.ended = True
        if self._abort is not None:
            self._abort()

    def _at_once(self, message: Message) -> bool:
        # A server's `send` only waits when the reader is behind by more than its buffer.
        writing = self._send(message).__await__()
        try:
            next(writing)
        except StopIteration:
            return True
        except (RuntimeError, OSError):
            return False
        close = getattr(writing, "close", None)
        if close is not None:
            close()
        return False


def short(conversation: UUID) -> bytes:
    """Return what stands for a conversation in a cursor."""
    return conversation.hex[:_SHORT].encode()


def staff_cursor(value: str) -> dict[bytes, int]:
    """Return the positions of a counsellor's `Last-Event-ID`, by `short`; none from one that makes no sense."""
    found: dict[bytes, int] = {}
    for part in value.split(","):
        name, dot, sequence = part.strip().partition(".")
        if dot and name.isascii() and len(name) == _SHORT and sequence.isdecimal() and len(sequence) < 10:
            found[name.encode()] = int(sequence)
    return found


def child_cursor(value: str) -> int | None:
    """Return the position of a child's `Last-Event-ID` or `after`, None from one that makes no sense."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else None
