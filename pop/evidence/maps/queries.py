"""What can be asked of the map: one board of everything that may be shown, and the table of country risk behind it."""

from __future__ import annotations

import csv
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from django.db import connections
from django.db.models import Count, Max

from pop.evidence.maps.boards import Boards
from pop.evidence.maps.models import CountryRisk
from pop.evidence.maps.rules.board import Board, Selection
from pop.evidence.maps.rules.filters import Accepted, Filter
from pop.evidence.maps.rules.hiding import Risk, Traits, by_country, where_shown
from pop.people import queries as people
from pop.people.asking import Ask, Rows
from pop.places.languages import known_languages
from pop.places.regions import EDITIONS, regions, regions_of, states
from pop.registry.directory.queries import mapped
from pop.registry.directory.queries.mapped import HoursKey, MappedRecord

TABLES = Path(__file__).parent / "tables"
HOLDS = ("holds", "lifting")
LIVE = ("proposed", *HOLDS)

Answer = Selection[MappedRecord]


@functools.cache
def accepted() -> Accepted:
    """Return the values that a question to the map may name."""
    known = mapped.lists()
    return Accepted(
        values={
            "country": frozenset(regions_of("m49")),
            "kind": known.kinds,
            "topic": known.topics,
            "channel": known.channels,
            "audience": known.audiences,
            "operator": known.operators,
            "responder": known.responders,
            "needs": known.needs,
            "stage": known.stages,
        },
        languages=known_languages(),
        regions={edition: tuple(regions(edition)) for edition in EDITIONS},
    )


def select(asked: Filter, *, now: datetime) -> Answer:
    """Return the answer to a question, from the records as they are now.

    Hours are evaluated only where the question is about them, and each distinct one once.
    """
    found = board()
    at = (asked.at or now).astimezone(UTC)
    states_now: Mapping[HoursKey, str] = {}
    if asked.values("open"):
        states_now = mapped.states_at(found.by_hours, int(at.timestamp()) // 60)
    return Selection(found, asked, today=now.date(), states=states_now)


def make_aside() -> None:
    """Make boards in a thread of their own from now on: for processes that answer many people."""
    _boards.make_aside()


def wait_for_board(seconds: float) -> None:
    """Wait until no board is in the making, at most so long."""
    _boards.wait(seconds)


def warm(*, now: datetime) -> None:
    """Make the board and look up every country's holidays, so that no reader waits for it; for the start of a process.

    It runs in a thread of its own, whose connections it gives back. From then on boards are made aside.
    """
    make_aside()
    try:
        select(Filter({"open": ("now",)}), now=now)
    finally:
        connections.close_all()


def board() -> Board[MappedRecord]:
    """Return everything that may be shown on the map, one way or another."""
    return _boards.current()


def make_board() -> Board[MappedRecord]:
    """Read the registry and the table of risk, and put the board together."""
    return Board(
        mapped.mapped_records(),
        risks=risks_that_hold(),
        took_part=took_part(),
        regions={edition: regions_of(edition) for edition in EDITIONS},
    )


def still_shown(old: Board[MappedRecord]) -> Board[MappedRecord]:
    """Return an old board without what has left the map since, and without what two people have hidden since."""
    return old.narrowed(mapped.ids_off_map(), risks_that_hold())


_boards = Boards(
    edition=lambda: (*mapped.edition(), *_risk_edition()),
    make=make_board,
    narrow=still_shown,
    done=connections.close_all,
)


def _risk_edition() -> tuple[object, ...]:
    found = CountryRisk.objects.aggregate(rows=Count("id"), agreed=Max("agreed_at"), lifted=Max("lifted_at"))
    return tuple(found.values())


def risks_that_hold() -> list[Risk]:
    """Return the lines of the table of country risk that two people agreed on and nobody has lifted."""
    rows = CountryRisk.objects.filter(state__in=HOLDS).order_by("country", "about", "which")
    return [Risk(row.country, row.about, row.which, row.effect) for row in rows]


def hidden_in_country(records: Mapping[UUID, tuple[str, str, str, Collection[str]]]) -> frozenset[UUID]:
    """Return those of these records that may not be named in their country.

    A record is its country, kind, operator and topics. For whoever must not be told of a record that the map hides.
    """
    lines = by_country(risks_that_hold())
    return frozenset(
        id for id, traits in records.items() if where_shown(Traits(*traits), lines.get(traits[0], ())) != "country"
    )


class Figure(NamedTuple):
    """One published figure: its value as printed, where and when it was published, and what its source says of it."""

    id: str
    about: str
    value: str
    year: str
    source: str
    note: str


@functools.cache
def figures() -> Mapping[str, Sequence[Figure]]:
    """Return the published figures by what they are about; several of one matter stand side by side."""
    found: dict[str, list[Figure]] = {}
    with (TABLES / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["about"], []).append(Figure(**row))
    return MappingProxyType({about: tuple(rows) for about, rows in found.items()})


@functools.cache
def took_part() -> frozenset[str]:
    """Return the countries that the source names as having taken part, at country level only."""
    with (TABLES / "participants.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


@dataclass(frozen=True)
class Coverage:
    """How far the world is covered: states with a record here, states named by the source, and how many there are."""

    with_records: int
    named: int
    either: int
    states: int
    newest: date | None


def coverage() -> Coverage:
    """Return how many of the world's states have a published record or took part."""
    found = board()
    recorded, named = found.known & states(), took_part() & states()
    days = [record.stage_on for record in found.records if record.stage_on]
    return Coverage(len(recorded), len(named), len(recorded | named), len(states()), max(days, default=None))


@dataclass(frozen=True)
class RiskLine:
    """One line of the table of country risk, with the people behind it."""

    id: UUID
    country: str
    about: str
    which: str
    effect: str
    reason: str
    state: str
    by: UUID
    called: str
    at: datetime
    agreed: str
    lift_by: UUID | None
    lift_called: str


def risk_lines(ask: Ask) -> Rows[RiskLine]:
    """Return the table of country risk for its console page, live lines first."""
    rows = CountryRisk.objects.all()
    for name in ("country", "about", "effect", "state"):
        if ask.filters.get(name):
            rows = rows.filter(**{name: ask.filters[name]})
    if ask.search:
        rows = rows.filter(country__iexact=ask.search)
    sorts = {"country": ("country",), "about": ("about", "which"), "state": ("state",), "at": ("proposed_at",)}
    found = rows.order_by(*ask.order(sorts, ("country", "about", "which", "-proposed_at")))
    return Rows(_lines(list(found[ask.first : ask.first + ask.count])), rows.count())


def risk_line(id: UUID) -> RiskLine | None:
    """Return one line, or None."""
    row = CountryRisk.objects.filter(pk=id).first()
    return _lines([row])[0] if row else None


def _lines(rows: Sequence[CountryRisk]) -> list[RiskLine]:
    ids = {id for row in rows for id in (row.proposed_by, row.agreed_by, row.lift_by) if id}
    called = people.names(ids)
    return [
        RiskLine(
            id=row.pk,
            country=row.country,
            about=row.about,
            which=row.which,
            effect=row.effect,
            reason=row.reason,
            state=row.state,
            by=row.proposed_by,
            called=called.get(row.proposed_by, ""),
            at=row.proposed_at,
            agreed=called.get(row.agreed_by, "") if row.agreed_by else "",
            lift_by=row.lift_by,
            lift_called=called.get(row.lift_by, "") if row.lift_by else "",
        )
        for row in rows
    ]
