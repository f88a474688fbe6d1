"""What may stand on a public map: for each published record what it is and what it offers, and nothing to reach it by.

No number, no address, no web page and no remark is in these facts, so that no map, table or file made of them can hold
one. Who may be shown where, and how exactly, is decided by whoever draws the map.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Q
from pop_sdk.vocabulary import NEEDS, TEXT_CHANNELS

from pop.registry.directory.models import Change, Contact, Service
from pop.registry.directory.queries.pages import EXPLAINED, PUBLIC_FIELDS, WHOLE_SOURCE
from pop.registry.directory.rules.editing import VIA_FOCAL_POINT
from pop.registry.directory.rules.hours import state_at
from pop.registry.directory.rules.hours_text import HoursError
from pop.registry.directory.rules.public_holidays import holidays_of
from pop.registry.directory.rules.publication import MAPPED_ONLY, ON_MAP, PUBLISHED
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, STAGES, kinds, topics

OPERATORS = ("civil_society", "government", "school", "faith", "youth_led", "company", "un")
_CHUNK = 2_000

State = Literal["open", "closed", "always", "unknown"]


class HoursKey(NamedTuple):
    """All that decides when a contact is open; the few distinct ones of a registry are shared by its records."""

    text: str
    zone: str
    country: str
    subdivision: str
    holiday_policy: str


@dataclass(frozen=True, slots=True)
class MappedRecord:
    """One published record. Empty tuples and None mean that the fact is not known.

    `topics` are those with evidence and those that being of its kind is evidence for; `general` says that it has none
    of its own and takes any. `needs` are ids of `NEEDS` that at least one contact meets. Ages are whole years,
    inclusive. `mapped_only`: nobody has checked yet that it is safe for children, and no child is led to it.
    """

    id: UUID
    name: str
    country: str
    subdivisions: tuple[str, ...]
    kind: str
    operator: str
    responders: tuple[str, ...]
    audience: tuple[str, ...]
    age_min: int | None
    age_max: int | None
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    general: bool
    channels: tuple[str, ...]
    needs: tuple[str, ...]
    stage: str
    stage_on: date | None
    source: str
    hours: tuple[HoursKey, ...]
    mapped_only: bool = False


class Lists(NamedTuple):
    """The lists that a filter may name, in the order of the vocabulary."""

    kinds: tuple[str, ...]
    topics: tuple[str, ...]
    channels: tuple[str, ...]
    audiences: tuple[str, ...]
    responders: tuple[str, ...]
    operators: tuple[str, ...]
    stages: tuple[str, ...]
    needs: tuple[str, ...]


def lists() -> Lists:
    """Return the lists that records are made of."""
    return Lists(
        kinds=tuple(kinds()),
        topics=tuple(topics()),
        channels=tuple(CHANNELS),
        audiences=tuple(AUDIENCES),
        responders=tuple(RESPONDERS),
        operators=OPERATORS,
        stages=tuple(STAGES),
        needs=NEEDS,
    )


_ON_MAP = Q(state=PUBLISHED, safety__in=ON_MAP)
_OF_ON_MAP = Q(service__state=PUBLISHED, service__safety__in=ON_MAP)


def edition() -> tuple[object, ...]:
    """Return what changes whenever a record on the map may have changed; cheap enough to ask at every request."""
    shown = Service.objects.aggregate(rows=Count("id"), shown=Count("id", filter=_ON_MAP), newest=Max("changed_at"))
    return (*shown.values(), Contact.objects.count(), Change.objects.count())


def ids_off_map() -> frozenset[UUID]:
    """Return which records may stand on no map now. One that ever stood there is never deleted: its id is kept."""
    return frozenset(Service.objects.exclude(_ON_MAP).order_by().values_list("id", flat=True))


def mapped_records() -> Iterator[MappedRecord]:
    """Yield the published records that may stand on a map, in order of id, in two queries.

    Those that a survey brought are among them; children are led to none of these before the safety decision.
    """
    offers = _offers()
    rows = Service.objects.filter(_ON_MAP).order_by("id").values_list(*_ROW, named=False)
    order = {topic: place for place, topic in enumerate(topics())}
    for row in rows.iterator(chunk_size=_CHUNK):
        (id, name, country, parts, kind, operator, responders, audience, low, high, *rest) = row
        languages, own, zone, policy, stage, stage_on, source, safety = rest
        known = kinds().get(kind)
        claimed = {*own, *(known.topics if known else ())} & order.keys()
        contacts = offers.get(id, ())
        met = {need for each in contacts for need in _met(each)}
        yield MappedRecord(
            id=id,
            name=name,
            country=country,
            subdivisions=tuple(parts),
            kind=kind,
            operator=operator,
            responders=tuple(responders),
            audience=tuple(audience),
            age_min=low,
            age_max=high,
            languages=tuple(dict.fromkeys([*languages, *(tag for each in contacts for tag in each.languages)])),
            topics=tuple(sorted(claimed, key=order.__getitem__)),
            general=bool(known and known.covers_everything and not own),
            channels=tuple(dict.fromkeys(each.channel for each in contacts)),
            needs=tuple(need for need in NEEDS if need in met),
            stage=stage,
            stage_on=stage_on,
            source=source,
            hours=tuple(
                {
                    HoursKey(each.hours, zone, country, _only(each.subdivisions or parts), policy): None
                    for each in contacts
                    if each.hours
                }
            ),
            mapped_only=safety == MAPPED_ONLY,
        )


def states_at(keys: Iterable[HoursKey], minute: int) -> Mapping[HoursKey, State]:
    """Return what the stated hours say about one UTC minute since the epoch; hours that cannot be read are unknown.

    A country decides by its holidays around that day only, and on most days most countries have none: hours that are
    alike but for the country are evaluated once.
    """
    day = datetime.fromtimestamp(minute * 60, UTC).date()
    # The day there and the one before it, wherever "there" is.
    days = [day + timedelta(days=shift) for shift in (-2, -1, 0, 1)]
    years = {each.year for each in days}
    holidays: dict[tuple[str, str], tuple[bool | None, ...]] = {}
    alike: dict[tuple[object, ...], State] = {}
    found: dict[HoursKey, State] = {}
    for key in keys:
        place = (key.country, key.subdivision)
        near = holidays.get(place)
        if near is None:
            known = {year: holidays_of(*place, year) for year in years}
            near = holidays[place] = tuple(known[each.year].get(each) for each in days)
        same = (key.text, key.zone, key.holiday_policy, near)
        state = alike.get(same)
        if state is None:
            state = alike[same] = _state(key, minute)
        found[key] = state
    return found


def _state(key: HoursKey, minute: int) -> State:
    try:
        return state_at(*key, minute)
    except HoursError:
        return "unknown"


class ChangedFact(NamedTuple):
    """That one fact of one record changed, without its values: those stand on the record's own page.

    `by_ministry`: on the word of its country's focal point, after others had agreed.
    """

    service: UUID
    name: str
    field: str
    on: date
    by_ministry: bool


def changes_of(services: Iterable[UUID], *, limit: int) -> list[ChangedFact]:
    """Return the newest changes of public facts of these records, none of them about a contact."""
    rows = Change.objects.filter(service_id__in=list(services), field__in=PUBLIC_FIELDS - WHOLE_SOURCE, contact_id=None)
    found = rows.order_by("-at", "id").values_list("service_id", "service__name", "field", "at", "via")[:limit]
    return [
        ChangedFact(service, name, field, at.date(), via == VIA_FOCAL_POINT) for service, name, field, at, via in found
    ]


_ROW = (
    *("id", "name", "country", "subdivisions", "kind", "organisation__operator", "responders", "audience"),
    *("age_min", "age_max", "languages", "topics", "timezone", "holiday_policy", "stage", "stage_on", "source"),
    "safety",
)


class _Offer(NamedTuple):
    service: UUID
    channel: str
    languages: list[str]
    subdivisions: list[str]
    free: bool | None
    anonymous: bool | None
    leaves_trace: bool | None
    from_abroad: bool | None
    hours: str


def _offers() -> Mapping[UUID, list[_Offer]]:
    """Return the contacts that anybody may see, by service, without a value to reach them by."""
    shown = _OF_ON_MAP & Q(withheld__in=["", *sorted(EXPLAINED)])
    rows = Contact.objects.filter(shown).order_by("service_id", "position", "id").values_list(*_OFFER)
    found: dict[UUID, list[_Offer]] = {}
    for row in rows.iterator(chunk_size=_CHUNK):
        found.setdefault(row[0], []).append(_Offer(*row))
    return found


_OFFER = (
    *("service_id", "channel", "languages", "subdivisions", "free", "anonymous", "leaves_trace"),
    *("from_abroad", "hours"),
)


def _met(offer: _Offer) -> list[str]:
    """Return the needs that a contact meets for certain; what nobody knows meets none."""
    said = {
        "free": offer.free is True,
        "anonymous": offer.anonymous is True,
        "no_trace": offer.leaves_trace is False,
        "text_only": offer.channel in TEXT_CHANNELS,
        "sign_language": offer.channel == "video_sign",
        "from_abroad": offer.from_abroad is True,
    }
    return [need for need, met in said.items() if met]


def _only(parts: list[str]) -> str:
    """Return the one part of a country whose holidays count, "" where there are none or several."""
    return parts[0] if len(parts) == 1 else ""
