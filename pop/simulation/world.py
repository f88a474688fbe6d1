"""What everybody of a run shares: where the doors are, the books, the clock, and how the run stands."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from pop.simulation.script import Marks, marked
from pop.simulation.tally import Tally
from pop.simulation.wire import Answer, LostError

# Whoever sends when the time is over is let come to its acknowledgement.
GRACE_SECONDS: Final = 45.0
_TRY_AGAIN: Final = frozenset({429, 500, 502, 503, 504})


class GaveUpError(Exception):
    """Something that was tried again and again did not happen before the run's very end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes. `every`: seconds between a child's messages. `steady`: each child talks until the end, and only
    that: nobody pauses, leaves or ends."""

    children: int
    counsellors: int
    seconds: float
    every: float = 8.0
    steady: bool = False

    @property
    def arrive_within(self) -> float:
        """Over how many seconds the children come."""
        if self.steady:
            return self.children * 0.12
        return min(60.0, self.seconds * 0.3)


@dataclass(slots=True)
class World:
    """One run."""

    plan: Plan
    public: tuple[str, int]
    console: tuple[str, int]
    chance: random.Random
    marks: Marks
    tally: Tally = field(default_factory=Tally)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    standing: Counter[str] = field(default_factory=Counter)
    # Why tries failed: statuses and names of errors, never a word.
    trouble: Counter[str] = field(default_factory=Counter)
    child_of: dict[str, int] = field(default_factory=dict)
    last_moment: float = 0.0

    def finish(self) -> None:
        """Say that the time is over: nobody begins anything new."""
        if not self.over.is_set():
            self.last_moment = time.monotonic() + GRACE_SECONDS
            self.over.set()

    @property
    def goes_on(self) -> bool:
        """Whether there is still time."""
        return not self.over.is_set()

    async def rest(self, seconds: float) -> None:
        """Do nothing for so long, or until the time is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), max(0.0, seconds))

    def begin(self, words: str, *, talk: int, by: str) -> tuple[str, str, str]:
        """Note a new message; return its mark, its text, and the key with which it is sent again."""
        mark = self.marks.next()
        self.tally.sent(mark, talk=talk, by=by)
        return mark, marked(words, mark), secrets.token_hex(12)

    async def until(
        self, ask: Callable[[], Awaitable[Answer]], *, ends: Callable[[Answer], bool], what: str
    ) -> tuple[Answer, float]:
        """Ask again until an answer ends it; return it with the seconds since the first try. Raises GaveUpError."""
        began = time.monotonic()
        wait = 0.2
        while True:
            try:
                answer = await ask()
            except LostError as error:
                self.trouble[f"{what}: {error}"] += 1
            else:
                if ends(answer):
                    return answer, time.monotonic() - began
                self.trouble[f"{what}: {answer.status}"] += 1
                if answer.status in _TRY_AGAIN:
                    wait = max(wait, min(answer.retry_after, 20.0))
            if self.over.is_set() and time.monotonic() + wait > self.last_moment:
                raise GaveUpError(what)
            await asyncio.sleep(wait)
            wait = min(2.0, wait * 1.5)


def settled(answer: Answer) -> bool:
    """Say whether an answer is not one of "try again later"."""
    return answer.status not in _TRY_AGAIN
