"""What a ministry's focal point sees of its country: what anybody may read there, and what waits to be corrected.

A ministry is not who the respondents of a survey answered, nor whom a group of young people trusts. So nothing here
goes beyond what the public pages of the country say: neither withheld numbers nor records that wait, are suspended or
are shown by region only, and nothing of the house: no names of staff, no reports, no notes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from pop.people.asking import EXPORT_SIZE, Ask, Rows
from pop.registry.directory.models import EmergencyNumber, Proposal, Service
from pop.registry.directory.queries.console.work import EMERGENCY_SORTS, EmergencyLine, emergency_line
from pop.registry.directory.queries.pages import (
    PUBLIC_FIELDS,
    ServiceFacts,
    conflicts_by_service,
    facts_of,
    listed_services,
)
from pop.registry.directory.queries.shield import hidden_among
from pop.registry.directory.rules.editing import CONTACT_COLUMNS, DIGEST, REMOVED, SERVICE_FIELDS, WHOLE
from pop.registry.directory.rules.publication import MAPPED_ONLY

MOST_FINDINGS: Final = EXPORT_SIZE
SERVICE_SORTS: Final = {
    "name": ("name",),
    "country": ("country", "name"),
    "kind": ("kind", "name"),
    "stage": ("stage", "stage_on"),
    "checked": ("stage_on", "name"),
}
PROPOSAL_SORTS: Final = {"at": ("proposed_at",), "kind": ("kind",), "state": ("state",), "service": ("service__name",)}
# Decisions about a record and facts of it; never what a survey said before people agreed to it.
_READABLE_KINDS: Final = ("edit", "publish", "unsuspend", "defunct")
_READABLE_STATES: Final = ("waiting", "applied")
# What follows from other columns, and where it was read, which is said once people have agreed to it.
_FOLLOWING: Final = frozenset({"number_kind", "hours_rule", "source"})
# Of a record that is on the map only, nothing that it could be reached by.
_REACHING: Final = frozenset({"website", "record", WHOLE})


@dataclass(frozen=True)
class NationalLine:
    """One service in the list; `findings` are codes of what contradicts itself in it."""

    id: UUID
    name: str
    country: str
    kind: str
    stage: str
    stage_on: date | None
    mapped_only: bool
    findings: tuple[str, ...]


@dataclass(frozen=True)
class NationalRecord:
    """One service as the public sees it, with the values that a correction begins from, by column.

    `contacts` holds the columns of those contacts that may be corrected, by id.
    """

    facts: ServiceFacts
    values: Mapping[str, Any]
    contacts: Mapping[UUID, Mapping[str, Any]]
    findings: tuple[str, ...]


@dataclass(frozen=True)
class NationalProposal:
    """One proposed change without anybody's name. `source` and the reasons of a no stand in the reader's own only."""

    id: UUID
    service: UUID | None
    subject: str
    country: str
    kind: str
    changes: Sequence[Mapping[str, Any]]
    source: str
    observed_on: date | None
    stage: str
    needs: int
    agreed: int
    at: datetime
    state: str
    own: bool
    from_focal_point: bool
    reasons: tuple[str, ...]


def visible(countries: Collection[str]) -> QuerySet[Service]:
    """Return the services of these countries that their ministries may be told of."""
    listed = listed_services().filter(country__in=countries)
    return listed.exclude(pk__in=hidden_among(listed))


def services(ask: Ask, *, countries: Collection[str], now: datetime) -> Rows[NationalLine]:
    """Return services by name or organisation; not by digits, which would find the numbers that are not shown, too.

    Filters: `country`, `kind`, `stage`, `findings` ("yes" or "no").
    """
    found = visible(countries)
    if ask.search:
        found = found.filter(Q(name__icontains=ask.search) | Q(organisation__name__icontains=ask.search))
    for name in ("country", "kind", "stage"):
        if ask.filters.get(name):
            found = found.filter(**{name: ask.filters[name]})
    if ask.filters.get("findings"):
        inside = Q(pk__in=list(conflicts_by_service(found.values_list("pk", flat=True), now=now)))
        found = found.filter(inside if ask.filters["findings"] == "yes" else ~inside)
    ordered = found.order_by(*ask.order(SERVICE_SORTS, ("country", "name", "id")))
    rows = list(ordered[ask.first : ask.first + ask.count])
    conflicts = conflicts_by_service([row.pk for row in rows], now=now)
    return Rows([_line(row, conflicts.get(row.pk, ())) for row in rows], found.count())


def findings(ask: Ask, *, countries: Collection[str], now: datetime) -> Rows[tuple[NationalLine, str]]:
    """Return (service, code) for everything that contradicts itself; filters: `country`, `code`."""
    rows = {row.pk: row for row in visible(countries)}
    found = [
        (_line(rows[key], codes), code)
        for key, codes in conflicts_by_service(list(rows), now=now).items()
        for code in codes
        if not ask.search or ask.search.casefold() in rows[key].name.casefold()
    ]
    kept = [
        (line, code)
        for line, code in found
        if ask.filters.get("country") in (None, "", line.country) and ask.filters.get("code") in (None, "", code)
    ]
    kept.sort(key=lambda each: (each[0].country, each[0].name, each[1]))
    if ask.sort:
        by_name = ask.sort == "name"
        kept.sort(key=lambda each: each[0].name if by_name else each[1], reverse=ask.down)
    return Rows(kept[ask.first : ask.first + ask.count], len(kept))


def record(service_id: UUID, *, countries: Collection[str], now: datetime) -> NationalRecord | None:
    """Return one service, or None for one that is not theirs to see: the same as for one that does not exist."""
    row = visible(countries).filter(pk=service_id).first()
    if row is None:
        return None
    facts = facts_of([row], now=now)[0]
    shown = {each.id for each in facts.contacts if not each.concealed}
    left_out = {"website"} if facts.mapped_only else set()
    return NationalRecord(
        facts=facts,
        values={name: getattr(row, name) for name in SERVICE_FIELDS if name not in left_out},
        contacts={
            each.pk: {name: getattr(each, name) for name in CONTACT_COLUMNS}
            for each in row.contacts.all()
            if each.pk in shown
        },
        findings=tuple(conflicts_by_service([row.pk], now=now).get(row.pk, ())),
    )


def proposals(ask: Ask, *, countries: Collection[str], reader: UUID) -> Rows[NationalProposal]:
    """Return proposals by the service's name; filters: `state`, `kind`, `whose` ("mine")."""
    found = _proposals(countries, reader)
    if ask.search:
        found = found.filter(Q(service__name__icontains=ask.search) | Q(emergency__dial__contains=ask.search))
    for name in ("state", "kind"):
        if ask.filters.get(name):
            found = found.filter(**{name: ask.filters[name]})
    if ask.filters.get("whose") == "mine":
        found = found.filter(proposed_by=reader)
    ordered = found.order_by(*ask.order(PROPOSAL_SORTS, ("-proposed_at", "id")))
    readable = _read(ordered, reader)
    return Rows(readable[ask.first : ask.first + ask.count], len(readable))


def proposal(proposal_id: UUID, *, countries: Collection[str], reader: UUID) -> NationalProposal | None:
    """Return one proposal, or None for one that is not theirs to see."""
    found = _read(_proposals(countries, reader).filter(pk=proposal_id), reader)
    return found[0] if found else None


def proposals_about(service_id: UUID, *, countries: Collection[str], reader: UUID) -> list[NationalProposal]:
    """Return the proposals about one service that wait and may be read."""
    return _read(_proposals(countries, reader).filter(service_id=service_id, state="waiting"), reader)


def emergency_numbers(ask: Ask, *, countries: Collection[str]) -> Rows[EmergencyLine]:
    """Return the emergency numbers of these countries by their digits; filter: `country`."""
    found = EmergencyNumber.objects.filter(country__in=countries)
    if ask.search:
        found = found.filter(dial__contains=ask.search)
    if ask.filters.get("country"):
        found = found.filter(country=ask.filters["country"])
    ordered = found.order_by(*ask.order(EMERGENCY_SORTS, ("country", "rank", "dial")))
    return Rows([emergency_line(row) for row in ordered[ask.first : ask.first + ask.count]], found.count())


def emergency_number(number_id: UUID, *, countries: Collection[str]) -> EmergencyLine | None:
    """Return one emergency number of these countries, or None."""
    row = EmergencyNumber.objects.filter(pk=number_id, country__in=countries).first()
    return emergency_line(row) if row else None


def _line(row: Service, findings: Sequence[str]) -> NationalLine:
    return NationalLine(
        row.pk, row.name, row.country, row.kind, row.stage, row.stage_on, row.safety == MAPPED_ONLY, tuple(findings)
    )


def _proposals(countries: Collection[str], reader: UUID) -> QuerySet[Proposal]:
    """Return what might be read: about records that may be seen, about emergency numbers, and the reader's own."""
    seen = Q(service__in=visible(countries).values("pk"), kind__in=_READABLE_KINDS, state__in=_READABLE_STATES)
    numbers = Q(service=None, country__in=countries, state__in=_READABLE_STATES)
    of_theirs = Q(service__country__in=countries) | Q(service=None, country__in=countries)
    own = Q(proposed_by=reader, from_focal_point=True) & of_theirs
    return Proposal.objects.filter(seen | numbers | own)


def _read(rows: QuerySet[Proposal], reader: UUID) -> list[NationalProposal]:
    found = list(rows.select_related("service__organisation", "emergency").prefetch_related("approvals"))
    services = {row.service.pk: row.service for row in found if row.service is not None}
    facts = {each.id: each for each in facts_of(services.values(), now=_ANY_TIME)}
    return [
        _national(row, reader)
        for row in found
        if _own(row, reader) or row.service is None or _all_readable(row, facts[row.service.pk])
    ]


# Which contacts are concealed hangs on no time; only notices and checked links do, and those are not read here.
_ANY_TIME: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _reason(code: str) -> str:
    """Return why not; that a record has a thing already would confirm a guess at what it does not show."""
    return "other" if code == "duplicate" else code


def _own(row: Proposal, reader: UUID) -> bool:
    return row.from_focal_point and row.proposed_by == reader


def _all_readable(row: Proposal, facts: ServiceFacts) -> bool:
    """Say whether a proposal of somebody else says nothing that the public would not be told once it is made."""
    shown = {str(each.id) for each in facts.contacts if not each.concealed}
    open_fields = PUBLIC_FIELDS - _REACHING if facts.mapped_only else PUBLIC_FIELDS
    return all(_readable(change, shown, open_fields, facts) for change in row.changes)


def _readable(
    change: Mapping[str, Any], shown: Collection[str], open_fields: Collection[str], facts: ServiceFacts
) -> bool:
    field, contact, after = change["field"], change["contact"], change["after"]
    if field == DIGEST:
        return True
    if field == WHOLE:
        hidden_place = facts.kind == "shelter" and after["channel"] == "in_person"
        return not facts.mapped_only and not after["withheld"] and not hidden_place
    if contact is not None and contact not in shown:
        return False
    return field in open_fields or field in _FOLLOWING or (field == "withheld" and after == REMOVED)


def _national(row: Proposal, reader: UUID) -> NationalProposal:
    answers = list(row.approvals.all())
    own = _own(row, reader)
    # Where somebody read a thing may be a private word until people have agreed to it.
    sourced = own or row.state == "applied"
    unsaid = (DIGEST,) if sourced else (DIGEST, "source")
    return NationalProposal(
        id=row.pk,
        service=row.service_id,
        subject=row.service.name if row.service else row.emergency.dial if row.emergency else "",
        country=row.service.country if row.service else row.country,
        kind=row.kind,
        changes=[change for change in row.changes if change["field"] not in unsaid],
        source=row.source if sourced else "",
        observed_on=row.observed_on,
        stage=row.stage,
        needs=row.needs,
        agreed=sum(answer.yes for answer in answers),
        at=row.proposed_at,
        state=row.state,
        own=own,
        from_focal_point=row.from_focal_point,
        reasons=tuple(_reason(answer.reason) for answer in answers if own and not answer.yes),
    )
