"""Adding a service. It waits: until two people have agreed to publish it, no child sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.places import countries
from pop.registry.directory.actions.review.permission import RefusalError, require, trace
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.models import Change, Evidence, Organisation, Service, Task
from pop.registry.directory.rules.drafts import as_text
from pop.registry.directory.rules.editing import SERVICE_FIELDS, MistakeError, check_evidence, service_columns


@transaction.atomic
def create_service(*, country: str, organisation: str, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Add a service without contacts. Raises MistakeError, or RefusalError "name_known": the country has this name."""
    require(by, "editor")
    if country not in countries.codes():
        raise MistakeError("country", "country_wrong")
    check_evidence(seen.source, seen.observed_on, seen.stage, timezone.now().date())
    columns = service_columns(values, country)
    if Service.objects.filter(country=country, name__iexact=columns["name"]).exists():
        raise RefusalError("name_known")
    body = Organisation.objects.filter(country=country, name=organisation).first() or Organisation.objects.create(
        name=organisation, country=country, website=columns.get("website", "")
    )
    service = Service.objects.create(
        organisation=body,
        country=country,
        state="waiting",
        stage=seen.stage,
        stage_on=seen.observed_on,
        source=seen.source.strip(),
        **columns,
    )
    Change.objects.create(service=service, field="record", after=service.name, by=by, via="create_service")
    for name in SERVICE_FIELDS:
        text = as_text(getattr(service, name))
        if text:
            Evidence.objects.create(
                service=service,
                field=name,
                value=text,
                source=service.source,
                observed_on=seen.observed_on,
                stage=seen.stage,
                recorded_by=by,
            )
    Task.objects.create(kind="new_service", service=service)
    trace("create_service", "service", service.pk, by, {"country": country})
    return service.pk
