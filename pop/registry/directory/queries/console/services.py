"""The list of services, as staff search it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Func, Q, QuerySet, Value
from django.db.models.functions import Replace

from pop.people.asking import Ask, Rows
from pop.places import countries
from pop.registry.directory.models import Contact, Service
from pop.registry.directory.queries.contradictions import conflict_codes
from pop.registry.directory.rules.contradictions import Level
from pop.registry.directory.rules.numbers import digits_of, plain

SORTS: Mapping[str, Sequence[str]] = {
    "name": ("name",),
    "country": ("country", "name"),
    "kind": ("kind", "name"),
    "stage": ("stage", "stage_on"),
    "checked": ("stage_on", "name"),
    "state": ("state", "name"),
    "changed": ("changed_at",),
}
# What asks for a person; mere notes do not.
LEVELS: tuple[Level, ...] = ("contradiction", "doubt")
# Fewer digits find nearly everything.
FEWEST_DIGITS = 2


@dataclass(frozen=True)
class ServiceLine:
    """One service in the list. `findings` holds codes of what contradicts itself."""

    id: UUID
    name: str
    country: str
    kind: str
    stage: str
    stage_on: date | None
    state: str
    safety: str
    contacts: int
    findings: tuple[str, ...]


def services(ask: Ask) -> Rows[ServiceLine]:
    """Return services by name, country (its name or code) or digits of a number.

    Filters: `country`, `kind`, `stage`, `state`, `safety` ("clear" or "withheld"), `findings` ("yes" or "no").
    """
    found = Service.objects.all()
    if ask.search:
        found = found.filter(_matching(ask.search))
    for name in ("country", "kind", "stage", "state"):
        if ask.filters.get(name):
            found = found.filter(**{name: ask.filters[name]})
    if ask.filters.get("safety"):
        clear = Q(safety="clear")
        found = found.filter(clear if ask.filters["safety"] == "clear" else ~clear)
    if ask.filters.get("findings"):
        with_findings = [key for key, codes in all_conflicts().items() if codes]
        inside = Q(pk__in=with_findings)
        found = found.filter(inside if ask.filters["findings"] == "yes" else ~inside)
    ordered = found.order_by(*ask.order(SORTS, ("country", "name", "id")))
    page = ordered.annotate(shown=Count("contacts", filter=Q(contacts__withheld="")))[ask.first : ask.first + ask.count]
    rows = list(page)
    conflicts = conflict_codes([row.pk for row in rows], levels=LEVELS)
    return Rows([_line(row, conflicts.get(row.pk, ())) for row in rows], found.count())


def all_conflicts() -> Mapping[UUID, tuple[str, ...]]:
    """Return {service: codes of contradictions and doubts} for every service that has any."""
    return conflict_codes(levels=LEVELS)


def used_countries() -> list[str]:
    """Return the codes of countries that have a service of any state."""
    return sorted(set(Service.objects.order_by().values_list("country", flat=True).distinct()))


def _line(row: Service, findings: Sequence[str]) -> ServiceLine:
    return ServiceLine(
        id=row.pk,
        name=row.name,
        country=row.country,
        kind=row.kind,
        stage=row.stage,
        stage_on=row.stage_on,
        state=row.state,
        safety=row.safety,
        contacts=row.shown,  # type: ignore[attr-defined]
        findings=tuple(findings),
    )


def _matching(text: str) -> Q:
    wanted = text.casefold()
    codes = [code for code in countries.codes() if wanted in countries.country_name(code, "en").casefold()]
    matching = Q(name__icontains=text) | Q(organisation__name__icontains=text) | Q(country__in=codes)
    if len(text) == 2:
        matching |= Q(country=text.upper())
    digits = digits_of(plain(text))
    if len(digits) >= FEWEST_DIGITS and not any(sign.isalpha() for sign in text):
        matching |= Q(pk__in=_with_digits(digits).values("service_id"))
    return matching


def _with_digits(digits: str) -> QuerySet[Contact]:
    """Return contacts whose number holds these digits, however it is written with blanks, dashes and brackets."""
    dialled: F | Func = F("dial")
    for sign in " -().":
        dialled = Replace(dialled, Value(sign), Value(""))
    holds = Q(dialled__contains=digits) | Q(e164__contains=digits) | Q(alternative__contains=digits)
    return Contact.objects.annotate(dialled=dialled).filter(holds)
