"""What the public pages and exports may show of the registry, as plain facts.

Only a published record that no safety decision holds back has facts here. Of the rest a reader learns no more than that
an id is under review or closed; everything else is None, the same as an id that never existed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from pop.registry.directory.models import (
    Change,
    Contact,
    EmergencyNumber,
    Evidence,
    LinkCheck,
    Notice,
    Service,
)
from pop.registry.directory.queries.contradictions import conflict_codes
from pop.registry.directory.queries.shield import hidden_among
from pop.registry.directory.rules.links import LINK_HOLDS
from pop.registry.directory.rules.publication import CLEAR, MAPPED_ONLY, PUBLISHED, YOUTH_LED, YOUTH_LED_SOLUTION

WEB = ("https://", "http://")
# Reasons for withholding a contact from children that may still be shown to adults, with the reason.
EXPLAINED = frozenset({"foreign_email", "no_address", "emergency_number", "unparsed_number"})
# Facts whose evidence and history anybody may read. Remarks, safety decisions and source keys are for staff.
PUBLIC_FIELDS = frozenset(
    {
        *("name", "organisation", "operator", "kind", "audience", "age_min", "age_max", "ages", "topics", "languages"),
        *("subdivisions", "responders", "hours", "hours_source", "timezone", "holiday_policy", "as_stated", "number"),
        *("dial", "e164", "alternative", "message_body", "website", "channel", "free", "anonymous", "leaves_trace"),
        *("from_abroad", "stage", "stage_on", "state", "record", "hours_as_stated", "numbers_as_stated", "other_hours"),
        "other_number",
    }
)
# Of these, the ones that belong to no contact and may quote the number of any.
WHOLE_SOURCE = frozenset({"numbers_as_stated", "other_number"})
EVIDENCE_LIMIT = 60
HISTORY_LIMIT = 40


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One way to reach a service, as adults may see it.

    `dial` is empty where the value itself is not public; `concealed` then says why: `address` (a shelter's place) or
    `review` (a person decides). `checked` is the date of a good check of a web address that still holds.
    """

    id: UUID
    channel: str
    dial: str
    concealed: str
    withheld: str
    number_kind: str
    e164: str
    message_body: str
    from_abroad: bool | None
    alternative: str
    languages: tuple[str, ...]
    subdivisions: tuple[str, ...]
    age_min: int | None
    age_max: int | None
    free: bool | None
    anonymous: bool | None
    leaves_trace: bool | None
    hours: str
    hours_source: str
    checked: date | None


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A dated word about a service or a country that holds now."""

    kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One published service with its contacts; `website_checked` as in ContactFacts.

    `mapped_only`: it awaits its safety decision, and has neither contacts nor a website here.
    """

    id: UUID
    name: str
    organisation_id: UUID
    organisation: str
    operator: str
    country: str
    subdivisions: tuple[str, ...]
    kind: str
    responders: tuple[str, ...]
    audience: tuple[str, ...]
    age_min: int | None
    age_max: int | None
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    timezone: str
    holiday_policy: str
    website: str
    website_checked: date | None
    stage: str
    stage_on: date | None
    source: str
    changed_at: datetime
    contacts: tuple[ContactFacts, ...]
    notices: tuple[NoticeFacts, ...]
    mapped_only: bool = False

    def contact(self, id: UUID) -> ContactFacts | None:
        """Return one of its contacts, or None."""
        return next((contact for contact in self.contacts if contact.id == id), None)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What a hidden record still says: `state` is `suspended` or `defunct`, `name` only of the latter."""

    id: UUID
    state: str
    name: str
    country: str
    on: date


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """One observation of one fact."""

    field: str
    contact: UUID | None
    value: str
    source: str
    on: date | None
    stage: str


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """One change of one fact; who made it is for staff."""

    id: UUID
    on: date
    field: str
    contact: UUID | None
    before: str
    after: str
    via: str


@dataclass(frozen=True, slots=True)
class EmergencyFacts:
    """One emergency number, shown to children or not."""

    dial: str
    kind: str
    stage: str
    on: date | None
    source: str
    shown: bool


@dataclass(frozen=True, slots=True)
class CountryCount:
    """How much is known of one country."""

    services: int
    newest: date | None


def visible_services() -> QuerySet[Service]:
    """Return the records that anybody may see, with their organisation."""
    return Service.objects.filter(state=PUBLISHED, safety=CLEAR).select_related("organisation")


def listed_services() -> QuerySet[Service]:
    """Return the records that a country's page names: also those that await their safety decision, without a way to
    reach them. Of these, what the map does not name in its country (what young people lead, and what the table of
    country risk hides) is named by no page.
    """
    waiting = Q(safety=MAPPED_ONLY) & ~Q(organisation__operator=YOUTH_LED) & ~Q(kind=YOUTH_LED_SOLUTION)
    listed = Service.objects.filter(Q(safety=CLEAR) | waiting, state=PUBLISHED).select_related("organisation")
    return listed.exclude(pk__in=hidden_among(listed.filter(waiting)))


def service_facts(id: UUID, *, now: datetime) -> ServiceFacts | Tombstone | None:
    """Return one record's facts, its tombstone, or None for what was never public."""
    record = Service.objects.filter(id=id).select_related("organisation").first()
    if record is None:
        return None
    if listed_services().filter(id=id).exists():
        return facts_of([record], now=now)[0]
    if record.state == "suspended":
        return Tombstone(record.id, record.state, "", record.country, record.changed_at.date())
    if record.state == "defunct":
        closed = Change.objects.filter(service=record, field="state", after="defunct").order_by("-at").first()
        name = record.name if record.safety == "clear" else ""
        return Tombstone(
            record.id, record.state, name, record.country, (closed.at if closed else record.changed_at).date()
        )
    return None


def country_services(country: str, *, now: datetime) -> list[ServiceFacts]:
    """Return a country's services: those for children first, then by name."""
    records = facts_of(listed_services().filter(country=country), now=now)
    return sorted(records, key=lambda facts: ("child" not in facts.audience, facts.name.casefold(), str(facts.id)))


def country_notices(country: str, *, now: datetime) -> list[NoticeFacts]:
    """Return the notices about a whole country that hold now."""
    rows = Notice.objects.filter(country=country, service=None, starts_at__lte=now, ends_at__gt=now).order_by(
        "starts_at"
    )
    return [NoticeFacts(row.kind, row.starts_at, row.ends_at) for row in rows]


def country_emergency(country: str) -> list[EmergencyFacts]:
    """Return every emergency number of a country, those that children are shown first."""
    rows = EmergencyNumber.objects.filter(country=country)
    facts = [EmergencyFacts(row.dial, row.kind, row.stage, row.observed_on, row.source, row.rank > 0) for row in rows]
    ranks = {row.dial: row.rank or 99 for row in rows}
    return sorted(facts, key=lambda number: (ranks[number.dial], len(number.dial), number.dial))


def country_counts() -> Mapping[str, CountryCount]:
    """Return {country: how many services anybody may see, and the newest date of their evidence}."""
    rows = listed_services().order_by().values("country").annotate(number=Count("id"), newest=Max("stage_on"))
    return {row["country"]: CountryCount(row["number"], row["newest"]) for row in rows}


def shown_emergency() -> Mapping[str, tuple[str, ...]]:
    """Return {country: the at most two numbers that are shown, general first}."""
    found: dict[str, list[str]] = {}
    for country, dial in (
        EmergencyNumber.objects.filter(rank__gt=0).order_by("country", "rank").values_list("country", "dial")
    ):
        found.setdefault(country, []).append(dial)
    return {country: tuple(dials[:2]) for country, dials in found.items()}


def evidence_of(facts: ServiceFacts, *, limit: int = EVIDENCE_LIMIT) -> tuple[list[EvidenceFacts], int]:
    """Return the evidence that may be read, newest first within a fact, and how many rows the limit leaves out."""
    rows = Evidence.objects.filter(_open_to_all(facts), service_id=facts.id)
    shown = [
        EvidenceFacts(row.field, row.contact_id, row.value, row.source, row.observed_on, row.stage)
        for row in rows.order_by("field", "-observed_on", "-recorded_at", "id")[:limit]
    ]
    return shown, rows.count() - limit if len(shown) == limit else 0


def history_of(facts: ServiceFacts, *, limit: int = HISTORY_LIMIT) -> tuple[list[ChangeFacts], int]:
    """Return the changes that may be read, newest first, and how many older ones the limit leaves out."""
    rows = Change.objects.filter(_open_to_all(facts), service_id=facts.id)
    shown = [
        ChangeFacts(row.id, row.at.date(), row.field, row.contact_id, row.before, row.after, row.via)
        for row in rows.order_by("-at", "id")[:limit]
    ]
    return shown, rows.count() - limit if len(shown) == limit else 0


def _open_to_all(facts: ServiceFacts) -> Q:
    """Leave out what only staff may read, and every trace of a contact whose value is not public or that is gone."""
    readable = [contact.id for contact in facts.contacts if not contact.concealed]
    # What a source wrote about all numbers at once quotes those, too, that a person has taken away.
    hidden = any(contact.concealed == "review" for contact in facts.contacts)
    fields = PUBLIC_FIELDS - WHOLE_SOURCE if hidden else PUBLIC_FIELDS
    if facts.mapped_only:
        fields = fields - {"website", "record", "contact"}
    return Q(field__in=fields) & (Q(contact_id=None) | Q(contact_id__in=readable))


def facts_of(records: Iterable[Service], *, now: datetime) -> list[ServiceFacts]:
    """Return the facts of visible records, in their order, in a fixed number of queries."""
    services = list(records)
    ids = [record.id for record in services if record.safety != MAPPED_ONLY]
    contacts: dict[UUID, list[Contact]] = {}
    for contact in Contact.objects.filter(service_id__in=ids).order_by("position", "id"):
        contacts.setdefault(contact.service_id, []).append(contact)
    notices: dict[UUID, list[NoticeFacts]] = {}
    for notice in Notice.objects.filter(service_id__in=ids, starts_at__lte=now, ends_at__gt=now).order_by("starts_at"):
        if notice.service_id is not None:
            notices.setdefault(notice.service_id, []).append(NoticeFacts(notice.kind, notice.starts_at, notice.ends_at))
    addresses = {record.website for record in services if record.website}
    addresses |= {each.dial for rows in contacts.values() for each in rows if each.dial.startswith(WEB)}
    checked = good_checks(addresses, now=now)
    return [
        ServiceFacts(
            id=record.id,
            name=record.name,
            organisation_id=record.organisation_id,
            organisation=record.organisation.name,
            operator=record.organisation.operator,
            country=record.country,
            subdivisions=tuple(record.subdivisions),
            kind=record.kind,
            responders=tuple(record.responders),
            audience=tuple(record.audience),
            age_min=record.age_min,
            age_max=record.age_max,
            languages=tuple(record.languages),
            topics=tuple(record.topics),
            timezone=record.timezone,
            holiday_policy=record.holiday_policy,
            website="" if record.safety == MAPPED_ONLY else record.website,
            website_checked=None if record.safety == MAPPED_ONLY else checked.get(record.website),
            stage=record.stage,
            stage_on=record.stage_on,
            source=record.source,
            changed_at=record.changed_at,
            contacts=tuple(_contact(each, record.kind, checked) for each in contacts.get(record.id, ())),
            notices=tuple(notices.get(record.id, ())),
            mapped_only=record.safety == MAPPED_ONLY,
        )
        for record in services
    ]


def good_checks(addresses: Iterable[str], *, now: datetime) -> dict[str, date]:
    """Return {address: date} of the addresses whose last check was good and still holds."""
    rows = LinkCheck.objects.filter(
        url__in=set(addresses), ok=True, checked_at__gt=now - LINK_HOLDS, checked_at__lte=now
    )
    return {row.url: row.checked_at.date() for row in rows if row.url.startswith(WEB)}


def _contact(contact: Contact, kind: str, checked: Mapping[str, date]) -> ContactFacts:
    concealed = ""
    if kind == "shelter" and contact.channel == "in_person":
        concealed = "address"
    elif contact.withheld and contact.withheld not in EXPLAINED:
        concealed = "review"
    return ContactFacts(
        id=contact.id,
        channel=contact.channel,
        dial="" if concealed else (contact.dial or (contact.as_stated if contact.number_kind == "unparsed" else "")),
        concealed=concealed,
        withheld=contact.withheld,
        number_kind="" if concealed else contact.number_kind,
        e164="" if concealed else contact.e164,
        message_body="" if concealed else contact.message_body,
        from_abroad=contact.from_abroad,
        alternative="" if concealed else contact.alternative,
        languages=tuple(contact.languages),
        subdivisions=tuple(contact.subdivisions),
        age_min=contact.age_min,
        age_max=contact.age_max,
        free=contact.free,
        anonymous=contact.anonymous,
        leaves_trace=contact.leaves_trace,
        hours=contact.hours,
        hours_source=contact.hours_source,
        checked=None if concealed else checked.get(contact.dial),
    )


def conflicts_by_service(ids: Iterable[UUID], *, now: datetime | None = None) -> Mapping[UUID, tuple[str, ...]]:
    """Return {service: codes of what contradicts itself in it or has lost its support}, where there is any."""
    return conflict_codes(ids, levels=("contradiction", "doubt"), now=now)
