"""Records as a comparison needs them: names, country, website, and every number and address to reach them by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from pop.registry.directory.models import Contact, Proposal, Service
from pop.registry.directory.rules.editing import CONTACT_COLUMNS, SERVICE_FIELDS, reach_digest


@dataclass(frozen=True)
class Comparable:
    """One record with its own values and its contacts' columns; `safety` and `state` are as the registry keeps them."""

    id: UUID
    country: str
    organisation: str
    operator: str
    state: str
    safety: str
    values: Mapping[str, Any]
    contacts: tuple[Mapping[str, Any], ...]
    digest: str  # of its numbers and whom they reach (rules/editing.py: reach_digest)


def comparable(*, country: str, e164: Iterable[str], hosts: Iterable[str]) -> list[Comparable]:
    """Return the records that something in `country` could be: all of the country, and whoever elsewhere has one of
    these full numbers or names one of these hosts. Closed records are left out.
    """
    # Apart from each other: one question about all of it would join every contact of the registry.
    known = [number for number in e164 if number]
    ids = set(Contact.objects.filter(e164__in=known).values_list("service_id", flat=True)) if known else set()
    for host in hosts:
        ids.update(Service.objects.filter(website__icontains=host).order_by().values_list("id", flat=True))
    near = Q(country=country) | Q(pk__in=ids)
    rows = Service.objects.filter(near).exclude(state="defunct").select_related("organisation")
    return [_comparable(row) for row in rows.prefetch_related("contacts").order_by("id")]


def signs_in(countries: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return (full numbers, websites) of the records of these countries by which others elsewhere could be told."""
    rows = Service.objects.filter(country__in=list(countries)).exclude(state="defunct").order_by()
    numbers = rows.exclude(contacts__e164=None).values_list("contacts__e164", flat=True).distinct()
    websites = rows.exclude(website="").values_list("website", flat=True).distinct()
    return frozenset(numbers) - {""}, frozenset(websites)


def comparable_one(service: UUID) -> Comparable | None:
    """Return one record, or None."""
    row = Service.objects.filter(pk=service).select_related("organisation").prefetch_related("contacts").first()
    return _comparable(row) if row else None


def agreed_to(proposal: UUID | None) -> list[UUID]:
    """Return who proposed and who agreed to a proposal, the proposer first; nobody where there is none."""
    found = Proposal.objects.filter(pk=proposal).first() if proposal else None
    if found is None:
        return []
    return [found.proposed_by, *found.approvals.filter(yes=True).order_by("at").values_list("by", flat=True)]


def _comparable(row: Service) -> Comparable:
    values = {name: getattr(row, name) for name in SERVICE_FIELDS}
    contacts = [
        {"id": each.pk, **{name: getattr(each, name) for name in CONTACT_COLUMNS}} for each in row.contacts.all()
    ]
    return Comparable(
        id=row.pk,
        country=row.country,
        organisation=row.organisation.name,
        operator=row.organisation.operator,
        state=row.state,
        safety=row.safety,
        values=values,
        contacts=tuple(contacts),
        digest=reach_digest(values, contacts),
    )
