"""What the desk's templates show of a conversation: codes in words, messages, notices. Nothing here acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pop.helpline.conversations.queries.talks import Said, Talk
from pop.helpline.conversations.rules.messages import CHILD, NOTICE
from pop.helpline.desk.http.wording import SAY, clock, iso, minute, timed
from pop.helpline.words.showing import NOTICES, age, channel, country, language, mark, named, tile, told

# A column begins with so many messages; the earlier ones are a tap away.
MOST_SHOWN = 200
_TONES = {"promised": "deep", "closed": "", "waiting": "warn", "sleeping": "", "message_left": "warn"}


@dataclass(frozen=True)
class Chip:
    """A few words in a tone of the console: "", good, warn, bad, deep."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Face:
    """A conversation as its head shows it: in codes only."""

    id: UUID
    mark: str
    state: str
    channel: str
    facts: tuple[str, ...]
    ticked: str
    chips: tuple[Chip, ...]
    since: str  # RFC 3339: since when the child waits for an answer, "" where it does not
    practice: bool
    danger: bool
    writable: bool
    resting: bool
    phone: bool
    last: int
    beside: bool  # a supervisor has joined whoever has it


@dataclass(frozen=True)
class Bubble:
    """One message, or one notice in words."""

    number: int
    side: str  # child, staff, notice
    who: str
    clock: str  # its time as an element
    text: str = field(repr=False)
    readable: bool = True


def facts(row: Talk | object) -> tuple[str, ...]:
    """Return what a child ticked, and how it came, in words; for anything with a card's columns."""
    said = (
        age(str(getattr(row, "age", ""))),
        language(str(getattr(row, "language", ""))),
        channel(str(getattr(row, "channel", ""))),
        country(str(getattr(row, "country", ""))),
    )
    return tuple(each for each in said if each)


def face(talk: Talk, *, now: datetime, beside: bool = False) -> Face:
    """Return a conversation's head; `beside`: for a supervisor who has joined whoever has it."""
    unanswered = (
        talk.state == "active"
        and talk.last_child_at is not None
        and (talk.last_staff_at is None or talk.last_staff_at < talk.last_child_at)
    )
    return Face(
        id=talk.id,
        mark=mark(talk.id),
        state=talk.state,
        channel=talk.channel,
        facts=facts(talk),
        ticked=tile(talk.tile) if talk.tile else "",
        chips=(*([Chip(SAY["beside_chip"], "deep")] if beside else []), *_chips(talk, now)),
        since=iso(talk.last_child_at) if unanswered else "",
        practice=talk.practice,
        danger=talk.danger,
        writable=talk.state != "closed" and talk.channel != "phone",
        resting=not beside and talk.state in ("sleeping", "promised"),
        phone=talk.channel == "phone",
        last=talk.last_sequence,
        beside=beside,
    )


def _chips(talk: Talk, now: datetime) -> Iterable[Chip]:
    if talk.practice:
        yield Chip(SAY["practice"], "deep")
    if talk.danger or talk.urgency > 1:
        yield Chip(SAY["urgency_2"], "bad")
    elif talk.urgency:
        yield Chip(named("urgency", str(talk.urgency)), "warn")
    if talk.promised_for is not None:
        yield Chip(timed("promised_until", day=minute(talk.promised_for)), "deep")
    elif talk.state != "active":
        yield Chip(named("state", talk.state), _TONES.get(talk.state, ""))
    if talk.blocked_at is not None:
        yield Chip(SAY["blocked"], "bad")
    elif talk.paused_until is not None and now < talk.paused_until:
        yield Chip(timed("paused_until", time=minute(talk.paused_until)), "warn")


def bubbles(said: Iterable[Said], *, me: UUID | None) -> list[Bubble]:
    """Return messages as they are shown; `me` is who reads."""
    return [_bubble(each, me) for each in said]


def _bubble(said: Said, me: UUID | None) -> Bubble:
    who = SAY["author_you"] if me is not None and said.staff == me else named("author", said.author, "author_system")
    side = "notice" if said.kind == NOTICE else "child" if said.author == CHILD else "staff"
    text = said.text
    if not said.readable:
        side, text = "notice", SAY["message_unreadable"]
    elif said.kind == NOTICE:
        text = told(said.notice, minute)
    return Bubble(
        number=said.sequence,
        side=side,
        who=who,
        clock=clock(said.at),
        text=text,
        readable=said.readable,
    )


def said_words() -> dict[str, str]:
    """Return {code: sentence} of all notices, placeholders and all: the page's script says those that come live."""
    return {code: SAY[f"said_{code}"] for code in NOTICES}
