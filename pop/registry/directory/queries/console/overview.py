"""The state of the registry in a few numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from pop.registry.directory.models import LinkCheck, Service, Task
from pop.registry.directory.queries.console.services import all_conflicts
from pop.registry.directory.queries.console.work import answerable
from pop.registry.directory.rules.tables import STAGES

# The age of a record's evidence: under one year, one to two, two to four, older or unknown.
AGES = (timedelta(days=365), timedelta(days=730), timedelta(days=1461))


@dataclass(frozen=True)
class Overview:
    """Counts for the first page. `stages` is {stage: records by age of their evidence}, newest first."""

    open_tasks: int
    reports: int
    answerable: int
    waiting: int
    withheld: int
    suspended: int
    published: int
    findings: int
    broken_links: int
    stages: Mapping[str, Sequence[int]]
    findings_by_code: Sequence[tuple[str, int]]


def overview(*, reader: UUID, today: date) -> Overview:
    """Return the counts that a reader starts the day with."""
    open_tasks = Task.objects.filter(state="open")
    stages = {stage: [0] * (len(AGES) + 1) for stage in STAGES}
    published = Service.objects.filter(state="published")
    for stage, on in published.values_list("stage", "stage_on"):
        if stage in stages:
            stages[stage][_age(on, today)] += 1
    conflicts = all_conflicts()
    codes = Counter(code for found in conflicts.values() for code in found)
    return Overview(
        open_tasks=open_tasks.count(),
        reports=open_tasks.filter(kind="number_report").count(),
        answerable=answerable(reader).count(),
        waiting=Service.objects.filter(state="waiting").count(),
        withheld=Service.objects.exclude(safety="clear").exclude(state__in=("suspended", "defunct")).count(),
        suspended=Service.objects.filter(state="suspended").count(),
        published=published.count(),
        findings=sum(codes.values()),
        broken_links=LinkCheck.objects.filter(ok=False).count(),
        stages=stages,
        findings_by_code=codes.most_common(8),
    )


def _age(on: date | None, today: date) -> int:
    if on is None:
        return len(AGES)
    return next((place for place, limit in enumerate(AGES) if today - on < limit), len(AGES))
