"""Publishing news: a row in the outbox, inside the transaction of the act that it tells of."""

from __future__ import annotations

from collections.abc import Mapping

from pop.events.models import OutboxRow


def publish(*, name: str, payload: Mapping[str, object] | None = None) -> None:
    """Write one event; its subscribers (pop.server.wiring) hear of it after the commit, from the worker."""
    OutboxRow.objects.create(name=name, payload=dict(payload or {}))
