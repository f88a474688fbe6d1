"""Asking partners by mail: each mail is a row before it is sent."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from pop.audit.actions import record
from pop.surveys.collecting.actions.inviting import invite
from pop.surveys.collecting.actions.partners import PartnerError
from pop.surveys.collecting.models import Invitation, Partner
from pop.surveys.inviting.models import Mail
from pop.surveys.inviting.queries import Due, is_wanted, reminders_due


def invite_by_mail(*, partner: UUID, form_id: str, now: datetime, by: UUID | None = None) -> UUID:
    """Invite a partner by mail and return the invitation. The link is made when the mail is sent: nobody else has it.

    Raises PartnerError: `unknown_partner`, `unknown_form`; `no_mail` where the partner has no address or takes no
    mails, has answered this form, or the form is not open.
    """
    with transaction.atomic():
        made = invite(partner=partner, form_id=form_id, now=now, by=by)
        if not is_wanted(made.id):
            raise PartnerError("no_mail")
        Invitation.objects.filter(id=made.id).update(mails_from=now)
        Mail.objects.create(invitation_id=made.id, number=0, due_at=now)
        _note("invite_by_mail", made.id, by)
    return made.id


def remind(*, now: datetime, form_id: str | None = None, everybody: bool = False, by: UUID | None = None) -> list[Due]:
    """Make the reminders that are due now, as mails that wait to be sent, and return them.

    `everybody` takes in the links that nobody asked to write about so far; from then on they are written about.
    """
    made: list[Due] = []
    for due in list(reminders_due(now=now, days=settings.REMINDER_DAYS, form_id=form_id, everybody=everybody)):
        with transaction.atomic():
            Invitation.objects.filter(id=due.invitation, mails_from=None).update(mails_from=now)
            mail = Mail(invitation_id=due.invitation, number=due.number, due_at=now)
            Mail.objects.bulk_create([mail], ignore_conflicts=True)
            if not Mail.objects.filter(id=mail.id).exists():
                continue  # somebody else made it at this moment
            _note("remind", due.invitation, by, number=due.number)
        made.append(due)
    return made


def stop_mails(*, partner: UUID, now: datetime) -> None:
    """Write to this partner's address no more, whoever else has it too."""
    with transaction.atomic():
        for row in _same_address(partner).filter(mails_stopped_at=None):
            row.mails_stopped_at = now
            row.save(update_fields=["mails_stopped_at"])
            record(action="stop_mails", object_type="partner", object_id=str(row.id), actor=None)


def allow_mails(*, partner: UUID) -> None:
    """Write to this partner's address again: only whoever reads there asks for it."""
    with transaction.atomic():
        for row in _same_address(partner).exclude(mails_stopped_at=None):
            row.mails_stopped_at = None
            row.save(update_fields=["mails_stopped_at"])
            record(action="allow_mails", object_type="partner", object_id=str(row.id), actor=None)


def _same_address(partner: UUID) -> QuerySet[Partner]:
    address = Partner.objects.values_list("email", flat=True).get(id=partner)
    return Partner.objects.filter(email__iexact=address) if address else Partner.objects.filter(id=partner)


def _note(action: str, invitation: UUID, by: UUID | None, **detail: object) -> None:
    record(action=action, object_type="invitation", object_id=str(invitation), actor=by, detail=detail)
