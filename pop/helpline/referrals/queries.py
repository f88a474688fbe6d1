"""The finder inside a conversation, and what was handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from pop_sdk.need import Need

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries.talks import conversation_of
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.referrals.models import Referral
from pop.places.countries import codes
from pop.signposting.finder.queries import current_engine

_MOST = 8
_AGES: Mapping[str, tuple[int, int]] = {"8-12": (8, 12), "13-17": (13, 17), "18-24": (18, 24)}


@dataclass(frozen=True)
class Contact:
    """One way to reach a service: what to dial or look for, and the link that does it."""

    channel: str
    dial: str
    uri: str


@dataclass(frozen=True)
class ServiceCard:
    """One service as the directory has it now. `open` is "open", "closed" or "unknown"."""

    id: UUID
    name: str
    kind: str
    country: str
    open: str
    contacts: tuple[Contact, ...]


@dataclass(frozen=True)
class ReferralRow:
    """One service that the child was asked about. `agreed`: asked, agreed or declined."""

    id: UUID
    service: UUID
    name: str
    kind: str
    agreed: str
    made_at: datetime
    decided_at: datetime | None


def find_services(
    *,
    country: str,
    language: str,
    topics: Sequence[str] = (),
    age: str = "",
    channels: Sequence[str] = (),
    now: datetime | None = None,
) -> list[ServiceCard]:
    """Return up to eight services that fit, best first; empty for an unknown country or where nothing is known."""
    engine = current_engine()
    if engine is None or country not in codes():
        return []
    low, high = _AGES.get(age, (None, None))
    need = Need(
        country=country,
        topics=tuple(topics),
        languages=(language,) if language else (),
        channels=tuple(channels),
        age_min=low,
        age_max=high,
        limit=_MOST,
    )
    answer = engine.answer(need, now=int((now or timezone.now()).timestamp()))
    matches = list(answer["matches"]) or (list(answer["gap"]["nearest"]) if answer["gap"] else [])
    return [card_of(match) for match in matches if match["contacts"]]


def service_card(service: UUID, *, now: datetime | None = None) -> ServiceCard | None:
    """Return one service as the directory has it now, or None."""
    engine = current_engine()
    found = engine.service(str(service), now=int((now or timezone.now()).timestamp())) if engine is not None else None
    return None if found is None else card_of(found)


def referrals_of(conversation: UUID, staff: UUID) -> list[ReferralRow]:
    """Return what a child was offered, to a member of the team, the oldest first. Raises RefusedError("unknown")."""
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None or not lines.is_member(staff, row.team_id):
        raise RefusedError("unknown")
    return _rows(conversation)


def asked_of_child(token: str) -> list[ReferralRow]:
    """Return the services that a child is asked about and has not decided on; empty without an open session."""
    conversation = conversation_of(token)
    return [] if conversation is None else [each for each in _rows(conversation) if each.agreed == "asked"]


def card_of(match: Mapping[str, Any]) -> ServiceCard:
    """Return a match of the engine's as a card."""
    service = match["service"]
    return ServiceCard(
        id=UUID(service["id"]),
        name=service["name"],
        kind=service["kind"],
        country=service.get("country", ""),
        open=str(match.get("open", "unknown")),
        contacts=tuple(
            Contact(str(each["channel"]), str(each["dial"] or ""), str(each["uri"] or "")) for each in match["contacts"]
        ),
    )


def _rows(conversation: UUID) -> list[ReferralRow]:
    rows = Referral.objects.filter(conversation=conversation).order_by("made_at", "pk")
    return [
        ReferralRow(row.pk, row.service_id, row.service_name, row.kind, row.agreed, row.made_at, row.decided_at)
        for row in rows
    ]
