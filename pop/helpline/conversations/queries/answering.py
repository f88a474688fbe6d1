"""Whether a conversation's two questions are asked still, and whether they were answered; never how."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from pop.helpline.conversations.models import AnswersGiven
from pop.helpline.conversations.queries.keys import answering_key
from pop.helpline.conversations.queries.talks import Talk
from pop.helpline.conversations.rules import lifecycle, retention


def asked_now(talk: Talk, *, now: datetime) -> bool:
    """Say whether the two questions may be answered: for a week after the close."""
    if talk.state != lifecycle.CLOSED or talk.closed_at is None:
        return False
    return now < talk.closed_at + retention.QUESTIONS


def has_answered(conversation: UUID) -> bool:
    """Say whether the two questions of a conversation were answered, as far as anybody remembers."""
    return AnswersGiven.objects.filter(pk=mark_of(conversation)).exists()


def mark_of(conversation: UUID) -> str:
    """Return what stands for "this one has answered": without the root key it leads to no conversation."""
    return hmac.digest(answering_key(), conversation.bytes, "sha256").hex()
