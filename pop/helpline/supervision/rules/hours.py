"""A line's hours (OSM `opening_hours`) told day by day for one week: whoever writes them sees what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

DAYS: Final = 7
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """One day of the line's own zone and the spans ("09:00", "17:00") at which it is open; "24:00" is its end."""

    on: date
    spans: tuple[tuple[str, str], ...]

    @property
    def all_day(self) -> bool:
        """Whether it is open from midnight to midnight."""
        return self.spans == (("00:00", "24:00"),)


def week_of(hours: str, timezone: str, *, monday: date) -> list[Day]:
    """Return the seven days from `monday`, for hours that `lines.rules.valid_hours` accepted."""
    zone = ZoneInfo(timezone)
    known = OpeningHours(hours, timezone=zone)
    return [Day(day, _spans(known, zone, day)) for day in (monday + timedelta(days=each) for each in range(DAYS))]


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _spans(known: OpeningHours, zone: ZoneInfo, day: date) -> tuple[tuple[str, str], ...]:
    begins = datetime.combine(day, time(), tzinfo=zone)
    ends = datetime.combine(day + _DAY, time(), tzinfo=zone)
    found: list[tuple[str, str]] = []
    for start, end, state, _ in known.intervals(begins, ends):
        if str(state) != "open":
            continue
        opens = max(start, begins) if start is not None else begins
        closes = min(end, ends) if end is not None else ends
        if opens < closes:
            found.append((f"{opens:%H:%M}", "24:00" if closes >= ends else f"{closes:%H:%M}"))
    return tuple(found)
