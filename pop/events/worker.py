"""The worker's loop: every second it brings the outbox round; duties that may take long run beside it."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from types import FrameType

from django.conf import settings
from django.db import close_old_connections, connections

from pop.events.actions import Subscribers, drain, forget_done

# What the worker does every second besides the outbox, in a thread of its own; it decides whether anything is due.
Duty = Callable[[], object]

BATCH = 500
_SWEEP_EVERY = 3_600

logger = logging.getLogger("pop.events")


def stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set. Call from the main thread."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop


def run_worker(
    stop: threading.Event, *, subscribers: Subscribers, duties: Sequence[Duty] = (), pause: float = 1.0
) -> None:
    """Drain the outbox and see to the duties every `pause` seconds until `stop` is set, and return when all have ended.

    A failure of one round (a database that is away, a full disk) is logged by the name of its type, and the next round
    tries again: the worker never dies of it. Subscribers run in this thread, each duty in its own.
    """
    threads = [
        threading.Thread(target=_repeat, args=(stop, duty, pause), name=f"duty-{n}") for n, duty in enumerate(duties)
    ]
    for thread in threads:
        thread.start()
    try:
        _repeat(stop, _Outbox(subscribers), pause)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


class _Outbox:
    """The outboxes of all databases as a duty: a batch each round, and old rows forgotten every hour."""

    def __init__(self, subscribers: Subscribers) -> None:
        self._subscribers = subscribers
        self._swept: datetime | None = None

    def __call__(self) -> None:
        now = datetime.now(UTC)
        for using in settings.DATABASES:
            drain(self._subscribers, now=now, limit=BATCH, using=using)
        if self._swept is None or abs((now - self._swept).total_seconds()) >= _SWEEP_EVERY:
            for using in settings.DATABASES:
                forget_done(now=now, using=using)
            self._swept = now


def _repeat(stop: threading.Event, duty: Duty, pause: float) -> None:
    try:
        while not stop.is_set():
            try:
                close_old_connections()
                duty()
            except Exception as error:
                logger.error("worker: a round failed with %s", type(error).__name__)
            stop.wait(pause)
    finally:
        connections.close_all()
