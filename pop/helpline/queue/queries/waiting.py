"""Who waits, in codes: what staff of the team see before they take anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import MESSAGE_LEFT, PROMISED, SLEEPING, WAITING
from pop.helpline.lines import queries as lines
from pop.helpline.queue.models import Presence
from pop.helpline.queue.queries.coded import Coded, codes_of
from pop.helpline.queue.queries.rooms import cap_of
from pop.helpline.queue.rules.order import Waiting, in_order, over_cap, speaks

STATES: Sequence[str] = (WAITING, MESSAGE_LEFT, PROMISED, SLEEPING)
SORTS: Mapping[str, Sequence[str]] = {
    "waited": ("waiting_since", "opened_at", "pk"),
    "language": ("language", "waiting_since", "pk"),
    "age": ("age", "waiting_since", "pk"),
    "channel": ("channel", "waiting_since", "pk"),
    "changed": ("state_since", "pk"),
}
# Messages left out of hours: a ticked danger is read before others, as the child is told; then the oldest.
LEFT_ORDER: Sequence[str] = ("-urgency", "state_since", "pk")
MOST = 200


@dataclass(frozen=True)
class WaitingFilters:
    """What to show of the queue; "" and None: everything. `state` is one of STATES."""

    state: str = WAITING
    line: UUID | None = None
    language: str = ""
    channel: str = ""
    tile: str = ""
    age: str = ""
    urgency: int | None = None
    practice: bool = False


@dataclass(frozen=True)
class WaitingRow(Coded):
    """One child in codes. `fits`: somebody asked speaks its language. `over_cap`: waited longer than anybody may."""

    since: datetime
    waited_minutes: int
    over_cap: bool
    fits: bool
    blocked: bool
    promised_for: datetime | None
    promised_by: UUID | None


@dataclass(frozen=True)
class Waitings:
    """A page of the queue, and how many there are in all."""

    rows: list[WaitingRow]
    total: int


def waiting(
    *,
    staff: UUID,
    filters: WaitingFilters | None = None,
    sort: str = "order",
    first: int = 0,
    count: int = 50,
    now: datetime | None = None,
) -> Waitings:
    """Return who waits for the teams that somebody is in; `sort` is "order" (the queue's own) or a key of SORTS."""
    now = now or timezone.now()
    wanted = filters or WaitingFilters()
    memberships = [each for each in lines.teams_of(staff) if wanted.line in (None, each.line)]
    caps = {line: cap_of(line) for line in {each.line for each in memberships}}
    state = wanted.state if wanted.state in STATES else WAITING
    # The line is said too: the index of the queue begins with it, that of teams holds every closed conversation.
    found = Conversation.objects.filter(
        line__in=list(caps), team__in=[each.team for each in memberships], state=state, practice=wanted.practice
    )
    for column, value in (
        ("language", wanted.language),
        ("channel", wanted.channel),
        ("tile", wanted.tile),
        ("age", wanted.age),
    ):
        if value:
            found = found.filter(**{column: value})
    if wanted.urgency is not None:
        found = found.filter(urgency=wanted.urgency)
    total = found.count()
    first, count = max(0, first), min(max(1, count), MOST)
    if sort == "order" and state == WAITING:
        # The order needs all of them, but of each only a few fields; whole rows are read for the page alone.
        lines_of: dict[UUID, list[Waiting]] = {line: [] for line in caps}
        fields = ("pk", "waiting_since", "opened_at", "urgency", "language", "line")
        for pk, since, opened, urgency, language, line in found.order_by().values_list(*fields):
            lines_of[line].append(Waiting(pk, since or opened, urgency, language))
        ordered = [each.id for line, cap in caps.items() for each in in_order(lines_of[line], cap=cap, now=now)]
        by_id = Conversation.objects.in_bulk(ordered[first : first + count])
        page = [by_id[each] for each in ordered[first : first + count] if each in by_id]
    else:
        usual = LEFT_ORDER if state == MESSAGE_LEFT else SORTS["changed"]
        page = list(found.order_by(*SORTS.get(sort, usual))[first : first + count])
    spoken = Presence.objects.filter(staff=staff).values_list("languages", flat=True).first() or []
    rows_shown = [
        _row(row, spoken, over=over_cap(_waiting(row), cap=caps[row.line_id], now=now), now=now) for row in page
    ]
    return Waitings(rows_shown, total)


def waiting_in_other_languages(staff: UUID) -> int:
    """Return how many children of somebody's line wait, or left a message, in languages that they do not answer in."""
    presence = Presence.objects.filter(staff=staff).first()
    if presence is None:
        return 0
    teams = [each.team for each in lines.teams_of(staff) if each.line == presence.line_id]
    rows = Conversation.objects.filter(
        line=presence.line_id, team__in=teams, state__in=(WAITING, MESSAGE_LEFT), practice=False, blocked_at=None
    ).order_by()
    return sum(not speaks(presence.languages, each) for each in rows.values_list("language", flat=True))


def waiting_counts(staff: UUID) -> dict[str, int]:
    """Return how many conversations the queue of somebody's teams has in each of STATES; practice does not count."""
    memberships = lines.teams_of(staff)
    rows = Conversation.objects.filter(
        line__in={each.line for each in memberships},
        team__in=[each.team for each in memberships],
        state__in=STATES,
        practice=False,
    ).order_by()
    found = dict(rows.values_list("state").annotate(number=Count("pk")))
    return {state: found.get(state, 0) for state in STATES}


def _waiting(row: Conversation) -> Waiting:
    return Waiting(row.pk, row.waiting_since or row.opened_at, row.urgency, row.language)


def _row(row: Conversation, spoken: Sequence[str], *, over: bool, now: datetime) -> WaitingRow:
    since = (row.waiting_since or row.opened_at) if row.state == WAITING else row.state_since
    return WaitingRow(
        **codes_of(row),
        since=since,
        waited_minutes=max(0, int((now - since).total_seconds() // 60)),
        over_cap=over and row.state == WAITING,
        fits=speaks(spoken, row.language),
        blocked=row.blocked_at is not None,
        promised_for=row.promised_for,
        promised_by=row.promised_by,
    )
