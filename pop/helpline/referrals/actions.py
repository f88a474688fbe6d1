"""Handing over a service: only with the child's agreement, which is recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.appending import notice
from pop.helpline.conversations.actions.entering import child_enters
from pop.helpline.conversations.actions.moving import locked as locked_by_system
from pop.helpline.conversations.actions.moving import tell
from pop.helpline.conversations.actions.rounding import round_moments
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import locked, opened_by
from pop.helpline.referrals.models import Referral
from pop.helpline.referrals.queries import service_card

ASKED, AGREED, DECLINED = "asked", "agreed", "declined"


def offer_service(
    *, conversation: UUID, staff: UUID, private_key: bytes, service: UUID, now: datetime | None = None
) -> UUID:
    """Ask the child whether it wants a service of the directory, and return the referral; asking again is once.

    Raises RefusedError: "unknown", "not_yours", "wrong_state", "service_unknown".
    """
    now = now or timezone.now()
    found = service_card(service, now=now)
    if found is None:
        raise RefusedError("service_unknown")
    with database.atomic():
        row = _theirs(conversation, staff)
        waiting = Referral.objects.filter(conversation=row, service_id=service, agreed=ASKED).first()
        if waiting is not None:
            return waiting.pk
        made = Referral.objects.create(
            pk=uuid4(),
            conversation=row,
            service_id=service,
            service_name=found.name[:300],
            kind=found.kind[:40],
            agreed=ASKED,
            staff=staff,
            made_at=now,
        )
        if row.channel != "phone":
            keys = opened_by(row, staff=staff, private_key=private_key)
            notice(row.pk, "service_asked", {"referral": str(made.pk), "name": found.name}, keys=keys, now=now)
        tell(row, row.state, action="offer_service", by=staff, detail={"referral": str(made.pk)})
    return made.pk


def decide(*, referral: UUID, agreed: bool, staff: UUID, private_key: bytes, now: datetime | None = None) -> None:
    """Record what the child said to a service; where it agreed, it is given how to reach it.

    Raises RefusedError: "unknown", "not_yours", "wrong_state", "referral_decided".
    """
    now = now or timezone.now()
    with database.atomic():
        made = Referral.objects.filter(pk=referral).first()
        if made is None:
            raise RefusedError("unknown")
        row = _theirs(made.conversation_id, staff)
        keys = opened_by(row, staff=staff, private_key=private_key)
        _decide(referral, row, agreed, by=staff, keys=keys, now=now)


def child_decides(*, token: str, referral: UUID, agreed: bool, now: datetime | None = None) -> None:
    """Take the child's own answer. Raises RefusedError: "unknown" (no session, another's referral), "closed"."""
    now = now or timezone.now()
    inside = child_enters(token, now=now)
    if inside is None:
        raise RefusedError("unknown")
    with database.atomic():
        row = locked_by_system(inside.conversation.id)
        if not Referral.objects.filter(pk=referral, conversation=row).exists():
            raise RefusedError("unknown")
        if row.state == CLOSED:
            raise RefusedError("closed")
        _decide(referral, row, agreed, by=None, keys=dict(inside.keys), now=now)


def _decide(
    referral: UUID, row: Conversation, agreed: bool, *, by: UUID | None, keys: dict[int, bytes], now: datetime
) -> None:
    made = Referral.objects.select_for_update().get(pk=referral)
    if made.agreed != ASKED:
        if made.agreed == (AGREED if agreed else DECLINED):
            return  # the same answer again: a form sent twice
        raise RefusedError("referral_decided")
    made.agreed, made.decided_at = (AGREED if agreed else DECLINED), now
    made.save(update_fields=["agreed", "decided_at"])
    if agreed and row.channel != "phone":
        found = service_card(made.service_id, now=now)
        contacts = [
            {"channel": each.channel, "dial": each.dial, "uri": each.uri} for each in (found.contacts if found else ())
        ]
        told = {"id": str(made.service_id), "name": made.service_name, "contacts": contacts[:6]}
        notice(row.pk, "service", told, keys=keys, client_key=f"service:{made.pk}", now=now)
    detail = {"referral": str(made.pk), "agreed": agreed, "by_child": by is None}
    tell(row, row.state, action="decide_referral", by=by, detail=detail)


def _theirs(conversation: UUID, staff: UUID) -> Conversation:
    row = locked(conversation, staff=staff)
    if row.assignee != staff:
        raise RefusedError("not_yours")
    if row.state == CLOSED:
        raise RefusedError("wrong_state")
    return row


def round_referral_times(conversation: UUID) -> None:
    """Round the times of a closed conversation's referrals, in the caller's transaction."""
    round_moments(Referral.objects.filter(conversation=conversation), ["made_at", "decided_at"])
