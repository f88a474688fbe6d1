"""The speaker of the desk's words, and how the desk says times."""

from __future__ import annotations

from datetime import datetime

from django.utils.html import escape, format_html

from pop.helpline.desk.words import WORDS as DESK
from pop.helpline.words.showing import SHARED
from pop.people.pages.layout import speaker

WORDS = (DESK, *SHARED)
SAY = speaker(*WORDS)
_TIME = '<time datetime="{}" data-when="{}" dir="auto">{}</time>'


def minute(when: datetime | None) -> str:
    """Return a moment as its own element: date and minute in UTC, which the page's script turns into the reader's time.

    "" for none.
    """
    return format_html(_TIME, iso(when), "", f"{when:%Y-%m-%d %H:%M} UTC") if when else ""


def clock(when: datetime) -> str:
    """Return a moment's hour and minute as `minute` does."""
    return format_html(_TIME, iso(when), "clock", f"{when:%H:%M} UTC")


def timed(key: str, **values: str) -> str:
    """Return a text whose placeholders are filled with moments as elements; everything else in it is escaped."""
    return format_html(escape(SAY[key]), **values)


def iso(when: datetime | None) -> str:
    """Return a moment as RFC 3339, for `<time datetime>`."""
    return when.isoformat().replace("+00:00", "Z") if when else ""
