"""Whether a line takes one more first message now, and whether it had to ask somebody to try again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pop.helpline.conversations.models import FirstMessages
from pop.helpline.conversations.rules.flow import Bucket, Flow, after_one, told


def takes_one_more(line: UUID, *, danger: bool, flow: Flow, now: datetime) -> bool:
    """Say whether a line takes one more first message; whoever ticked danger has a bucket of their own.

    Nothing is locked or written: this is all that a flood costs.
    """
    found = FirstMessages.objects.filter(line=line, danger=danger).values_list("left", "at").first()
    return after_one(Bucket(*found) if found else None, now=now, flow=flow) is not None


def turned_away_at(line: UUID, *, now: datetime) -> datetime | None:
    """Return when somebody was last asked to try again, None where that is more than a quarter of an hour ago."""
    moments = FirstMessages.objects.filter(line=line, turned_away_at__isnull=False).values_list(
        "turned_away_at", flat=True
    )
    return max((each for each in moments if each is not None and told(each, now=now)), default=None)
