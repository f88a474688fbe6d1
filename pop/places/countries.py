"""Countries: which codes exist, what they are called, who their neighbours are."""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from babel import Locale

TABLES = Path(__file__).parent / "tables"


@functools.cache
def codes() -> frozenset[str]:
    """Return the ISO 3166-1 alpha-2 codes in use, and XK."""
    with (TABLES / "countries.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


@functools.cache
def _overrides() -> dict[tuple[str, str], str]:
    with (TABLES / "names.csv").open(encoding="utf-8", newline="") as file:
        return {(row["code"], row["language"]): row["name"] for row in csv.DictReader(file)}


@functools.lru_cache(maxsize=8192)
def country_name(code: str, language: str) -> str:
    """Return a country's name: UN usage from the replaceable tables/names.csv, otherwise CLDR's; the code if neither has one."""
    known = _overrides().get((code, language))
    return known or str(Locale.parse(language).territories.get(code, code))


@functools.cache
def _borders() -> dict[str, tuple[str, ...]]:
    with (TABLES / "neighbours.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: tuple(row["neighbours"].split()) for row in csv.DictReader(file)}


def neighbours(code: str) -> tuple[str, ...]:
    """Return the codes of the countries that share a border, or for an island the nearest ones, in alphabetical order."""
    return _borders().get(code, ())
