"""When a line is open, and the one way in which the helpline refuses: pure functions on plain values."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from opening_hours import OpeningHours, validate

COUNSELLOR: Final = "counsellor"
SUPERVISOR: Final = "supervisor"
ROLES: Final = (COUNSELLOR, SUPERVISOR)

_BAND: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})")
_UTC: Final = ZoneInfo("UTC")


class RefusedError(Exception):
    """An act is refused. `code` names the sentence that says why (the words `refused_<code>`); it holds no content.

    "unknown" stands for both "there is no such thing" and "not yours to know of": doors answer 404.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def valid_hours(hours: str, timezone: str) -> bool:
    """Say whether hours (OSM `opening_hours`) in an IANA time zone can be evaluated."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(hours.strip()) and validate(hours)


def serves_age(age: str, youngest: int | None, oldest: int | None) -> bool:
    """Say whether a line of these ages, both included, is for somebody of an age band such as "13-17".

    A band that the ages touch is served: nobody asks a child how old it is to the year. What was not said, or is no
    band, is served by every line, and None sets no bound.
    """
    band = _BAND.fullmatch(age)
    if band is None:
        return True
    return (youngest is None or int(band[2]) >= youngest) and (oldest is None or int(band[1]) <= oldest)


def is_open(hours: str, timezone: str, closed_until: datetime | None, *, now: datetime) -> bool:
    """Say whether a line is open at an aware moment: inside its hours, and not closed by a supervisor before they end.

    Raises nothing for hours that `valid_hours` accepted.
    """
    if closed_until is not None and now < closed_until:
        return False
    return bool(_hours(hours, timezone).is_open(now.astimezone(_UTC)))


def opens_at(hours: str, timezone: str, closed_until: datetime | None, *, now: datetime) -> datetime | None:
    """Return the next moment (UTC) at which a closed line opens; None where it is open, or no hour is ever stated."""
    if is_open(hours, timezone, closed_until, now=now):
        return None
    known = _hours(hours, timezone)
    moment = max(now, closed_until) if closed_until else now
    moment = moment.astimezone(_UTC)
    # A few changes lead to the next opening: closed, unknown and closed again may follow one another.
    for _ in range(8):
        if known.is_open(moment):
            return moment
        following = known.next_change(moment)
        if following is None:
            return None
        moment = following.astimezone(_UTC)
    return None


@lru_cache(maxsize=256)
def _hours(hours: str, timezone: str) -> OpeningHours:
    return OpeningHours(hours, timezone=ZoneInfo(timezone))
