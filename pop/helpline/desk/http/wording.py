"""How the desk says codes, and the speaker of its words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pop.helpline.cases.words import WORDS as CASES
from pop.helpline.desk.words import WORDS as DESK
from pop.helpline.words.staff import WORDS as STAFF
from pop.people.pages.layout import speaker
from pop.places.countries import country_name
from pop.places.languages import language_name

WORDS = (DESK, STAFF, CASES)
SAY = speaker(*WORDS)

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
_MARK = 4


def named(prefix: str, code: str, otherwise: str = "") -> str:
    """Return the words of a code; where none are kept, those of `otherwise`, or the code itself."""
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


def country(code: str) -> str:
    """Return a country's name in the reader's language."""
    return country_name(code, SAY.language) if code else ""


def minute(when: datetime | None) -> str:
    """Return a moment's date and minute in UTC; the page's script shows it in the reader's own time."""
    return f"{when:%Y-%m-%d %H:%M}" if when else ""


def clock(when: datetime) -> str:
    """Return a moment's hour and minute in UTC."""
    return f"{when:%H:%M}"


def iso(when: datetime | None) -> str:
    """Return a moment as RFC 3339, for `<time datetime>`."""
    return when.isoformat().replace("+00:00", "Z") if when else ""
