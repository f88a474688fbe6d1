"""Who is on duty and has room, and who waits: what the queue's decisions are made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE, WAITING
from pop.helpline.lines import queries as lines
from pop.helpline.queue.models import Presence
from pop.helpline.queue.rules.order import Place, Waiting
from pop.helpline.queue.rules.reasons import LOST_AFTER

_NO_CAP = timedelta(minutes=45)


def cap_of(line: UUID) -> timedelta:
    """Return how long nobody on a line may wait beyond."""
    found = lines.line(line)
    return timedelta(minutes=found.longest_wait_minutes) if found else _NO_CAP


def held_by(staff: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many conversations each of these people has active; practice does not count."""
    rows = (
        Conversation.objects.filter(assignee__in=list(staff), state=ACTIVE, practice=False)
        .order_by()
        .values_list("assignee")
        .annotate(number=Count("pk"))
    )
    return {each: number for each, number in rows if each is not None}


def has_room(staff: UUID) -> bool:
    """Say whether somebody is on duty, alive, not on a break, and may take one conversation more."""
    row = Presence.objects.filter(staff=staff).first()
    return (
        row is not None
        and row.state == "available"
        and row.seen_at >= timezone.now() - LOST_AFTER
        and held_by([staff]).get(staff, 0) < row.capacity
    )


def on_duty(staff: UUID, *, line: UUID, now: datetime) -> bool:
    """Say whether somebody is on duty on a line and alive, on a break or not."""
    return Presence.objects.filter(staff=staff, line=line, seen_at__gte=now - LOST_AFTER).exists()


def children_waiting(teams: Collection[UUID], *, practice: bool = False) -> list[Waiting]:
    """Return everybody who waits for one of these teams, in no order."""
    rows = Conversation.objects.filter(team__in=teams, state=WAITING, practice=practice).order_by()
    return [
        Waiting(pk, since or opened, urgency, language, team)
        for pk, since, opened, urgency, language, team in rows.values_list(
            "pk", "waiting_since", "opened_at", "urgency", "language", "team"
        )
    ]


def places(rows: Collection[Presence], *, line: UUID) -> list[Place]:
    """Return who of these can be given how many, with their teams of the line whose key they can open."""
    held = held_by(row.staff for row in rows)
    teams: dict[UUID, set[UUID]] = {}
    for team in lines.teams(line):
        for member in lines.members(team.id):
            if member.keyed:
                teams.setdefault(member.staff, set()).add(team.id)
    return [
        Place(
            staff=row.staff,
            room=max(0, row.capacity - held.get(row.staff, 0)),
            held=held.get(row.staff, 0),
            languages=tuple(row.languages),
            teams=frozenset(teams.get(row.staff, ())),
        )
        for row in rows
        if row.staff in teams
    ]
