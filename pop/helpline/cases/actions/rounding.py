"""Hearing that a conversation was closed: the times of what staff kept about it are rounded, as its own are."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pop.helpline import database
from pop.helpline.cases.models import DangerStep, Identity, Note, RiskCheck
from pop.helpline.conversations.actions.rounding import round_moments
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.queue.actions.rounding import round_queue_times
from pop.helpline.referrals.actions import round_referral_times


def round_closed(payload: Mapping[str, object]) -> None:
    """Hear "conversation_changed" {conversation, state}; hearing it twice is one."""
    if payload.get("state") != CLOSED:
        return
    conversation = UUID(str(payload["conversation"]))
    with database.atomic():
        round_queue_times(conversation)
        round_referral_times(conversation)
        round_moments(RiskCheck.objects.filter(conversation=conversation), ["at"])
        round_moments(DangerStep.objects.filter(conversation=conversation), ["at"])
        round_moments(Note.objects.filter(conversation=conversation), ["at"])
        round_moments(Identity.objects.filter(conversation=conversation), ["made_at"])
