"""How published facts become the snapshot's document: canonical JSON, the same bytes for the same facts.

Canonical means sorted keys, no spaces, UTF-8, integers only. The document is written service by service, because as one
tree of Python objects 100,000 services would take several times the memory of their text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pop_sdk import SnapshotError
from pop_sdk.structure import check_service

from pop.places.countries import codes, country_name, neighbours
from pop.places.words import LANGUAGES
from pop.registry.directory.queries.published import (
    OpenHours,
    Publication,
    PublishedContact,
    PublishedNotice,
    PublishedService,
)

FORMAT = 1
DAY = 86_400
DAYS_BEFORE = 7
DAYS_AFTER = 35
DEBOUNCE = 60
EVERY = 6 * 3_600
# Two values that stand where a contact's pattern would.
HOURS_UNKNOWN = -1
HOURS_ALWAYS = -2

Json = Mapping[str, Any]


def window(created: int) -> tuple[int, int]:
    """Return the [start, end) for which opening hours are compiled, in minutes since the epoch."""
    minute = created // 60
    return minute - DAYS_BEFORE * 1440, minute + DAYS_AFTER * 1440


def expires(created: int) -> int:
    """Return the Unix second from which nobody may answer from a snapshot made at `created`."""
    return created + DAYS_AFTER * DAY


def due(*, now: int, in_force: tuple[int, int] | None, first_change: int | None) -> bool:
    """Say whether a snapshot must be built now. All in Unix seconds.

    `in_force` is (created, expires) of the valid snapshot, None if there is none: then at once, as when it has expired
    or was made in the future by a clock that was wrong. `first_change` is when the first change that it lacks was heard
    of: a minute later, so that a series of edits makes one snapshot, and no edit waits longer than that.
    """
    if in_force is None:
        return True
    created, ends = in_force
    if now >= ends or created > now + DEBOUNCE:
        return True
    if first_change is not None and not first_change <= now < first_change + DEBOUNCE:
        return True
    return now >= created + EVERY


def canonical(value: object) -> str:
    """Return canonical JSON. Raises TypeError for what JSON cannot say, and ValueError for a float."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    _refuse_floats(value)
    return text


class Composed(NamedTuple):
    """The document as canonical JSON in UTF-8, in pieces, and the services left out of it: ids with the reason."""

    pieces: list[bytes]
    left_out: tuple[tuple[str, str], ...]

    @property
    def document(self) -> bytes:
        """The whole document at once: for 100,000 services some 130 MB more than its pieces."""
        return b"".join(self.pieces)


def compose(publication: Publication, *, created: int, version: int) -> Composed:
    """Return the document of one snapshot; `created` is in Unix seconds.

    Readers refuse a whole snapshot for one malformed service. So each is checked here as they check it, and one that
    they would not take is left out: a slip in one record must not keep all other children from new numbers.
    """
    patterns = _Patterns()
    counts: Counter[str] = Counter()
    services: list[bytes] = []  # each with a comma before it, but the first
    left_out: list[tuple[str, str]] = []
    known = {"countries": codes(), "patterns": patterns.found}
    for service in publication.services:
        entry = _service(service, patterns)
        try:
            check_service(entry, len(services), known)
            services.append(b"," * bool(services) + canonical(entry).encode())
        except (SnapshotError, ValueError, TypeError) as error:
            left_out.append((service.id, str(error)))
            continue
        counts[service.country] += 1
    start, end = window(created)
    parts: dict[str, list[bytes]] = {
        name: [canonical(value).encode()]
        for name, value in {
            "countries": _countries(publication, counts),
            "created": created,
            "expires": expires(created),
            "format": FORMAT,
            "patterns": patterns.found,
            "topics": [
                {
                    "chi": topic.chi,
                    "id": topic.id,
                    "names": {language: topic.names[language] for language in LANGUAGES},
                    "risk": topic.risk,
                    "tile": topic.tile,
                }
                for topic in publication.topics
            ],
            "version": version,
            "window": {"end": end, "start": start},
        }.items()
    }
    parts["services"] = [b"[", *services, b"]"]
    pieces: list[bytes] = []
    for name in sorted(parts):
        pieces += (b"," if pieces else b"{", b'"%s":' % name.encode(), *parts[name])
    pieces.append(b"}")
    return Composed(pieces, tuple(left_out))


class _Patterns:
    """The table of distinct opening patterns, numbered in the order in which services first use them."""

    def __init__(self) -> None:
        self.found: list[Json] = []
        self._numbers: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}

    def number(self, hours: OpenHours | None) -> int:
        if hours is None:
            return HOURS_UNKNOWN
        if hours.always:
            return HOURS_ALWAYS
        key = (hours.open, hours.unknown)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.found)
            self.found.append({"open": list(hours.open), "unknown": list(hours.unknown)})
        return number


def _countries(publication: Publication, counts: Mapping[str, int]) -> dict[str, Json]:
    return {
        code: {
            "emergency": [
                {"dial": number.dial, "kind": number.kind, "stage": number.stage, "uri": number.uri}
                for number in publication.emergency.get(code, ())
            ],
            "names": {language: country_name(code, language) for language in LANGUAGES},
            "neighbours": list(neighbours(code)),
            "notices": _notices(publication.notices.get(code, ())),
            "services": counts.get(code, 0),
        }
        for code in sorted(codes())
    }


def _service(service: PublishedService, patterns: _Patterns) -> Json:
    return {
        "ages": _ages(service),
        "audience": list(service.audience),
        "child_specific": service.child_specific,
        "conflicts": list(service.conflicts),
        "contacts": [_contact(contact, patterns) for contact in service.contacts],
        "country": service.country,
        "general": service.general,
        "hours_confirmed": _day(service.hours_confirmed),
        "id": service.id,
        "kind": service.kind,
        "languages": list(service.languages),
        "name": service.name,
        "notices": _notices(service.notices),
        "on": _day(service.stage_on),
        "serves": list(service.serves),
        "source": service.source,
        "stage": service.stage,
        "subdivisions": list(service.subdivisions),
        "timezone": service.timezone,
        "topics": list(service.topics),
        "website": service.website,
    }


def _contact(contact: PublishedContact, patterns: _Patterns) -> Json:
    return {
        "ages": _ages(contact),
        "alternative": contact.alternative,
        "anonymous": contact.anonymous,
        "channel": contact.channel,
        "dial": contact.dial,
        "free": contact.free,
        "from_abroad": contact.from_abroad,
        "languages": list(contact.languages),
        "leaves_trace": contact.leaves_trace,
        "pattern": patterns.number(contact.hours),
        "subdivisions": list(contact.subdivisions),
        "until": contact.until,
        "uri": contact.uri,
    }


def _ages(bounded: PublishedService | PublishedContact) -> Json:
    return {"max": bounded.age_max, "min": bounded.age_min}


def _notices(notices: Iterable[PublishedNotice]) -> Sequence[Json]:
    return [{"ends": notice.ends, "kind": notice.kind, "starts": notice.starts} for notice in notices]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _refuse_floats(value: object) -> None:
    # Engines in other languages print floats in other ways: one float and the bytes are no longer canonical.
    if isinstance(value, float):
        raise ValueError("a snapshot holds integers only")
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
