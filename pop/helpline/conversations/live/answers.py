"""How the plain doors answer: statuses and problems for programs, pages and redirects for forms."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pop.helpline.conversations.live.sending import Result
from pop.helpline.conversations.rules.carrying import moment
from pop.helpline.lines.rules import RefusedError
from pop.places.problems import MEDIA_TYPE

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]
# A plain door: answers one request.
Door = Callable[[Scope, Receive, Send], Awaitable[None]]
# Answers a whole POST later: status, headers, body.
Answer = Callable[[int, tuple[Header, ...], bytes], None]

# So many sessions, sign-ins or conversations a door remembers, of each kind.
MOST_KNOWN = 20_000

JSON = (b"content-type", b"application/json")
SENT = (JSON,)
PROBLEM = (b"content-type", MEDIA_TYPE.encode())
HTML = (b"content-type", b"text/html; charset=utf-8")
EVENTS = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a send was refused. `code` is a key of the words `refused_<code>`; `field` names what is wrong in a form."""

    status: int
    code: str
    detail: str
    field: str = ""
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class RefusedForm:
    """A refused form with what was in it, so that the page that answers has the words still in the box.

    `token` is the session's, empty where there is none; `accept_language` is the request's header.
    """

    refusal: Refusal
    text: str = field(repr=False)
    key: str
    token: str = field(repr=False)
    conversation: str
    accept_language: str


# Makes the page that answers a refused form. Runs in a thread.
Renderer = Callable[[RefusedForm], bytes]

NO_SESSION = Refusal(401, "no_session", "There is no open conversation in this browser.")
SIGNED_OUT = Refusal(401, "signed_out", "The sign-in is over.")
OTHER_SITE = Refusal(403, "other_site", "The request comes from another site.")
WRONG_FORM = Refusal(403, "wrong_form", "The form does not belong to this conversation.", "token")
NOT_SENT = Refusal(503, "not_sent", "The message was not sent. Send it again with the same key.", retry_after=2)

# What an action refuses (RefusedError), as a status. The texts are for programs; people read words.py.
_REFUSED = {
    refusal.code: refusal
    for refusal in (
        Refusal(400, "empty", "A message has at least one character.", "text"),
        Refusal(400, "too_long", "A message has at most 4,000 characters.", "text"),
        Refusal(400, "unreadable", "The message or its key holds something that is no text.", "text"),
        Refusal(404, "unknown", "There is no such conversation."),
        Refusal(409, "key_reused", "Another message was sent with this key.", "key"),
        Refusal(409, "closed", "The conversation is closed."),
        Refusal(409, "not_yours", "Somebody else has the conversation."),
        Refusal(403, "blocked", "No messages can be sent in this conversation."),
        Refusal(429, "slow_down", "Too many messages in a short time.", retry_after=60),
        Refusal(429, "paused", "The conversation is paused.", retry_after=60),
        Refusal(503, "locked", "The conversation cannot be opened at the moment.", retry_after=5),
        SIGNED_OUT,
    )
}


def refusal_of(code: str) -> Refusal:
    """Return how a refusal of an action is answered."""
    return _REFUSED.get(code) or Refusal(409, code, "This cannot be done now.")


def sent(sequence: int, at: datetime) -> bytes:
    """Return the JSON that acknowledges a message."""
    return b'{"sequence":%d,"at":"%s"}' % (sequence, moment(at).encode())


async def respond(send: Send, status: int, body: bytes, *headers: Header) -> None:
    """Send one whole answer."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def problem(send: Send, refusal: Refusal) -> None:
    """Answer with problem details (RFC 9457); `code` tells programs which one it is."""
    await respond(send, refusal.status, problem_details(refusal), PROBLEM, *retry(refusal))


def problem_details(refusal: Refusal) -> bytes:
    """Return a refusal as JSON (RFC 9457)."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
    }
    if refusal.field:
        body["parameter"] = refusal.field
    return json.dumps(body).encode()


async def see_other(send: Send, address: bytes) -> None:
    """Lead a browser on after a form."""
    await respond(send, 303, b"", (b"location", address))


async def other_method(send: Send, allowed: bytes) -> None:
    """Refuse a method that a door does not answer."""
    body = json.dumps({"type": "about:blank", "title": "Not done here", "status": 405}).encode()
    await respond(send, 405, body, PROBLEM, (b"allow", allowed))


def retry(refusal: Refusal) -> list[Header]:
    """Return the header that says when to try again, where there is one."""
    return [(b"retry-after", b"%d" % refusal.retry_after)] if refusal.retry_after else []


async def body_of(receive: Receive) -> bytes:
    """Read the body to its end; its size was bounded by the wrapper around all doors."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def until_left(receive: Receive) -> None:
    """Come back when the reader has left, or the answer has come to its end."""
    while (await receive())["type"] != "http.disconnect":
        continue


class DoorError(Exception):
    """A door's own refusal on its way to the answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def answer_sent(answer: Answer, result: Result) -> None:
    """Answer a send that came by the short way."""
    if result is None:
        answer_refused(answer, NOT_SENT)
    elif isinstance(result, RefusedError):
        answer_refused(answer, refusal_of(result.code))
    else:
        answer(200, SENT, sent(result.sequence, result.at))


def answer_refused(answer: Answer, refusal: Refusal) -> None:
    """Answer a refused send that came by the short way."""
    answer(refusal.status, (PROBLEM, *retry(refusal)), problem_details(refusal))
