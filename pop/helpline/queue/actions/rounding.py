"""The times of hand-overs and looks at a closed conversation, rounded."""

from __future__ import annotations

from uuid import UUID

from pop.helpline.conversations.actions.rounding import round_moments
from pop.helpline.queue.models import BrokenGlass, Glance, HandOver


def round_queue_times(conversation: UUID) -> None:
    """Round them, in the caller's transaction."""
    round_moments(HandOver.objects.filter(conversation=conversation), ["made_at", "taken_at"])
    round_moments(Glance.objects.filter(conversation=conversation), ["made_at", "seen_at"])
    # An open glass ends at its own minute; one that has ended is history.
    ended = BrokenGlass.objects.filter(conversation=conversation, blob=None)
    round_moments(ended, ["made_at", "allowed_at", "ends_at"])
