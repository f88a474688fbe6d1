"""When a contact is open: patterns of minutes as lists of changes, and a whole country as sets of bits over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from time import gmtime, strftime
from typing import Any, Final

OPEN: Final = 0
CLOSED: Final = 1
UNKNOWN: Final = 2
ALWAYS: Final = 3
STATE_NAMES: Final = ("open", "closed", "unknown", "always")

NO_HOURS: Final = -1  # as a contact's pattern number
ALWAYS_OPEN: Final = -2

# A state as JSON: of a match from the value of "open" to the beginning of its contacts, and of one contact from the
# value of "open" to that of "closes_at".
Words = tuple[bytes, bytes]

DAY: Final = 86_400
_STEP: Final = 8  # changes between two full sets that a timeline keeps


@lru_cache(maxsize=8192)
def rfc3339(second: int) -> str:
    """Return a unix time as an RFC 3339 moment in UTC."""
    return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(second))


class Pattern:
    """One set of hours: the state after each change. ``starts`` in unix seconds, the first at the window's start."""

    __slots__ = ("_words", "starts", "states")

    def __init__(self, raw: Mapping[str, Any], start: int, end: int) -> None:
        """Lay out ``raw`` ({"open": [s, e, …], "unknown": […]}, minutes from ``start``); window in epoch minutes."""
        steps: dict[int, list[int]] = {0: [0, 0]}
        for column, key in enumerate(("open", "unknown")):
            for position, minute in enumerate(raw[key]):
                steps.setdefault(minute, [0, 0])[column] += -1 if position % 2 else 1
        starts: list[int] = []
        states: list[int] = []
        opens = unknowns = 0
        for minute in sorted(steps):
            opens += steps[minute][0]
            unknowns += steps[minute][1]
            # Where a pattern says both, not knowing wins: never open on a guess.
            state = UNKNOWN if unknowns else OPEN if opens else CLOSED
            if minute < end - start and (not states or state != states[-1]):
                starts.append((start + minute) * 60)
                states.append(state)
        self.starts: Sequence[int] = tuple(starts)
        self.states = bytes(states)
        self._words: dict[int, Words] = {}

    def words(self, second: int) -> Words:
        """Return the state at ``second`` with its next change, as JSON."""
        index = bisect_right(self.starts, second) - 1
        words = self._words.get(index)
        if words is None:
            words = self._words[index] = self._worded(index)
        return words

    def _worded(self, index: int) -> Words:
        state = self.states[index]
        opens = closes = "null"
        if state == CLOSED:
            opening = self.states.find(OPEN, index + 1)
            if opening > 0:
                opens = f'"{rfc3339(self.starts[opening])}"'
        elif state == OPEN and index + 1 < len(self.starts):
            closes = f'"{rfc3339(self.starts[index + 1])}"'
        return _words(state, opens, closes)


def _words(state: int, opens: str, closes: str) -> Words:
    name = STATE_NAMES[state]
    return f'"{name}","contacts":['.encode(), f'"{name}","opens_at":{opens},"closes_at":{closes}'.encode()


UNKNOWN_WORDS: Final = _words(UNKNOWN, "null", "null")
ALWAYS_WORDS: Final = _words(ALWAYS, "null", "null")


class Timeline:
    """Which contacts of one country are open, and which are not known to be, at each second of the window.

    A full set of bits at each of 2,000 moments would be large: every eighth is kept, and between them what changes.
    """

    __slots__ = ("_opens", "_opens_change", "_starts", "_unknowns", "_unknowns_change", "end")

    def __init__(self, used: Iterable[tuple[Pattern, int]], start: int, end: int) -> None:
        """Merge (pattern, bits of its contacts); ``start`` and ``end`` of the window in unix seconds."""
        opens: dict[int, int] = {start: 0}
        unknowns: dict[int, int] = {}
        for pattern, bits in used:
            last = CLOSED
            for second, state in zip(pattern.starts, pattern.states, strict=True):
                if (state == OPEN) != (last == OPEN):
                    opens[second] = opens.get(second, 0) ^ bits
                if (state == UNKNOWN) != (last == UNKNOWN):
                    unknowns[second] = unknowns.get(second, 0) ^ bits
                last = state
        self._starts = sorted(opens.keys() | unknowns.keys())
        self.end = end
        # A week repeats itself: equal changes are one object.
        same: dict[int, int] = {}
        self._opens_change = [same.setdefault(bits, bits) for bits in (opens.get(s, 0) for s in self._starts)]
        self._unknowns_change = [same.setdefault(bits, bits) for bits in (unknowns.get(s, 0) for s in self._starts)]
        self._opens: list[int] = []
        self._unknowns: list[int] = []
        is_open = is_unknown = 0
        for index in range(len(self._starts)):
            is_open ^= self._opens_change[index]
            is_unknown ^= self._unknowns_change[index]
            if index % _STEP == 0:
                self._opens.append(is_open)
                self._unknowns.append(is_unknown)

    def at(self, second: int) -> tuple[int, int, int, int]:
        """Return (from, until, open bits, unknown bits) of the span of seconds around ``second``."""
        starts = self._starts
        index = bisect_right(starts, second) - 1
        kept = index // _STEP
        is_open, is_unknown = self._opens[kept], self._unknowns[kept]
        for step in range(kept * _STEP + 1, index + 1):
            is_open ^= self._opens_change[step]
            if self._unknowns_change[step]:
                is_unknown ^= self._unknowns_change[step]
        until = starts[index + 1] if index + 1 < len(starts) else self.end
        return starts[index], until, is_open, is_unknown
