"""The committed lists of kinds and topics, typed. They are data with stable ids: editions change, code does not."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

# One list for the registry and for every engine that reads its snapshots.
from pop_sdk.vocabulary import AUDIENCES, CHANNELS, STAGES

__all__ = ["AUDIENCES", "CHANNELS", "RESPONDERS", "STAGES", "Kind", "Topic", "kinds", "topics"]

TABLES = Path(__file__).resolve().parent.parent / "tables"

RESPONDERS = [
    "professional_counsellor",
    "social_worker",
    "mental_health_specialist",
    "trained_peer",
    "volunteer",
    "blended",
]


class Kind(NamedTuple):
    """One kind of service. `topics` are those that being of this kind is evidence for; a `solution` is something that
    was made, by a platform, by young people or with artificial intelligence, and no service with people who answer.
    """

    id: str
    topics: tuple[str, ...]
    covers_everything: bool  # counts for every topic as long as no topic of its own is known
    child_specific: bool
    default_audience: tuple[str, ...]
    solution: bool


class Topic(NamedTuple):
    """One topic: its tile on the child's page, its CHI category ("" where CHI has none) and its risk class."""

    id: str
    tile: str
    chi: str
    risk: str


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """Return the kinds of service by id, in the order of the table."""
    with (TABLES / "kinds.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType(
            {
                row["id"]: Kind(
                    id=row["id"],
                    topics=tuple(row["topics"].split()),
                    covers_everything=row["covers_everything"] == "1",
                    child_specific=row["child_specific"] == "1",
                    default_audience=tuple(row["default_audience"].split()),
                    solution=row["solution"] == "1",
                )
                for row in csv.DictReader(file)
            }
        )


@functools.cache
def topics() -> Mapping[str, Topic]:
    """Return the topics by id, in the order of the vocabulary."""
    with (TABLES / "topics.csv").open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["id"]: Topic(**row) for row in csv.DictReader(file)})
