"""The worker's duty towards sign-ins: once an hour, what is over is deleted."""

from __future__ import annotations

import time

from django.utils import timezone

from pop.people.actions import forget_expired
from pop.people.sessions import SessionStore

_EVERY = 3_600  # seconds


class SweepingDuty:
    """Delete open keys, attempts and sessions that are over: at the first call, then every hour."""

    def __init__(self) -> None:
        self._swept: float | None = None

    def __call__(self) -> None:
        """Raises what the database raises; the next call tries again."""
        now = time.monotonic()
        if self._swept is None or now - self._swept >= _EVERY:
            forget_expired(now=timezone.now())
            SessionStore.clear_expired()
            self._swept = now
