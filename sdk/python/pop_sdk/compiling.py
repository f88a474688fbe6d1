"""From a snapshot to countries of bits: once per snapshot, so that each question afterwards costs microseconds."""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from operator import or_
from typing import Any, NamedTuple

from pop_sdk import rendering
from pop_sdk.languages import normalised_tag, wider_tags
from pop_sdk.masks import Masks
from pop_sdk.opening import ALWAYS_OPEN, NO_HOURS, Pattern, Timeline
from pop_sdk.phrases import (
    ADULT_AGE_UNKNOWN,
    CHILD_AGE_UNKNOWN,
    CONFIRMED,
    CONFLICTING,
    FITS_ADULT,
    FITS_CHILD,
    FOREIGN,
    GENERAL_CHILD,
    HOLIDAY,
    HOURS_UNKNOWN,
    LEAD_ONLY,
    MEETS,
    NOT_KNOWN,
    ONLY_IN,
    SERVES_SUBDIVISION,
)
from pop_sdk.place import Notice, Place
from pop_sdk.ranking import CONFIRMING_STAGES, LEAD, RECENT, day_of, line_of, trust
from pop_sdk.vocabulary import (
    ANSWERED_LATER_CHANNELS,
    AUDIENCES,
    CHANNELS,
    HOTLINE,
    NEEDS,
    OLDEST,
    REPORT_CONTENT,
    TEXT_CHANNELS,
)


class _Contact(NamedTuple):
    before: bytes
    after: bytes
    channel: str
    pattern: int
    until: int | None
    languages: tuple[str, ...]
    subdivisions: tuple[str, ...]
    youngest: int | None
    oldest: int | None
    needs: tuple[bool | None, ...]  # in the order of NEEDS


class _Service(NamedTuple):
    rank: tuple[bool, bool, int, str]
    shown: bytes
    closing: bytes
    country: str
    kind: str
    serves: tuple[str, ...]
    audience: tuple[str, ...]
    topics: tuple[str, ...]
    general: bool
    child_specific: bool
    stage: str
    on: int | None
    hours_confirmed: int | None
    conflicting: bool
    notices: tuple[tuple[str, int, int], ...]
    contacts: tuple[_Contact, ...]


class Compiler:
    """Takes services one by one and gives places."""

    def __init__(self, head: Mapping[str, Any]) -> None:
        """Take everything of a document but its services."""
        window = head["window"]
        self._window = window["start"] * 60, window["end"] * 60
        self._created = head["created"] // 86_400
        self._countries: Mapping[str, Any] = head["countries"]
        self._patterns = [Pattern(raw, window["start"], window["end"]) for raw in head["patterns"]]
        self._by_country: dict[str, list[_Service]] = defaultdict(list)
        # Lists of languages, topics and the like recur in most services: equal ones are one object.
        self._same: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def add(self, service: Mapping[str, Any]) -> None:
        """Take one checked service."""
        compact = self._compacted(service)
        self._by_country[service["country"]].append(compact)
        abroad = tuple(
            contact
            for contact, raw in zip(compact.contacts, service["contacts"], strict=True)
            if raw["from_abroad"] is True
        )
        if abroad:
            for code in {*service["serves"]} & self._countries.keys() - {service["country"]}:
                self._by_country[code].append(compact._replace(contacts=abroad))

    def places(self) -> dict[str, Place]:
        """Return every country of the document by its code, sorted."""
        found = {}
        for code in sorted(self._countries):
            country = self._countries[code]
            emergency = rendering.emergency_bytes(country["emergency"])
            place = Place(code, emergency, tuple(country["neighbours"]), self._window)
            services = sorted(self._by_country.pop(code, []), key=lambda service: service.rank)
            self._fill(place, services, country["notices"])
            found[code] = place
        return found

    def _shared(self, values: Iterable[Any]) -> tuple[Any, ...]:
        row = tuple(sys.intern(value) if type(value) is str else value for value in values)
        return self._same.setdefault(row, row)

    def _compacted(self, service: Mapping[str, Any]) -> _Service:
        on = day_of(service["on"])
        stage = service["stage"]
        return _Service(
            # Who asks about nothing in particular is best with a line that listens to everything.
            (not service["child_specific"], not service["general"], -trust(stage, on, self._created), service["id"]),
            rendering.service_bytes(service),
            rendering.verification_bytes(service),
            service["country"],
            service["kind"],
            self._shared(service["serves"]),
            self._shared(service["audience"]),
            self._shared(service["topics"]),
            service["general"],
            service["child_specific"],
            stage,
            on,
            day_of(service["hours_confirmed"]),
            bool(service["conflicts"]),
            self._shared((notice["kind"], notice["starts"], notice["ends"]) for notice in service["notices"]),
            tuple(self._contact(service, contact) for contact in service["contacts"]),
        )

    def _contact(self, service: Mapping[str, Any], contact: Mapping[str, Any]) -> _Contact:
        languages = contact["languages"] or service["languages"]
        before, after = rendering.contact_bytes(contact, languages)
        ages, wide = contact["ages"], service["ages"]
        trace = contact["leaves_trace"]
        facts = {
            "free": contact["free"],
            "anonymous": contact["anonymous"],
            "no_trace": None if trace is None else not trace,
            "text_only": contact["channel"] in TEXT_CHANNELS,
            "sign_language": contact["channel"] == "video_sign",
            "from_abroad": contact["from_abroad"],
        }
        return _Contact(
            before,
            after,
            contact["channel"],
            contact["pattern"],
            contact["until"],
            self._shared(normalised_tag(tag) or tag for tag in languages),
            self._shared(contact["subdivisions"] or service["subdivisions"]),
            wide["min"] if ages["min"] is None else ages["min"],
            wide["max"] if ages["max"] is None else ages["max"],
            self._shared(facts[need] for need in NEEDS),
        )

    def _fill(self, place: Place, services: Sequence[_Service], notices: Sequence[Mapping[str, Any]]) -> None:
        rows = [(number, service, contact) for number, service in enumerate(services) for contact in service.contacts]
        place.masks = _masks(place.code, rows)
        masks = place.masks
        place.callable_from_abroad = masks.own & masks.known["from_abroad"] & masks.audience.get("child", 0)
        place.numbers = _numbers(place.code, services)
        place.closings = [service.closing for service in services]
        place.pattern_of = array("i", [contact.pattern for _, _, contact in rows])
        place.patterns = self._patterns
        place.ids = [service.rank[-1] for service in services]
        _fill_text(place, services)
        place.only_in = {
            bit: rendering.only_in_bytes(contact.subdivisions)
            for bit, (_, _, contact) in enumerate(rows)
            if contact.subdivisions
        }
        self._fill_times(place, rows)
        place.notices = _notices(services, notices)
        place.notice_edges = sorted({edge for notice in place.notices for edge in (notice.starts, notice.ends)})

    def _fill_times(self, place: Place, rows: Sequence[tuple[int, _Service, _Contact]]) -> None:
        patterns: dict[int, list[int]] = defaultdict(list)
        hours: dict[int, list[int]] = defaultdict(list)
        confirmed: dict[int, list[int]] = defaultdict(list)
        lapsing: dict[int, list[int]] = defaultdict(list)
        for bit, (_, service, contact) in enumerate(rows):
            if contact.pattern >= 0:
                patterns[contact.pattern].append(bit)
            if service.hours_confirmed is not None:
                hours[service.hours_confirmed + RECENT].append(bit)
            if service.on is not None and service.stage in CONFIRMING_STAGES:
                confirmed[service.on + RECENT].append(bit)
            if contact.until is not None:
                lapsing[contact.until].append(bit)
        place.hours_until = [(bits_of(bits), last) for last, bits in hours.items()]
        place.confirmed_until = [(bits_of(bits), last) for last, bits in confirmed.items()]
        used = [(self._patterns[number], bits_of(bits)) for number, bits in sorted(patterns.items())]
        place.timeline = Timeline(used, *self._window)
        place.untils = sorted(lapsing)
        gone = accumulate((bits_of(lapsing[until]) for until in place.untils), or_, initial=0)
        place.alive = [place.masks.everyone ^ bits for bits in gone]


def _fill_text(place: Place, services: Sequence[_Service]) -> None:
    pieces: list[bytes] = []
    service_at, contact_at, state_at, contact_end = (array("I") for _ in range(4))
    at = 0
    for service in services:
        service_at.append(at)
        pieces.append(service.shown)
        at += len(service.shown)
        for contact in service.contacts:
            pieces += (contact.before, contact.after)
            contact_at.append(at)
            state_at.append(at + len(contact.before))
            at += len(contact.before) + len(contact.after)
            contact_end.append(at)
    place.text = b"".join(pieces)
    place.service_at, place.contact_at, place.state_at, place.contact_end = (
        service_at,
        contact_at,
        state_at,
        contact_end,
    )


def bits_of(positions: Sequence[int]) -> int:
    """Return the whole number whose bits at ``positions`` (ascending) are set."""
    if not positions:
        return 0
    data = bytearray(positions[-1] // 8 + 1)
    for position in positions:
        data[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(data, "little")


def _numbers(code: str, services: Sequence[_Service]) -> array[int]:
    numbers = array("Q")
    for number, service in enumerate(services):
        count = len(service.contacts)
        for position, contact in enumerate(service.contacts):
            numbers.extend((_facts(code, service, contact), line_of(number, count, position, service.on)))
    return numbers


def _facts(code: str, service: _Service, contact: _Contact) -> int:
    """Return which reasons and cautions a contact earns where they are asked for, as bits."""
    child_age_known = service.child_specific or contact.youngest is not None or contact.oldest is not None
    flags = {
        GENERAL_CHILD: service.general and service.kind != HOTLINE and "child" in service.audience,
        FITS_CHILD: child_age_known,
        FITS_ADULT: contact.oldest is not None,
        SERVES_SUBDIVISION: contact.subdivisions,
        FOREIGN: service.country != code,
        CONFIRMED: service.stage in CONFIRMING_STAGES,
        HOURS_UNKNOWN: contact.pattern == NO_HOURS,
        HOLIDAY: contact.pattern >= 0,
        LEAD_ONLY: service.stage == LEAD,
        CONFLICTING: service.conflicting,
        CHILD_AGE_UNKNOWN: not child_age_known,
        ADULT_AGE_UNKNOWN: contact.oldest is None,
        ONLY_IN: contact.subdivisions,
    }
    for need, fact in zip(NEEDS, contact.needs, strict=True):
        flags[MEETS[need]] = fact
        flags[NOT_KNOWN[need]] = fact is None
    return sum(bit for bit, holds in flags.items() if holds)


def _notices(services: Sequence[_Service], country: Sequence[Mapping[str, Any]]) -> list[Notice]:
    found = [Notice(notice["kind"], notice["starts"], notice["ends"], None) for notice in country]
    found += [Notice(*notice, number) for number, service in enumerate(services) for notice in service.notices]
    return sorted(found, key=lambda notice: (notice.starts, notice.kind, notice.ends))


def _masks(code: str, rows: Sequence[tuple[int, _Service, _Contact]]) -> Masks:
    sets: dict[tuple[str, object], list[int]] = defaultdict(list)
    for bit, (_, service, contact) in enumerate(rows):
        for key in _keys(code, service, contact):
            sets[key].append(bit)
    found = {key: bits_of(bits) for key, bits in sets.items()}
    everyone = (1 << len(rows)) - 1

    def one(key: str) -> int:
        return found.get((key, None), 0)

    def each(key: str) -> dict[Any, int]:
        return {value: bits for (name, value), bits in found.items() if name == key}

    from_age, to_age = each("from_age"), each("to_age")
    topics = each("topic")
    hotline = one("hotline")
    if hotline:
        topics[REPORT_CONTENT] = topics.get(REPORT_CONTENT, 0) | hotline
    return Masks(
        everyone=everyone,
        not_hotline=everyone ^ hotline,
        not_lead=everyone ^ one("lead"),
        not_lead_people=everyone ^ (one("lead") & ~hotline),
        own=one("own"),
        serves=each("serves"),
        child_specific=one("child_specific"),
        audience={audience: bits for audience, bits in each("audience").items() if audience in AUDIENCES},
        at_most=[
            everyone ^ _union(bits for bound, bits in from_age.items() if bound > age) for age in range(OLDEST + 1)
        ],
        at_least=[
            everyone ^ _union(bits for bound, bits in to_age.items() if bound < age) for age in range(OLDEST + 1)
        ],
        topics=topics,
        reach={topic: bits | one("general") for topic, bits in topics.items()},
        general=one("general"),
        channels={channel: found.get(("channel", channel), 0) for channel in CHANNELS},
        allowed={need: everyone ^ found.get(("refuses", need), 0) for need in NEEDS},
        known={need: found.get(("meets", need), 0) for need in NEEDS},
        national=one("national"),
        subdivisions=each("subdivision"),
        speaks=each("speaks"),
        speaks_exactly=each("speaks_exactly"),
        language_unknown=one("language_unknown"),
        always=found.get(("pattern", ALWAYS_OPEN), 0),
        hours_unknown=found.get(("pattern", NO_HOURS), 0),
        answered_later=found.get(("pattern", NO_HOURS), 0)
        & _union(found.get(("channel", channel), 0) for channel in ANSWERED_LATER_CHANNELS),
    )


def _union(sets: Iterable[int]) -> int:
    total = 0
    for bits in sets:
        total |= bits
    return total


def _keys(code: str, service: _Service, contact: _Contact) -> set[tuple[str, object]]:
    """Return the names of all sets that a contact belongs to."""
    keys: set[tuple[str, object]] = {("channel", contact.channel)}
    keys.update(("audience", audience) for audience in service.audience)
    keys.update(("topic", topic) for topic in service.topics)
    keys.update(("serves", other) for other in service.serves if service.country == code)
    hotline = service.kind == HOTLINE
    flags = {
        "own": service.country == code,
        "hotline": hotline,
        "general": service.general and not hotline,
        "child_specific": service.child_specific,
        "lead": service.stage == LEAD,
        "national": not contact.subdivisions,
        "language_unknown": not contact.languages,
    }
    keys.update((name, None) for name, holds in flags.items() if holds)
    keys.update(("subdivision", subdivision) for subdivision in contact.subdivisions)
    for tag in contact.languages:
        keys.update(("speaks", wider) for wider in (tag, *wider_tags(tag)))
        keys.add(("speaks_exactly", tag))
    if contact.youngest is not None:
        keys.add(("from_age", contact.youngest))
    if contact.oldest is not None:
        keys.add(("to_age", contact.oldest))
    if contact.pattern < 0:
        keys.add(("pattern", contact.pattern))
    keys.update(
        ("meets" if fact else "refuses", need)
        for need, fact in zip(NEEDS, contact.needs, strict=True)
        if fact is not None
    )
    return keys
