"""Who sent what, what was acknowledged, and where each message was seen: pure bookkeeping.

A message is known by the mark in its words, and belongs to a talk (a child's number). It is *lost* when it was
acknowledged and is not where it must be, and *doubled* when it is there more than once, or when one reader's stream
brought it twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

CHILD: Final = "child"
STAFF: Final = "counsellor"


@dataclass(slots=True)
class Message:
    """What one side sent, and what became of it. `acknowledged_as` is the sequence that was told, 0 for none told."""

    talk: int
    by: str
    acknowledged: bool = False
    acknowledged_as: int = 0
    delivered: bool = False
    places: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a run; `p50`, `p95`, `p99`: milliseconds from the first try until the acknowledgement."""

    sent: int
    acknowledged: int
    delivered: int
    lost: int
    doubled: int
    p50: float
    p95: float
    p99: float

    @property
    def whole(self) -> bool:
        """Whether nothing was lost or doubled."""
        return self.lost == 0 and self.doubled == 0

    def line(self) -> str:
        """Return the one line with which a run ends."""
        return (
            f"sent {self.sent} acknowledged {self.acknowledged} delivered {self.delivered} lost {self.lost} "
            f"doubled {self.doubled} p50 {self.p50:.0f} ms p99 {self.p99:.0f} ms"
        )


class Tally:
    """The books of a run."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.seconds: list[float] = []
        self._streamed: Counter[tuple[str, int, int]] = Counter()
        self._twice: set[str] = set()
        self._read_out: set[int] = set()
        self._in_the_end: defaultdict[int, dict[str, set[int]]] = defaultdict(dict)
        self._forgotten: set[int] = set()
        self._highest: defaultdict[int, int] = defaultdict(int)

    def sent(self, mark: str, *, talk: int, by: str) -> None:
        """Note a message before its first try."""
        self.messages[mark] = Message(talk, by)

    def acknowledged(self, mark: str, *, seconds: float, sequence: int = 0) -> None:
        """Note that the server said it is kept."""
        message = self.messages[mark]
        message.acknowledged, message.acknowledged_as = True, sequence
        self._highest[message.talk] = max(self._highest[message.talk], sequence)
        self.seconds.append(seconds)

    def streamed(self, mark: str, *, reader: str, talk: int, sequence: int, by: str) -> None:
        """Note what a reader's stream brought; `by` is whose the reader is. One stream brings nothing twice."""
        at = (reader, talk, sequence)
        self._streamed[at] += 1
        if self._streamed[at] > 1:
            self._twice.add(mark)
        self.seen(mark, sequence=sequence, by=by)

    def seen(self, mark: str, *, sequence: int, by: str) -> None:
        """Note what somebody read, on a page or on a stream; a page may be read again."""
        message = self.messages.get(mark)
        if message is None:  # of another run in the same conversation
            return
        message.places.add(sequence)
        message.delivered = message.delivered or message.by != by

    def found(self, mark: str, *, talk: int, sequence: int) -> None:
        """Note what stands in a conversation when it is read as a whole in the end."""
        self._in_the_end[talk].setdefault(mark, set()).add(sequence)

    def read_out(self, talk: int) -> None:
        """Note that a conversation was read as a whole after its last message: what is not in it now, is lost."""
        self._read_out.add(talk)

    def least(self, talk: int) -> int:
        """Return the highest sequence that was acknowledged in a talk: whoever reads it as a whole comes to it."""
        return self._highest[talk]

    def forgotten(self, talk: int) -> None:
        """Note that a child had a conversation deleted: what nobody had read is gone as it wished, not lost."""
        self._forgotten.add(talk)

    def result(self) -> Result:
        """Return the figures as they stand."""
        lost = doubled = delivered = 0
        for mark, message in self.messages.items():
            in_the_end = self._in_the_end.get(message.talk, {}).get(mark, set())
            places = message.places | in_the_end
            delivered += message.delivered or bool(in_the_end)
            doubled += len(places) > 1 or mark in self._twice
            lost += self._is_lost(mark, message, places, in_the_end)
        times = sorted(self.seconds)
        return Result(
            sent=len(self.messages),
            acknowledged=sum(message.acknowledged for message in self.messages.values()),
            delivered=delivered,
            lost=lost,
            doubled=doubled,
            p50=share(times, 0.50),
            p95=share(times, 0.95),
            p99=share(times, 0.99),
        )

    def _is_lost(self, mark: str, message: Message, places: set[int], in_the_end: set[int]) -> bool:
        if not message.acknowledged:
            return False
        if message.acknowledged_as and places and message.acknowledged_as not in places:
            return True  # what stands there is not what was acknowledged
        if message.talk in self._forgotten:
            # The child read its own words before it had them deleted; a counsellor's may have come in between.
            return message.by == CHILD and not places
        if message.talk in self._read_out:
            return not in_the_end
        return not places


def share(times: list[float], part: float) -> float:
    """Return a percentile of sorted seconds in milliseconds, 0 for none."""
    return 1000 * times[min(len(times) - 1, int(len(times) * part))] if times else 0.0
