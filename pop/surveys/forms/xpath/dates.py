"""Dates and times in expressions: a moment is a number of days since 1970 that still knows how it is written."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

_DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAMP = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d+))?)?)?(Z|[-+]\d{2}:\d{2})?)?\Z", re.ASCII
)
_LOOSE_DAY = re.compile(r"(\d{4})-([1-9]|\d{2})-([1-9]|\d{2})(T.*)?\Z", re.ASCII | re.DOTALL)
_CLOCK = re.compile(r"(\d{2}):(\d{2})(?::([0-5]\d))?(?:\.(\d+))?(Z|[-+]\d{2}:\d{2})?\Z", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DATE_PARTS = re.compile(r"%[Yymnbdea]")
_TIME_PARTS = re.compile(r"%[YymnbdeaHhMS3]")


class Moment(float):
    """Days since 1970-01-01T00:00Z; `text` is the moment as it is stored in an answer."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, days: float, text: str) -> Moment:
        """Make a moment of a number of days and its text."""
        made = super().__new__(cls, days)
        made.text = text
        return made


NO_MOMENT = Moment(math.nan, "Invalid Date")


def read_stamp(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment of an ISO date (its midnight) or date and time; without an offset it is in `zone`."""
    match = _STAMP.match(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        stamp = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=zone if offset is None else _offset(offset),
        )
        return stamp.astimezone(zone)
    except (ValueError, OverflowError):
        return None


def days_of(text: str, zone: tzinfo) -> float | None:
    """Return the days since 1970 of an ISO date or date and time, or None."""
    stamp = read_stamp(text, zone)
    return None if stamp is None else days_since(stamp)


def days_since(stamp: datetime) -> float:
    """Return the days since 1970 of a moment, to the millisecond."""
    passed = stamp - _EPOCH
    return (passed.days * _DAY + passed.seconds * 1000 + passed.microseconds // 1000) / _DAY


def moment(stamp: datetime) -> Moment:
    """Return a value of a moment; its text is a date if it is midnight where the moment is."""
    return Moment(days_since(stamp), stamp_text(stamp, short=True))


def stamp_text(stamp: datetime, *, short: bool = False) -> str:
    """Return 2026-11-22T10:00:00.000+00:00; with `short`, midnight is 2026-11-22."""
    if short and not (stamp.hour or stamp.minute or stamp.second or stamp.microsecond):
        return stamp.date().isoformat()
    return stamp.isoformat(timespec="milliseconds")


def moment_of_days(days: float, zone: tzinfo) -> Moment:
    """Return the moment that is so many days after 1970."""
    if math.isnan(days) or math.isinf(days):
        return NO_MOMENT
    try:
        return moment((_EPOCH + timedelta(milliseconds=int(days * _DAY))).astimezone(zone))
    except (OverflowError, ValueError):
        return NO_MOMENT


def moment_of_text(text: str, zone: tzinfo) -> Moment:
    """Return the moment of a date as people write it: 2026-3-9 counts as 2026-03-09."""
    loose = _LOOSE_DAY.match(text)
    if loose is not None:
        year, month, day, rest = loose.groups()
        text = f"{year}-{month.zfill(2)}-{day.zfill(2)}{rest or ''}"
    stamp = read_stamp(text, zone)
    return NO_MOMENT if stamp is None else moment(stamp)


def decimal_time(text: str, zone: tzinfo) -> float:
    """Return the part of the day that has passed at a time of day, in `zone`; NaN for what is no time."""
    match = _CLOCK.match(text)
    if match is None:
        return math.nan
    hour, minute, second, fraction, offset = match.groups()
    stamp = read_stamp(f"1970-01-01T{hour}:{minute}:{second or '00'}.{fraction or '0'}{offset or ''}", zone)
    if stamp is None:
        return math.nan
    return (stamp.hour * 3_600_000 + stamp.minute * 60_000 + stamp.second * 1000 + stamp.microsecond // 1000) / _DAY


def format_stamp(text: str, pattern: str, zone: tzinfo, *, with_time: bool) -> str:
    """Return a date or time stamp in a pattern of ODK (%Y %y %m %n %b %d %e %a, and %H %h %M %S %3), or ""."""
    stamp = read_stamp(text, zone)
    if stamp is None:
        return ""
    written = {
        "%Y": f"{stamp.year:04}",
        "%y": f"{stamp.year:04}"[2:],
        "%m": f"{stamp.month:02}",
        "%n": str(stamp.month),
        "%b": _MONTHS[stamp.month - 1],
        "%d": f"{stamp.day:02}",
        "%e": str(stamp.day),
        "%a": _WEEKDAYS[stamp.weekday()],
        "%H": f"{stamp.hour:02}",
        "%h": str(stamp.hour),
        "%M": f"{stamp.minute:02}",
        "%S": f"{stamp.second:02}",
        "%3": f"{stamp.microsecond // 1000:03}",
    }
    return (_TIME_PARTS if with_time else _DATE_PARTS).sub(lambda found: written[found.group()], pattern)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar: 2026-11-22."""
    if len(text) != 10:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _offset(text: str) -> tzinfo:
    if text == "Z":
        return UTC
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return timezone(-ahead if text[0] == "-" else ahead)
