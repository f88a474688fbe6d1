"""Who was invited to answer what, and how far each link led."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pop.surveys.collecting.models import Invitation
from pop.surveys.collecting.rules.tokens import lookup_of


@dataclass(frozen=True)
class Invited:
    """One link: whose, to which form, and when it was first opened, started and answered."""

    id: UUID
    partner: UUID
    partner_name: str
    form_id: str
    made_at: datetime
    opened_at: datetime | None
    started_at: datetime | None
    answered_at: datetime | None
    revoked_at: datetime | None


def invitation_of(token: str) -> Invited | None:
    """Return what a link leads to; None for one that never was as for one that was revoked."""
    row = Invitation.objects.select_related("partner").filter(lookup=lookup_of(token), revoked_at=None).first()
    return _invited(row) if row else None


def invitations(form_id: str | None = None) -> Sequence[Invited]:
    """Return the links to a form, or to all: newest first."""
    rows = Invitation.objects.select_related("partner").order_by("-made_at", "-id")
    return [_invited(row) for row in (rows if form_id is None else rows.filter(form_id=form_id))]


def _invited(row: Invitation) -> Invited:
    return Invited(
        row.id,
        row.partner_id,
        row.partner.name,
        row.form_id,
        row.made_at,
        row.opened_at,
        row.started_at,
        row.answered_at,
        row.revoked_at,
    )
