"""What can be asked of the outbox."""

from __future__ import annotations

from datetime import datetime

from pop.events.models import OutboxRow


def waiting() -> int:
    """Return how many events no subscriber has had yet, those that wait for another attempt among them."""
    return OutboxRow.objects.filter(done_at=None).count()


def published_since(*, name: str, moment: datetime) -> bool:
    """Say whether an event of this name was published after `moment`; of the last seven days only."""
    return OutboxRow.objects.filter(name=name, sequence__gt=moment).exists()
