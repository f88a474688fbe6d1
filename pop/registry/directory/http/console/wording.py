"""How the console says a record's values, and the speaker of its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pop.people.pages.layout import later, speaker
from pop.people.pages.lists import Cell
from pop.places.countries import country_name
from pop.places.languages import language_name
from pop.registry.directory.console_words import CONSOLE
from pop.registry.directory.words import REGISTRY

WORDS = (CONSOLE, REGISTRY)
SAY = speaker(*WORDS)

_NAMED = {
    "channel": "channel",
    "kind": "kind",
    "stage": "stage",
    "audience": "audience",
    "topics": "topic",
    "responders": "responder",
    "state": "state",
    "holiday_policy": "holiday",
    "withheld": "withheld_as",
}
_TONES = {
    "published": "good",
    "waiting": "warn",
    "suspended": "bad",
    "defunct": "",
    "applied": "good",
    "rejected": "bad",
    "outdated": "warn",
    "open": "warn",
    "done": "good",
}
LEVEL_TONES = {"contradiction": "bad", "doubt": "warn", "note": "quiet"}


def named(prefix: str, code: str) -> str:
    """Return the words of a code, or the code itself where no word is kept for it."""
    key = f"{prefix}_{code}"
    return SAY[key] if key in SAY else code  # noqa: SIM401 (a speaker is no dictionary)


def value(field: str, given: Any) -> str:
    """Return a column's value in words; "" for what is not known."""
    if given is None or given == "" or given == []:
        return ""
    if isinstance(given, bool):
        return SAY["yes"] if given else SAY["no"]
    if isinstance(given, (list, tuple)):
        return ", ".join(value(field, each) for each in given)
    if isinstance(given, Mapping):
        shown = ((label(name), value(name, each)) for name, each in given.items())
        return "\n".join(f"{name}: {text}" for name, text in shown if text)
    if field == "languages":
        return f"{language_name(str(given), SAY.language)} ({given})"
    if field == "country":
        return country(str(given))
    if field == "safety":
        return named("safety", str(given)) if given == "clear" else named("reason", str(given))
    if field in _NAMED:
        return named(_NAMED[field], str(given))
    return str(given)


def label(field: str) -> str:
    """Return what a column is called."""
    return named("field", field)


def country(code: str) -> str:
    """Return a country's name and code."""
    return f"{country_name(code, SAY.language)} ({code})" if code else ""


def moment(when: dt.datetime | None) -> str:
    """Return a moment's date and minute in UTC."""
    return f"{when:%Y-%m-%d %H:%M}" if when else ""


def day(when: dt.date | None) -> str:
    """Return a date, or the words for one that is not known."""
    return when.isoformat() if when else SAY["not_known"]


def chip(prefix: str, code: str) -> Cell:
    """Return a code's words as a chip in its tone."""
    return Cell(named(prefix, code), tone=_TONES.get(code, "") or "quiet")


def choices(prefix: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, words) pairs for a filter or a form, in the order given; the words are looked up when shown."""
    keys = ((code, f"{prefix}_{code}") for code in codes)
    return [(code, later(SAY, key) if key in SAY else code) for code, key in keys]
