"""Emergency access as a person sees it: what they may allow, what they asked for, what is open in their teams."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from pop.helpline.lines import queries as lines
from pop.helpline.queue.models import BrokenGlass
from pop.helpline.queue.rules.reasons import GLASS_WAITS

_SHOWN_FOR = timedelta(days=7)
_MOST = 100


@dataclass(frozen=True)
class GlassRow:
    """Emergency access that waits for its second person (`ends_at` None), or lasts until `ends_at`."""

    id: UUID
    conversation: UUID
    team: UUID
    by: UUID
    reason: str
    made_at: datetime
    second: UUID | None
    ends_at: datetime | None
    may_allow: bool


def glasses_of_teams(staff: UUID, *, now: datetime | None = None) -> list[GlassRow]:
    """Return requests that wait for a second person, and access that is open, in the teams that somebody is in."""
    now = now or timezone.now()
    teams = {each.team for each in lines.teams_of(staff)}
    waiting = Q(ends_at=None, made_at__gt=now - GLASS_WAITS)
    rows = BrokenGlass.objects.filter(
        waiting | Q(ends_at__gt=now, allowed_at__isnull=False), conversation__team__in=teams
    )
    return _rows(rows.exclude(by=staff), staff, teams)


def glasses_asked_by(staff: UUID, *, now: datetime | None = None) -> list[GlassRow]:
    """Return what somebody asked for in the last week, the newest first; `ends_at` in the past: refused or over."""
    now = now or timezone.now()
    rows = BrokenGlass.objects.filter(by=staff, made_at__gt=now - _SHOWN_FOR)
    return _rows(rows, staff, set())


def glass_of(conversation: UUID, staff: UUID, *, now: datetime | None = None) -> GlassRow | None:
    """Return somebody's own request about a conversation that waits or is open, or None."""
    now = now or timezone.now()
    found = (each for each in glasses_asked_by(staff, now=now) if each.conversation == conversation)
    return next(
        (
            each
            for each in found
            if (each.ends_at is None and each.made_at > now - GLASS_WAITS)
            or (each.ends_at is not None and each.second is not None and now < each.ends_at)
        ),
        None,
    )


def glass_rows(rows: Iterable[BrokenGlass], *, staff: UUID, teams: set[UUID]) -> list[GlassRow]:
    """Return requests as somebody sees them who is in these teams; their conversations are loaded with them."""
    return [
        GlassRow(
            id=row.pk,
            conversation=row.conversation_id,
            team=row.conversation.team_id,
            by=row.by,
            reason=row.reason,
            made_at=row.made_at,
            second=row.second,
            ends_at=row.ends_at,
            may_allow=row.ends_at is None and row.by != staff and row.conversation.team_id in teams,
        )
        for row in rows
    ]


def _rows(rows: QuerySet[BrokenGlass], staff: UUID, teams: set[UUID]) -> list[GlassRow]:
    found = rows.select_related("conversation").order_by("-made_at", "pk")[:_MOST]
    return glass_rows(found, staff=staff, teams=teams)
