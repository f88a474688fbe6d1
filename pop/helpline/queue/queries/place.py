"""What a child who waits is told: its place, and a range from real recent waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import WAITING
from pop.helpline.queue.models import Wait
from pop.helpline.queue.queries.rooms import cap_of, children_waiting
from pop.helpline.queue.rules.estimate import ENOUGH, estimate
from pop.helpline.queue.rules.order import DANGER, in_order, place_of

WINDOWS = (timedelta(hours=4), timedelta(hours=24))
_MOST_WAITS = 500


@dataclass(frozen=True)
class Place:
    """A place from 1 (None: does not wait), a range in minutes (None: not known), and the longest anybody waits."""

    place: int | None
    low: int | None
    high: int | None
    cap: int


def place(conversation: UUID, *, now: datetime | None = None) -> Place:
    """Return a child's place; everything None for a conversation that does not wait, or is unknown."""
    now = now or timezone.now()
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None:
        return Place(None, None, None, 0)
    cap = cap_of(row.line_id)
    minutes = int(cap.total_seconds() // 60)
    if row.state != WAITING:
        return Place(None, None, None, minutes)
    queue = in_order(children_waiting([row.team_id], practice=row.practice), cap=cap, now=now)
    here = place_of(row.pk, queue)
    if here is None:
        return Place(None, None, None, minutes)
    for window in WINDOWS:
        told = estimate(
            recent_waits(row.line_id, since=now - window, danger=row.urgency >= DANGER, until=now),
            window=int(window.total_seconds()),
            place=here,
        )
        if told is not None:
            return Place(here, told.low, told.high, minutes)
    return Place(here, None, None, minutes)


def recent_waits(line: UUID, *, since: datetime, until: datetime, danger: bool) -> list[int]:
    """Return the newest answered waits: of those in danger for who is, where enough are known."""
    rows = Wait.objects.filter(
        line=line, ended_at__gt=since, ended_at__lte=until, outcome="answered", practice=False
    ).order_by("-ended_at")
    if danger:
        found = list(rows.filter(urgency__gte=DANGER).values_list("seconds", flat=True)[:_MOST_WAITS])
        if len(found) >= ENOUGH:
            return found
    return list(rows.values_list("seconds", flat=True)[:_MOST_WAITS])
