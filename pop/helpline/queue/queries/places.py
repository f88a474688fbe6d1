"""The places of many children at once: each queue is put in order once, for all who watch it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import WAITING
from pop.helpline.queue.queries.place import WINDOWS, recent_waits
from pop.helpline.queue.queries.rooms import cap_of, children_waiting
from pop.helpline.queue.rules.estimate import estimate
from pop.helpline.queue.rules.order import DANGER, in_order


def places(conversations: Iterable[UUID], *, now: datetime | None = None) -> dict[UUID, Mapping[str, object]]:
    """Return {"place", "low", "high"} of those of the conversations that wait: from 1, and minutes or None."""
    moment = now or timezone.now()
    asked = set(conversations)
    rows = Conversation.objects.filter(pk__in=list(asked), state=WAITING).order_by()
    queues = set(rows.values_list("team", "line", "practice"))
    found: dict[UUID, Mapping[str, object]] = {}
    for team, line, practice in queues:
        queue = in_order(children_waiting([team], practice=practice), cap=cap_of(line), now=moment)
        known: dict[tuple[bool, int], list[int]] = {}
        for here, child in enumerate(queue, start=1):
            if child.id not in asked:
                continue
            danger = child.urgency >= DANGER
            low = high = None
            for window in WINDOWS:
                seconds = int(window.total_seconds())
                if (danger, seconds) not in known:
                    known[danger, seconds] = recent_waits(line, since=moment - window, danger=danger, until=moment)
                told = estimate(known[danger, seconds], window=seconds, place=here)
                if told is not None:
                    low, high = told.low, told.high
                    break
            found[child.id] = {"place": here, "low": low, "high": high}
    return found
