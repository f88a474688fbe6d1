"""What the registry lets out: plain facts about published records, with nothing that only staff may see.

These shapes are what another part of the product may build on. They import nothing, so that pure rules can take them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Opening hours inside a window, in whole minutes from its start.

    `open` and `unknown` are flat pairs (start, end, start, end, …), half-open, sorted, and never overlap each other.
    `always` means that the source states round-the-clock service; then both are empty.
    """

    always: bool
    open: tuple[int, ...]
    unknown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PublishedContact:
    """One way to reach a service that may be shown to a child. `hours` is None where nobody knows them.

    `until` is the Unix second from which a web address is no link any longer (its check runs out), None for the rest.
    """

    channel: str
    dial: str
    uri: str
    languages: tuple[str, ...]
    subdivisions: tuple[str, ...]
    age_min: int | None
    age_max: int | None
    free: bool | None
    anonymous: bool | None
    leaves_trace: bool | None
    from_abroad: bool | None
    alternative: str | None
    hours: OpenHours | None
    until: int | None


@dataclass(frozen=True, slots=True)
class PublishedNotice:
    """A dated word about a service or a country; Unix seconds."""

    kind: str
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class PublishedService:
    """One service that may be shown, with at least one contact.

    `topics` holds those with evidence and those that being of its kind is evidence for; `general` says that none of its
    own is known and that such a service takes any.
    """

    id: str
    name: str
    kind: str
    country: str
    subdivisions: tuple[str, ...]
    serves: tuple[str, ...]
    audience: tuple[str, ...]
    topics: tuple[str, ...]
    general: bool
    child_specific: bool
    languages: tuple[str, ...]
    age_min: int | None
    age_max: int | None
    stage: str
    stage_on: date | None
    source: str
    timezone: str
    hours_confirmed: date | None
    conflicts: tuple[str, ...]
    notices: tuple[PublishedNotice, ...]
    website: str
    contacts: tuple[PublishedContact, ...]


@dataclass(frozen=True, slots=True)
class PublishedEmergency:
    """One of the at most two emergency numbers of a country that are shown."""

    dial: str
    uri: str
    kind: str
    stage: str


@dataclass(frozen=True, slots=True)
class PublishedTopic:
    """A topic: its names by interface language, its tile on the child's page, its CHI category and its risk class."""

    id: str
    tile: str
    names: Mapping[str, str]
    chi: str
    risk: str


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that may be published at one moment. `services` comes in order of id and can be read once."""

    emergency: Mapping[str, tuple[PublishedEmergency, ...]]
    notices: Mapping[str, tuple[PublishedNotice, ...]]
    topics: tuple[PublishedTopic, ...]
    services: Iterator[PublishedService]
