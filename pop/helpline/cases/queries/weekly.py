"""A week of a line in numbers, for its supervisors: from coded fields, never text, with small numbers hidden."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from pop.helpline.cases.models import ContactRecord
from pop.helpline.cases.rules import lists
from pop.helpline.cases.rules.hiding import LEAST, hide, hide_one
from pop.helpline.cases.rules.records import monday_of
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.queries.waits import ended_waits
from pop.helpline.queue.rules.estimate import quantile

Counts = Mapping[str, int | None]


@dataclass(frozen=True)
class Week:
    """A week from its Monday. None: hidden, because it is small or would give a small one away.

    `contacts` splits by channel and by contact type; `topics` counts each contact once a topic group; `outcomes`
    (answered, left, missed) counts waits. Waits are minutes of answered ones, None where fewer than five.
    """

    line: UUID
    monday: date
    contacts: int | None
    channels: Counts
    contact_types: Counts
    topics: Counts
    outcomes: Counts
    median_wait_minutes: int | None
    long_wait_minutes: int | None


def weekly_counts(*, line: UUID, week: date, staff: UUID, now: datetime | None = None) -> Week:
    """Return a week's counts to a supervisor of the line; practice never counts. `week` is any day of it.

    Raises RefusedError: "unknown", "week" (it has not begun).
    """
    now = now or timezone.now()
    if not lines.supervises(staff, line):
        raise RefusedError("unknown")
    monday = monday_of(week)
    if monday > now.date():
        raise RefusedError("week")
    rows = ContactRecord.objects.filter(line=line, week=monday, practice=False)
    records = list(rows.values_list("channel", "contact_type", "categories"))
    groups = {each.id: each.group for each in lists.categories()}
    channels = Counter(channel for channel, _, _ in records)
    kinds = Counter({each.id: 0 for each in lists.contact_types()})
    kinds.update(kind for _, kind, _ in records)
    topics = Counter(dict.fromkeys(lists.groups(), 0))
    for _, _, categories in records:
        # An edition that is not ours any more still has its group in front of the dot.
        topics.update({groups.get(each, each.partition(".")[0]) for each in categories})
    shown = hide({"channels": channels, "contact_types": kinds}, total=len(records))
    began = datetime.combine(monday, time(), tzinfo=UTC)
    waits = ended_waits(line, since=began, until=began + timedelta(days=7))
    answered = sorted(waits["answered"])
    known = len(answered) >= LEAST
    return Week(
        line=line,
        monday=monday,
        contacts=shown.total,
        channels=shown.tables["channels"],
        contact_types=shown.tables["contact_types"],
        topics=hide_one(topics),
        outcomes=hide_one({outcome: len(each) for outcome, each in waits.items()}),
        median_wait_minutes=round(quantile(answered, 0.5) / 60) if known else None,
        long_wait_minutes=round(quantile(answered, 0.9) / 60) if known else None,
    )
