"""The speaker of the supervisor's words, and how these pages say times and who somebody is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pop.helpline.conversations.queries.talks import Said
from pop.helpline.conversations.rules.messages import CHILD, NOTICE
from pop.helpline.supervision.words import LINES, PAGES
from pop.helpline.words.showing import SHARED, named, told
from pop.people import queries as people
from pop.people.pages.layout import speaker

WORDS = (PAGES, LINES, *SHARED)
SAY = speaker(*WORDS)


def minute(when: datetime | None, zone: str) -> str:
    """Return a moment's date and minute in a line's own zone; "" for none."""
    return f"{when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if when else ""


def clock(when: datetime, zone: str) -> str:
    """Return a moment's hour and minute in a line's own zone."""
    return f"{when.astimezone(ZoneInfo(zone)):%H:%M}"


def called(staff: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Return what people are called, the system too; somebody who is gone keeps the first part of their id."""
    wanted = {each for each in staff if each}
    known = people.names(wanted)
    return {None: SAY["the_system"]} | {each: known.get(each, str(each)[:8]) for each in wanted}


def lines_of(said: Iterable[Said], names: dict[UUID | None, str], zone: str) -> list[dict[str, str]]:
    """Return what was said as the page shows it: {"who", "side", "text", "at", "code"}."""
    return [_line(each, names, zone) for each in said]


def _line(each: Said, names: dict[UUID | None, str], zone: str) -> dict[str, str]:
    side = "notice" if each.kind == NOTICE else ("child" if each.author == CHILD else "staff")
    text = each.text
    if not each.readable:
        text = SAY["message_unreadable"]
    elif each.kind == NOTICE:
        text = told(each.notice, lambda when: minute(when, zone))
    who = named("author", each.author)
    if each.staff is not None and each.staff in names:
        who = f"{names[each.staff]} · {who}"
    return {"side": side, "who": who, "text": text, "at": clock(each.at, zone), "on": minute(each.at, zone)}
