"""Whose turn it is: a bounded waiting room that is fair between sources. Pure, and of one thread at a time."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Generic, TypeVar

Job = TypeVar("Job")


class FullError(Exception):
    """The waiting room is full, and the newcomer's own source is the one that fills it."""


class WaitingRoom(Generic[Job]):
    """Jobs by bucket (where they come from); buckets take turns, jobs of one bucket come in their order.

    It holds ``size`` jobs. Beyond it, the bucket with the most jobs loses its youngest one: a flood shuts out itself.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._buckets: OrderedDict[str, deque[Job]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def enter(self, bucket: str, job: Job) -> Job | None:
        """Let a job wait; returns the job that had to leave for it, or None. Raises FullError."""
        left = None
        if self.is_full(bucket):
            raise FullError
        if self._count >= self.size:
            longest = self._longest(bucket)
            left = self._buckets[longest].pop()
            self._leave(longest)
        self._buckets.setdefault(bucket, deque()).append(job)
        self._count += 1
        return left

    def is_full(self, bucket: str) -> bool:
        """Say whether a job of this bucket would find no place: the room is full, and no bucket has more than it."""
        own = len(self._buckets.get(bucket, ()))
        return self._count >= self.size and own >= len(self._buckets.get(self._longest(bucket), ()))

    def next(self) -> Job | None:
        """Return the job whose turn it is, or None; its bucket goes to the end of the row of buckets."""
        if not self._buckets:
            return None
        bucket, jobs = next(iter(self._buckets.items()))
        job = jobs.popleft()
        self._buckets.move_to_end(bucket)
        self._leave(bucket)
        return job

    def withdraw(self, bucket: str, job: Job) -> bool:
        """Take a job out that nobody waits for any more; returns whether it was still there."""
        jobs = self._buckets.get(bucket)
        if jobs is None or job not in jobs:
            return False
        jobs.remove(job)
        self._leave(bucket)
        return True

    def before(self, bucket: str) -> int:
        """Return how many jobs would have their turn before one that came to this bucket now."""
        own = len(self._buckets.get(bucket, ()))
        total, ahead = own, bucket in self._buckets
        for name, jobs in self._buckets.items():
            if name == bucket:
                ahead = False
            else:
                # Buckets that stand before this one in the row have one more turn than those behind it.
                total += min(len(jobs), own + 1 if ahead or not own else own)
        return total

    def _longest(self, otherwise: str) -> str:
        return max(self._buckets, key=lambda each: len(self._buckets[each]), default=otherwise)

    def _leave(self, bucket: str) -> None:
        self._count -= 1
        if not self._buckets[bucket]:
            del self._buckets[bucket]
