"""Rows of the tables that the registry loads, checked and typed. What is wrong with a row is said in words."""

from __future__ import annotations

import functools
import re
import unicodedata
import zoneinfo
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from pop.places import countries
from pop.registry.directory.rules.csv_lines import FileRefusedError, Line, Refusal, Table, shown
from pop.registry.directory.rules.emergency import EVIDENCE, KINDS
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, STAGES, kinds, topics

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'\-]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+\Z")
_HOST = re.compile(r"[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+\Z")
_SUBDIVISION = re.compile(r"([A-Z]{2})-[A-Z0-9]{1,3}\Z")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
# Languages with hours of their own, as a fact says it.
LANGUAGE_HOURS = re.compile(r"(?P<tags>[A-Za-z\-]+(?:,[A-Za-z\-]+)*) (?P<hours>.+)\Z")
_DIAL = re.compile(r"[0-9]{2,8}\Z")
# Signs that turn the direction of a text round: with them a number can be made to look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_OLDEST_AGE = 120
_MAX_NUMBERS = 12
DO_NOT_PUBLISH = "do_not_publish"

# Columns and the most signs that each may hold: what the registry's own columns take.
SERVICE_COLUMNS = {
    "country": 2,
    "name": 200,
    "kind": 40,
    "voice": 300,
    "other_channels": 300,
    "website": 300,
    "email": 120,
    "languages": 200,
    "opening_hours": 300,
    "timezone": 64,
    "numbers_as_stated": 300,
    "hours_as_stated": 300,
    "listed_by": 300,
    "source_url": 300,
    "source_modified": 10,
    "status": 24,
    "remarks": 4000,
}
# Facts that a table of one's own may give in columns instead of a second table.
FACT_COLUMNS = {
    "subdivisions": 300,
    "age_min": 3,
    "age_max": 3,
    "audience": 120,
    "topics": 600,
    "responders": 200,
    "serves": 300,
}
_SERVICE_NEEDS = ("country", "name", "kind", "voice", "timezone", "status")
HOTLINE_COLUMNS = {"country": 2, "hotline": 200, "report_url": 120, "status": 24}
EMERGENCY_COLUMNS = {"country": 2, "dial": 8, "kind": 24, "evidence": 40, "source": 300, "observed_on": 10}
FACTS_COLUMNS = {"country": 2, "name": 200, "contact": 120, "field": 40, "value": 400, "note": 400}


class WrongRowError(Exception):
    """One row cannot be taken; the argument is the reason, in words."""


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One row of a services table; "" and () where the source says nothing."""

    line: int
    country: str
    name: str
    kind: str
    numbers: tuple[str, ...]
    other_channels: str
    website: str
    email: str
    languages: tuple[str, ...]
    opening_hours: str
    timezone: str
    numbers_as_stated: str
    hours_as_stated: str
    listed_by: str
    source_url: str
    source_modified: date | None
    stage: str
    remarks: str
    do_not_publish: bool
    facts: tuple[Fact, ...] = ()

    @property
    def key(self) -> str:
        """The source key: country and name as first loaded."""
        return source_key(self.country, self.name)

    @property
    def source(self) -> str:
        """The page that says so, or failing that the list that names it."""
        return self.source_url or self.listed_by


@dataclass(frozen=True, slots=True)
class HotlineRow:
    """One row of a table of hotlines that take reports of illegal content."""

    line: int
    country: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class EmergencyRow:
    """One row of a table of emergency numbers."""

    line: int
    country: str
    dial: str
    kind: str  # any, police, ambulance, fire, unknown
    stage: str
    source: str
    observed_on: date | None


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


def check_header(table: Table, needs: Collection[str], known: Collection[str]) -> list[str]:
    """Return the columns of a table that nobody reads; raise FileRefusedError if one that is needed is missing."""
    missing = [name for name in needs if name not in table.header]
    if missing:
        raise FileRefusedError(f"the header lacks the column {', '.join(missing)}")
    return [name for name in table.header if name not in known]


def kind_of_table(header: Collection[str]) -> str:
    """Return whose header it is: services, hotlines, emergency or facts. Raises FileRefusedError for none."""
    for needs, name in (
        (("hotline", "report_url"), "hotlines"),
        (("dial", "evidence"), "emergency"),
        (("field", "value"), "facts"),
        (("name", "voice"), "services"),
    ):
        if set(needs) <= set(header):
            return name
    raise FileRefusedError(
        "the header is that of no table we know: services need country, name, kind, voice, timezone, status"
    )


def read_services(table: Table, today: date) -> tuple[list[ServiceRow], list[Refusal], list[str]]:
    """Return (rows, refused rows, columns that were not read). `today` bounds the dates. Raises FileRefusedError."""
    unread = check_header(table, _SERVICE_NEEDS, SERVICE_COLUMNS.keys() | FACT_COLUMNS.keys())
    rows: dict[str, ServiceRow] = {}
    refused: list[Refusal] = []
    for line in table.lines:
        cells = _named(table, line)
        try:
            _check_widths(cells, SERVICE_COLUMNS | FACT_COLUMNS)
            row = _service(line.number, cells, today)
            if row.key in rows:
                raise WrongRowError(f"this country and name stand on line {rows[row.key].line} already")
        except WrongRowError as reason:
            refused.append(_refusal(line, cells, "name", reason))
        else:
            rows[row.key] = row
    return list(rows.values()), refused, unread


def read_hotlines(table: Table) -> tuple[list[HotlineRow], list[Refusal], list[str]]:
    """Return (rows, refused rows, columns that were not read). Raises FileRefusedError."""
    unread = check_header(table, HOTLINE_COLUMNS, HOTLINE_COLUMNS)
    rows: dict[str, HotlineRow] = {}
    refused: list[Refusal] = []
    for line in table.lines:
        cells = _named(table, line)
        try:
            _check_widths(cells, HOTLINE_COLUMNS)
            row = HotlineRow(
                line.number, _country(cells["country"]), _name(cells["hotline"]), web_address(cells["report_url"])
            )
            if not row.url:
                raise WrongRowError("a hotline without an address to report at")
            key = source_key(row.country, row.name)
            if key in rows:
                raise WrongRowError(f"this country and name stand on line {rows[key].line} already")
        except WrongRowError as reason:
            refused.append(_refusal(line, cells, "hotline", reason))
        else:
            rows[key] = row
    return list(rows.values()), refused, unread


def read_emergency(table: Table, today: date) -> tuple[list[EmergencyRow], list[Refusal], list[str]]:
    """Return (rows, refused rows, columns that were not read). Raises FileRefusedError."""
    unread = check_header(table, ("country", "dial", "kind", "evidence"), EMERGENCY_COLUMNS)
    rows: dict[tuple[str, str], EmergencyRow] = {}
    refused: list[Refusal] = []
    for line in table.lines:
        cells = _named(table, line)
        try:
            _check_widths(cells, EMERGENCY_COLUMNS)
            if not _DIAL.match(cells["dial"]):
                raise WrongRowError(f"dial {shown(cells['dial'])} is not a short number")
            row = EmergencyRow(
                line=line.number,
                country=_country(cells["country"]),
                dial=cells["dial"],
                kind=_one_of("kind", cells["kind"], KINDS),
                stage=_one_of("evidence", cells["evidence"], EVIDENCE),
                source=cells.get("source", ""),
                observed_on=_date(cells.get("observed_on", ""), today),
            )
            if (row.country, row.dial) in rows:
                raise WrongRowError(f"this country and number stand on line {rows[row.country, row.dial].line} already")
        except WrongRowError as reason:
            refused.append(_refusal(line, cells, "dial", reason))
        else:
            rows[row.country, row.dial] = row
    return list(rows.values()), refused, unread


def read_facts(table: Table) -> tuple[list[Fact], list[Refusal], list[str]]:
    """Return (facts, refused rows, columns that were not read). Raises FileRefusedError."""
    unread = check_header(table, ("country", "name", "contact", "field", "value"), FACTS_COLUMNS)
    facts: list[Fact] = []
    refused: list[Refusal] = []
    for line in table.lines:
        cells = _named(table, line)
        try:
            _check_widths(cells, FACTS_COLUMNS)
            facts.append(
                checked_fact(
                    Fact(
                        line=line.number,
                        country=_country(cells["country"]),
                        name=_name(cells["name"]),
                        contact=cells["contact"],
                        field=cells["field"],
                        value=cells["value"],
                        note=cells.get("note", ""),
                    )
                )
            )
        except WrongRowError as reason:
            refused.append(_refusal(line, cells, "name", reason))
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
        _all_of(fact.field, words, {"audience": AUDIENCES, "topics": topics(), "responders": RESPONDERS}[fact.field])
    elif fact.field == "kind":
        _all_of("kind", [fact.value], kinds())
    elif fact.field == "subdivisions":
        for word in words:
            matched = _SUBDIVISION.match(word)
            if not matched or matched[1] != fact.country:
                raise WrongRowError(f"subdivision {shown(word)} is not an ISO 3166-2 code of {fact.country}")
    elif fact.field == "serves":
        _all_of("serves", words, countries.codes())
    elif fact.field in ("age_min", "age_max"):
        if not fact.value.isascii() or not fact.value.isdigit() or int(fact.value) > _OLDEST_AGE:
            raise WrongRowError(f"{fact.field} {shown(fact.value)} is not an age")
    elif fact.field in ("from_abroad", "free", "anonymous"):
        _all_of(fact.field, [fact.value], _ANSWERS)
    elif fact.field == "languages":
        _languages(fact.value.replace(" ", ","))
    elif fact.field == "language_hours" and not LANGUAGE_HOURS.match(fact.value):
        raise WrongRowError(f"{shown(fact.value)} is not languages and their hours (uk,ru 14:00-24:00)")
    elif fact.field == "alternative" and not _E164.match(fact.value):
        raise WrongRowError(f"alternative {shown(fact.value)} is not a full number (+3726004434)")
    elif fact.field == "channel":
        _all_of("channel", [fact.value], CHANNELS)
    elif fact.field == "offered":
        _all_of("contact", [fact.contact], CHANNELS)
        _all_of("offered", [fact.value], _ANSWERS)
    elif fact.field == "hours_problem":
        _all_of(fact.field, [fact.value], ("closing_time_missing",))
    return fact


def _service(line: int, cells: Mapping[str, str], today: date) -> ServiceRow:
    country, name = _country(cells["country"]), _name(cells["name"])
    kind = _one_of("kind", cells["kind"], {known: known for known in kinds()})
    hours, zone = cells.get("opening_hours", ""), cells["timezone"]
    if zone and zone not in _zones():
        raise WrongRowError(f"timezone {shown(zone)} is not an IANA zone")
    if hours and not zone:
        raise WrongRowError("opening hours without a timezone cannot be read")
    numbers = tuple(part.strip() for part in cells["voice"].split(";") if part.strip())
    if len(numbers) > _MAX_NUMBERS:
        raise WrongRowError(f"voice holds {len(numbers)} numbers, more than {_MAX_NUMBERS}")
    email = cells.get("email", "")
    if email and not _EMAIL.match(email):
        raise WrongRowError(f"email {shown(email)} is not an address")
    facts = tuple(
        checked_fact(Fact(line, country, name, "", field, cells[field], ""))
        for field in FACT_COLUMNS
        if cells.get(field)
    )
    remarks = cells.get("remarks", "")
    return ServiceRow(
        line=line,
        country=country,
        name=name,
        kind=kind,
        numbers=numbers,
        other_channels=cells.get("other_channels", ""),
        website=web_address(cells.get("website", "")),
        email=email,
        languages=_languages(cells.get("languages", "")),
        opening_hours=hours,
        timezone=zone,
        numbers_as_stated=cells.get("numbers_as_stated", ""),
        hours_as_stated=cells.get("hours_as_stated", ""),
        listed_by=cells.get("listed_by", ""),
        source_url=web_address(cells.get("source_url", ""), "source_url"),
        source_modified=_date(cells.get("source_modified", ""), today),
        stage=_one_of("status", cells["status"], {stage: stage for stage in STAGES}),
        remarks=remarks,
        do_not_publish=DO_NOT_PUBLISH in remarks,
        facts=facts,
    )


def _named(table: Table, line: Line) -> dict[str, str]:
    return dict(zip(table.header, line.cells, strict=True))


def _refusal(line: Line, cells: Mapping[str, str], second: str, reason: WrongRowError) -> Refusal:
    who = (unicodedata.normalize("NFC", cells[column]) for column in ("country", second))
    country, name = ("".join(sign if sign.isprintable() else "·" for sign in text) for text in who)
    return Refusal(line.number, country[:8], name[:60], str(reason))


def _check_widths(cells: Mapping[str, str], columns: Mapping[str, int]) -> None:
    for column, limit in columns.items():
        value = cells.get(column, "")
        if len(value) > limit:
            raise WrongRowError(f"{column} is {len(value)} signs long, more than {limit}")
        bad = next((sign for sign in value if unicodedata.category(sign) == "Cc" or sign in _TURNING), None)
        if bad is not None:
            raise WrongRowError(f"{column} holds the control character U+{ord(bad):04X}")


def _country(text: str) -> str:
    if text not in countries.codes():
        raise WrongRowError(f"country {shown(text)} is not an ISO 3166-1 code")
    return text


def _name(text: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(sign.isalnum() for sign in name):
        raise WrongRowError("the row has no name")
    return name


def _one_of(column: str, text: str, known: Mapping[str, str]) -> str:
    _all_of(column, [text], known)
    return known[text]


def _all_of(column: str, words: Collection[str], known: Collection[str]) -> None:
    for word in words:
        if word not in known:
            raise WrongRowError(f"{column} {shown(word)} is not one of: {', '.join(sorted(known))}")


def _languages(text: str) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for tag in tags:
        if not _LANGUAGE.match(tag):
            raise WrongRowError(f"language {shown(tag)} is not a BCP 47 tag")
    return tags


def _date(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise WrongRowError(f"{shown(text)} is not a date (YYYY-MM-DD)") from None
    if read > today:
        raise WrongRowError(f"the date {text} is in the future")
    return read


def web_address(text: str, column: str = "website") -> str:
    """Return an http or https address with a host name; raise WrongRowError for anything else that is not ""."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:  # also what a host name that no name server could hold raises
        raise WrongRowError(f"{column} {shown(text)} is not an address") from None
    plain = parts.scheme in ("http", "https") and _HOST.match(host) and not parts.username and port is None
    if not plain or any(sign.isspace() for sign in text):
        raise WrongRowError(f"{column} {shown(text)} is not an http or https address of a host")
    return text


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(zone for zone in zoneinfo.available_timezones() if "/" in zone or zone == "UTC")
