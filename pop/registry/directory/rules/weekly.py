"""Reading plain weekly hours: the part of OSM's `opening_hours` that people and other formats can be told in a table.

What is more than days and times (months, weeks, dates, comments) gives None: then the text itself is shown, unchanged.
Nothing here decides whether a line is open; that is the evaluator's work, on the whole syntax.
"""

from __future__ import annotations

import re
from typing import NamedTuple

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_MINUTES = 24 * 60

_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su)"
_DAYS = rf"{_DAY}(?:-{_DAY})?"
_SPAN = r"\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}"
_RULE = re.compile(
    rf"\s*(?P<days>{_DAYS}(?:\s*,\s*{_DAYS})*)?\s*(?:(?P<spans>{_SPAN}(?:\s*,\s*{_SPAN})*)|(?P<off>off|closed)|(?P<all>24/7))\s*"
)
_HOLIDAYS = re.compile(r"\s*PH\s+(?:off|closed)\s*")


class Span(NamedTuple):
    """One opening on some days: minutes from the day's midnight; past 1440 it ends on the next day."""

    days: tuple[int, ...]  # 0 is Monday
    opens: int
    closes: int


def weekly_spans(hours: str) -> tuple[Span, ...] | None:
    """Return the spans of a week, days with equal times joined, in order of their first day; None if it is more.

    As in OSM, a rule after `;` replaces what was said of its days before, a rule after `,` adds to it.
    """
    week: dict[int, list[tuple[int, int]]] = {day: [] for day in range(7)}
    at, adding, said_something = 0, False, False
    while at < len(hours):
        rule = _RULE.match(hours, at) or _HOLIDAYS.match(hours, at)
        if rule is None or rule.end() == at:
            return None
        at = rule.end()
        said = rule.groupdict()
        if said:  # "PH off" names no weekday
            if not _apply(week, said, adding=adding):
                return None
            said_something = True
        if at < len(hours):
            if hours[at] not in ";,":
                return None
            adding = hours[at] == ","
            at += 1
    return _joined(week) if said_something else None


def _apply(week: dict[int, list[tuple[int, int]]], said: dict[str, str | None], *, adding: bool) -> bool:
    """Put one rule into the week; False if its times are not times."""
    spans: list[tuple[int, int]] = []
    if said["all"]:
        spans = [(0, DAY_MINUTES)]
    for text in (said["spans"] or "").split(","):
        if text.strip():
            opens, closes = (_minutes(part) for part in text.split("-"))
            if opens is None or closes is None or opens >= DAY_MINUTES:
                return False
            spans.append((opens, closes if closes > opens else closes + DAY_MINUTES))
    for day in _days(said["days"]):
        week[day] = (week[day] if adding else []) + spans
    return True


def _minutes(text: str) -> int | None:
    hour, minute = (int(part) for part in text.strip().split(":"))
    return hour * 60 + minute if minute < 60 and hour <= 48 else None


def _days(text: str | None) -> list[int]:
    if text is None:
        return list(range(7))
    days: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days += [day % 7 for day in range(start, (end if end >= start else end + 7) + 1)]
    return days


def _joined(week: dict[int, list[tuple[int, int]]]) -> tuple[Span, ...]:
    days_of: dict[tuple[int, int], list[int]] = {}
    for day in range(7):
        for span in sorted(set(week[day])):
            days_of.setdefault(span, []).append(day)
    return tuple(sorted(Span(tuple(days), *span) for span, days in days_of.items()))
