"""Rows of the tables that the registry loads, checked and typed. What is wrong with a row is said in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from pop.registry.directory.rules.cells import (
    WrongRowError,
    check_header,
    check_widths,
    country_code,
    day,
    language_tags,
    named,
    one_of,
    refusal,
    service_name,
    web_address,
    zones,
)
from pop.registry.directory.rules.csv_lines import FileRefusedError, Refusal, Table, shown
from pop.registry.directory.rules.emergency import EVIDENCE, KINDS
from pop.registry.directory.rules.facts import Fact, checked_fact, source_key
from pop.registry.directory.rules.tables import STAGES, kinds

_EMAIL = re.compile(r"[A-Za-z0-9._%+'\-]{1,64}@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+\Z")
_DIAL = re.compile(r"[0-9]{2,8}\Z")
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
        cells = named(table, line)
        try:
            check_widths(cells, SERVICE_COLUMNS | FACT_COLUMNS)
            row = _service(line.number, cells, today)
            if row.key in rows:
                raise WrongRowError(f"this country and name stand on line {rows[row.key].line} already")
        except WrongRowError as reason:
            refused.append(refusal(line, cells, "name", reason))
        else:
            rows[row.key] = row
    return list(rows.values()), refused, unread


def read_hotlines(table: Table) -> tuple[list[HotlineRow], list[Refusal], list[str]]:
    """Return (rows, refused rows, columns that were not read). Raises FileRefusedError."""
    unread = check_header(table, HOTLINE_COLUMNS, HOTLINE_COLUMNS)
    rows: dict[str, HotlineRow] = {}
    refused: list[Refusal] = []
    for line in table.lines:
        cells = named(table, line)
        try:
            check_widths(cells, HOTLINE_COLUMNS)
            row = HotlineRow(
                line.number,
                country_code(cells["country"]),
                service_name(cells["hotline"]),
                web_address(cells["report_url"]),
            )
            if not row.url:
                raise WrongRowError("a hotline without an address to report at")
            key = source_key(row.country, row.name)
            if key in rows:
                raise WrongRowError(f"this country and name stand on line {rows[key].line} already")
        except WrongRowError as reason:
            refused.append(refusal(line, cells, "hotline", reason))
        else:
            rows[key] = row
    return list(rows.values()), refused, unread


def read_emergency(table: Table, today: date) -> tuple[list[EmergencyRow], list[Refusal], list[str]]:
    """Return (rows, refused rows, columns that were not read). Raises FileRefusedError."""
    unread = check_header(table, ("country", "dial", "kind", "evidence"), EMERGENCY_COLUMNS)
    rows: dict[tuple[str, str], EmergencyRow] = {}
    refused: list[Refusal] = []
    for line in table.lines:
        cells = named(table, line)
        try:
            check_widths(cells, EMERGENCY_COLUMNS)
            if not _DIAL.match(cells["dial"]):
                raise WrongRowError(f"dial {shown(cells['dial'])} is not a short number")
            row = EmergencyRow(
                line=line.number,
                country=country_code(cells["country"]),
                dial=cells["dial"],
                kind=one_of("kind", cells["kind"], KINDS),
                stage=one_of("evidence", cells["evidence"], EVIDENCE),
                source=cells.get("source", ""),
                observed_on=day(cells.get("observed_on", ""), today),
            )
            if (row.country, row.dial) in rows:
                raise WrongRowError(f"this country and number stand on line {rows[row.country, row.dial].line} already")
        except WrongRowError as reason:
            refused.append(refusal(line, cells, "dial", reason))
        else:
            rows[row.country, row.dial] = row
    return list(rows.values()), refused, unread


def _service(line: int, cells: Mapping[str, str], today: date) -> ServiceRow:
    country, name = country_code(cells["country"]), service_name(cells["name"])
    kind = one_of("kind", cells["kind"], {known: known for known in kinds()})
    hours, zone = cells.get("opening_hours", ""), cells["timezone"]
    if zone and zone not in zones():
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
        languages=language_tags(cells.get("languages", "")),
        opening_hours=hours,
        timezone=zone,
        numbers_as_stated=cells.get("numbers_as_stated", ""),
        hours_as_stated=cells.get("hours_as_stated", ""),
        listed_by=cells.get("listed_by", ""),
        source_url=web_address(cells.get("source_url", ""), "source_url"),
        source_modified=day(cells.get("source_modified", ""), today),
        stage=one_of("status", cells["status"], {stage: stage for stage in STAGES}),
        remarks=remarks,
        do_not_publish=DO_NOT_PUBLISH in remarks,
        facts=facts,
    )
