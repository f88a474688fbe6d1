"""Sending: many messages share one synced commit, and each is answered only after it.

One thread of a process, with a database connection of its own, takes everything that waits and appends it in one
transaction. While that is synced, the next ones gather. What is refused, is refused alone; when the database fails,
nothing is acknowledged, whoever waits is told "not sent", and the next batch begins with a new connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import DatabaseError, Error, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Appended, Sending, append, append_many, notice
from pop.helpline.conversations.rules.messages import USUAL, Limits
from pop.helpline.lines.rules import RefusedError
from pop.helpline.ringing import brings_its_own

__all__ = ["Appended", "Batcher", "NotSentError", "Sending", "notice", "send_now"]

MOST_TOGETHER = 256
MOST_WAITING = 4_096
# SQLite's own way of waiting sleeps up to 100 ms at a time: whoever asks seldom never finds the lock free.
ASK_AGAIN_SECONDS = 0.001
# After a commit others get this long to take the lock, for a while after they were seen to want it.
GIVE_WAY_SECONDS = 0.0015
SHARED_SECONDS = 1.0
# Pages of 4 KiB that SQLite's log may have before they go to the main file. Forty messages write two hundred, mostly
# the same ones: the usual 1,000 would add two more syncs to every fifth commit.
LOG_PAGES = 8_000
# Beyond this a sender is better told the truth; the same key makes sending it again safe.
GIVE_UP_SECONDS = 5.0

logger = logging.getLogger("pop.helpline")

# Which of these sign-ins of staff are still open (pop.people); asked inside the batch's transaction.
StillOpen = Callable[[Iterable[UUID]], frozenset[UUID]]
Result = Appended | RefusedError | None
# Hears in the event loop what became of a send; None: it was not sent, or nobody knows.
Told = Callable[[Result], None]
Kept = Callable[[list[tuple[Sending, Appended]]], None]


class NotSentError(Exception):
    """Nothing was kept, or nobody knows: send it again with the same key after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("not sent")
        self.retry_after = retry_after


def send_now(sending: Sending, *, now: datetime | None = None, limits: Limits = USUAL) -> Appended:
    """Append one message in a transaction of its own, for Django's views. Raises RefusedError as `append` does."""
    with database.atomic():
        return append(sending, now=now, limits=limits)


class _Waiting(NamedTuple):
    """One send, the sign-in it came from (staff) and who is told."""

    sending: Sending
    session: UUID | None
    told: Told


class Batcher:
    """The thread that commits. `kept` hears in the event loop what a batch appended, after the senders."""

    def __init__(
        self, *, still_open: StillOpen | None = None, limits: Limits = USUAL, kept: Kept | None = None
    ) -> None:
        self.limits = limits
        self.batches = 0
        self.sent = 0
        self._still_open = still_open
        self._kept = kept
        self._queue: deque[_Waiting] = deque()
        # Held while there is nothing to do: a bare lock wakes the thread with one call.
        self._idle = threading.Lock()
        self._idle.acquire()
        self._asleep = False
        self._away = False
        self._shared_until = 0.0
        self._ending = True
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="batcher", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Take nothing more, and come back when what waits is committed and answered."""
        self._ending = True
        self._wake()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, GIVE_UP_SECONDS * 2)
        # What the thread had handed to the loop is answered in the loop's next round.
        await asyncio.sleep(0)

    async def send(self, sending: Sending, *, session: UUID | None = None) -> Appended:
        """Append one message with others; comes back when it is synced. Raises RefusedError, NotSentError.

        A counsellor's needs `session`, the sign-in that it came from: one that ended since is refused ("signed_out").
        """
        future: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()

        def told(result: Result) -> None:
            if future.done():  # its sender went away
                return
            if result is None:
                future.set_exception(NotSentError(2))
            elif isinstance(result, RefusedError):
                future.set_exception(result)
            else:
                future.set_result(result)

        self.put(sending, told, session=session)
        return await future

    def put(self, sending: Sending, told: Told, *, session: UUID | None = None) -> None:
        """Do as `send`, and tell the result by a call in the event loop. Raises NotSentError where nothing is taken."""
        if self._ending or self._loop is None or len(self._queue) >= MOST_WAITING:
            raise NotSentError(2)
        self._queue.append(_Waiting(sending, session, told))
        if self._asleep:
            self._asleep = False
            self._wake()

    def _run(self) -> None:
        connection = database.connection()
        brings_its_own()
        while True:
            batch = self._take()
            if not batch:
                if self._ending:
                    break
                self._sleep()
                continue
            results = self._commit(batch)
            if results is None and len(batch) > 1 and not self._away:
                # One of them may be what the database cannot bear: the others must not suffer.
                results = self._commit_alone(batch)
            self._answer(batch, results or [None] * len(batch))
            if time.monotonic() < self._shared_until:
                # Others write too, and SQLite keeps no queue: who begins again at once would leave them none.
                time.sleep(GIVE_WAY_SECONDS)
        connection.close()

    def _sleep(self) -> None:
        # First the sign, then another look: a send between the two is seen by one of them.
        self._asleep = True
        if self._queue or self._ending:
            self._asleep = False
            return
        self._idle.acquire(timeout=1.0)
        self._asleep = False

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # it is awake already
            self._idle.release()

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while self._queue and len(batch) < MOST_TOGETHER:
            batch.append(self._queue.popleft())
        return batch

    def _commit(self, batch: Sequence[_Waiting]) -> list[Result] | None:
        """Append a batch and return what became of each when it is synced; None when the database failed."""
        connection = database.connection()
        # Where no connection can be had it is no fault of one of them: all are told at once.
        self._away = True
        try:
            _prepare(connection)
            transaction = database.atomic()
            if _begin(transaction.__enter__):
                self._shared_until = time.monotonic() + SHARED_SECONDS
            self._away = False
            try:
                results = self._append(batch)
            except BaseException as error:
                transaction.__exit__(type(error), error, error.__traceback__)
                raise
            transaction.__exit__(None, None, None)
        except (Error, OSError) as error:
            # Its text could quote what was sent.
            logger.error("a batch was not committed: %s", type(error).__name__)
            _drop(connection)
            return None
        except Exception as error:
            logger.error("a batch was not committed: unexpected %s", type(error).__name__)
            _drop(connection)
            return None
        self.batches += 1
        self.sent += len(batch)
        return results

    def _commit_alone(self, batch: Sequence[_Waiting]) -> list[Result]:
        """Append each for itself; once no connection can be had, nobody waits for another try."""
        results: list[Result] = []
        for each in batch:
            committed = None if self._away else self._commit([each])
            results.append(committed[0] if committed else None)
        return results

    def _append(self, batch: Sequence[_Waiting]) -> list[Result]:
        sessions = {each.session for each in batch if each.session is not None}
        still = self._still_open(sessions) if sessions and self._still_open else frozenset()
        allowed = [each for each in batch if each.session is None or each.session in still]
        appended = iter(append_many([each.sending for each in allowed], limits=self.limits))
        return [
            next(appended) if each.session is None or each.session in still else RefusedError("signed_out")
            for each in batch
        ]

    def _answer(self, batch: Sequence[_Waiting], results: Sequence[Result]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, batch, results)

    def _tell(self, batch: Sequence[_Waiting], results: Sequence[Result]) -> None:
        kept: list[tuple[Sending, Appended]] = []
        for waiting, result in zip(batch, results, strict=True):
            if isinstance(result, Appended) and result.fresh:
                kept.append((waiting.sending, result))
            try:
                waiting.told(result)
            except Exception as error:
                # Whoever cannot be answered must not keep the others from theirs.
                logger.error("a send could not be answered: %s", type(error).__name__)
        if kept and self._kept is not None:
            self._kept(kept)


def _prepare(connection: BaseDatabaseWrapper) -> None:
    """Open the thread's connection where it is gone, and let SQLite report a taken lock at once."""
    if connection.connection is None:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 0")
                cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")


def _begin(enter: Callable[[], object]) -> bool:
    """Begin a transaction, asking for SQLite's write lock every millisecond; say whether others had it."""
    until = time.monotonic() + GIVE_UP_SECONDS
    waited = False
    while True:
        try:
            enter()
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            waited = True
            time.sleep(ASK_AGAIN_SECONDS)
        else:
            return waited


def _drop(connection: BaseDatabaseWrapper) -> None:
    """Forget a connection that failed: the next batch opens a new one."""
    try:
        connection.close()
    except (DatabaseError, Error, OSError):
        connection.connection = None
