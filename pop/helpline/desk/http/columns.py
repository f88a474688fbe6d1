"""One conversation on the desk: its column, and whatever of it is shown anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from pop.helpline.conversations.actions.reading import read
from pop.helpline.conversations.queries.talks import Talk
from pop.helpline.desk.http.showing import MOST_SHOWN, Bubble, Face, bubbles, face
from pop.people.entrance import member
from pop.people.unlocking import private_key

ANSWER = "answer"


@dataclass(frozen=True)
class Column:
    """A conversation's head and messages; `tool` is what is open in it: a template and its context."""

    face: Face
    bubbles: list[Bubble] = field(repr=False)
    key: str  # the next message's idempotency key
    earlier: bool = False
    tool: str = ""
    context: dict[str, Any] = field(default_factory=dict, repr=False)


def column(
    request: HttpRequest,
    talk: Talk,
    *,
    tool: str = "",
    context: dict[str, Any] | None = None,
    whole: bool = False,
    beside: str = "",
) -> Column:
    """Return a conversation of theirs with its last messages; the audit has kept that they were read.

    `beside` is the reason of a supervisor who has joined whoever has it: the child sees that a supervisor reads.
    """
    me = member(request).id
    after = 0 if whole else max(0, talk.last_sequence - MOST_SHOWN)
    said = read(talk.id, staff=me, private_key=private_key(request), how=beside or ANSWER, after=after)
    return Column(
        face=face(talk, now=timezone.now(), beside=bool(beside)),
        bubbles=bubbles(said, me=me),
        key=token_urlsafe(16),
        earlier=after > 0,
        tool=tool,
        context=context or {},
    )


def head(talk: Talk, *, beside: bool = False) -> Face:
    """Return a conversation's head alone: no word of it is opened."""
    return face(talk, now=timezone.now(), beside=beside)


def ids(values: list[UUID]) -> str:
    """Return ids as one attribute of a page."""
    return " ".join(str(each) for each in values)
