"""Which database the helpline lives in, and acts that leave their trace and their news in that same database."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from uuid import UUID

from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from pop.audit import actions as audit
from pop.events import actions as events

ALIAS: str = settings.HELPLINE_DATABASE


def atomic() -> AbstractContextManager[object]:
    """Return a transaction of the helpline's database."""
    return transaction.atomic(using=ALIAS)


def connection() -> BaseDatabaseWrapper:
    """Return this thread's connection to the helpline's database."""
    return connections[ALIAS]


def record(
    *,
    action: str,
    object_type: str,
    object_id: str,
    actor: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add one row to the audit, inside the caller's transaction."""
    audit.record(action=action, object_type=object_type, object_id=object_id, actor=actor, detail=detail, using=ALIAS)


def publish(*, name: str, payload: Mapping[str, object] | None = None) -> None:
    """Write one event, inside the caller's transaction."""
    events.publish(name=name, payload=payload, using=ALIAS)
