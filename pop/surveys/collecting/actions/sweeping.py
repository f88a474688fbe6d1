"""The worker's duty towards surveys: once an hour, what is past its time or belongs to nothing is deleted."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from typing import Final

from django.utils import timezone

from pop.surveys.collecting import files
from pop.surveys.collecting.actions.drafts import forget_expired
from pop.surveys.collecting.actions.withdrawing import empty_what_is_left
from pop.surveys.collecting.queries.submissions import named_files

_EVERY: Final = 3_600.0
_BATCH: Final = 500


class CollectingDuty:
    """Delete expired drafts, and files that no submission names: at the first call, then every hour."""

    def __init__(self) -> None:
        self._swept: float | None = None

    def __call__(self) -> None:
        """Raises what the database or the disk raises; the next call tries again."""
        now = time.monotonic()
        if self._swept is None or now - self._swept >= _EVERY:
            forget_expired(now=timezone.now())
            empty_what_is_left()
            forget_files()
            self._swept = now


def forget_files() -> int:
    """Delete the files that no row names and nobody has asked to keep for a day; return how many went."""
    gone = 0
    names: Iterable[str] = files.old_names()
    rows = iter(names)
    while batch := list(islice(rows, _BATCH)):
        named = named_files(batch)
        gone += files.forget([each for each in batch if each not in named])
    return gone + files.forget([])
