"""How staff read codes, ids and what a child was told, whichever page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.html import escape, format_html

from pop.helpline.cases.words import WORDS as CASES
from pop.helpline.queue.words import WORDS as QUEUE
from pop.helpline.words.staff import WORDS as STAFF
from pop.people.pages.layout import speaker
from pop.places.countries import country_name
from pop.places.languages import language_name
from pop.places.words import Speaker, Words

SHARED: tuple[Words, ...] = (STAFF, QUEUE, CASES)
"""What every page of the helpline's console speaks, beside words of its own."""

SAY = speaker(*SHARED)

AGES = ("8-12", "13-17", "18-24")
TILES = (
    "danger_now",
    "someone_hurts_me",
    "feel_bad",
    "online",
    "at_home",
    "at_school",
    "for_a_friend",
    "just_talk",
    "dont_know",
)
CHANNELS = ("webchat", "phone", "sms", "whatsapp", "telegram", "messenger", "email")
URGENCIES = ("0", "1", "2")
NOTICES = tuple(key.removeprefix("said_") for key in STAFF.texts if key.startswith("said_"))
_TIMED = {"promised": "on", "paused_for_abuse": "until"}
_NAMED = frozenset({"service", "service_asked"})
_MARK = 4


def named(prefix: str, code: str, otherwise: str = "", *, say: Speaker = SAY) -> str:
    """Return the words of a code; where none are kept, those of the key `otherwise`, or the code itself."""
    key = f"{prefix}_{code}"
    if key in say:
        return say[key]
    return say[otherwise] if otherwise else code


def choices(prefix: str, codes: Iterable[str], *, say: Speaker = SAY) -> list[tuple[str, str]]:
    """Return (code, words) pairs, in the order given."""
    return [(code, named(prefix, code, say=say)) for code in codes]


def refused(code: str) -> str:
    """Return the sentence that says why an act was refused."""
    return named("refused", code, "refused_other")


def mark(conversation: UUID) -> str:
    """Return what staff call a conversation: four characters of its id, which say nothing about a child."""
    return conversation.hex[:_MARK].upper()


def age(code: str) -> str:
    """Return an age as the child ticked it."""
    return named("age", code or "unknown", "age_unknown")


def channel(code: str) -> str:
    """Return a channel's name."""
    return named("channel", code, "channel_other")


def tile(code: str) -> str:
    """Return what a child ticked, in the words it saw."""
    return named("tile", code or "none", "tile_other")


def language(tag: str) -> str:
    """Return a language's name in the reader's language."""
    return language_name(tag, SAY.language) if tag else ""


def languages(tags: Iterable[str]) -> str:
    """Return names of languages, with commas between."""
    return ", ".join(language(each) for each in tags)


def country(code: str) -> str:
    """Return a country's name in the reader's language."""
    return country_name(code, SAY.language) if code else ""


def told(notice: Mapping[str, object], moment: Callable[[datetime], str]) -> str:
    """Return in words what the child was told, as HTML; `moment` writes a time as the page does, and may give HTML too.

    A day stays as it is kept.
    """
    code = str(notice.get("code", ""))
    if code in _TIMED:
        return _filled(f"said_{code}", time=_day_or_moment(str(notice.get(_TIMED[code], "")), moment))
    if code in _NAMED:
        return _filled(f"said_{code}", name=str(notice.get("name", "")))
    return named("said", code, "said_other")


def _filled(key: str, **values: str) -> str:
    return format_html(escape(SAY[key]), **values)


def _day_or_moment(value: str, moment: Callable[[datetime], str]) -> str:
    try:
        return moment(datetime.fromisoformat(value)) if "T" in value else value
    except ValueError:
        return ""
