"""One consistent read of everything that may be published.

All of it is read inside one transaction, so that a load or an edit that happens meanwhile is wholly in or wholly out.
Services, contacts and evidence come as streams ordered by service and are joined on the way, so that memory does not
grow with the registry, nor does the number of queries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from pop.places.countries import codes
from pop.places.words import LANGUAGES
from pop.registry.directory.models import Contact, EmergencyNumber, Evidence, LinkCheck, Notice, Service
from pop.registry.directory.queries.contradictions import conflict_codes
from pop.registry.directory.queries.published import (
    OpenHours,
    Publication,
    PublishedContact,
    PublishedEmergency,
    PublishedNotice,
    PublishedService,
    PublishedTopic,
)
from pop.registry.directory.rules.addresses import address_of
from pop.registry.directory.rules.hours import intervals
from pop.registry.directory.rules.hours_text import HoursError
from pop.registry.directory.rules.links import LINK_HOLDS
from pop.registry.directory.rules.numbers import digits_of
from pop.registry.directory.rules.publication import CLEAR, COORDINATION, PUBLISHED
from pop.registry.directory.rules.tables import STAGES, kinds, topics
from pop.registry.directory.words import REGISTRY

logger = logging.getLogger("pop.registry")

_CHUNK = 2_000
_SHOWN_EMERGENCY = 2
_HOURS = "hours"
_SERVES = "serves"
CONFIRMING = STAGES[STAGES.index("desk_checked") :]


class Window(NamedTuple):
    """The minutes since the epoch, [start, end), for which opening hours are wanted."""

    start: int
    end: int


class _ContactRow(NamedTuple):
    service_id: UUID
    id: UUID
    channel: str
    e164: str
    dial: str
    message_body: str
    from_abroad: bool | None
    alternative: str
    languages: list[str]
    subdivisions: list[str]
    age_min: int | None
    age_max: int | None
    free: bool | None
    anonymous: bool | None
    leaves_trace: bool | None
    hours: str
    hours_source: str


class _Seen(NamedTuple):
    service_id: UUID
    contact_id: UUID | None
    field: str
    value: str
    observed_on: date | None


class _ServiceRow(NamedTuple):
    id: UUID
    name: str
    country: str
    subdivisions: list[str]
    kind: str
    audience: list[str]
    age_min: int | None
    age_max: int | None
    languages: list[str]
    topics: list[str]
    timezone: str
    holiday_policy: str
    website: str
    stage: str
    stage_on: date | None
    source: str


@contextmanager
def publication(*, created: int, window: Window) -> Iterator[Publication]:
    """Give everything that may be published at `created` (Unix seconds), as long as the block lasts.

    Inside are services that are published, that no safety decision holds back and that have at least one contact with a
    link; contacts that are not withheld; emergency numbers that are shown; notices that have not ended.
    """
    with _one_moment():
        now = datetime.fromtimestamp(created, UTC)
        country_notices, service_notices = _notices(now)
        yield Publication(
            emergency=_emergency(),
            notices=country_notices,
            topics=published_topics(),
            services=_services(created, window, service_notices),
        )


def count_services() -> int:
    """Return how many services the registry has, published or not."""
    return Service.objects.count()


def published_topics() -> tuple[PublishedTopic, ...]:
    """Return the topics in the order of the vocabulary, with their names in every interface language."""
    return tuple(
        PublishedTopic(
            id=topic.id,
            tile=topic.tile,
            names={language: REGISTRY.say(f"topic_{topic.id}", language) for language in LANGUAGES},
            chi=topic.chi,
            risk=topic.risk,
        )
        for topic in topics().values()
    )


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read as of one moment, without holding up those who write; inside a caller's transaction, as of that."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        # Our transactions are IMMEDIATE and take the one write lock. A reader in WAL mode needs none: its first SELECT
        # fixes what it sees.
        usual = connection.transaction_mode  # type: ignore[attr-defined]
        connection.transaction_mode = "DEFERRED"  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                connection.transaction_mode = usual  # type: ignore[attr-defined]
                yield
        finally:
            connection.transaction_mode = usual  # type: ignore[attr-defined]
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _emergency() -> Mapping[str, tuple[PublishedEmergency, ...]]:
    rows = EmergencyNumber.objects.filter(rank__range=(1, _SHOWN_EMERGENCY)).order_by("country", "rank", "dial")
    found: dict[str, tuple[PublishedEmergency, ...]] = {}
    for row in rows:
        number = PublishedEmergency(dial=row.dial, uri=f"tel:{digits_of(row.dial)}", kind=row.kind, stage=row.stage)
        found[row.country] = (*found.get(row.country, ()), number)[:_SHOWN_EMERGENCY]
    return found


Notices = dict[UUID, tuple[PublishedNotice, ...]]


def _notices(now: datetime) -> tuple[dict[str, tuple[PublishedNotice, ...]], Notices]:
    """Return the notices that have not ended: those of whole countries, and those of services."""
    of_countries: dict[str, tuple[PublishedNotice, ...]] = {}
    of_services: Notices = {}
    for row in Notice.objects.filter(ends_at__gt=now).order_by("starts_at", "ends_at", "kind", "id"):
        notice = PublishedNotice(row.kind, int(row.starts_at.timestamp()), int(row.ends_at.timestamp()))
        if row.service_id is None:
            of_countries[row.country] = (*of_countries.get(row.country, ()), notice)
        else:
            of_services[row.service_id] = (*of_services.get(row.service_id, ()), notice)
    return of_countries, of_services


class _Link(NamedTuple):
    """A web address as a link, and the Unix second at which its good check runs out."""

    uri: str
    until: int


def _links(created: int) -> Mapping[str, _Link]:
    """Return {web address: its link} of those whose good check still holds at `created`."""
    now = datetime.fromtimestamp(created, UTC)
    rows = LinkCheck.objects.filter(ok=True, checked_at__gt=now - LINK_HOLDS, checked_at__lte=now)
    found: dict[str, _Link] = {}
    for url, checked_at, final_url in rows.values_list("url", "checked_at", "final_url").iterator(chunk_size=_CHUNK):
        # Where the very same address answered encrypted, a child is sent there: nobody on the way reads which page.
        encrypted = "https://" + url.removeprefix("http://")
        same = url.startswith("http://") and final_url.rstrip("/") == encrypted.rstrip("/")
        found[url] = _Link(encrypted if same else url, int((checked_at + LINK_HOLDS).timestamp()))
    return found


def _services(created: int, window: Window, notices: Notices) -> Iterator[PublishedService]:
    publishable = Q(state=PUBLISHED, safety=CLEAR) & ~Q(kind=COORDINATION)
    of_publishable = Q(service__state=PUBLISHED, service__safety=CLEAR) & ~Q(service__kind=COORDINATION)
    services = Service.objects.filter(publishable).order_by("id").values_list(*_ServiceRow._fields)
    contacts = (
        Contact.objects.filter(of_publishable, withheld="")
        .order_by("service_id", "position", "id")
        .values_list(*_ContactRow._fields)
    )
    today = datetime.fromtimestamp(created, UTC).date()
    confirmed_hours = Q(field=_HOURS, stage__in=CONFIRMING, observed_on__lte=today)
    seen = (
        Evidence.objects.filter(of_publishable & (confirmed_hours | Q(field=_SERVES, contact=None)))
        .order_by("service_id", "recorded_at", "id")
        .values_list(*_Seen._fields)
    )
    join = _Join(
        contacts=_Beside(map(_ContactRow._make, contacts.iterator(chunk_size=_CHUNK)), lambda row: row.service_id),
        seen=_Beside(map(_Seen._make, seen.iterator(chunk_size=_CHUNK)), lambda row: row.service_id),
        links=_links(created),
        notices=notices,
        conflicts=conflict_codes(now=datetime.fromtimestamp(created, UTC)),
        hours=_Hours(window),
        expires=window.end * 60,
    )
    for service in map(_ServiceRow._make, services.iterator(chunk_size=_CHUNK)):
        try:
            published = join.service(service)
        except DatabaseError:
            raise
        except Exception as error:
            # One record that a rule stumbles over must not keep every other child from new numbers.
            logger.error("service %s is not published: %s", service.id, type(error).__name__)
            continue
        if published.contacts:
            yield published


Row = TypeVar("Row")


class _Beside(Generic[Row]):
    """A stream ordered by service that is read beside the stream of services: both go forward only."""

    def __init__(self, rows: Iterable[Row], key: Callable[[Row], UUID]) -> None:
        self._groups = groupby(rows, key)
        self._next = next(self._groups, None)

    def of(self, service: UUID) -> list[Row]:
        """Return the rows of a service that comes after every one asked for before."""
        while self._next is not None and self._next[0] < service:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != service:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


class _Hours:
    """Opening hours for one window; the few distinct ones of a registry are worked out once each."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._known: dict[tuple[str, str, str, str, str], OpenHours | None] = {}

    def of(self, contact: _ContactRow, service: _ServiceRow) -> OpenHours | None:
        """Return when a contact of the service is open; None where its hours cannot be told."""
        # A holiday of one region counts for that region only; a line may have a number of its own for each.
        parts = contact.subdivisions or service.subdivisions
        region = parts[0] if len(parts) == 1 else ""
        key = (contact.hours, service.timezone, service.country, region, service.holiday_policy)
        if key not in self._known:
            self._known[key] = self._read(*key)
        return self._known[key]

    def _read(self, text: str, timezone: str, country: str, region: str, holiday_policy: str) -> OpenHours | None:
        start, end = self._window
        try:
            found = intervals(text, timezone, country, region, holiday_policy, start, end)
        except HoursError:
            return None
        if found.always:
            return OpenHours(always=True, open=(), unknown=())
        return OpenHours(
            always=False,
            open=tuple(minute - start for pair in found.open for minute in pair),
            unknown=tuple(minute - start for pair in found.unknown for minute in pair),
        )


class _Join(NamedTuple):
    """What a service is put together from."""

    contacts: _Beside[_ContactRow]
    seen: _Beside[_Seen]
    links: Mapping[str, _Link]
    notices: Notices
    conflicts: Mapping[UUID, tuple[str, ...]]
    hours: _Hours
    expires: int

    def service(self, row: _ServiceRow) -> PublishedService:
        kind, website = kinds().get(row.kind), self.links.get(row.website)
        rows = self.contacts.of(row.id)
        seen = self.seen.of(row.id)
        usable = [(each, contact) for each in rows if (contact := self._contact(each, row))]
        claimed = {*row.topics, *(kind.topics if kind else ())}
        return PublishedService(
            id=str(row.id),
            name=row.name,
            kind=row.kind,
            country=row.country,
            subdivisions=tuple(row.subdivisions),
            serves=_serves(seen, row.country),
            audience=tuple(row.audience),
            topics=tuple(topic for topic in topics() if topic in claimed),
            general=bool(kind and kind.covers_everything and not row.topics),
            child_specific=bool(kind and kind.child_specific),
            languages=tuple(row.languages),
            age_min=row.age_min,
            age_max=row.age_max,
            stage=row.stage,
            stage_on=row.stage_on,
            source=row.source,
            timezone=row.timezone,
            hours_confirmed=_hours_confirmed([each for each, _ in usable], seen),
            conflicts=self.conflicts.get(row.id, ()),
            notices=self.notices.get(row.id, ()),
            # A snapshot lives for weeks: an address is in it only if its check holds as long.
            website=website.uri if website is not None and website.until >= self.expires else "",
            contacts=tuple(contact for _, contact in usable),
        )

    def _contact(self, row: _ContactRow, service: _ServiceRow) -> PublishedContact | None:
        """Return the contact, or None where no link can be made of it or the web address has no good check."""
        address = address_of(row.channel, service.country, row.dial, row.e164, row.message_body)
        link = self.links.get(address.page) if address.page else _Link(address.uri, 0)
        if link is None or not link.uri:
            return None
        return PublishedContact(
            channel=row.channel,
            dial=row.dial,
            uri=link.uri,
            languages=tuple(row.languages or service.languages),
            subdivisions=tuple(row.subdivisions),
            age_min=row.age_min,
            age_max=row.age_max,
            free=row.free,
            anonymous=row.anonymous,
            leaves_trace=row.leaves_trace,
            from_abroad=row.from_abroad,
            alternative=row.alternative or None,
            hours=self.hours.of(row, service) if row.hours else None,
            until=link.until or None,
        )


def _hours_confirmed(contacts: Iterable[_ContactRow], seen: Iterable[_Seen]) -> date | None:
    """Return the day on which somebody who checked vouched for all stated hours of a service; None if nobody did.

    Each contact with hours counts with its newest confirmation of the hours that stand there now (or of the source's
    text of them); the service with the oldest of these, because a confirmed telephone says nothing about the chat.
    """
    newest: list[date] = []
    for contact in contacts:
        if not contact.hours:
            continue
        days = [
            look.observed_on
            for look in seen
            if look.field == _HOURS
            and look.observed_on is not None
            and look.contact_id in (None, contact.id)
            and look.value in ("", contact.hours, contact.hours_source)
        ]
        if not days:
            return None
        newest.append(max(days))
    return min(newest, default=None)


def _serves(seen: Iterable[_Seen], own: str) -> tuple[str, ...]:
    """Return the other countries that a service says it serves, by its newest evidence of that."""
    told = [look for look in seen if look.field == _SERVES]
    # `max` keeps the first of equals: of two looks on one day the one recorded later counts.
    newest = max(reversed(told), key=lambda look: look.observed_on or date.min, default=None)
    return tuple(sorted({*(newest.value.split() if newest else ())} & codes() - {own}))
