"""The speaker of these pages, and what several of them say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pop.people.pages.layout import speaker
from pop.places.countries import country_name
from pop.surveys.console.words import WORDS as SURVEYS

WORDS: Final = (SURVEYS,)
SAY: Final = speaker(*WORDS)
ROLES: Final = ("editor", "administrator")
"""Editors work with what came in; administrators let others in. Both load forms and keep partners."""


def choices(prefix: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, words) pairs for a filter or a form."""
    return [(code, SAY[f"{prefix}_{code}"]) for code in codes]


def yes_or_no() -> list[tuple[str, str]]:
    """Return the pairs of a filter that asks whether."""
    return [("yes", SAY["yes"]), ("no", SAY["no"])]


def day(moment: datetime | None) -> str:
    """Return a moment's day in UTC, "" for none."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def minute(moment: datetime | None) -> str:
    """Return a moment's day and minute in UTC, "" for none."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def country(code: str) -> str:
    """Return a country's name with its code, "" for none."""
    return f"{country_name(code, SAY.language)} ({code})" if code else ""
