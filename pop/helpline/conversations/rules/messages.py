"""What may be written, and how much of it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

LONGEST: Final = 4_000
"""Characters of one message."""

CHILD: Final = "child"
COUNSELLOR: Final = "counsellor"
SUPERVISOR: Final = "supervisor"
SYSTEM: Final = "system"
AUTHORS: Final = (CHILD, COUNSELLOR, SUPERVISOR, SYSTEM)

TEXT: Final = "text"
NOTICE: Final = "notice"

_CLIENT_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FORM_KEY: Final = re.compile(r"[A-Za-z0-9_-]{22,64}")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Limits(NamedTuple):
    """How much a child may write before a pause: this many messages in this window, then so long."""

    messages: int = 20
    window: timedelta = timedelta(seconds=60)
    pause: timedelta = timedelta(seconds=60)


USUAL: Final = Limits()


class Pace(NamedTuple):
    """The window that is running: when it began (None: never), and how many messages it has."""

    since: datetime | None
    number: int


def fault_of(text: str) -> str | None:
    """Return the code of why a text is refused, or None. Everything else is kept as written.

    NUL is no character of any language and PostgreSQL's text cannot hold it; a lone surrogate has no encoding.
    """
    if not text or text.isspace():
        return "empty"
    if len(text) > LONGEST:
        return "too_long"
    return "unreadable" if unreadable(text) else None


def unreadable(text: str) -> bool:
    """Say whether a text holds what cannot be kept: NUL, or a lone surrogate."""
    return "\0" in text or _SURROGATE.search(text) is not None


def valid_client_key(key: str) -> bool:
    """Say whether a sender's idempotency key can be one: 8 to 64 plain characters (a notice's own has a colon)."""
    return _CLIENT_KEY.fullmatch(key) is not None


def valid_form_key(key: str) -> bool:
    """Say whether a first form's key can be one: it makes the cookie, so it has at least 128 random bits (base64)."""
    return _FORM_KEY.fullmatch(key) is not None


def paced(pace: Pace, *, now: datetime, limits: Limits = USUAL) -> Pace | None:
    """Return the window with one more message, or None where that is too many.

    A window that lies in the future is one whose clock was set back: it counts as over.
    """
    if pace.since is None or not pace.since <= now < pace.since + limits.window:
        return Pace(now, 1)
    if pace.number >= limits.messages:
        return None
    return Pace(pace.since, pace.number + 1)


def pause_code(until: datetime, *, now: datetime, limits: Limits = USUAL) -> str:
    """Return why a child cannot write now: its own pace, or a longer pause by staff."""
    return "slow_down" if until - now <= limits.pause else "paused"
