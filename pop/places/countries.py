"""Countries: which codes exist, what they are called, who their neighbours are."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path

from babel import Locale

from pop.places.words import LANGUAGES

TABLES = Path(__file__).parent / "tables"


@functools.cache
def codes() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-2 codes in use, and XK."""
    return frozenset(row["code"] for row in _rows("countries.csv"))


@functools.lru_cache(maxsize=8192)
def country_name(code: str, language: str) -> str:
    """Return a country's name in UN usage (tables/names.csv, replaceable), else CLDR's; the code if neither has one.

    A `language` that is not one of the interface's is answered in English.
    """
    if language not in LANGUAGES:
        language = "en"
    return _overrides().get((code, language)) or str(Locale.parse(language).territories.get(code, code))


def neighbours(code: str) -> tuple[str, ...]:
    """Return the codes, in alphabetical order, of the countries that share a border; for an island, of the nearest."""
    return _neighbours().get(code, ())


@functools.cache
def middles() -> Mapping[str, tuple[float, float]]:
    """Return {code: (latitude, longitude)} of a point in the middle of each country, in degrees, to a tenth of one."""
    return {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in _rows("points.csv")}


@functools.cache
def _overrides() -> Mapping[tuple[str, str], str]:
    return {(row["code"], row["language"]): row["name"] for row in _rows("names.csv")}


@functools.cache
def _neighbours() -> Mapping[str, tuple[str, ...]]:
    return {row["code"]: tuple(row["neighbours"].split()) for row in _rows("neighbours.csv")}


def _rows(table: str) -> list[dict[str, str]]:
    with (TABLES / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
