"""Which forms a partner's addresses offer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.surveys.collecting.actions.partners import PartnerError
from pop.surveys.collecting.models import Assignment, Partner, Survey


def assign(*, partner: UUID, form_id: str, now: datetime, by: UUID | None = None) -> bool:
    """Offer a form to a partner: from the first one on no other than those assigned. False where it was so before.

    Raises PartnerError: `unknown_partner`, `unknown_form`.
    """
    with transaction.atomic():
        forms = _forms(partner)
        if form_id in forms:
            return False
        set_forms(partner=partner, forms={*forms, form_id}, now=now, by=by)
    return True


def unassign(*, partner: UUID, form_id: str, now: datetime, by: UUID | None = None) -> bool:
    """Take a form back; with the last one every open form is offered again. False where it was not assigned.

    Raises PartnerError (`unknown_partner`).
    """
    with transaction.atomic():
        forms = _forms(partner)
        if form_id not in forms:
            return False
        set_forms(partner=partner, forms=forms - {form_id}, now=now, by=by)
    return True


def set_forms(*, partner: UUID, forms: Collection[str], now: datetime, by: UUID | None = None) -> None:
    """Offer exactly these forms to a partner; none of them means every open form.

    Raises PartnerError: `unknown_partner`, `unknown_form`.
    """
    with transaction.atomic():
        before, wanted = _forms(partner), set(forms)
        new = wanted - before
        if Survey.objects.filter(form_id__in=new).values("form_id").distinct().count() != len(new):
            raise PartnerError("unknown_form")
        Assignment.objects.filter(partner_id=partner, form_id__in=before - wanted).delete()
        Assignment.objects.bulk_create(
            Assignment(partner_id=partner, form_id=each, made_at=now) for each in sorted(new)
        )
        if wanted != before:
            detail: dict[str, object] = {"forms": sorted(wanted)}
            record(action="assign_forms", object_type="partner", object_id=str(partner), actor=by, detail=detail)


def _forms(partner: UUID) -> set[str]:
    """Return a partner's forms, and hold the partner until the transaction ends. Raises PartnerError."""
    if not Partner.objects.select_for_update().filter(id=partner).exists():
        raise PartnerError("unknown_partner")
    return set(Assignment.objects.filter(partner_id=partner).values_list("form_id", flat=True))
