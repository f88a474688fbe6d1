"""Emergency numbers: what a table of them would change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Max

from pop.registry.directory.models import EmergencyNumber, Task
from pop.registry.directory.rules.emergency import ONE_SOURCE, TWO_SOURCES, Known, rank_numbers
from pop.registry.directory.rules.rows import EmergencyRow

_SOURCES = {
    TWO_SOURCES: "numbering plan (phonenumbers) and a second listing, which agree",
    ONE_SOURCE: "a secondary listing alone",
}
_LIBRARY_ONLY = "numbering plan (phonenumbers) alone"


@dataclass
class EmergencyPlan:
    """What a load would write about emergency numbers."""

    created: list[EmergencyNumber] = field(default_factory=list)
    changed: list[EmergencyNumber] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    countries: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.created or self.changed or self.tasks)


def emergency_mark() -> tuple[object, ...]:
    """Return a mark that is another one when numbers were added."""
    return EmergencyNumber.objects.count(), EmergencyNumber.objects.aggregate(last=Max("observed_on"))["last"]


def compare_emergency(rows: Sequence[EmergencyRow]) -> EmergencyPlan:
    """Return what the rows would change. Numbers that somebody saw later than the table are left, and a task opened.

    The ranks of a country are worked out from its rows alone: numbers of the registry that the table lacks keep theirs
    unless a row takes their place.
    """
    plan = EmergencyPlan()
    by_country: dict[str, list[EmergencyRow]] = defaultdict(list)
    for row in rows:
        by_country[row.country].append(row)
    present: dict[str, dict[str, EmergencyNumber]] = defaultdict(dict)
    for number in EmergencyNumber.objects.filter(country__in=by_country):
        present[number.country][number.dial] = number
    for country, theirs in by_country.items():
        _compare_country(country, theirs, present[country], plan)
    return plan


def _compare_country(
    country: str, rows: Sequence[EmergencyRow], present: dict[str, EmergencyNumber], plan: EmergencyPlan
) -> None:
    newest = max((number.observed_on for number in present.values() if number.observed_on), default=date.min)
    if present and newest > max((row.observed_on for row in rows if row.observed_on), default=date.min):
        _ask(country, rows, present, plan)
        return
    ranked = rank_numbers([Known(row.dial, row.kind, row.stage) for row in rows])
    taken = {number.rank for number in ranked if number.rank}
    for row, place in zip(rows, ranked, strict=True):
        wanted = {
            "kind": place.kind,
            "stage": place.stage,
            "source": row.source or _SOURCES.get(row.stage, _LIBRARY_ONLY),
            "observed_on": row.observed_on,
            "rank": place.rank,
        }
        known = present.get(row.dial)
        if known is None:
            plan.created.append(EmergencyNumber(country=country, dial=row.dial, **wanted))
            plan.countries.add(country)
        elif any(getattr(known, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(known, name, value)
            plan.changed.append(known)
            plan.countries.add(country)
    listed = {row.dial for row in rows}
    for dial, number in present.items():
        if dial not in listed and number.rank in taken:
            number.rank = 0
            plan.changed.append(number)


def _ask(country: str, rows: Sequence[EmergencyRow], present: dict[str, EmergencyNumber], plan: EmergencyPlan) -> None:
    """Open a task, once, where an older table tells other numbers than those that somebody checked later."""
    shown = sorted(dial for dial, number in present.items() if number.rank)
    ranked = rank_numbers([Known(row.dial, row.kind, row.stage) for row in rows])
    offered = sorted(number.dial for number in ranked if number.rank)
    detail = {"field": "emergency", "country": country, "current": " ".join(shown), "incoming": " ".join(offered)}
    if shown != offered and not Task.objects.filter(kind="load_conflict", detail=detail).exists():
        plan.tasks.append(Task(kind="load_conflict", detail=detail))
