"""The coded lists of a contact record: data with stable ids and an edition, beside this folder in tables/*.csv.

Labels are in pop.helpline.cases.words under ``<kind>_<id>``; a record keeps the edition with its codes, so that a later
list never changes what an earlier record says.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path
from typing import Final, NamedTuple

TABLES: Final = Path(__file__).resolve().parents[1] / "tables"
EDITION: Final = "2026-1"

NON_COUNSELLING: Final = "non_counselling"


class ContactType(NamedTuple):
    """A kind of contact. Only counselling has a topic; one tap closes the others."""

    id: str
    counselling: bool
    one_tap: bool


class Category(NamedTuple):
    """A subcategory of Child Helpline International; its id is ``<group>.<name>``."""

    id: str
    group: str


class AgeBand(NamedTuple):
    """Ages from `low` to `high`, both included."""

    id: str
    low: int
    high: int


@functools.cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(row for row in csv.DictReader(file) if row["edition"] == EDITION)


@functools.cache
def contact_types() -> tuple[ContactType, ...]:
    """Return the kinds of contact, in the order in which they are shown."""
    return tuple(
        ContactType(row["id"], row["counselling"] == "yes", row["one_tap"] == "yes") for row in _rows("contact_types")
    )


@functools.cache
def categories() -> tuple[Category, ...]:
    """Return the subcategories, group after group."""
    return tuple(Category(row["id"], row["group"]) for row in _rows("categories"))


@functools.cache
def groups() -> tuple[str, ...]:
    """Return the topic groups in their order."""
    return tuple(dict.fromkeys(each.group for each in categories()))


@functools.cache
def actions_taken() -> tuple[str, ...]:
    """Return what staff can have done."""
    return tuple(row["id"] for row in _rows("actions_taken"))


@functools.cache
def vulnerable_groups() -> tuple[str, ...]:
    """Return the vulnerable groups."""
    return tuple(row["id"] for row in _rows("vulnerable_groups"))


@functools.cache
def living_situations() -> tuple[str, ...]:
    """Return the living situations."""
    return tuple(row["id"] for row in _rows("living_situations"))


@functools.cache
def age_bands() -> tuple[AgeBand, ...]:
    """Return the age bands, youngest first."""
    return tuple(AgeBand(row["id"], int(row["from"]), int(row["to"])) for row in _rows("age_bands"))


@functools.cache
def _suggestions() -> dict[str, str]:
    return {row["choice"]: row["category"] for row in _rows("suggestions")}


def suggested_category(choice: str) -> str:
    """Return the category that a child's tile or topic suggests, "" where none does: a person decides."""
    return _suggestions().get(choice, "")
