"""Closed conversations by coded fields only: never by text, and never exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from heapq import merge
from itertools import islice
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.lines import queries as lines

SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "closed": ("closed_at", "pk"),
    "language": ("language", "closed_at", "pk"),
    "contact_type": ("contact_type", "closed_at", "pk"),
    "topic_group": ("topic_group", "closed_at", "pk"),
}
"""The orders; each has an index of its own, team by team."""
MOST: Final = 200
MOST_COUNTED: Final = 2_000
"""Above this many nothing is counted or shown any further: whoever looks for something narrows it down instead."""


@dataclass(frozen=True)
class ClosedFilters:
    """What to show; "" and None: everything. Dates are days (UTC) of closing, both included."""

    line: UUID | None = None
    channel: str = ""
    language: str = ""
    country: str = ""
    contact_type: str = ""
    topic_group: str = ""
    age_band: str = ""
    mine: bool = False
    unrecorded: bool = False
    danger: bool = False
    practice: bool = False
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ClosedRow:
    """One closed conversation, in codes; its times are quarters of an hour. Without a record the record's are ""."""

    id: UUID
    line: UUID
    team: UUID
    channel: str
    language: str
    country: str
    tile: str
    danger: bool
    opened_at: datetime
    closed_at: datetime | None
    ended_by: str
    assignee: UUID | None
    contact_type: str
    categories: tuple[str, ...]
    age_band: str
    minutes: int | None


@dataclass(frozen=True)
class ClosedPage:
    """A page. `total` counts up to MOST_COUNTED; `counted` says whether that is all of them."""

    rows: list[ClosedRow]
    total: int
    counted: bool


def closed(
    *,
    staff: UUID,
    filters: ClosedFilters | None = None,
    sort: str = "closed",
    ascending: bool = False,
    first: int = 0,
    count: int = 50,
) -> ClosedPage:
    """Return closed conversations of the teams that somebody is in; `sort` is a key of SORTS."""
    wanted = filters or ClosedFilters()
    teams = [each.team for each in lines.teams_of(staff) if wanted.line in (None, each.line)]
    columns = SORTS.get(sort, SORTS["closed"])
    order = columns if ascending else tuple(f"-{column}" for column in columns)
    # Team by team each order is an index's own; over all teams at once the whole table would be sorted.
    found = [
        _filtered(Conversation.objects.filter(team=team, state=CLOSED), wanted, staff)
        .order_by(*order)
        .values_list(*columns)[: MOST_COUNTED + 1]
        for team in teams
    ]
    keys = list(islice(merge(*found, reverse=not ascending), MOST_COUNTED + 1))
    first, count = max(0, first), min(max(1, count), MOST)
    ids = [key[-1] for key in keys[:MOST_COUNTED][first : first + count]]
    rows = {row.pk: row for row in Conversation.objects.filter(pk__in=ids).select_related("contact_record")}
    shown = [_row(rows[each]) for each in ids if each in rows]
    return ClosedPage(shown, min(len(keys), MOST_COUNTED), len(keys) <= MOST_COUNTED)


def _filtered(found: QuerySet[Conversation], wanted: ClosedFilters, staff: UUID) -> QuerySet[Conversation]:
    found = found.filter(practice=wanted.practice)
    for column, value in (
        ("channel", wanted.channel),
        ("language", wanted.language),
        ("country", wanted.country),
        ("contact_type", wanted.contact_type),
        ("topic_group", wanted.topic_group),
        ("age_band", wanted.age_band),
    ):
        if value:
            found = found.filter(**{column: value})
    if wanted.mine:
        found = found.filter(assignee=staff)
    if wanted.unrecorded:
        found = found.filter(contact_type="")
    if wanted.danger:
        found = found.filter(danger=True)
    if wanted.since:
        found = found.filter(closed_at__gte=datetime.combine(wanted.since, time(), tzinfo=UTC))
    if wanted.until:
        found = found.filter(closed_at__lt=datetime.combine(wanted.until + timedelta(days=1), time(), tzinfo=UTC))
    return found


def _row(row: Conversation) -> ClosedRow:
    record = getattr(row, "contact_record", None)
    return ClosedRow(
        id=row.pk,
        line=row.line_id,
        team=row.team_id,
        channel=row.channel,
        language=row.language,
        country=row.country,
        tile=row.tile,
        danger=row.danger,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        ended_by=row.ended_by,
        assignee=row.assignee,
        contact_type=row.contact_type,
        categories=tuple(record.categories) if record else (),
        age_band=row.age_band,
        minutes=record.minutes if record else None,
    )
