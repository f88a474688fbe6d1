"""The queue beside the conversations: who waits, what colleagues offer, filters in codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from pop.helpline.desk.http.columns import ids
from pop.helpline.desk.http.showing import facts
from pop.helpline.desk.http.wording import SAY, iso, minute, timed
from pop.helpline.lines import queries as lines
from pop.helpline.queue.queries.desk import Desk, my_desk
from pop.helpline.queue.queries.waiting import WaitingFilters, WaitingRow, waiting, waiting_counts
from pop.helpline.words.showing import AGES, CHANNELS, TILES, URGENCIES, choices, language, mark, tile
from pop.people import queries as people
from pop.people.entrance import member

STATES = ("waiting", "message_left", "promised", "sleeping")
SORTS = {
    "order": "queue_by_order",
    "waited": "queue_by_waited",
    "language": "label_language",
    "age": "label_age",
    "channel": "label_channel",
    "changed": "queue_by_changed",
}
# What stands on the narrow tabs.
_TABS = {
    "waiting": "state_waiting",
    "message_left": "queue_message_left",
    "promised": "queue_promised",
    "sleeping": "state_sleeping",
}
_SHOWN = 30


@dataclass(frozen=True)
class Child:
    """One row of the queue, in words."""

    id: UUID
    mark: str
    facts: tuple[str, ...]
    ticked: str
    since: str
    waited: int
    danger: bool
    over: bool
    blocked: bool
    fits: bool
    mine: bool
    act: str  # take, wake, or "" where only somebody else may
    due: str
    overdue: bool

    @property
    def said(self) -> str:
        """All of it, for whoever hears the page."""
        return ", ".join(each for each in (*self.facts, self.ticked) if each)


def queue(request: HttpRequest, desk: Desk | None = None) -> dict[str, Any]:
    """Return the queue as its template shows it, by the filters of the query string."""
    me = member(request).id
    desk = desk or my_desk(me)
    given = request.GET
    state = given.get("state", "") if given.get("state", "") in STATES else "waiting"
    filters = _filters(request, state)
    sort = given.get("sort", "") if given.get("sort", "") in SORTS else "order"
    found = waiting(staff=me, filters=filters, sort=sort, count=_SHOWN)
    counts = waiting_counts(me)
    on_desk = {card.id for card in desk.cards}
    names = people.names([each.by for each in desk.offered])
    return {
        "state": state,
        "rows": [_child(row, me, row.id in on_desk) for row in found.rows],
        "more": max(0, found.total - len(found.rows)),
        "tabs": [(each, SAY[_TABS[each]], counts[each]) for each in STATES],
        "empty": SAY[f"queue_empty_{state}"],
        "offered": [
            {"id": each.id, "mark": mark(each.conversation), "by": names.get(each.by, ""), "noted": each.noted}
            for each in desk.offered
        ],
        "mine": ids([card.id for card in desk.cards if card.state == "active"]),
        "on_duty": desk.presence is not None,
        "room": desk.presence.room if desk.presence else 0,
    }


def sieve(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the filters of the queue with what is chosen: codes only."""
    languages = sorted({each for line in my_lines(request) for each in line.languages})
    offered = {
        "language": [(each, language(each)) for each in languages],
        "age": choices("age", AGES),
        "channel": choices("channel", CHANNELS),
        "tile": [(each, tile(each)) for each in TILES],
        "urgency": choices("urgency", URGENCIES),
    }
    found = [
        {
            "name": name,
            "label": SAY[f"label_{name}"],
            "choices": values,
            "chosen": request.GET.get(name, ""),
            "any": SAY["any"],
        }
        for name, values in offered.items()
    ]
    sorts = [(each, SAY[label]) for each, label in SORTS.items()]
    chosen = request.GET.get("sort", "") or "order"
    return [*found, {"name": "sort", "label": SAY["queue_sort"], "choices": sorts, "chosen": chosen, "any": ""}]


def my_lines(request: HttpRequest, *, practice: bool = False) -> list[lines.LineRecord]:
    """Return the lines of whoever asks, in the order in which they came to them."""
    found = [lines.line(each) for each in dict.fromkeys(each.line for each in lines.teams_of(member(request).id))]
    return [each for each in found if each is not None and each.practice == practice]


def _filters(request: HttpRequest, state: str) -> WaitingFilters:
    given = request.GET
    urgency = given.get("urgency", "")
    return WaitingFilters(
        state=state,
        language=given.get("language", "")[:16].replace("\0", ""),
        channel=given.get("channel", "") if given.get("channel", "") in CHANNELS else "",
        tile=given.get("tile", "") if given.get("tile", "") in TILES else "",
        age=given.get("age", "") if given.get("age", "") in AGES else "",
        urgency=int(urgency) if urgency in URGENCIES else None,
    )


def _child(row: WaitingRow, me: UUID, mine: bool) -> Child:
    act = {"waiting": "take", "message_left": "take"}.get(row.state, "wake")
    day = minute(row.promised_for)
    overdue = row.promised_for is not None and row.promised_for <= timezone.now()
    return Child(
        id=row.id,
        mark=mark(row.id),
        facts=facts(row),
        ticked=tile(row.tile) if row.tile else "",
        since=iso(row.since),
        waited=row.waited_minutes,
        danger=row.danger or row.urgency > 1,
        over=row.over_cap,
        blocked=row.blocked,
        fits=row.fits,
        mine=mine or row.promised_by == me,
        act=act,
        due=timed("queue_overdue" if overdue else "queue_due", day=day) if day else "",
        overdue=overdue,
    )
