"""What `pop registry check` lists, what the console shows beside a record, and what a snapshot says of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from pop.registry.directory.models import Contact, EmergencyNumber, Evidence, LinkCheck, Service
from pop.registry.directory.rules.contradictions import (
    Finding,
    Level,
    Line,
    Record,
    Surroundings,
    find,
    where_emergency,
)
from pop.registry.directory.rules.drafts import LOOSE
from pop.registry.directory.rules.links import LINK_HOLDS

_CHUNK = 2_000
# More services than this are quicker found by reading every country than by asking where they are.
_FEW = 500
T = TypeVar("T")
CONTRADICTIONS: tuple[Level, ...] = ("contradiction",)


def check(*, country: str = "", now: datetime | None = None) -> list[Finding]:
    """Return what people should look at in every record that is not closed for good, by country and name.

    `country` (ISO 3166-1 alpha-2) asks for one country only; `now` is the moment to judge ages by.
    """
    return list(_findings([country] if country else None, now or timezone.now()))


def conflicts_by_service(
    ids: Iterable[UUID] | None = None, *, now: datetime | None = None
) -> dict[UUID, list[Finding]]:
    """Return {service: everything found in it}, for some services or for all.

    One pass with a handful of queries, however many services there are. The other services of their countries are read
    too: a number that two bodies claim is found by comparing rows.
    """
    wanted = None if ids is None else set(ids)
    places = None
    if wanted is not None and len(wanted) <= _FEW:
        places = list(Service.objects.filter(id__in=wanted).order_by().values_list("country", flat=True).distinct())
    found: dict[UUID, list[Finding]] = defaultdict(list)
    for finding in _findings(places, now or timezone.now()):
        if wanted is None or finding.service in wanted:
            found[finding.service].append(finding)
    return dict(found)


def conflict_codes(
    ids: Iterable[UUID] | None = None,
    *,
    levels: Collection[Level] = CONTRADICTIONS,
    now: datetime | None = None,
) -> Mapping[UUID, tuple[str, ...]]:
    """Return {service: codes of what was found in it, each once}, of the asked levels; services without are left out.

    By default contradictions only: what else a reader is warned of (how old the evidence is, that it is a lead) has
    words of its own.
    """
    found = {
        service: tuple(dict.fromkeys(finding.code for finding in findings if finding.level in levels))
        for service, findings in conflicts_by_service(ids, now=now).items()
    }
    return {service: codes for service, codes in found.items() if codes}


def _findings(places: Sequence[str] | None, now: datetime) -> Iterator[Finding]:
    """Yield the findings of some countries, or of all, one country after another."""
    emergency: dict[str, set[str]] = defaultdict(set)
    for country, dial in EmergencyNumber.objects.values_list("country", "dial"):
        emergency[country].add(dial)
    around = Surroundings(
        emergency=emergency,
        checked=dict(LinkCheck.objects.filter(ok=True).values_list("url", "checked_at")),
        now=now,
        link_holds=LINK_HOLDS,
        abroad=where_emergency(emergency),
    )
    for _, records in groupby(_records(places), lambda record: record.country):
        yield from find(records, around)


def _records(places: Sequence[str] | None) -> Iterator[Record]:
    """Yield the records of some countries, or of all, by country and name."""
    services = Service.objects.exclude(state="defunct")
    contacts = Contact.objects.exclude(service__state="defunct")
    stated = Evidence.objects.exclude(service__state="defunct").filter(contact=None, field__in=LOOSE)
    if places is not None:
        services = services.filter(country__in=places)
        contacts = contacts.filter(service__country__in=places)
        stated = stated.filter(service__country__in=places)
    lines = _grouped(
        (row[0], Line(*row[1:]))
        for row in contacts.order_by("service_id", "position", "id").values_list(
            "service_id",
            "id",
            "channel",
            "as_stated",
            "dial",
            "number_kind",
            "e164",
            "hours",
            "hours_source",
            "hours_rule",
            "withheld",
        )
    )
    said = _grouped(
        (service_id, (field, value))
        for service_id, field, value in stated.order_by("service_id", "field", "recorded_at", "id").values_list(
            "service_id", "field", "value"
        )
    )
    for service in services.order_by("country", "name", "id").iterator(chunk_size=_CHUNK):
        yield Record(
            id=service.id,
            organisation=service.organisation_id,
            country=service.country,
            name=service.name,
            kind=service.kind,
            audience=tuple(service.audience),
            subdivisions=tuple(service.subdivisions),
            languages=tuple(service.languages),
            website=service.website,
            stage=service.stage,
            stage_on=service.stage_on,
            safety=service.safety,
            contacts=tuple(lines.get(service.id, ())),
            stated=tuple(dict.fromkeys(said.get(service.id, ()))),
        )


def _grouped(rows: Iterable[tuple[UUID, T]]) -> dict[UUID, list[T]]:
    found: dict[UUID, list[T]] = defaultdict(list)
    for key, row in rows:
        found[key].append(row)
    return found
