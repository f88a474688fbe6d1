"""Three ways to divide the world into regions, each a table with its source and the day it was read.

No table is ours: M49 is the United Nations', the six are ITU's, the five are Child Helpline International's. A row says
by what it stands there: `source` (the source lists the area in that region) or `geography` (the source does not list
it, and it stands where it lies). Every area of `countries.csv` has a region in every edition.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

TABLES = Path(__file__).parent / "tables"
EDITIONS = ("m49", "itu", "chi")


class Edition(NamedTuple):
    """Where one edition comes from: `read_on` is an ISO 8601 date."""

    edition: str
    source: str
    address: str
    read_on: str
    note: str


@functools.cache
def editions() -> Mapping[str, Edition]:
    """Return the editions by id."""
    with (TABLES / "regions" / "editions.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["edition"]: Edition(**row) for row in csv.DictReader(file)})


@functools.cache
def regions_of(edition: str) -> Mapping[str, str]:
    """Return {country: region} of one of `EDITIONS`. Raises KeyError for any other."""
    if edition not in EDITIONS:
        raise KeyError(edition)
    with (TABLES / "regions" / f"{edition}.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["code"]: row["region"] for row in csv.DictReader(file)})


@functools.cache
def regions(edition: str) -> Mapping[str, tuple[str, ...]]:
    """Return {region: its countries, by code} of one edition, regions by id."""
    found: dict[str, list[str]] = {}
    for country, region in regions_of(edition).items():
        found.setdefault(region, []).append(country)
    return MappingProxyType({region: tuple(sorted(found[region])) for region in sorted(found)})


@functools.cache
def states() -> frozenset[str]:
    """Return the codes of the 193 Member States and two observer States of the United Nations."""
    with (TABLES / "states.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))
