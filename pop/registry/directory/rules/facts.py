"""What people read about a service or one of its contacts that its table has no column for: fields and values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pop.places import countries
from pop.registry.directory.rules.cells import (
    LANGUAGE,
    WrongRowError,
    all_of,
    check_header,
    check_widths,
    country_code,
    language_tags,
    named,
    refusal,
    service_name,
)
from pop.registry.directory.rules.csv_lines import Refusal, Table, shown
from pop.registry.directory.rules.hours import read_hours
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, kinds, topics

FACTS_COLUMNS = {"country": 2, "name": 200, "contact": 120, "field": 40, "value": 400, "note": 400}
# Languages with hours of their own, as a fact says it.
LANGUAGE_HOURS = re.compile(r"(?P<tags>[A-Za-z\-]+(?:,[A-Za-z\-]+)*) (?P<hours>.+)\Z")
_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}\Z")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_OLDEST_AGE = 120


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a person read about a service or one of its contacts, as a field and a checked value."""

    line: int
    country: str
    name: str
    contact: str
    field: str
    value: str
    note: str


def source_key(country: str, name: str) -> str:
    """Return what a row is known by."""
    return f"{country}|{name}"


def read_facts(table: Table) -> tuple[list[Fact], list[Refusal], list[str]]:
    """Return (facts, refused rows, columns that were not read). Raises FileRefusedError."""
    unread = check_header(table, ("country", "name", "contact", "field", "value"), FACTS_COLUMNS)
    facts: list[Fact] = []
    refused: list[Refusal] = []
    for line in table.lines:
        cells = named(table, line)
        try:
            check_widths(cells, FACTS_COLUMNS)
            facts.append(
                checked_fact(
                    Fact(
                        line=line.number,
                        country=country_code(cells["country"]),
                        name=service_name(cells["name"]),
                        contact=cells["contact"],
                        field=cells["field"],
                        value=cells["value"],
                        note=cells.get("note", ""),
                    )
                )
            )
        except WrongRowError as reason:
            refused.append(refusal(line, cells, "name", reason))
    return facts, refused, unread


# A fact about the service itself.
_SERVICE_FACTS = frozenset(
    [
        "audience",
        "topics",
        "kind",
        "subdivisions",
        "serves",
        "age_min",
        "age_max",
        "responders",
        "languages",
        "other_number",
        "other_hours",
        "hours_as_stated",
        "hours_problem",
    ]
)
# A fact about one of its contacts.
_CONTACT_FACTS = frozenset(
    [
        "hours",
        "languages",
        "language_hours",
        "subdivisions",
        "from_abroad",
        "free",
        "anonymous",
        "alternative",
        "channel",
        "offered",
        "age_min",
        "age_max",
    ]
)
_ANSWERS = {"yes": True, "no": False}


def yes_or_no(value: str) -> bool:
    """Return the truth of a checked "yes" or "no"."""
    return _ANSWERS[value]


def checked_fact(fact: Fact) -> Fact:
    """Return the fact; raise WrongRowError if its field is not one we know or its value is not one the field takes."""
    known = _CONTACT_FACTS if fact.contact else _SERVICE_FACTS
    if fact.field not in known:
        whose = "a contact" if fact.contact else "a service"
        raise WrongRowError(f"field {shown(fact.field)} is not a fact about {whose}")
    if not fact.value:
        raise WrongRowError(f"{fact.field} has no value")
    words = fact.value.split()
    if fact.field in ("audience", "topics", "responders"):
        all_of(fact.field, words, {"audience": AUDIENCES, "topics": topics(), "responders": RESPONDERS}[fact.field])
    elif fact.field == "kind":
        all_of("kind", [fact.value], kinds())
    elif fact.field == "subdivisions":
        for word in words:
            matched = _SUBDIVISION.match(word)
            if not matched or matched[1] != fact.country:
                raise WrongRowError(f"subdivision {shown(word)} is not an ISO 3166-2 code of {fact.country}")
    elif fact.field == "serves":
        all_of("serves", words, countries.codes())
    elif fact.field in ("age_min", "age_max"):
        if not fact.value.isascii() or not fact.value.isdigit() or int(fact.value) > _OLDEST_AGE:
            raise WrongRowError(f"{fact.field} {shown(fact.value)} is not an age")
    elif fact.field in ("from_abroad", "free", "anonymous"):
        all_of(fact.field, [fact.value], _ANSWERS)
    elif fact.field == "languages":
        language_tags(fact.value.replace(" ", ","))
    elif fact.field == "language_hours" and not _are_language_hours(fact.value):
        raise WrongRowError(f"{shown(fact.value)} is not languages and their hours (uk,ru 14:00-24:00)")
    elif fact.field == "alternative" and not _E164.match(fact.value):
        raise WrongRowError(f"alternative {shown(fact.value)} is not a full number (+3726004434)")
    elif fact.field == "channel":
        all_of("channel", [fact.value], CHANNELS)
    elif fact.field == "offered":
        all_of("contact", [fact.contact], CHANNELS)
        all_of("offered", [fact.value], _ANSWERS)
    elif fact.field == "hours_problem":
        all_of(fact.field, [fact.value], ("closing_time_missing",))
    return fact


def _are_language_hours(value: str) -> bool:
    matched = LANGUAGE_HOURS.match(value)
    return bool(matched and all(map(LANGUAGE.match, matched["tags"].split(","))) and read_hours(matched["hours"]).hours)
