"""Which published services and bodies a page of the exchange holds."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from pop.registry.directory.models import Service
from pop.registry.directory.queries.pages import ServiceFacts, facts_of, visible_services
from pop.registry.directory.rules.publication import COORDINATION
from pop.registry.directory.rules.tables import kinds
from pop.registry.exchange.profile import Term


class Wanted(NamedTuple):
    """What a reader asks for; None and "" ask for everything."""

    search: str = ""
    organisation: UUID | None = None
    modified_after: datetime | None = None
    term: Term | None = None
    taxonomy: str = ""  # a taxonomy's code


def exchanged() -> QuerySet[Service]:
    """Return the services that are given out: published, no safety decision pending, something people can turn to."""
    return visible_services().exclude(kind=COORDINATION)


def services_page(wanted: Wanted, *, page: int, per_page: int, now: datetime) -> tuple[int, list[ServiceFacts]]:
    """Return how many services there are and those of one page, in order of id."""
    rows = _filtered(wanted).order_by("id")
    return rows.count(), facts_of(rows[(page - 1) * per_page : page * per_page], now=now)


def one_service(id: UUID, *, now: datetime) -> ServiceFacts | None:
    """Return one service, or None."""
    return next(iter(facts_of(exchanged().filter(id=id), now=now)), None)


def organisations_page(search: str, *, page: int, per_page: int, now: datetime) -> tuple[int, list[list[ServiceFacts]]]:
    """Return how many bodies with a published service there are, and for each of one page its services."""
    rows = exchanged().filter(organisation__name__icontains=search) if search else exchanged()
    ids = rows.order_by("organisation_id").values_list("organisation_id", flat=True).distinct()
    shown = list(ids[(page - 1) * per_page : page * per_page])
    found: dict[UUID, list[ServiceFacts]] = {id: [] for id in shown}
    for facts in facts_of(exchanged().filter(organisation_id__in=shown).order_by("name", "id"), now=now):
        found[facts.organisation_id].append(facts)
    return ids.count(), list(found.values())


def services_of(organisation: UUID, *, now: datetime) -> list[ServiceFacts]:
    """Return the services of one body; none if it has no published one."""
    return facts_of(exchanged().filter(organisation_id=organisation).order_by("name", "id"), now=now)


def _filtered(wanted: Wanted) -> QuerySet[Service]:
    rows = exchanged()
    if wanted.search:
        rows = rows.filter(Q(name__icontains=wanted.search) | Q(organisation__name__icontains=wanted.search))
    if wanted.organisation is not None:
        rows = rows.filter(organisation_id=wanted.organisation)
    if wanted.modified_after is not None:
        rows = rows.filter(changed_at__gte=wanted.modified_after)
    if wanted.term is not None:
        rows = _with_term(rows, wanted.term)
    # Every service has a kind, an audience, a stage and facts; of the rest some services have no term.
    if wanted.taxonomy in {"topic", "responder"}:
        rows = rows.filter(id__in=_ids_with(rows, wanted.taxonomy, None))
    elif wanted.taxonomy == "operator":
        rows = rows.exclude(organisation__operator="")
    return rows


def _with_term(rows: QuerySet[Service], term: Term) -> QuerySet[Service]:
    taxonomy = term.taxonomy.code
    if taxonomy in {"kind", "stage"}:
        return rows.filter(**{taxonomy: term.code})
    if taxonomy == "operator":
        return rows.filter(organisation__operator=term.code)
    if taxonomy == "channel":
        return rows.filter(contacts__channel=term.code, contacts__withheld="").distinct()
    if taxonomy in {"topic", "audience", "responder"}:
        return rows.filter(id__in=_ids_with(rows, taxonomy, term.code))
    return rows  # a fact's term says what is known of a service, not which service it is


def _ids_with(rows: QuerySet[Service], taxonomy: str, code: str | None) -> list[UUID]:
    """Return the ids whose list holds a code, or any. Read here, because SQLite cannot ask a JSON list."""
    column = {"topic": "topics", "audience": "audience", "responder": "responders"}[taxonomy]
    found: list[UUID] = []
    for id, kind, values in rows.values_list("id", "kind", column):
        of_kind = kinds().get(kind)
        held = {*values, *(of_kind.topics if of_kind and taxonomy == "topic" else ())}
        if held if code is None else code in held:
            found.append(id)
    return found
