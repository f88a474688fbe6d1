"""Taking a record away from children at once. One person is enough: to be careful needs no permission of a second."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from pop.registry.directory.actions.review.permission import RefusalError, announce, require, trace
from pop.registry.directory.actions.review.records import locked_service
from pop.registry.directory.models import Change
from pop.registry.directory.rules.editing import SUSPENDED_BECAUSE


@transaction.atomic
def suspend(*, service_id: UUID, reason: str, by: UUID) -> None:
    """Hide a record now, for a coded reason; letting it back needs two people.

    RefusalError: state_wrong, reason_wrong.
    """
    require(by, "approver")
    if reason not in SUSPENDED_BECAUSE:
        raise RefusalError("reason_wrong")
    service = locked_service(service_id)
    if service.state not in ("published", "waiting"):
        raise RefusalError("state_wrong")
    for field, before, after in (("state", service.state, "suspended"), ("safety", service.safety, reason)):
        Change.objects.create(service=service, field=field, before=before, after=after, by=by, via="suspend")
    service.state, service.safety = "suspended", reason
    service.save(update_fields=["state", "safety", "changed_at"])
    trace("suspend", "service", service.pk, by, {"reason": reason})
    announce(service.country)
