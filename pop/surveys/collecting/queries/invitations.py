"""Who was invited to answer what, and how far each link led."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pop.surveys.collecting.models import Invitation
from pop.surveys.collecting.rules.tokens import lookup_of

STEPS = ("unopened", "opened", "started", "answered", "revoked")
"""How far a link led, from nowhere on."""


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

    @property
    def led(self) -> tuple[str, datetime]:
        """How far it led (`STEPS`), and since when."""
        steps = zip(
            STEPS, (self.made_at, self.opened_at, self.started_at, self.answered_at, self.revoked_at), strict=True
        )
        return next((step, at) for step, at in reversed(list(steps)) if at)


def invitation_of(token: str) -> Invited | None:
    """Return what a link leads to; None for one that never was as for one that was revoked."""
    found = invitation_ever(token)
    return found if found and found.revoked_at is None else None


def invitation_ever(token: str) -> Invited | None:
    """Return what a link leads or led to: whoever has an ended one may still say that they want no mails."""
    lookup = lookup_of(token)
    rows = Invitation.objects.select_related("partner")
    row = rows.filter(lookup=lookup).first() or rows.filter(links__lookup=lookup).first()
    return _invited(row) if row else None


def invitations(form_id: str | None = None, *, partner: UUID | None = None) -> Sequence[Invited]:
    """Return the links to a form, or to all; of a partner, or of all: newest first."""
    rows = Invitation.objects.select_related("partner").order_by("-made_at", "-id")
    if form_id is not None:
        rows = rows.filter(form_id=form_id)
    if partner is not None:
        rows = rows.filter(partner_id=partner)
    return [_invited(row) for row in rows]


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
