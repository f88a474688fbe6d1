"""What somebody has on their desk: their duty, their conversations, what colleagues offer them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pop.audit.queries.traces import traces_on
from pop.helpline import database
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import ACTIVE, CLOSED, PROMISED, SLEEPING
from pop.helpline.lines import queries as lines
from pop.helpline.queue.models import HandOver, Presence
from pop.helpline.queue.queries.coded import Coded, codes_of
from pop.helpline.queue.queries.rooms import held_by
from pop.helpline.queue.rules.reasons import LOST_AFTER

FULL = "full"
# Of how many times on duty the last one with languages is looked for: who stands in for one child names none.
_LOOKED_BACK = 20


@dataclass(frozen=True)
class OnDuty:
    """Somebody on duty. `state`: available, full (as many as they have room for) or break."""

    staff: UUID
    line: UUID
    state: str
    capacity: int
    languages: tuple[str, ...]
    given: bool
    since: datetime
    held: int

    @property
    def room(self) -> int:
        """How many conversations more they can take now."""
        return max(0, self.capacity - self.held) if self.state != "break" else 0


@dataclass(frozen=True)
class Card(Coded):
    """One conversation on a desk, in codes. `unanswered`: the child wrote last."""

    opened_at: datetime
    assigned_at: datetime | None
    last_child_at: datetime | None
    last_staff_at: datetime | None
    last_sequence: int
    lease_until: datetime | None
    promised_for: datetime | None
    overdue: bool
    paused_until: datetime | None
    blocked: bool
    unanswered: bool


@dataclass(frozen=True)
class OfferedHandOver:
    """A conversation that a colleague offers; `noted`: with a note."""

    id: UUID
    conversation: UUID
    by: UUID
    made_at: datetime
    noted: bool


@dataclass(frozen=True)
class Desk:
    """All of it; `presence` is None for who is not on duty. Practice conversations are marked on their cards."""

    presence: OnDuty | None
    cards: list[Card]
    offered: list[OfferedHandOver]


def my_desk(staff: UUID, *, now: datetime | None = None) -> Desk:
    """Return somebody's own conversations that are not closed, active first, and their duty."""
    now = now or timezone.now()
    teams = [each.team for each in lines.teams_of(staff)]
    # Two questions with an index each: an "or" over both would look at every conversation somebody ever had.
    mine = Conversation.objects.filter(assignee=staff, state__in=(ACTIVE, SLEEPING, PROMISED))
    given = Conversation.objects.filter(promised_by=staff, state=PROMISED)
    rows = {row.pk: row for found in (mine, given) for row in found if row.team_id in teams}
    order = {ACTIVE: 0, PROMISED: 1, SLEEPING: 2}
    cards = [
        _card(row, now)
        for row in sorted(rows.values(), key=lambda row: (order[row.state], row.assigned_at or row.opened_at, row.pk))
    ]
    offers = HandOver.objects.filter(to_staff=staff, taken_at=None, conversation__team__in=teams).order_by("made_at")
    offered = [
        OfferedHandOver(each.pk, each.conversation_id, each.by, each.made_at, each.note is not None) for each in offers
    ]
    return Desk(next(iter(_on_duty(Presence.objects.filter(staff=staff))), None), cards, offered)


def card(conversation: UUID, staff: UUID, *, now: datetime | None = None) -> Card | None:
    """Return one conversation in codes, to a member of its team; None for anybody else, and where there is none."""
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None or not lines.is_member(staff, row.team_id):
        return None
    return _card(row, now or timezone.now())


def may_see(conversation: UUID, staff: UUID) -> bool:
    """Say whether somebody is in a conversation's team."""
    return card(conversation, staff) is not None


def latest_hand_over(conversation: UUID, staff: UUID) -> OfferedHandOver | None:
    """Return the last hand-over of a conversation to a member of its team, so that its note can be read; or None."""
    if not may_see(conversation, staff):
        return None
    each = HandOver.objects.filter(conversation=conversation).order_by("-made_at").first()
    if each is None:
        return None
    return OfferedHandOver(each.pk, each.conversation_id, each.by, each.made_at, each.note is not None)


def last_languages(staff: UUID) -> tuple[str, ...]:
    """Return the languages with which somebody was on duty last, as the audit knows it; empty where they named none."""
    for each in traces_on(str(staff), count=_LOOKED_BACK, actions=("go_on_duty",), using=database.ALIAS):
        named = each.detail.get("languages")
        if isinstance(named, list) and named:
            return tuple(str(tag) for tag in named)
    return ()


def colleagues(*, staff: UUID, line: UUID, now: datetime | None = None) -> list[OnDuty]:
    """Return who is on duty on a line, to somebody of the line, themselves left out; empty for anybody else."""
    if not any(each.line == line for each in lines.teams_of(staff)):
        return []
    return [each for each in people_on_duty(line, now=now or timezone.now()) if each.staff != staff]


def people_on_duty(line: UUID, *, now: datetime) -> list[OnDuty]:
    """Return everybody on duty on a line whose browser lives, the longest on duty first."""
    rows = Presence.objects.filter(line=line, seen_at__gte=now - LOST_AFTER)
    return _on_duty(rows.order_by("since", "staff"))


def receivers(*, conversation: UUID, staff: UUID, now: datetime | None = None) -> list[OnDuty]:
    """Return the colleagues on duty to whom somebody may hand a conversation over: of its team."""
    found = card(conversation, staff)
    if found is None or found.state == CLOSED:
        return []
    team = {each.staff for each in lines.members(found.team)}
    return [each for each in colleagues(staff=staff, line=found.line, now=now) if each.staff in team]


def _on_duty(rows: Iterable[Presence]) -> list[OnDuty]:
    present = list(rows)
    held = held_by(row.staff for row in present)
    return [
        OnDuty(
            staff=row.staff,
            line=row.line_id,
            state=FULL if row.state == "available" and held.get(row.staff, 0) >= row.capacity else row.state,
            capacity=row.capacity,
            languages=tuple(row.languages),
            given=row.given,
            since=row.since,
            held=held.get(row.staff, 0),
        )
        for row in present
    ]


def _card(row: Conversation, now: datetime) -> Card:
    return Card(
        **codes_of(row),
        opened_at=row.opened_at,
        assigned_at=row.assigned_at,
        last_child_at=row.last_child_at,
        last_staff_at=row.last_staff_at,
        last_sequence=row.last_sequence,
        lease_until=row.lease_until,
        promised_for=row.promised_for,
        overdue=row.promised_for is not None and now >= row.promised_for,
        paused_until=row.paused_until if row.paused_until and now < row.paused_until else None,
        blocked=row.blocked_at is not None,
        unanswered=row.last_child_at is not None
        and (row.last_staff_at is None or row.last_staff_at < row.last_child_at),
    )
