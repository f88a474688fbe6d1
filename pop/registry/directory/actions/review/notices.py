"""Notices: a dated word that stands before a number. They end by themselves; nobody has to remember to do it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.places import countries
from pop.registry.directory.actions.review.permission import RefusalError, announce, require, trace
from pop.registry.directory.actions.review.records import locked_service
from pop.registry.directory.models import Change, Notice
from pop.registry.directory.rules.editing import MistakeError

KINDS = ("disrupted", "moved", "crisis")
LONGEST = timedelta(days=90)


@transaction.atomic
def create_notice(
    *, service_id: UUID | None, country: str, kind: str, starts: datetime, ends: datetime, source: str, by: UUID
) -> UUID:
    """Put a notice on a service or on a whole country, for at most 90 days. Raises MistakeError or RefusalError."""
    require(by, "editor", "approver")
    if kind not in KINDS:
        raise MistakeError("kind", "choice_wrong")
    if ends <= starts or ends <= timezone.now():
        raise MistakeError("ends", "ends_wrong")
    if ends - starts > LONGEST or starts > timezone.now() + LONGEST:
        raise MistakeError("ends", "too_long")
    service = locked_service(service_id) if service_id else None
    if service is not None:
        country = service.country
    if country not in countries.codes():
        raise MistakeError("country", "country_wrong")
    notice = Notice.objects.create(
        country=country, service=service, kind=kind, starts_at=starts, ends_at=ends, source=source, created_by=by
    )
    if service is not None:
        Change.objects.create(service=service, field="notice", after=kind, by=by, via="create_notice")
    trace("create_notice", "notice", notice.pk, by, {"kind": kind, "country": country})
    announce(country)
    return notice.pk


@transaction.atomic
def expire_notice(*, notice_id: UUID, by: UUID) -> None:
    """End a notice now. RefusalError: unknown, decided (it has ended already)."""
    require(by, "editor", "approver")
    notice = Notice.objects.select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise RefusalError("unknown")
    now = timezone.now()
    if notice.ends_at <= now:
        raise RefusalError("decided")
    notice.ends_at = now
    notice.starts_at = min(notice.starts_at, now - timedelta(seconds=1))
    notice.save(update_fields=["starts_at", "ends_at"])
    if notice.service_id:
        Change.objects.create(
            service_id=notice.service_id, field="notice", before=notice.kind, by=by, via="expire_notice"
        )
    trace("expire_notice", "notice", notice.pk, by)
    announce(notice.country)
