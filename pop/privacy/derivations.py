"""Deriving keys from typed codes: slow on purpose, two at a time on a machine, in turns between sources.

Each process has two threads, at a low priority; each thread works only while it holds its slot, a locked file in the
data directory, so that all processes of a machine together never run more than two (128 MiB). The kernel frees a slot
when its process dies. Nobody is locked out: a source that floods waits behind itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from pop.privacy.codes import CodeKey, derive_code
from pop.privacy.keyring import keyring
from pop.privacy.waiting_room import FullError, WaitingRoom

AT_ONCE: Final = 2
"""Derivations at one time on this machine."""
ROOM: Final = 600
"""Derivations that may wait in one process."""
RUSH: Final = 300
RUSH_SECONDS: Final = 60.0
"""More than ``RUSH`` attempts within ``RUSH_SECONDS`` are more than children make: somebody may be guessing."""
_NICENESS: Final = 10
_STEP_ASIDE: Final = 0.002


class BusyError(Exception):
    """The waiting room is full of this source's own attempts; trying again in a minute is all there is to do."""


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class _Job:
    folded: str
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[list[CodeKey]]


class Pool:
    """The derivations of one process. Its threads start with the first one; any event loop and thread may ask."""

    def __init__(
        self,
        directory: Callable[[], Path],
        peppers: Callable[[], Mapping[int, bytes]],
        *,
        derive: Callable[[str, bytes], CodeKey] = derive_code,
        room: int = ROOM,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._peppers = peppers
        self._derive = derive
        self._clock = clock
        self._room: WaitingRoom[_Job] = WaitingRoom(room)
        self._attempts: deque[float] = deque(maxlen=RUSH + 1)
        self._arrived = 0
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._closed = False

    async def derive(self, folded: str, bucket: str) -> list[CodeKey]:
        """Return the keys of a folded code under every live pepper, the newest edition first.

        ``bucket`` says where it comes from, as the caller tells sources apart; it is kept only while it waits. Raises
        BusyError where the waiting room is full of this bucket's own, now or later while it waits; KeysError without
        a key directory; OSError where the data directory cannot be used. Cancelling gives the place in the queue up.
        """
        loop = asyncio.get_running_loop()
        job = _Job(folded, loop, loop.create_future())
        with self._changed:
            self._attempts.append(self._clock())
            if self._closed:
                raise BusyError
            try:
                left = self._room.enter(bucket, job)
            except FullError:
                raise BusyError from None
            self._arrived += 1
            self._start()
            # Both: the slot of one may be held by another process.
            self._changed.notify_all()
        if left is not None:
            _tell(left, BusyError())
        try:
            return await job.future
        finally:
            with self._changed:
                self._room.withdraw(bucket, job)

    def waiting(self, bucket: str) -> int:
        """Return how many derivations of this process would come before one that this bucket asked for now."""
        with self._changed:
            return self._room.before(bucket)

    def is_full(self, bucket: str) -> bool:
        """Whether this process's waiting room has no place for this bucket at the moment."""
        with self._changed:
            return self._closed or self._room.is_full(bucket)

    def rush(self) -> bool:
        """Whether more than ``RUSH`` attempts came to this process within the last ``RUSH_SECONDS``."""
        with self._changed:
            return len(self._attempts) > RUSH and self._attempts[0] > self._clock() - RUSH_SECONDS

    def close(self) -> None:
        """End the threads once they have done what they hold; who still waits gets BusyError."""
        with self._changed:
            self._closed = True
            left = list(self._drain())
            self._changed.notify_all()
        for job in left:
            _tell(job, BusyError())
        for thread in self._threads:
            thread.join()

    def _drain(self) -> Iterator[_Job]:
        while (job := self._room.next()) is not None:
            yield job

    def _start(self) -> None:
        if not self._threads:
            # Daemons: a thread that waits for its slot must not keep a process from ending.
            self._threads = [
                threading.Thread(target=self._work, args=(slot,), name=f"derivation-{slot}", daemon=True)
                for slot in range(AT_ONCE)
            ]
            for thread in self._threads:
                thread.start()

    def _work(self, slot: int) -> None:
        # Only this thread, so that conversations go on; a machine that refuses it derives at the usual priority.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while (arrived := self._wait()) is not None:
            try:
                with _slot(self._directory(), slot):
                    # Taken only now: while this thread waited for its slot, the other may have done it.
                    job = self._take()
                    if job is not None:
                        _tell(job, self._run(job))
            except Exception as error:
                # The slot cannot be had. Who came since this failed is tried anew: the disk may be mended by now.
                job = self._take(arrived)
                if job is not None:
                    _tell(job, error)
            # A freed lock goes to whoever asks first, which would be this thread again: another process goes before.
            time.sleep(_STEP_ASIDE)

    def _wait(self) -> int | None:
        """Wait until there is something to do; returns how many ever came, or None at the end of the pool."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._room))
            return None if self._closed else self._arrived

    def _take(self, arrived: int | None = None) -> _Job | None:
        """Return the job whose turn it is, or None; with ``arrived`` only if nobody came since."""
        with self._changed:
            return self._room.next() if arrived in (None, self._arrived) else None

    def _run(self, job: _Job) -> list[CodeKey] | Exception:
        try:
            peppers = self._peppers()
            return [self._derive(job.folded, peppers[edition]) for edition in sorted(peppers, reverse=True)]
        except Exception as error:
            return error


@contextlib.contextmanager
def _slot(directory: Path, slot: int) -> Iterator[None]:
    """Hold one of the machine's slots; waits for it. Raises OSError where it cannot be used."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(directory / f"slot-{slot}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _tell(job: _Job, outcome: Sequence[CodeKey] | Exception) -> None:
    """Hand the outcome to the event loop that waits for it, if it still does."""

    def settle() -> None:
        if job.future.done():
            return
        if isinstance(outcome, Exception):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(list(outcome))

    # The loop may be closed by now: then nobody waits.
    with contextlib.suppress(RuntimeError):
        job.loop.call_soon_threadsafe(settle)


pool: Final = Pool(lambda: Path(settings.DATA_DIR) / "derivations", lambda: keyring().peppers)
"""The pool of this process."""
