"""Publishing news, and bringing it to its subscribers.

News is a row in the outbox, written inside the transaction of the act that it tells of; the worker brings it round
after the commit, at least once: a subscriber whose effect is outside the database must bear hearing it twice.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connections, router, transaction
from django.db.models import Q, QuerySet
from django.db.utils import DEFAULT_DB_ALIAS
from django.utils import timezone

from pop.events.models import OutboxRow

Subscriber = Callable[[Mapping[str, object]], None]
Subscribers = Mapping[str, Sequence[Subscriber]]

# How long a failed event waits before its next attempt; after the last step it is tried every hour, and never given up.
BACKOFF = (
    timedelta(seconds=1),
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
)
KEPT = timedelta(days=7)
_MOST_ATTEMPTS = 32_767
_SWEEP = 1_000

logger = logging.getLogger("pop.events")


def publish(*, name: str, payload: Mapping[str, object] | None = None, using: str | None = None) -> None:
    """Write one event; its subscribers (pop.server.wiring) hear of it after the commit, from the worker.

    `using` names the database of the caller's transaction, where it is not the default one.
    """
    # Plain SQL: every message that is sent waits for this.
    connection = connections[using or router.db_for_write(OutboxRow)]
    identity, value = uuid.uuid4(), "%s"
    if connection.vendor == "postgresql":
        value = "%s::jsonb"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {OutboxRow._meta.db_table} (id, sequence, name, payload, attempts, last_error) "  # noqa: S608
            f"VALUES (%s, %s, %s, {value}, 0, '')",
            [
                identity if connection.vendor == "postgresql" else identity.hex,
                connection.ops.adapt_datetimefield_value(timezone.now()),
                name,
                json.dumps(dict(payload or {})),
            ],
        )


def drain(subscribers: Subscribers, *, now: datetime, limit: int, using: str = DEFAULT_DB_ALIAS) -> int:
    """Bring at most `limit` due events of one database to their subscribers, oldest first; return how many were taken.

    Each row has a transaction of its own, in which its subscribers run: what they write is kept with the mark that the
    event is done, or not at all. They must be quick, because SQLite has one writer. If one fails, what all of them
    wrote for this row is undone and the row waits; rows behind it go on. An event without subscribers is done at once.
    """
    taken = 0
    # A look before the transaction: an empty outbox must not take SQLite's write lock every second.
    while taken < limit and _due(now, using).exists() and _bring_one(subscribers, now, using):
        taken += 1
    return taken


def forget_done(*, now: datetime, using: str = DEFAULT_DB_ALIAS) -> int:
    """Delete events done more than seven days ago, at most a thousand per call, and return how many went."""
    rows = OutboxRow.objects.using(using)
    with transaction.atomic(using=using):
        old = rows.filter(done_at__lt=now - KEPT).order_by("done_at").values_list("id", flat=True)[:_SWEEP]
        deleted, _ = rows.filter(id__in=list(old)).delete()
    return deleted


def _due(now: datetime, using: str) -> QuerySet[OutboxRow]:
    return OutboxRow.objects.using(using).filter(Q(not_before=None) | Q(not_before__lte=now), done_at=None)


def _bring_one(subscribers: Subscribers, now: datetime, using: str) -> bool:
    with transaction.atomic(using=using):
        due = _due(now, using).order_by("sequence", "id")
        # Several workers may drain one PostgreSQL; on SQLite the write lock already keeps them apart.
        if connections[using].features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        row = due.first()
        if row is None:
            return False
        try:
            with transaction.atomic(using=using):
                for subscriber in subscribers.get(row.name, ()):
                    subscriber(row.payload)
        except Exception as error:
            row.attempts = min(row.attempts + 1, _MOST_ATTEMPTS)
            row.not_before = now + BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
            row.last_error = type(error).__name__[:200]  # never its text, which could quote a person
            logger.warning("event %s failed with %s, attempt %d", row.name, row.last_error, row.attempts)
        else:
            row.done_at = now
        row.save(update_fields=["attempts", "not_before", "last_error", "done_at"])
    return True
