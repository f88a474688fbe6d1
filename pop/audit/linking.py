"""The worker's duty towards the audit: a link each second in which something was written."""

from __future__ import annotations

import time

from django.db import DEFAULT_DB_ALIAS

from pop.audit.actions import link_heads

_ALL_EVERY = 600  # seconds; a chain that slept for an hour and woke is named at the latest then


class LinkingDuty:
    """Link the chains that moved: the lively ones at each call, all of them at the first and every ten minutes."""

    def __init__(self, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using
        self._looked_at_all: float | None = None

    def __call__(self) -> None:
        """Raises what `link_heads` raises; the next call tries again."""
        now = time.monotonic()
        everything = self._looked_at_all is None or now - self._looked_at_all >= _ALL_EVERY
        link_heads(everything=everything, using=self._using)
        if everything:
            self._looked_at_all = now
