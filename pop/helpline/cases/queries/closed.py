"""Closed conversations by coded fields only: never by text, and never exported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.lines import queries as lines

SORTS: Final[Mapping[str, str]] = {
    "closed": "closed_at",
    "opened": "opened_at",
    "language": "language",
    "channel": "channel",
    "contact_type": "contact_record__contact_type",
    "age_band": "contact_record__age_band",
}
MOST: Final = 200
MOST_COUNTED: Final = 10_000
"""Above this many the number is not counted any further: nobody pages there, and counting is what costs."""


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
    found = _filtered(Conversation.objects.filter(team__in=teams, state=CLOSED), wanted, staff)
    total = found.order_by()[: MOST_COUNTED + 1].count()
    column = SORTS.get(sort, SORTS["closed"])
    order = [column, "pk"] if ascending else [f"-{column}", "-pk"]
    first, count = max(0, first), min(max(1, count), MOST)
    rows = found.select_related("contact_record").order_by(*order)[first : first + count]
    return ClosedPage([_row(row) for row in rows], min(total, MOST_COUNTED), total <= MOST_COUNTED)


def _filtered(found: QuerySet[Conversation], wanted: ClosedFilters, staff: UUID) -> QuerySet[Conversation]:
    found = found.filter(practice=wanted.practice)
    for column, value in (
        ("channel", wanted.channel),
        ("language", wanted.language),
        ("country", wanted.country),
        ("contact_record__contact_type", wanted.contact_type),
        ("contact_record__topic_group", wanted.topic_group),
        ("contact_record__age_band", wanted.age_band),
    ):
        if value:
            found = found.filter(**{column: value})
    if wanted.mine:
        found = found.filter(assignee=staff)
    if wanted.unrecorded:
        found = found.filter(contact_record=None)
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
        contact_type=record.contact_type if record else "",
        categories=tuple(record.categories) if record else (),
        age_band=record.age_band if record else "",
        minutes=record.minutes if record else None,
    )
