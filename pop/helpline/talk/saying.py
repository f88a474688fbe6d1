"""How messages and notices read on a child's page. What people wrote is shown as written, and inert."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.safestring import SafeString

from pop.helpline.talk.reader import Reader, filled

# The compressed size of the messages that one page may hold, in bytes: with them it stays under 14,000.
ROOM = 4_800
LABELS = {"child": "you", "counsellor": "counsellor", "supervisor": "supervisor", "system": "system"}
# Links that a page of ours may start (as in the finder).
_SCHEMES = frozenset({"tel", "sms", "mailto", "https", "http"})
_ICONS = {"tel": "call", "sms": "write", "mailto": "write"}
_PLAIN = (
    "joined",
    "left",
    "handed_over",
    "counsellor_lost",
    "slept",
    "closed",
    "supervisor_joined",
    "supervisor_read",
    "blocked",
    "complaint_answered",
)
_TIMED = {"promised": "on", "paused_for_abuse": "until"}


@dataclass(frozen=True, slots=True)
class Written:
    """One message as it is read from the conversation; a notice of ours has its code and values in `notice`."""

    number: int
    author: str
    text: str
    at: datetime
    notice: Mapping[str, Any] | None = None
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Link:
    """One tap to a service that staff handed over."""

    uri: str
    label: str
    outside: bool

    @property
    def icon(self) -> str:
        """The icon that goes with it: a telephone for a number, a pen for what is written to."""
        return _ICONS.get(urlsplit(self.uri).scheme.lower(), "web")


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the page shows it. `asked` is the referral that a child may agree to, "" where there is none."""

    number: int
    side: str
    label: str
    time: SafeString
    text: str = ""
    notice: SafeString | str = ""
    lines: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    asked: str = ""


def last_that_fit(written: Sequence[Written], *, room: int = ROOM) -> tuple[Sequence[Written], bool]:
    """Return the newest messages that fit into a page, at least one, and whether earlier ones are left out."""
    left = room
    for count, message in enumerate(reversed(written)):
        left -= len(zlib.compress(message.text.encode("utf-8", "replace"))) + 60
        if left < 0 and count:
            return written[len(written) - count :], True
    return written, False


def shown(written: Iterable[Written], reader: Reader, *, asks: Collection[str] = ()) -> list[Shown]:
    """Return messages as a page shows them; `asks` are the referrals that still wait for the child's word."""
    return [_shown(message, reader, asks) for message in written]


def _shown(message: Written, reader: Reader, asks: Collection[str]) -> Shown:
    label = reader.say[LABELS.get(message.author, "system")]
    side = "mine" if message.author == "child" else "theirs"
    time = reader.time(message.at)
    notice = message.notice
    if not message.readable:
        return Shown(message.number, "notice", label, time, notice=reader.say["message_locked"])
    if notice is None:
        return Shown(message.number, side, label, time, text=message.text)
    code = str(notice.get("code", ""))
    said: SafeString | str
    if code in _PLAIN:
        said = reader.say[f"notice_{code}"]
    elif code in _TIMED:
        moment = _moment(notice.get(_TIMED[code]))
        said = reader.with_time(f"notice_{code}", moment) if moment else reader.say["notice_other"]
    elif code == "service":
        return _service(message, notice, label, time, reader)
    elif code == "service_asked":
        said = filled(reader.say["notice_service_asked"], name=_name(notice))
        referral = str(notice.get("referral", ""))
        asked = referral if referral in asks else ""
        return Shown(message.number, "notice", label, time, notice=said, asked=asked)
    elif code == "danger_steps":
        why = [key for each in _codes(notice.get("why")) if (key := f"why_{each}") in reader.say]
        said = " ".join([reader.say["notice_danger_steps"], *(reader.say[key] for key in why)])
    else:
        said = reader.say["notice_other"]
    return Shown(message.number, "notice", label, time, notice=said, lines=_lines(notice.get("steps")))


def _service(message: Written, notice: Mapping[str, Any], label: str, time: SafeString, reader: Reader) -> Shown:
    said = format_html("{} {}", reader.say["notice_service"], _name(notice))
    contacts = notice.get("contacts")
    links = tuple(_links(contacts)) if isinstance(contacts, list) else ()
    return Shown(message.number, "notice", label, time, notice=said, links=links)


def _name(notice: Mapping[str, Any]) -> SafeString:
    return format_html("<bdi>{}</bdi>", str(notice.get("name", "")))


def _codes(value: object) -> Sequence[str]:
    if isinstance(value, list):
        return [str(each) for each in value[:4]]
    return [str(value)] if value else []


def _links(contacts: Sequence[Any]) -> Iterable[Link]:
    for contact in contacts[:4]:
        if not isinstance(contact, dict):
            continue
        uri = str(contact.get("uri", ""))
        scheme = urlsplit(uri).scheme.lower() if uri.isprintable() else ""
        if scheme in _SCHEMES:
            label = str(contact.get("dial") or contact.get("value") or uri.partition(":")[2])
            yield Link(uri=uri, label=label, outside=scheme in {"http", "https"})


def _lines(steps: object) -> tuple[str, ...]:
    if not isinstance(steps, list):
        return ()
    return tuple(str(step.get("text", "")) if isinstance(step, dict) else str(step) for step in steps[:8])


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
