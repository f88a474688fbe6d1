"""What a child is told about the wait: a range from real recent waits, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

ENOUGH: Final = 5
"""With fewer real waits than this nothing is said: a number that is not known is never given."""
_MANY: Final = 20
_NEAREST, _FARTHEST = 0.25, 4.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A range of minutes, `low` ≤ `high`."""

    low: int
    high: int


def estimate(waits: Sequence[int], *, window: int, place: int) -> Estimate | None:
    """Return the range for a place in the queue (from 1), or None where too few waits are known.

    `waits` are the real waits (seconds) that ended within the last `window` seconds. They were met by children who
    came to a queue of the usual length of that time, which is (Little) the share of the window that was spent waiting;
    the range is scaled by how this place compares with theirs. It spans the middle half of the waits, and up to the
    ninetieth of a hundred where few are known.
    """
    if len(waits) < ENOUGH or place < 1 or window <= 0:
        return None
    ordered = sorted(waits)
    usual_place = 1 + sum(ordered) / window
    scale = min(_FARTHEST, max(_NEAREST, place / usual_place))
    low = quantile(ordered, 0.25) * scale / 60
    high = quantile(ordered, 0.75 if len(ordered) >= _MANY else 0.9) * scale / 60
    return Estimate(_rounded(low, up=False), max(1, _rounded(high, up=True)))


def quantile(ordered: Sequence[int], share: float) -> float:
    """Return a quantile (0..1) of numbers in ascending order, between two neighbours in proportion."""
    position = share * (len(ordered) - 1)
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _rounded(minutes: float, *, up: bool) -> int:
    """Round outwards: to whole minutes below ten, to five above, because more would be a pretence."""
    step = 1 if minutes < 10 else 5
    return step * (ceil(minutes / step) if up else floor(minutes / step))
