"""The supervisor's live board of one line: counts, who is on duty, and what asks for a look. Practice never counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Min
from django.utils import timezone

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE, MESSAGE_LEFT, PROMISED, SLEEPING, WAITING
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.models import BrokenGlass, Glance
from pop.helpline.queue.queries.coded import Coded, codes_of
from pop.helpline.queue.queries.desk import OnDuty, people_on_duty
from pop.helpline.queue.queries.glasses import GlassRow, glass_rows
from pop.helpline.queue.queries.waits import ended_waits
from pop.helpline.queue.rules.estimate import quantile
from pop.helpline.queue.rules.order import DANGER
from pop.helpline.queue.rules.reasons import GLASS_WAITS

_MOST_ROWS = 200


@dataclass(frozen=True)
class BoardRow(Coded):
    """One conversation that is going on, in codes. `own_team`: whoever asks is in its team and could read it."""

    assignee: UUID | None
    state_since: datetime
    waiting_since: datetime | None
    last_child_at: datetime | None
    last_staff_at: datetime | None
    promised_for: datetime | None
    promised_by: UUID | None
    own_team: bool


@dataclass(frozen=True)
class GlanceRow:
    """Somebody asks a supervisor to look, or the system does. `why`: asked, imminent_danger, long_wait, complaint."""

    id: UUID
    conversation: UUID
    team: UUID
    why: str
    by: UUID | None
    made_at: datetime
    own_team: bool


@dataclass(frozen=True)
class Board:
    """A line at this moment; "today" is the line's own day. Minutes are None where there is nothing to measure."""

    line: UUID
    waiting: int
    longest_wait_minutes: int | None
    over_cap: int
    danger_waiting: int
    active: int
    sleeping: int
    promised: int
    message_left: int
    unread_overdue: int
    staffed: int
    free_places: int
    answered_today: int
    left_today: int
    missed_today: int
    median_wait_minutes: int | None
    on_duty: list[OnDuty]
    going_on: list[BoardRow]
    promises_overdue: list[BoardRow]
    glances: list[GlanceRow]
    glasses: list[GlassRow]


def board(*, line: UUID, staff: UUID, now: datetime | None = None) -> Board:
    """Return the board of a line to a supervisor of it. Raises RefusedError("unknown") for anybody else."""
    now = now or timezone.now()
    found = lines.line(line)
    if found is None or not lines.supervises(staff, line):
        raise RefusedError("unknown")
    own = {each.team for each in lines.teams_of(staff)}
    live = Conversation.objects.filter(line=line, practice=False)
    states = (WAITING, ACTIVE, SLEEPING, PROMISED, MESSAGE_LEFT)
    counts = dict(live.filter(state__in=states).order_by().values_list("state").annotate(number=Count("pk")))
    waiting = live.filter(state=WAITING)
    oldest = waiting.aggregate(oldest=Min("waiting_since"))["oldest"]
    waited = int((now - oldest).total_seconds() // 60) if oldest else None
    cap = now - timedelta(minutes=found.longest_wait_minutes)
    read_by = now - timedelta(hours=found.read_within_hours)
    here = people_on_duty(line, now=now)
    today = _today(line, found.timezone, now)
    promised = live.filter(state=PROMISED, promised_for__lte=now).order_by("promised_for", "pk")
    going_on = live.filter(state__in=(WAITING, ACTIVE)).order_by("-urgency", "waiting_since", "pk")
    return Board(
        line=line,
        waiting=counts.get(WAITING, 0),
        longest_wait_minutes=waited,
        over_cap=waiting.filter(waiting_since__lte=cap).count(),
        danger_waiting=waiting.filter(urgency__gte=DANGER).count(),
        active=counts.get(ACTIVE, 0),
        sleeping=counts.get(SLEEPING, 0),
        promised=counts.get(PROMISED, 0),
        message_left=counts.get(MESSAGE_LEFT, 0),
        unread_overdue=live.filter(state=MESSAGE_LEFT, state_since__lte=read_by).count(),
        staffed=len(here),
        free_places=sum(each.room for each in here),
        answered_today=len(today["answered"]),
        left_today=len(today["left"]),
        missed_today=len(today["missed"]),
        median_wait_minutes=round(quantile(sorted(today["answered"]), 0.5) / 60) if today["answered"] else None,
        on_duty=here,
        going_on=_rows(going_on[:_MOST_ROWS], own),
        promises_overdue=_rows(promised[:_MOST_ROWS], own),
        glances=_glances(line, own),
        glasses=_glasses(line, own, staff, now),
    )


def _today(line: UUID, zone: str, now: datetime) -> dict[str, list[int]]:
    """Return the waits that ended on the line's present day, in seconds, by how they ended."""
    midnight = datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return ended_waits(line, since=midnight, until=midnight + timedelta(days=2))


def _rows(rows: Iterable[Conversation], own: set[UUID]) -> list[BoardRow]:
    return [
        BoardRow(
            **codes_of(row),
            assignee=row.assignee,
            state_since=row.state_since,
            waiting_since=row.waiting_since,
            last_child_at=row.last_child_at,
            last_staff_at=row.last_staff_at,
            promised_for=row.promised_for,
            promised_by=row.promised_by,
            own_team=row.team_id in own,
        )
        for row in rows
    ]


def _glances(line: UUID, own: set[UUID]) -> list[GlanceRow]:
    # From the few that nobody has seen: a join that begins at the line's conversations would walk through all of them.
    unseen = Glance.objects.filter(seen_at=None).select_related("conversation").order_by("made_at", "pk")
    rows = [row for row in unseen if row.conversation.line_id == line and not row.conversation.practice][:_MOST_ROWS]
    found = [
        GlanceRow(
            id=row.pk,
            conversation=row.conversation_id,
            team=row.conversation.team_id,
            why=row.why,
            by=row.by,
            made_at=row.made_at,
            own_team=row.conversation.team_id in own,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (row.why != "imminent_danger", row.made_at))


def _glasses(line: UUID, own: set[UUID], staff: UUID, now: datetime) -> list[GlassRow]:
    rows = BrokenGlass.objects.select_related("conversation").order_by("made_at", "pk")
    asked = rows.filter(ends_at=None, made_at__gt=now - GLASS_WAITS)
    running = rows.filter(ends_at__gt=now, allowed_at__isnull=False)
    found = [row for row in (*asked, *running) if row.conversation.line_id == line]
    return glass_rows(found[:_MOST_ROWS], staff=staff, teams=own)
