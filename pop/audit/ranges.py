"""Sets of whole numbers that mostly follow one another, kept as ranges: a year of them fits in a few bytes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator


class Ranges:
    """A set of numbers; adding them in rising order costs nothing, whatever their count."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def add(self, first: int, last: int | None = None) -> None:
        """Add the numbers from first to last, both among them; without `last` the first alone."""
        last = first if last is None else last
        if last < first:
            return
        # Every range that touches the new one becomes part of it.
        low = bisect_right(self._firsts, first)
        if low and self._lasts[low - 1] >= first - 1:
            low -= 1
            first = self._firsts[low]
        high = low
        while high < len(self._firsts) and self._firsts[high] <= last + 1:
            last = max(last, self._lasts[high])
            high += 1
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]

    def without(self, other: Ranges) -> Ranges:
        """Return the numbers of this set that the other one lacks."""
        left = Ranges()
        others = list(other)
        at = 0
        for first, last in self:
            while at < len(others) and others[at][1] < first:
                at += 1
            rest, here = first, at
            while here < len(others) and others[here][0] <= last:
                left.add(rest, others[here][0] - 1)
                rest = others[here][1] + 1
                here += 1
            left.add(rest, last)
        return left

    @property
    def highest(self) -> int:
        """The highest number; 0 in an empty set."""
        return self._lasts[-1] if self._lasts else 0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._firsts, self._lasts, strict=True)

    def __contains__(self, number: object) -> bool:
        if not isinstance(number, int):
            return False
        place = bisect_right(self._firsts, number)
        return place > 0 and self._lasts[place - 1] >= number
