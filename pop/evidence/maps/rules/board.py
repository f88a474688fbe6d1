"""The records of the map as sets of bits: one number per value of each fact, so that a question costs a few ands.

Bit n stands for record n. A fact's values widen, facts narrow: the answer to any question is an and of ors, whatever
the size of the registry, and every view counts bits of that one answer. So no two views can differ.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, Generic, Literal, Protocol, TypeVar
from uuid import UUID

from pop_sdk.vocabulary import AGE_BANDS, OLDEST

from pop.evidence.maps.rules.filters import GENERAL, NOT_KNOWN, Filter
from pop.evidence.maps.rules.hiding import Risk, Traits, by_country, small, where_shown

State = Literal["number", "suppressed", "none_known", "no_answer", "outside"]
# In whole years: evidence younger than the first is fresh, than the second ageing, the rest old.
_YEAR, _THREE = 365, 3 * 365
# Antarctica, which two of the three editions put outside all regions.
_EMPTY_REGIONS = frozenset({"antarctica", "outside"})


class Record(Protocol):
    """What the board reads of a record: the shape of the registry's own facts for maps."""

    @property
    def id(self) -> UUID: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def country(self) -> str: ...  # noqa: D102
    @property
    def subdivisions(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def operator(self) -> str: ...  # noqa: D102
    @property
    def responders(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def audience(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def age_min(self) -> int | None: ...  # noqa: D102
    @property
    def age_max(self) -> int | None: ...  # noqa: D102
    @property
    def languages(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def topics(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def general(self) -> bool: ...  # noqa: D102
    @property
    def channels(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def needs(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def stage(self) -> str: ...  # noqa: D102
    @property
    def stage_on(self) -> date | None: ...  # noqa: D102
    @property
    def mapped_only(self) -> bool: ...  # noqa: D102
    @property
    def hours(self) -> tuple[Hashable, ...]: ...  # noqa: D102


R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Regional:
    """How many records are shown by world region only. `count` is None where it is too small to be said."""

    region: str
    count: int | None


class Board(Generic[R]):
    """All records that may be shown in one way or another, in order of country and name.

    `risks` are the lines that hold; `took_part` are the countries that a source names as having answered; `regions` is
    {edition: {country: region}}. Records that are hidden are not in it at all.
    """

    def __init__(
        self,
        records: Iterable[R],
        *,
        risks: Iterable[Risk],
        took_part: Iterable[str],
        regions: Mapping[str, Mapping[str, str]],
    ) -> None:
        lines = by_country(risks)
        shown: list[R] = []
        regional: list[R] = []
        for record in records:
            traits = Traits(record.country, record.kind, record.operator, record.topics)
            where = where_shown(traits, lines.get(record.country, ()))
            if where == "country":
                shown.append(record)
            elif where == "region":
                regional.append(record)
        shown.sort(key=lambda record: (record.country, record.name.casefold(), str(record.id)))
        self.records: Sequence[R] = (*shown, *regional)
        self.guarded = frozenset(lines)
        self.took_part = frozenset(took_part)
        self.regions = regions
        self._by_id = {record.id: record for record in shown}
        self.listed = (1 << len(shown)) - 1
        self.regional = ((1 << len(self.records)) - 1) ^ self.listed
        self.bits = _bits(self.records)
        self.by_hours = _by_hours(self.records)
        self.known = frozenset(record.country for record in shown)

    def listed_record(self, id: UUID) -> R | None:
        """Return a record that is shown by country, None for any other."""
        return self._by_id.get(id)

    def narrowed(self, off: Collection[UUID], risks: Iterable[Risk]) -> Board[R]:
        """Return this board without the records of `off` and without those that these lines hide more than before.

        It only ever shows less: a record that is counted by region from now on is in no number until the next board.
        """
        lines = by_country(risks)
        gone = 0
        for number, record in enumerate(self.records):
            near = lines.get(record.country, ())
            if record.id in off or (near and not self._may_stay(number, record, near)):
                gone |= 1 << number
        found = copy.copy(self)
        found.guarded = self.guarded | frozenset(lines)
        found.listed, found.regional = self.listed & ~gone, self.regional & ~gone
        left = [self.records[number] for number in _numbers(found.listed)]
        found._by_id = {record.id: record for record in left}
        found.known = frozenset(record.country for record in left)
        return found

    def _may_stay(self, number: int, record: R, lines: Sequence[Risk]) -> bool:
        where = where_shown(Traits(record.country, record.kind, record.operator, record.topics), lines)
        return where == "country" or (where == "region" and bool(self.regional >> number & 1))

    def any_of(self, name: str, values: Iterable[str]) -> int:
        """Return the records that have at least one of a fact's values."""
        known = self.bits.get(name, {})
        found = 0
        for value in values:
            found |= known.get(value, 0)
        return found

    def ages(self, values: Iterable[str]) -> int:
        """Return the records whose stated ages overlap one of the given ages or bands."""
        found = 0
        for value in values:
            low, high = AGE_BANDS.get(value, (0, 0)) if value in AGE_BANDS else (0, -1)
            if value.isdigit():
                low = high = int(value)
            found |= self.any_of("age", [str(age) for age in range(low, high + 1)])
            if value == NOT_KNOWN:
                found |= self.bits["age"].get(NOT_KNOWN, 0)
        return found

    def aged(self, values: Iterable[str], today: date) -> int:
        """Return the records whose evidence is as old as asked, counted from `today`."""
        found = 0
        for ordinal, bits in self.bits["dated"].items():
            if _age_of(ordinal, today) in values:
                found |= bits
        return found

    def opened(self, values: Iterable[str], states: Mapping[Any, str]) -> int:
        """Return the records that are open, closed or not known to be either, by the state of each set of hours."""
        now = unknown = 0
        for key, bits in self.by_hours.items():
            state = states.get(key, "unknown")
            if state in ("open", "always"):
                now |= bits
            elif state == "unknown":
                unknown |= bits
        everyone = self.listed | self.regional
        timed = 0
        for bits in self.by_hours.values():
            timed |= bits
        unknown = (unknown | (everyone ^ timed)) & ~now
        sets = {"now": now, NOT_KNOWN: unknown, "closed": everyone & ~now & ~unknown}
        found = 0
        for value in values:
            found |= sets[value]
        return found


def _age_of(ordinal: str, today: date) -> str:
    if not ordinal:
        return "undated"
    days = (today - date.fromordinal(int(ordinal))).days
    return "year" if days <= _YEAR else "three_years" if days <= _THREE else "older"


def _bits(records: Sequence[Record]) -> Mapping[str, Mapping[str, int]]:
    """Return {fact: {value: the records that have it}}."""
    places: dict[str, dict[str, list[int]]] = {}
    for number, record in enumerate(records):
        for name, values in _values(record):
            fact = places.setdefault(name, {})
            for value in values:
                fact.setdefault(value, []).append(number)
    size = (len(records) + 7) // 8
    found = {name: {value: _as_bits(at, size) for value, at in fact.items()} for name, fact in places.items()}
    return {"age": {}, "dated": {}, **found}


def _as_bits(numbers: Iterable[int], size: int) -> int:
    """Return a set of numbers as bits; setting them one by one in a long integer would copy it every time."""
    held = bytearray(size)
    for number in numbers:
        held[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(held, "little")


def _by_hours(records: Sequence[Record]) -> Mapping[Any, int]:
    places: dict[Hashable, list[int]] = {}
    for number, record in enumerate(records):
        for key in record.hours:
            places.setdefault(key, []).append(number)
    size = (len(records) + 7) // 8
    return {key: _as_bits(numbers, size) for key, numbers in places.items()}


def _values(record: Record) -> Iterator[tuple[str, Iterable[str]]]:
    yield "country", (record.country,)
    yield "subdivision", record.subdivisions or (record.country,)  # a line of a whole country serves every part
    yield "kind", (record.kind,)
    yield "topic", (*record.topics, GENERAL) if record.general else record.topics or (NOT_KNOWN,)
    yield "channel", record.channels or (NOT_KNOWN,)
    yield "language", _tags(record.languages) or (NOT_KNOWN,)
    yield "age", _ages(record.age_min, record.age_max)
    yield "audience", record.audience
    yield "operator", (record.operator or NOT_KNOWN,)
    yield "responder", record.responders or (NOT_KNOWN,)
    yield "needs", record.needs
    yield "stage", (record.stage,)
    yield "checked", ("no" if record.mapped_only else "yes",)
    yield "dated", (str(record.stage_on.toordinal()) if record.stage_on else "",)


def _tags(languages: Iterable[str]) -> tuple[str, ...]:
    """Return each tag and what it begins with, in small letters: `pt-br` counts for `pt` too."""
    found: dict[str, None] = {}
    for tag in languages:
        parts = tag.lower().split("-")
        found |= {"-".join(parts[: length + 1]): None for length in range(len(parts))}
    return tuple(found)


def _ages(low: int | None, high: int | None) -> tuple[str, ...]:
    if low is None and high is None:
        return (NOT_KNOWN,)
    return tuple(str(age) for age in range(low or 0, (OLDEST if high is None else min(high, OLDEST)) + 1))


class Selection(Generic[R]):
    """The answer to one question. Every number of every view is a count of its bits."""

    def __init__(self, board: Board[R], asked: Filter, *, today: date, states: Mapping[Any, str]) -> None:
        self.board = board
        self.asked = asked
        self.region_of = board.regions[asked.edition]
        every = board.listed | board.regional
        for name, values in asked.chosen.items():
            if name in ("region", "country", "subdivision"):
                continue
            every &= _narrowed(board, name, values, today, states)
        self._before_places = every
        placed = every & board.listed
        if asked.values("country"):
            placed &= board.any_of("country", asked.values("country"))
        if asked.values("subdivision"):
            parts = asked.values("subdivision")
            own = [part[:2] for part in parts]
            placed &= board.any_of("subdivision", [*parts, *own]) & board.any_of("country", own)
        if asked.values("region"):
            inside = [country for country, region in self.region_of.items() if region in asked.values("region")]
            placed &= board.any_of("country", inside)
        self.bits = placed
        self.total = placed.bit_count()
        countries = board.bits.get("country", {})
        counts = ((code, (bits & placed).bit_count()) for code, bits in countries.items())
        self.by_country: Mapping[str, int] = {code: count for code, count in counts if count}
        self._unchecked = placed & board.any_of("checked", ("no",))

    def unchecked(self, code: str) -> int:
        """Return how many of a country's records nobody has checked for children yet."""
        return (self.board.bits.get("country", {}).get(code, 0) & self._unchecked).bit_count()

    def by_region(self) -> Mapping[str, int]:
        """Return {region of the edition: records}, every region that the question asks about, noughts too.

        What nobody lives in is no gap: it stands there only if it has a record after all.
        """
        asked_about = {region for code, region in self.region_of.items() if self.asks_about(code)}
        lived_in = {region for region in asked_about if region not in _EMPTY_REGIONS}
        found = dict.fromkeys(sorted(lived_in), 0)
        for code, count in self.by_country.items():
            found[self.region_of[code]] = found.get(self.region_of[code], 0) + count
        return dict(sorted(found.items()))

    def by_region_only(self) -> tuple[Regional, ...]:
        """Return what is shown by world region only, in M49's regions whatever the edition.

        Two editions laid over each other would tell smaller areas than either: so there is one, and a question about
        a country, a part of it or a region of another edition finds none of these records.
        """
        asked = self.asked
        if asked.values("country") or asked.values("subdivision"):
            return ()
        if asked.values("region") and asked.edition != "m49":
            return ()
        held = self._before_places & self.board.regional
        found: dict[str, int] = {}
        for code, bits in self.board.bits.get("country", {}).items():
            count = (bits & held).bit_count()
            region = self.board.regions["m49"][code]
            if count and region in (asked.values("region") or (region,)):
                found[region] = found.get(region, 0) + count
        return tuple(Regional(region, small(count)) for region, count in sorted(found.items()))

    def asks_about(self, code: str) -> bool:
        """Whether a country lies in what the question asks about."""
        asked = self.asked
        if asked.values("region") and self.region_of[code] not in asked.values("region"):
            return False
        if asked.values("country") and code not in asked.values("country"):
            return False
        parts = asked.values("subdivision")
        return not parts or any(part.startswith(f"{code}-") for part in parts)

    def state(self, code: str) -> State:
        """Return what is to be said of a country: its number, or why there is none.

        A line in the table of risk is said for its country whether or not there is anything to hide, so that the word
        tells nothing about what exists there.
        """
        if not self.asks_about(code):
            return "outside"
        if self.by_country.get(code):
            return "number"
        if code in self.board.guarded:
            return "suppressed"
        if code in self.board.known or code in self.board.took_part:
            return "none_known"
        return "no_answer"

    def count(self, **facts: str) -> int:
        """Return how many of the records also have these values: the cells of a matrix."""
        bits = self.bits
        for name, value in facts.items():
            if name == "region":
                bits &= self._region_bits(value)
            else:
                bits &= self.board.bits.get(name, {}).get(value, 0)
        return bits.bit_count()

    def _region_bits(self, region: str) -> int:
        return self.board.any_of("country", [code for code, at in self.region_of.items() if at == region])

    def page(self, first: int, count: int) -> list[R]:
        """Return so many of the records from the first, in the board's order."""
        return [self.board.records[number] for number in islice(_numbers(self.bits), first, first + count)]

    def all(self) -> Iterator[R]:
        """Yield all the records, in the board's order."""
        return (self.board.records[number] for number in _numbers(self.bits))


def _narrowed(board: Board[R], name: str, values: tuple[str, ...], today: date, states: Mapping[Any, str]) -> int:
    special: Mapping[str, Callable[[], int]] = {
        "age": lambda: board.ages(values),
        "evidence": lambda: board.aged(values, today),
        "open": lambda: board.opened(values, states),
    }
    return special[name]() if name in special else board.any_of(name, values)


def _numbers(bits: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, smallest first, a byte at a time: no long integer is copied."""
    for place, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        while byte:
            low = byte & -byte
            yield place * 8 + low.bit_length() - 1
            byte ^= low
