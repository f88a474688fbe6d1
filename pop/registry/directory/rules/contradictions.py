"""What contradicts itself in a record, or makes a promise that nobody can hold: found by rule, in any country.

Nothing here reads remarks, and nothing knows a country by name: the rules look at what a source stated, what our
readers made of it, and the rows beside it. What they find goes to people, who decide.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

import phonenumbers

from pop.places import countries
from pop.registry.directory.rules.domains import country_of, foreign, host_of, registrable
from pop.registry.directory.rules.hours import contradiction_247, read_hours
from pop.registry.directory.rules.hours_text import ALWAYS
from pop.registry.directory.rules.numbers import digits_of, emergency_in, plain
from pop.registry.directory.rules.publication import CLEAR, COORDINATION

# `contradiction`: two statements that cannot both be true, or one that cannot. `doubt`: a statement that nothing
# supports any longer. `note`: true, and worth knowing before relying on the record.
Level = Literal["contradiction", "doubt", "note"]

OLD_PAGE = timedelta(days=3 * 365)
_NUMBER_IN_TEXT = re.compile(r"\+?\d(?:[ .\-()]{0,2}\d)+")
_SPOKEN_HOURS = frozenset({"247", "24", "7"})
_SHORTEST_NAMED_NUMBER = 3
_HOURS_CODES = frozenset({"hours_impossible", "hours_ambiguous", "hours_cut_short", "hours_unparsed"})
_TIMED = frozenset({"phone", "sms", "whatsapp", "telegram", "viber", "messenger", "line", "webchat", "relay_text"})
_NAMED_ELSEWHERE = 6  # countries that a message about a short code names


@dataclass(frozen=True, slots=True)
class Line:
    """One contact, as the rules need it."""

    id: UUID
    channel: str
    as_stated: str
    dial: str
    number_kind: str
    e164: str
    hours: str
    hours_source: str
    hours_rule: str
    withheld: str

    @property
    def shown(self) -> str:
        """The contact as a message names it."""
        return self.dial or self.as_stated or self.channel

    @property
    def key(self) -> str:
        """What makes two numbers of one country the same; "" for what is no number."""
        if self.channel not in ("phone", "sms", "relay_text") or self.number_kind not in ("full", "short"):
            return ""
        return self.e164 or digits_of(self.dial)


@dataclass(frozen=True, slots=True)
class Record:
    """One service with its contacts, as the rules need it. `stated` is what its sources say beside its fields."""

    id: UUID
    organisation: UUID
    country: str
    name: str
    kind: str
    audience: tuple[str, ...]
    subdivisions: tuple[str, ...]
    languages: tuple[str, ...]
    website: str
    stage: str
    stage_on: date | None
    safety: str
    contacts: tuple[Line, ...]
    stated: tuple[tuple[str, str], ...] = ()

    def said(self, field: str) -> list[str]:
        """Return what sources say of one field."""
        return [value for name, value in self.stated if name == field]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should look at."""

    code: str
    level: Level
    country: str
    service: UUID
    name: str
    contact: UUID | None
    message: str

    def __str__(self) -> str:
        return f"{self.country} {self.name}: {self.code}: {self.message}"


@dataclass(frozen=True)
class Surroundings:
    """What the rules compare a record with.

    `emergency` is {country: its emergency numbers}, the whole table; `checked` {web address: when it was last found
    good}, which holds for `link_holds`; `abroad` {short code: the countries where it is an emergency number}.
    """

    emergency: Mapping[str, Collection[str]]
    checked: Mapping[str, datetime]
    now: datetime
    link_holds: timedelta
    abroad: Mapping[str, tuple[str, ...]]

    @property
    def today(self) -> date:
        """The day."""
        return self.now.date()


def where_emergency(emergency: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """Turn {country: numbers} into {number: countries}."""
    found: dict[str, list[str]] = defaultdict(list)
    for country, numbers in emergency.items():
        for number in numbers:
            found[number].append(country)
    return {number: tuple(sorted(countries)) for number, countries in found.items()}


def find(records: Iterable[Record], around: Surroundings) -> Iterator[Finding]:
    """Yield everything found in the records of one country, those of each record together, in their order.

    All records of a country must come in one call: two bodies that claim one number are found by comparing rows.
    """
    records = list(records)
    claims = _claims(records)
    for record in records:
        make = _Maker(record)
        yield from _numbers(record, around, claims, make)
        yield from _addresses(record, around, make)
        yield from _hours(record, around, make)
        yield from _people(record, make)
        yield from _support(record, around, make)


class _Maker:
    """Makes findings about one record."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def __call__(self, code: str, level: Level, message: str, contact: Line | None = None) -> Finding:
        record = self._record
        return Finding(code, level, record.country, record.id, record.name, contact.id if contact else None, message)


def numbers_in(text: str) -> list[str]:
    """Return the different numbers that stand in a text, as digits, in their order."""
    return list(dict.fromkeys(digits_of(found) for found in _NUMBER_IN_TEXT.findall(plain(text))))


def _numbers(
    record: Record, around: Surroundings, claims: Mapping[str, Sequence[Record]], make: _Maker
) -> Iterator[Finding]:
    for stated in record.said("numbers_as_stated"):
        if len(numbers_in(stated)) > 1:
            yield make(
                "two_numbers",
                "contradiction",
                f"the page gives several numbers for one contact ({stated}): ask the provider which is right",
            )
    for elsewhere in record.said("other_number"):
        yield make(
            "other_number_elsewhere",
            "contradiction",
            f"another source gives the number {elsewhere}: ask the provider which is right",
        )
    yield from _named_numbers(record, make)
    seen: set[tuple[str, str]] = set()
    for contact in record.contacts:
        if contact.number_kind == "unparsed":
            yield make(
                "unparsed_number",
                "contradiction",
                f"{contact.as_stated!r} is not a number of {record.country}: find it; children do not see this",
                contact,
            )
        elif contact.withheld == "no_address":
            yield make(
                "no_address",
                "note",
                f"{contact.as_stated!r} is offered without a number or address: find it on the provider's page",
                contact,
            )
        key = contact.key
        if not key or (contact.channel, key) in seen:
            continue
        seen.add((contact.channel, key))
        yield from _number_of_another_country(record, contact, make)
        for other in claims.get(key, ()):
            if _two_bodies(record, other):
                yield make(
                    "number_claimed_twice",
                    "contradiction",
                    f"{contact.shown} is claimed by {other.name} too: find out who answers it",
                    contact,
                )
        if contact.number_kind == "short":
            yield from _short_code(record, contact, around, make)


def _named_numbers(record: Record, make: _Maker) -> Iterator[Finding]:
    """A name that holds another number than the contacts do: one of the two is old or mistyped."""
    held = [
        digits_of(contact.e164 or contact.dial) + "|" + digits_of(plain(contact.as_stated))
        for contact in record.contacts
    ]
    if not any(contact.key for contact in record.contacts):
        return
    for number in numbers_in(record.name):
        core = number.lstrip("0")
        if number in _SPOKEN_HOURS or len(core) < _SHORTEST_NAMED_NUMBER:
            continue
        if not any(core in digits for digits in held):
            yield make(
                "name_says_other_number",
                "contradiction",
                f"the name holds {number}, which is none of its numbers: find out which is right",
            )


def _number_of_another_country(record: Record, contact: Line, make: _Maker) -> Iterator[Finding]:
    home = _calling_code(record.country)
    if home and contact.e164 and not contact.e164.startswith(f"+{home}"):
        yield make(
            "foreign_address",
            "contradiction",
            f"{contact.shown} is a number of another country ({contact.e164}): ask the provider for one at home",
            contact,
        )


def _short_code(record: Record, contact: Line, around: Surroundings, make: _Maker) -> Iterator[Finding]:
    code = digits_of(contact.dial)
    if emergency_in(record.country, code, around.emergency):
        yield make(
            "emergency_short_code",
            "contradiction",
            f"{code} is an emergency number in {record.country}: find out who answers before a child calls",
            contact,
        )
    elsewhere = [country for country in around.abroad.get(code, ()) if country != record.country]
    if elsewhere:
        near = [country for country in elsewhere if country in countries.neighbours(record.country)]
        named = f"next door in {', '.join(near)}" if near else f"in {', '.join(elsewhere[:_NAMED_ELSEWHERE])}"
        yield make(
            "short_code_elsewhere",
            "note",
            f"{code} is an emergency number of {len(elsewhere)} more countries, {named}: never show it alone",
            contact,
        )


def _addresses(record: Record, around: Surroundings, make: _Maker) -> Iterator[Finding]:
    for contact in record.contacts:
        if contact.channel != "email":
            continue
        how = foreign(contact.dial, record.country, record.website)
        if how == "foreign":
            owner = country_of(host_of(contact.dial))
            yield make(
                "foreign_address",
                "contradiction",
                f"{contact.dial} is an address of {owner}, not of {record.country}: children do not see it",
                contact,
            )
        elif how:
            yield make(
                "address_abroad",
                "note",
                f"{contact.dial} lies abroad: it belongs to a mail company, or to a body that works from there",
                contact,
            )
    pages: dict[str, Line | None] = {record.website: None} if record.website else {}
    for contact in record.contacts:
        if contact.dial.startswith(("http://", "https://")):
            pages[contact.dial] = contact
    for page, holder in pages.items():
        if foreign(page, record.country):
            yield make(
                "website_abroad",
                "note",
                f"{page} has an ending of {country_of(host_of(page))}: make sure that it is about this service",
                holder,
            )
        good = around.checked.get(page)
        if good is None or good + around.link_holds <= around.now:
            yield make(
                "unchecked_link",
                "note",
                f"{page} has no good check of the last {around.link_holds.days} days, so it is no link for a child: "
                "pop registry links",
                holder,
            )
        if page.startswith("http://"):
            yield make("plain_http", "note", f"{page} is not encrypted: look for its https address", holder)


def _hours(record: Record, around: Surroundings, make: _Maker) -> Iterator[Finding]:
    wrong: dict[tuple[str, str], Line | None] = {}
    for contact in record.contacts:
        if contact.hours_rule in _HOURS_CODES:
            wrong.setdefault((contact.hours_rule, contact.hours_source), contact)
    for text in record.said("hours_as_stated"):
        code = _code_of(text)
        if code:
            wrong.setdefault((code, text), None)
    for (code, text), holder in wrong.items():
        yield make(
            code, "contradiction", f"the stated hours are {text!r}: ask the provider; they count as unknown", holder
        )
    if record.said("hours_problem") and not any(code == "hours_cut_short" for code, _ in wrong):
        yield make(
            "hours_cut_short",
            "contradiction",
            "the page gives no closing time: ask the provider; the hours count as unknown",
        )
    for other in record.said("other_hours"):
        if any(contact.hours_source != other for contact in record.contacts if contact.hours_source):
            yield make(
                "other_hours_elsewhere",
                "contradiction",
                f"another source gives the hours {other!r}: ask the provider which are right",
            )
    texts = {contact.hours_source or contact.hours for contact in record.contacts} - {""}
    for text in sorted(texts):
        if contradiction_247(record.name, text):
            yield make(
                "name_says_247",
                "contradiction",
                f"the name says day and night, and the stated hours are {text!r}: ask the provider which is right",
            )
    timed = [contact for contact in record.contacts if contact.channel in _TIMED and contact.withheld != "no_address"]
    if timed and not texts and not record.said("hours_as_stated") and not record.said("hours_problem"):
        yield make("hours_missing", "note", "no hours are known: ask the provider")
    always = any(contact.hours == ALWAYS for contact in record.contacts)
    if always and record.stage_on is not None and _is_old(record, around.today):
        yield make(
            "old_claim_24_7", "doubt", f"open day and night is what a page of {record.stage_on} claims: confirm it"
        )


def _people(record: Record, make: _Maker) -> Iterator[Finding]:
    if record.kind == COORDINATION:
        yield make("coordination", "note", "a body that coordinates others: no child is sent there")
    elif "child" not in record.audience:
        shown = ", ".join(record.audience).replace("_", " ") or "nobody that we know of"
        yield make("not_for_children", "note", f"it is for {shown}, not for a child who needs help")


def _support(record: Record, around: Surroundings, make: _Maker) -> Iterator[Finding]:
    if says_nothing(record) and record.stage != "unconfirmed_lead":
        yield make(
            "empty_page",
            "contradiction",
            "the page that lists it says next to nothing: find another source; children do not see it",
        )
    elif not record.languages and record.kind != "hotline":
        yield make("languages_missing", "note", "no language is known: ask the provider")
    if record.safety not in (CLEAR, "empty_page"):
        yield make("held_back", "note", f"it is held back ({record.safety}) until a person decides")
    usable = [contact for contact in record.contacts if not contact.withheld]
    if not usable and record.kind != COORDINATION:
        yield make("no_contact", "doubt", "nobody can be sent there: no contact of it can be used")
    if record.stage == "unconfirmed_lead":
        yield make("lead", "note", "only a weak source names it: confirm it on the provider's own page")
    elif _is_old(record, around.today):
        yield make("old_page", "note", f"its evidence is of {record.stage_on or 'an unknown day'}: check it again")


def says_nothing(record: Record) -> bool:
    """Return whether a record holds no more than a name and perhaps a bare number: a page that nobody filled in."""
    return not (
        record.languages
        or record.website
        or any(contact.hours_source or contact.hours or contact.channel != "phone" for contact in record.contacts)
        or record.said("hours_as_stated")
    )


@functools.cache
def _calling_code(country: str) -> int:
    """Return a country's calling code; 0 where it has none of its own."""
    return int(phonenumbers.country_code_for_region(country))


def _claims(records: Sequence[Record]) -> Mapping[str, Sequence[Record]]:
    """Return {number: the services of one country that name it}."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for key in {contact.key for contact in record.contacts} - {""}:
            found[key].append(record)
    return found


def _two_bodies(one: Record, other: Record) -> bool:
    """Whether two services are run by different bodies for the same people: one body may share a switchboard."""
    if one.id == other.id or one.organisation == other.organisation:
        return False
    here, there = (registrable(host_of(record.website)) for record in (one, other))
    apart = bool(one.subdivisions and other.subdivisions) and not set(one.subdivisions) & set(other.subdivisions)
    return not apart and not (here and here == there)


def _code_of(text: str) -> str:
    """Return the name of what is wrong with stated hours; "" where they can be read."""
    errors = read_hours(text).errors
    return errors[0] if errors else ""


def _is_old(record: Record, today: date) -> bool:
    return record.stage_on is None or record.stage_on + OLD_PAGE < today
