"""Links for one partner to answer one form in a browser, and how far each of them led."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.surveys.collecting.actions.partners import TOKEN_BYTES, Made, PartnerError, end
from pop.surveys.collecting.models import Invitation, Partner, Survey
from pop.surveys.collecting.rules.tokens import lookup_of


def invite(*, partner: UUID, form_id: str, now: datetime, by: UUID | None = None) -> Made:
    """Make a link for a partner to answer a form; only its SHA-256 is kept.

    Raises PartnerError: `unknown_partner`, `unknown_form`.
    """
    token = secrets.token_hex(TOKEN_BYTES)
    with transaction.atomic():
        if not Partner.objects.filter(id=partner).exists():
            raise PartnerError("unknown_partner")
        if not Survey.objects.filter(form_id=form_id).exists():
            raise PartnerError("unknown_form")
        made = Invitation.objects.create(partner_id=partner, form_id=form_id, lookup=lookup_of(token), made_at=now)
        detail: dict[str, object] = {"partner": str(partner), "form": form_id}
        record(action="invite", object_type="invitation", object_id=str(made.id), actor=by, detail=detail)
    return Made(made.id, token)


def note_opened(*, invitation: UUID, now: datetime) -> None:
    """Write down when a link was opened first."""
    Invitation.objects.filter(id=invitation, opened_at=None).update(opened_at=now)


def revoke_invitation(*, invitation: UUID, now: datetime, by: UUID | None = None) -> bool:
    """End a link at once; what came through it stays, and what was begun through it may still be sent.

    Returns False where it was ended before. Raises PartnerError (`unknown_token`).
    """
    return end(Invitation, invitation, now=now, by=by)
