"""The pages of a conversation as bytes: plain values in, one page in one request out. Nothing here asks a database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from pop.helpline.queue.queries.place import Place
from pop.helpline.talk.reader import Reader, filled
from pop.helpline.talk.saying import Written, last_that_fit, shown
from pop.helpline.words.child import PROMISE
from pop.pages import shell
from pop.places.words import Speaker
from pop.signposting.finder.queries.ways import OtherWay

_ASSETS = Path(__file__).parent / "assets"
LOOK = shell.look(_ASSETS / "talk.css", _ASSETS / "talk.js")

# How often a waiting page looks again by itself where there is no script, and one on which a code is tried.
WAIT_SECONDS = 20
CODE_SECONDS = 4
# Whoever writes may write: all states but a closed conversation and a blocked one.
_WRITABLE = frozenset({"waiting", "active", "sleeping", "promised", "message_left", "unknown"})
# Why words were not taken, where nothing is wrong with them: more children write at once than a line takes.
TOO_MANY = "too_many"
_FURTHER = frozenset({"waiting", "message_left", "promised", "blocked", "closed"})


class Line(Protocol):
    """A line as a child meets it."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def sandbox(self) -> bool:
        """Whether it is for trying out only."""

    @property
    def open(self) -> bool:
        """Whether somebody answers now."""

    @property
    def opens_at(self) -> datetime | None:
        """When it opens again, where that is known."""

    @property
    def read_within_hours(self) -> int:
        """Within how many hours a message that was left is read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that were not taken: they come back in the same answer, and nowhere else. `refused` is why, a code."""

    text: str = ""
    refused: str = ""
    danger: bool = False


NO_DRAFT = Draft()


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation as its page needs it. `state` is one of the lifecycle's, or "blocked", or "unknown"."""

    state: str
    sandbox: bool
    last: int
    place: Place | None = None
    promised_for: datetime | None = None
    read_by: datetime | None = None
    paused_until: datetime | None = None
    has_code: bool = False
    questions: str = ""  # the two at the end: "asked", or said in their place "thanks" or "before", or nothing


@dataclass(frozen=True, slots=True)
class Form:
    """What a form carries besides words: the session's token, and this form's own key."""

    token: str
    key: str


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint and, once there is one, its dated answer."""

    made_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None


def write_page(
    reader: Reader,
    line: Line | None,
    *,
    key: str,
    draft: Draft = NO_DRAFT,
    carried: Mapping[str, str] | None = None,
    ways: Sequence[OtherWay] = (),
    other_ages: bool = False,
) -> bytes:
    """Return the page on which a child writes first. `carried` are hidden fields; `key` makes the send happen once.

    Without a line, `other_ages` says that there is one here, for other ages.
    """
    say = reader.say
    context = _frame("write", reader, "/write", sandbox=line is not None and line.sandbox)
    closed = line is not None and not line.open
    opens = reader.with_time("write_closed_opens", line.opens_at) if line is not None and line.opens_at else ""
    named = {"country": context["country"]["name"]} if context["country"] else {}
    return shell.render(
        "talk/write.html",
        context
        | {
            "line": line,
            "closed": closed,
            "busy": draft.refused == TOO_MANY,
            "opens": opens,
            "read_within": _read_within(say, line.read_within_hours) if line is not None else "",
            "none_text": _none_text(say, named, other_ages=other_ages),
            "key": key,
            "carried": {"language": reader.language, "country": reader.country, **(carried or {})},
            "draft": draft,
            "refused": _refusal(reader, draft),
            "promise": _promise(reader),
            "ways": ways,
        },
        verbatim=True,
    )


def talk_page(
    reader: Reader,
    standing: Standing,
    written: Sequence[Written],
    form: Form,
    *,
    draft: Draft = NO_DRAFT,
    ways: Sequence[OtherWay] = (),
    asks: Collection[str] = (),
    refreshing: bool = True,
) -> bytes:
    """Return the conversation. With `refreshing`, a waiting page without script looks again by itself."""
    say = reader.say
    context = _frame("talk", reader, "/talk/language", form=form, sandbox=standing.sandbox)
    fitting, more = last_that_fit(written)
    state = standing.state
    waits = state == "waiting" and refreshing
    return shell.render(
        "talk/talk.html",
        context
        | {
            "standing": standing,
            "state": state,
            "title": say[_TITLES[state]],
            "texts": _state_texts(reader, standing),
            "place": _place(reader, standing.place) if state == "waiting" else None,
            "writable": state in _WRITABLE,
            "refresh": WAIT_SECONDS if waits else 0,
            "messages": shown(fitting, reader, asks=asks),
            "before": fitting[0].number if more else 0,
            "draft": draft,
            "refused": _refusal(reader, draft),
            "ways": ways if state in _FURTHER else (),
            "asks": standing.questions == "asked",
            "answered": {"thanks": say["questions_thanks"], "before": say["questions_before"]}.get(
                standing.questions, ""
            ),
        },
        verbatim=True,
    )


def earlier_page(reader: Reader, written: Sequence[Written], form: Form, *, sandbox: bool) -> bytes:
    """Return messages before those on the page; `written` are all that come before."""
    fitting, more = last_that_fit(written)
    context = _frame("earlier", reader, "/talk/language", form=form, sandbox=sandbox)
    context |= {"messages": shown(fitting, reader), "before": fitting[0].number if more else 0}
    return shell.render("talk/earlier.html", context, verbatim=True)


def keep_page(reader: Reader, form: Form, *, words: str = "", has_code: bool = False, sandbox: bool = False) -> bytes:
    """Return the page of the six words: before they are made, or with them, once."""
    digits = bool(words) and words.replace(" ", "").isdigit()
    context = _frame("keep", reader, "/talk/language", form=form, sandbox=sandbox)
    context |= {"words": words.split(), "digits": digits, "has_code": has_code}
    return shell.render("talk/keep.html", context, verbatim=True)


def back_page(reader: Reader, *, trouble: str = "", waiting: bool = False) -> bytes:
    """Return the page on which six words are typed, or the one that waits while they are tried.

    `trouble` is a key of the words: why they have to be typed again.
    """
    context = _frame("back", reader, "/back")
    context |= {
        "trouble": reader.say[trouble] if trouble else "",
        "waiting": waiting,
        "refresh": CODE_SECONDS if waiting else 0,
        "hidden": {"language": reader.language, "country": reader.country},
    }
    return shell.render("talk/back.html", context, verbatim=True)


def sure_page(reader: Reader, form: Form, *, act: str, sandbox: bool = False) -> bytes:
    """Return the second step of what cannot be undone: `act` is "forget" or "end"."""
    context = _frame("sure", reader, "/talk/language", form=form, sandbox=sandbox)
    return shell.render("talk/sure.html", context | {"act": act}, verbatim=True)


def readers_page(
    reader: Reader, form: Form, readings: Sequence[tuple[datetime, str]], *, sandbox: bool = False
) -> bytes:
    """Return who has read the conversation: (when, role), never names."""
    say = reader.say
    rows = [
        filled(say["readers_row"], role=say[f"role_{role}" if f"role_{role}" in say else "role_staff"], time=time)
        for role, time in ((role, reader.time(at)) for at, role in readings)
    ]
    # One person who opens it twice in a minute reads as one line: two equal lines look like two people.
    rows = list(dict.fromkeys(rows))
    context = _frame("readers", reader, "/talk/language", form=form, sandbox=sandbox)
    return shell.render("talk/readers.html", context | {"rows": rows}, verbatim=True)


def complain_page(
    reader: Reader,
    form: Form,
    complaints: Sequence[Complained],
    *,
    draft: Draft = NO_DRAFT,
    has_code: bool = False,
    sandbox: bool = False,
) -> bytes:
    """Return the page of complaints: those made, with their answers, and a box."""
    say = reader.say
    rows = [
        {
            "given": reader.with_time("complain_given", complaint.made_at),
            "due": filled(say["complain_due"], date=reader.day(complaint.due_on)),
            "answer": complaint.answer,
            "answered": filled(say["complain_answer"], date=reader.day(complaint.answered_at.date()))
            if complaint.answered_at
            else "",
        }
        for complaint in complaints
    ]
    context = _frame("complain", reader, "/talk/language", form=form, sandbox=sandbox)
    context |= {
        "complaints": rows,
        "draft": draft,
        "refused": _refusal(reader, draft),
        "has_code": has_code,
    }
    return shell.render("talk/complain.html", context, verbatim=True)


def confidential_page(reader: Reader, *, inside: bool) -> bytes:
    """Return the promise with an example for each of its sentences; `inside`: the reader is in a conversation."""
    context = _frame("confidential", reader, "/talk/confidential")
    return shell.render(
        "talk/confidential.html", context | {"promise": _promise(reader), "inside": inside}, verbatim=True
    )


def message_page(reader: Reader, *, title: str, text: Sequence[str], new: bool = True) -> bytes:
    """Return a page that says that something is over or done; `title` and `text` are keys of the words."""
    context = _frame("message", reader, "/write")
    context |= {"title": reader.say[title], "lines": [reader.say[key] for key in text], "new": new}
    return shell.render("talk/message.html", context, verbatim=True)


_TITLES = {
    "waiting": "waiting_title",
    "active": "active_title",
    "sleeping": "sleeping_title",
    "promised": "promised_title",
    "message_left": "left_title",
    "blocked": "blocked_title",
    "closed": "closed_title",
    "unknown": "error_title",
}


def _state_texts(reader: Reader, standing: Standing) -> list[Any]:
    say = reader.say
    texts: list[Any] = []
    if standing.state == "waiting":
        texts.append(say["waiting_text"])
    elif standing.state == "sleeping":
        texts.append(say["sleeping_text"])
    elif standing.state == "promised" and standing.promised_for is not None:
        late = standing.promised_for < reader.now
        texts.append(say["promised_late"] if late else reader.with_time("promised_text", standing.promised_for))
    elif standing.state == "message_left":
        if standing.read_by is not None:
            late = standing.read_by < reader.now
            texts.append(say["promised_late"] if late else reader.with_time("left_text", standing.read_by))
        if not standing.has_code:
            texts.append(say["left_back"])
    elif standing.state in {"blocked", "closed"}:
        texts.append(say["blocked_text" if standing.state == "blocked" else "closed_text"])
    if standing.paused_until is not None and standing.paused_until > reader.now and standing.state in _WRITABLE:
        texts.append(reader.with_time("paused_text", standing.paused_until))
    return texts


def _place(reader: Reader, place: Place | None) -> dict[str, str]:
    """Return what is said of the queue: a number only where it is known."""
    say = reader.say
    said = {"range": say["waiting_unknown"], "order": "", "place": ""}
    if place is None:
        return said
    said["order"] = say("waiting_order", minutes=place.cap)
    if place.place is not None:
        said["place"] = say("waiting_place", place=place.place)
    if place.low is not None and place.high is not None:
        one = place.low in {0, place.high}
        said["range"] = say("waiting_range_one" if one else "waiting_range", low=place.low, high=place.high)
    return said


def _none_text(say: Speaker, named: Mapping[str, str], *, other_ages: bool) -> str:
    if not named:
        return ""
    return say["write_none_age"] if other_ages else say("write_none", **named)


def _read_within(say: Speaker, hours: int) -> str:
    return say["write_closed_read_one"] if hours == 1 else say("write_closed_read", hours=hours)


def _promise(reader: Reader) -> list[dict[str, str]]:
    say = reader.say
    return [
        {"id": key.replace("_", "-"), "text": say[key], "example": say[key.replace("promise", "example")]}
        for key in PROMISE
    ]


def _refusal(reader: Reader, draft: Draft) -> str:
    if not draft.refused:
        return ""
    key = f"refused_{draft.refused}"
    return reader.say[key if key in reader.say else "refused_other"]


def _frame(kind: str, reader: Reader, path: str, *, form: Form | None = None, sandbox: bool = False) -> dict[str, Any]:
    """Return what every page needs. Before a chat the language stands in the address; in it, a form changes it."""
    country = f"&country={reader.country}" if reader.country else ""
    address = f"{path}?language={{language}}" + ("" if form else country)
    return {
        **shell.frame(LOOK, reader.say, reader.shown_country(), address=address, posted=form is not None),
        "kind": kind,
        "sandbox": sandbox,
        "form": form,
        "before_chat": f"language={reader.language}{country}",
        "finder": f"/{reader.language}/{reader.country}" if reader.country else f"/{reader.language}",
    }
