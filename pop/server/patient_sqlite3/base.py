"""Waiting for SQLite's one write lock in short steps, so that whoever writes often cannot starve the others.

SQLite's own waiting sleeps longer and longer, up to 100 ms: beside a writer that commits hundreds of times a second it
finds the lock taken each time it looks, for many seconds (measured: 20 s and then an error). Looking every millisecond,
it is found free within a few commits.
"""

from __future__ import annotations

import sqlite3
import time

from django.db.backends.sqlite3 import base

LOOK_AGAIN_SECONDS = 0.001


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that begins its transactions patiently."""

    def _start_transaction_under_autocommit(self) -> None:
        """Begin, looking for the write lock every millisecond for as long as the connection's own `busy_timeout` says.

        A connection that was told to wait for nothing (0) is told at once. Raises OperationalError ("locked").
        """
        with self.wrap_database_errors:
            raw = self.connection
            mode: str | None = self.transaction_mode  # type: ignore[attr-defined]
            begin = f"BEGIN {mode or ''}"  # without a mode it only reads, and waits for nobody
            patience = int(raw.execute("PRAGMA busy_timeout").fetchone()[0])
            if not patience:
                raw.execute(begin)
                return
            raw.execute("PRAGMA busy_timeout = 0")
            try:
                self._begin(raw, begin, until=time.monotonic() + patience / 1000)
            finally:
                raw.execute(f"PRAGMA busy_timeout = {patience}")

    def _begin(self, raw: sqlite3.Connection, begin: str, *, until: float) -> None:
        while True:
            try:
                raw.execute(begin)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(LOOK_AGAIN_SECONDS)
            else:
                return
