"""Which of two observations of the same field may replace the other."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from pop.registry.directory.rules.tables import STAGES


class Observation(NamedTuple):
    """One value seen at one place on one day, and the stage of checking it was seen at."""

    value: str
    source: str
    on: date | None
    stage: str


def stage_rank(stage: str) -> int:
    """Return how much a stage is worth; one that we do not know is worth most, so that nothing of ours replaces it."""
    return STAGES.index(stage) if stage in STAGES else len(STAGES)


def may_replace(incoming: Observation, existing: Collection[Observation]) -> bool:
    """Return whether a value may be replaced by what a list says.

    Not where any observation of the field is newer or was made at a higher stage; and not where the field has a value
    but no observation at all, because then nobody can say what it rests on.
    """
    if not existing:
        return False
    day = incoming.on or date.min
    return all(
        stage_rank(known.stage) <= stage_rank(incoming.stage) and (known.on or date.min) <= day for known in existing
    )


def may_clear(incoming: Observation, existing: Collection[Observation], own_sources: Collection[str]) -> bool:
    """Return whether a field may be emptied because the list that filled it says nothing any longer.

    Another source's silence is no evidence, so every observation must come from `own_sources`.
    """
    return may_replace(incoming, existing) and all(known.source in own_sources for known in existing)
