"""How many first messages a line takes: a bucket that fills with time, and each new conversation takes one out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

SHOWN: Final = timedelta(minutes=15)
"""So long the line is told after somebody was asked to try again."""

NOTED: Final = timedelta(seconds=10)
"""That somebody was is written down so often at most: a flood must not become a flood of writing."""

RETRY: Final = timedelta(minutes=1)
"""After so long a child is asked to try again."""

_SKEW: Final = timedelta(minutes=1)


class Flow(NamedTuple):
    """How many new conversations a line takes: so many a minute, and so many at once after a quiet while."""

    a_minute: int
    at_once: int


class Bucket(NamedTuple):
    """How many it takes still, as it was at an aware moment."""

    left: float
    at: datetime


def flow_of(a_minute: int) -> Flow:
    """Return the flow of so many a minute: ten minutes' worth may come at once."""
    return Flow(a_minute, 10 * a_minute)


def after_one(bucket: Bucket | None, *, now: datetime, flow: Flow) -> Bucket | None:
    """Return the bucket after one more conversation, or None where that is too many. None is one never used: full.

    A bucket that lies in the future is one whose clock was set back: it counts as full. Clocks of two machines may
    differ by a little.
    """
    left = float(flow.at_once)
    if bucket is not None and bucket.at - now <= _SKEW:
        filled = max(0.0, (now - bucket.at).total_seconds()) * flow.a_minute / 60
        left = min(left, bucket.left + filled)
    return Bucket(left - 1, now) if left >= 1 else None


def told(turned_away: datetime | None, *, now: datetime) -> bool:
    """Say whether the line is still told of a moment at which somebody was asked to try again."""
    return turned_away is not None and abs(now - turned_away) < SHOWN
