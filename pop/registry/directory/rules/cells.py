"""Checking single cells of a table: each reader returns the value, or says in words why it cannot be taken."""

from __future__ import annotations

import functools
import re
import unicodedata
import zoneinfo
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from urllib.parse import urlsplit

from pop.places import countries
from pop.registry.directory.rules.csv_lines import FileRefusedError, Line, Refusal, Table, shown

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
_HOST = re.compile(r"[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+\Z")
# Signs that turn the direction of a text round: with them a number can be made to look like another.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class WrongRowError(Exception):
    """One row cannot be taken; the argument is the reason, in words."""


def check_header(table: Table, needs: Collection[str], known: Collection[str]) -> list[str]:
    """Return the columns of a table that nobody reads; raise FileRefusedError if one that is needed is missing."""
    missing = [name for name in needs if name not in table.header]
    if missing:
        raise FileRefusedError(f"the header lacks the column {', '.join(missing)}")
    return [name for name in table.header if name not in known]


def named(table: Table, line: Line) -> dict[str, str]:
    """Return a record by its columns."""
    return dict(zip(table.header, line.cells, strict=True))


def refusal(line: Line, cells: Mapping[str, str], second: str, reason: WrongRowError) -> Refusal:
    """Return why a record was not taken, with its country and the name in column `second`, fit for a message."""
    who = (unicodedata.normalize("NFC", cells[column]) for column in ("country", second))
    country, name = ("".join(sign if sign.isprintable() else "·" for sign in text) for text in who)
    return Refusal(line.number, country[:8], name[:60], str(reason))


def check_widths(cells: Mapping[str, str], columns: Mapping[str, int]) -> None:
    """Raise WrongRowError for a cell that is longer than its column takes, or holds signs that no text needs."""
    for column, limit in columns.items():
        value = cells.get(column, "")
        if len(value) > limit:
            raise WrongRowError(f"{column} is {len(value)} signs long, more than {limit}")
        bad = next((sign for sign in value if unicodedata.category(sign) == "Cc" or sign in _TURNING), None)
        if bad is not None:
            raise WrongRowError(f"{column} holds the control character U+{ord(bad):04X}")


def country_code(text: str) -> str:
    """Return an ISO 3166-1 alpha-2 code. Raises WrongRowError."""
    if text not in countries.codes():
        raise WrongRowError(f"country {shown(text)} is not an ISO 3166-1 code")
    return text


def service_name(text: str) -> str:
    """Return a name in one spelling: composed, with single blanks. Raises WrongRowError if nothing is left."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not any(sign.isalnum() for sign in name):
        raise WrongRowError("the row has no name")
    return name


def one_of(column: str, text: str, known: Mapping[str, str]) -> str:
    """Return what a word of a list stands for. Raises WrongRowError."""
    all_of(column, [text], known)
    return known[text]


def all_of(column: str, words: Collection[str], known: Collection[str]) -> None:
    """Raise WrongRowError if a word is not one of a list."""
    for word in words:
        if word not in known:
            raise WrongRowError(f"{column} {shown(word)} is not one of: {', '.join(sorted(known))}")


def language_tags(text: str) -> tuple[str, ...]:
    """Return BCP 47 tags that are separated by commas. Raises WrongRowError."""
    tags = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    for tag in tags:
        if not LANGUAGE.match(tag):
            raise WrongRowError(f"language {shown(tag)} is not a BCP 47 tag")
    return tags


# A machine whose clock is some days behind must not lose every emergency number; a wrong year is still refused.
CLOCK_WRONG = timedelta(days=31)


def day(text: str, today: date) -> date | None:
    """Return a date written YYYY-MM-DD that is not well after `today`, None for a blank. Raises WrongRowError."""
    if not text:
        return None
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise WrongRowError(f"{shown(text)} is not a date (YYYY-MM-DD)") from None
    if read > today + CLOCK_WRONG:
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
def zones() -> frozenset[str]:
    """Return the names of the IANA time zones."""
    return frozenset(zone for zone in zoneinfo.available_timezones() if "/" in zone or zone == "UTC")
