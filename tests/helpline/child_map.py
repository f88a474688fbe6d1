"""What each address of the child's answers: a row for every address and method, by the state of the child's session.

A new public address of the helpline without a row fails. A status stands for all states of a kind, or state by state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.helpline.child_scenes import INSIDE, OUTSIDE

GET, POST, JSON = "GET", "POST", "JSON"
ROOT, TALK, BACK = "303 /", "303 /talk", "303 /back"
# A cookie whose session is over is told so, once, and taken away.
OVER = "200"
Answers = Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """`inside` and `outside`: what is answered, by state. `becomes`: the states that an act changes, and into what."""

    method: str
    path: str
    inside: Answers
    outside: Answers
    fields: Mapping[str, str] = field(default_factory=dict)
    becomes: Answers = field(default_factory=dict)
    # What an act adds to the conversation, besides: child's messages, complaints; a code; a language.
    adds: tuple[int, int] = (0, 0)
    code: bool = False
    language: str = "en"
    # Whether the form of another session is turned away; a page without a session asks for none.
    guarded: bool = True


def each(answer: str, **others: str) -> Answers:
    """Return one answer for all states of a conversation, and others for some."""
    return {**dict.fromkeys(INSIDE, answer), **others}


def out(answer: str, **others: str) -> Answers:
    """Return one answer for all states without a conversation, and others for some."""
    return {**dict.fromkeys(OUTSIDE, answer), **others}


SHUT = out(OVER, none=ROOT, pending=BACK)
NO_SESSION = out("401")
LIVING = tuple(state for state in INSIDE if state not in ("closed", "blocked"))
WORDS = "Invented words"
CLOSES = dict.fromkeys(INSIDE, "closed")
# A child who writes wakes its conversation; nobody is on duty here, so that it waits.
WAKES = {state: "waiting" for state in LIVING if state != "active"}
KEY = "invented-key-1"

ROWS = (
    Row(GET, "/write", each(TALK, closed="200"), out("200"), guarded=False),
    Row(GET, "/back", each(TALK), out("200"), guarded=False),
    Row(GET, "/leave", each("303 away"), out("303 away"), guarded=False),
    Row(GET, "/talk/confidential", each("200"), out("200"), guarded=False),
    Row(POST, "/talk/confidential", each("200"), out("200"), guarded=False),
    Row(POST, "/leave", each("303 away"), out("303 away"), guarded=False),
    # Begins another conversation where this browser is in none that goes on.
    Row(POST, "/write", each(TALK), out(TALK), {"text": WORDS, "key": "A" * 22}, guarded=False),
    Row(POST, "/back", each(TALK), out(BACK), {"words": "six invented words of nobody here"}, guarded=False),
    *(
        Row(GET, f"/talk{path}", each("200"), SHUT)
        for path in ("", "/say", "/end", "/forget", "/keep", "/readers", "/complain")
    ),
    *(
        Row(GET, f"/talk/{path}", each(TALK), SHUT)
        for path in ("pause", "answers", "agree", "language", "earlier", "look")
    ),
    Row(POST, "/talk", each("200"), SHUT),
    Row(POST, "/talk/say", each("200"), SHUT),
    Row(POST, "/talk/look", each(TALK), SHUT),
    Row(POST, "/talk/readers", each("200"), SHUT),
    Row(POST, "/talk/earlier", each("200"), SHUT, {"before": "1"}),
    Row(
        POST,
        "/talk/pause",
        each(TALK),
        SHUT,
        becomes={"waiting": "sleeping", "active": "sleeping", "blocked": "sleeping"},
    ),
    Row(POST, "/talk/end", each(TALK), SHUT, becomes=CLOSES),
    Row(POST, "/talk/forget", each("200"), SHUT, becomes=dict.fromkeys(INSIDE, "gone")),
    Row(POST, "/talk/answers", each("200"), SHUT, {"helped": "3"}),
    Row(POST, "/talk/agree", each(TALK), SHUT, {"referral": "x", "agreed": "yes"}),
    Row(POST, "/talk/language?language=fr", each(TALK), SHUT, language="fr"),
    Row(POST, "/talk/keep", each("200"), SHUT, code=True),
    Row(POST, "/talk/complain", each("303 /talk/complain"), SHUT, {"text": WORDS, "key": KEY}, adds=(0, 1)),
    Row(GET, "/talk/stream", each("200"), NO_SESSION, guarded=False),
    Row(GET, "/talk/send", each("405"), out("405"), guarded=False),
    Row(GET, "/talk/typing", each("405"), out("405"), guarded=False),
    Row(POST, "/talk/stream", each("405"), out("405"), guarded=False),
    Row(
        POST,
        "/talk/send",
        each(TALK, closed="409", blocked="403"),
        NO_SESSION,
        {"text": WORDS, "key": KEY},
        becomes=WAKES,
        adds=(1, 0),
    ),
    Row(
        JSON,
        "/talk/send",
        each("200", closed="409", blocked="403"),
        NO_SESSION,
        {"text": WORDS, "key": KEY},
        becomes=WAKES,
        adds=(1, 0),
    ),
    Row(POST, "/talk/typing", each("204"), NO_SESSION, {"on": "1"}),
)
