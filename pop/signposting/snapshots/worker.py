"""When the worker builds a snapshot: a minute after the first change nobody has seen yet, and every six hours."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from pop_sdk import SnapshotError

from pop.privacy.keys import KeysError
from pop.signposting.snapshots.actions import build_snapshot
from pop.signposting.snapshots.queries import InForce, changed_since, verify_current
from pop.signposting.snapshots.rules import due
from pop.signposting.snapshots.store import Mark, current_mark, snapshots_dir

# After a build that failed (a full disk, no key), so that a lasting fault does not keep the machine busy.
RETRY = 60

logger = logging.getLogger("pop.snapshots")


class SnapshotDuty:
    """The worker's care for the snapshot: `registry_changed` hears the news, `__call__` comes by every second."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._first_change: int | None = None
        self._seen: Mark | None = None
        self._in_force: InForce | None = None
        self._not_before = 0.0

    def registry_changed(self, payload: Mapping[str, object]) -> None:
        """Hear that what children may see has changed. Subscribe this to the event `registry_changed`."""
        with self._lock:
            if self._first_change is None:
                self._first_change = int(self._now())

    def __call__(self) -> int | None:
        """Build a snapshot if one is due, and return its version, else None.

        Raises what `build_snapshot` raises, and then does nothing for a minute.
        """
        now = self._now()
        # A clock that was set back must not stop the worker for longer than one wait.
        if now < self._not_before <= now + RETRY:
            return None
        try:
            self._look(int(now))
            return self._build(now) if self._is_due(int(now)) else None
        except Exception as error:
            self._not_before = now + RETRY
            if isinstance(error, KeysError | SnapshotError):
                logger.error("snapshot not built: %s", error)
            raise

    def _is_due(self, now: int) -> bool:
        span = (self._in_force.created, self._in_force.expires) if self._in_force else None
        return due(now=now, in_force=span, first_change=self._first_change)

    def _build(self, now: float) -> int:
        # Taken before the registry is read: what changes from here on may be missing, and is for the next one.
        with self._lock:
            served, self._first_change = self._first_change, None
        try:
            return build_snapshot(now=datetime.fromtimestamp(now, UTC))
        except Exception:
            with self._lock:
                self._first_change = served if served is not None else self._first_change
            raise

    def _look(self, now: int) -> None:
        """Read and verify what is in force, when it is another than at the last look."""
        mark = current_mark(snapshots_dir())
        if mark is not None and mark == self._seen and self._in_force is not None:
            return
        first_look = self._seen is None
        self._seen = mark
        self._in_force = None
        try:
            self._in_force = verify_current(now=datetime.fromtimestamp(now, UTC))
        except SnapshotError as error:
            logger.info("snapshot to be built: %s", error)
            return
        # What a worker heard and had not yet served when it ended, its successor finds in the outbox.
        if first_look and changed_since(self._in_force.created):
            self.registry_changed({})
