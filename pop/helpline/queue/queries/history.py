"""Who waited when, in the last hours: spans without conversations, from waits that ended and from those that go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import WAITING
from pop.helpline.queue.models import Wait


def waiting_spans(line: UUID, *, since: datetime, now: datetime) -> list[tuple[datetime, datetime | None]]:
    """Return (since, until) of every wait that lasted into the time from `since` to `now`; None: it lasts still.

    Practice never counts.
    """
    ended = Wait.objects.filter(line=line, practice=False, ended_at__gte=since, ended_at__lte=now)
    spans: list[tuple[datetime, datetime | None]] = [
        (at - timedelta(seconds=seconds), at) for at, seconds in ended.values_list("ended_at", "seconds")
    ]
    lasting = Conversation.objects.filter(line=line, practice=False, state=WAITING)
    spans += [(began or opened, None) for began, opened in lasting.values_list("waiting_since", "opened_at")]
    return spans
