"""The waits that ended, without whose they were."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pop.helpline.queue.models import Wait

OUTCOMES = ("answered", "left", "missed")


def ended_waits(line: UUID, *, since: datetime, until: datetime) -> dict[str, list[int]]:
    """Return the seconds of the waits that ended from `since` up to `until`, by outcome; practice left out."""
    found: dict[str, list[int]] = {outcome: [] for outcome in OUTCOMES}
    rows = Wait.objects.filter(line=line, practice=False, ended_at__gte=since, ended_at__lt=until)
    for outcome, seconds in rows.values_list("outcome", "seconds"):
        found[outcome].append(seconds)
    return found
