"""The speaker of the desk's words, and how the desk says times."""

from __future__ import annotations

from datetime import datetime

from pop.helpline.desk.words import WORDS as DESK
from pop.helpline.words.showing import SHARED
from pop.people.pages.layout import speaker

WORDS = (DESK, *SHARED)
SAY = speaker(*WORDS)


def minute(when: datetime | None) -> str:
    """Return a moment's date and minute in UTC; the page's script shows it in the reader's own time."""
    return f"{when:%Y-%m-%d %H:%M}" if when else ""


def clock(when: datetime) -> str:
    """Return a moment's hour and minute in UTC."""
    return f"{when:%H:%M}"


def iso(when: datetime | None) -> str:
    """Return a moment as RFC 3339, for `<time datetime>`."""
    return when.isoformat().replace("+00:00", "Z") if when else ""
