"""How the supervisor's pages say codes and times, and the speaker of their words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pop.helpline.cases.words import WORDS as CASES
from pop.helpline.conversations.queries.talks import Said
from pop.helpline.conversations.rules.messages import CHILD, NOTICE
from pop.helpline.queue.words import WORDS as QUEUE
from pop.helpline.supervision.words import LINES, PAGES
from pop.helpline.words.staff import WORDS as STAFF
from pop.people import queries as people
from pop.people.pages.layout import speaker
from pop.places.countries import country_name
from pop.places.languages import language_name

WORDS = (PAGES, LINES, STAFF, QUEUE, CASES)
SAY = speaker(*WORDS)
_MARK = 4


def named(prefix: str, code: str, otherwise: str = "") -> str:
    """Return the words of a code; where none are kept, those of the key `otherwise`, or the code itself."""
    key = f"{prefix}_{code}"
    if key in SAY:
        return SAY[key]
    return SAY[otherwise] if otherwise else code


def choices(prefix: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, words) pairs, in the order given."""
    return [(code, named(prefix, code)) for code in codes]


def refused(code: str) -> str:
    """Return the sentence that says why an act was refused."""
    return named("refused", code, "refused_other")


def mark(conversation: UUID) -> str:
    """Return what staff call a conversation: four characters of its id, which say nothing about a child."""
    return conversation.hex[:_MARK].upper()


def ticked(code: str) -> str:
    """Return what a child ticked, in the words it saw."""
    return named("tile", code or "none", "tile_other")


def age(code: str) -> str:
    """Return an age as the child ticked it."""
    return named("age", code or "unknown", "age_unknown")


def language(tag: str) -> str:
    """Return a language's name in the reader's language."""
    return language_name(tag, SAY.language) if tag else ""


def languages(tags: Iterable[str]) -> str:
    """Return names of languages, with commas between."""
    return ", ".join(language(each) for each in tags)


def country(code: str) -> str:
    """Return a country's name in the reader's language."""
    return country_name(code, SAY.language) if code else ""


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
        text = named("said", str(each.notice.get("code", "")), "said_other")
    who = named("author", each.author)
    if each.staff is not None and each.staff in names:
        who = f"{names[each.staff]} · {who}"
    return {"side": side, "who": who, "text": text, "at": clock(each.at, zone), "on": minute(each.at, zone)}
