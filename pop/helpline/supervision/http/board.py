"""The live board: who waits, who answers, what asks for a supervisor. It renews itself; nothing on it is words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.conversations.queries.flow import turned_away_at
from pop.helpline.lines import queries as lines
from pop.helpline.lines.queries import LineRecord
from pop.helpline.queue.actions.supervising import seen_glance
from pop.helpline.queue.queries.board import Board, BoardRow, board
from pop.helpline.queue.queries.history import waiting_spans
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act, chosen, minutes_since, supervised
from pop.helpline.supervision.http.assets import BOARD_SCRIPT, STYLE
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.supervision.rules.drawing import HEIGHT, WIDTH, waiting_columns
from pop.helpline.words.showing import age, language, languages, mark, named, tile
from pop.people.entrance import member, staff
from pop.people.pages.layout import page

HOURS = 6
EVERY = timedelta(minutes=10)


@staff("supervisor")
@require_GET
def board_page(request: HttpRequest) -> HttpResponse:
    """The board of one line; without `?line=` of the first that one supervises."""
    own = supervised(request)
    line = chosen(request, own)
    context: dict[str, Any] = {"title": SAY["menu_board"], "own": own, "line": line, "styles": STYLE}
    if line is not None:
        context |= _now(request, line) | {"script": BOARD_SCRIPT, "title": SAY("board_of", line=line.name)}
    return page(request, "supervision/board.html", context, words=WORDS)


@staff("supervisor")
@require_GET
def board_now(request: HttpRequest) -> HttpResponse:
    """The part of the board that changes, for its script."""
    line = chosen(request, supervised(request))
    if line is None:
        raise Http404
    return page(request, "supervision/board_now.html", _now(request, line), words=WORDS)


@staff("supervisor")
@require_POST
def glance_seen(request: HttpRequest, glance_id: UUID) -> HttpResponse:
    """Say that one has looked."""

    def run() -> str:
        seen_glance(glance=glance_id, staff=member(request).id)
        return SAY["glance_done"]

    back = "/board"
    line = request.POST.get("line", "")
    if any(str(each.id) == line for each in supervised(request)):
        back += f"?line={line}"
    return act(request, run, back)


def _now(request: HttpRequest, line: LineRecord) -> dict[str, Any]:
    now = timezone.now()
    found = board(line=line.id, staff=member(request).id, now=now)
    zone = line.timezone
    rows = (*found.going_on, *found.promises_overdue)
    names = wording.called(
        [
            *(each.staff for each in found.on_duty),
            *(each.assignee for each in rows),
            *(each.promised_by for each in rows),
            *(each.by for each in found.glances),
            *(each.by for each in found.glasses),
        ]
    )
    teams = {each.id: each.name for each in lines.teams(line.id)}
    return {
        "line": line,
        "open": lines.open_now(line.id, now=now),
        "fresh": wording.clock(now, zone),
        "figures": _figures(found),
        "median": found.median_wait_minutes,
        "asks": [*_flood(line, now), *_asks(found, names, zone)],
        "chart": _chart(line, now),
        "going_on": [_row(each, names, teams, now) for each in found.going_on],
        "people": [
            {
                "name": names[each.staff],
                "state": each.state,
                "presence": named("presence", each.state),
                "tone": {"available": "good", "full": "warn"}.get(each.state, ""),
                "load": SAY("load_of", held=each.held, capacity=each.capacity),
                "held": min(each.held, each.capacity),
                "capacity": each.capacity,
                "languages": languages(each.languages),
                "given": each.given,
                "since": wording.clock(each.since, zone),
            }
            for each in found.on_duty
        ],
    }


def _figures(found: Board) -> list[dict[str, Any]]:
    """Return the figures in reading order; the tone says whether one asks for something."""
    many = [
        ("waiting", found.waiting, ""),
        ("longest", found.longest_wait_minutes, "bad" if found.over_cap else ""),
        ("over_cap", found.over_cap, "bad"),
        ("danger", found.danger_waiting, "bad"),
        ("active", found.active, ""),
        ("staffed", found.staffed, "warn" if not found.staffed else ""),
        ("room", found.free_places, ""),
        ("glances", len(found.glances), "warn"),
        ("promises", len(found.promises_overdue), "warn"),
        ("message_left", found.message_left, ""),
        ("unread_overdue", found.unread_overdue, "warn"),
        ("answered", found.answered_today, ""),
        ("missed", found.missed_today, "warn"),
        ("left", found.left_today, ""),
    ]
    always_warns = {"staffed"}
    return [
        {
            "count": "–" if count is None else count,
            "text": SAY[f"figure_{name}"],
            "tone": tone if count or name in always_warns else "",
        }
        for name, count, tone in many
    ]


def _flood(line: LineRecord, now: datetime) -> list[dict[str, Any]]:
    """Return what to say where more children wrote at once than the line takes."""
    last = turned_away_at(line.id, now=now)
    if last is None:
        return []
    return [{"text": SAY["flood_asks"], "tone": "bad", "at": wording.clock(last, line.timezone)}]


def _asks(found: Board, names: Mapping[UUID | None, str], zone: str) -> list[dict[str, Any]]:
    """Return what a supervisor should look at now, the most urgent first."""
    asks: list[dict[str, Any]] = []
    for glance in found.glances:
        known = glance.why in ("imminent_danger", "long_wait", "complaint")
        told = SAY[f"glance_{glance.why}"] if known else SAY["glance_system"]
        if not known and glance.by is not None:
            told = SAY("glance_asked", name=names[glance.by])
        asks.append(
            {
                "text": told,
                "tone": "bad" if glance.why == "imminent_danger" else "warn",
                "at": wording.clock(glance.made_at, zone),
                "conversation": glance.conversation,
                "mark": mark(glance.conversation),
                "glance": glance.id,
            }
        )
    for glass in found.glasses:
        if glass.may_allow:
            text = SAY("glass_asked", name=names[glass.by], reason=named("glass_reason", glass.reason))
            asks.append({"text": text, "tone": "bad", "at": wording.clock(glass.made_at, zone), "glass": glass.id})
    for row in found.promises_overdue:
        asks.append(
            {
                "text": SAY("promise_overdue", time=wording.minute(row.promised_for, zone)),
                "tone": "warn",
                "conversation": row.id,
                "mark": mark(row.id),
            }
        )
    # A danger or an emergency access cannot wait behind a promise.
    return sorted(asks, key=lambda each: each["tone"] != "bad")


def _row(row: BoardRow, names: Mapping[UUID | None, str], teams: Mapping[UUID, str], now: datetime) -> dict[str, Any]:
    waiting = row.state == "waiting"
    minutes = minutes_since(row.waiting_since if waiting else row.state_since, now)
    urgent = row.danger or row.urgency > 1
    return {
        "id": row.id,
        "mark": mark(row.id),
        "state": named("state", row.state),
        "tone": "warn" if waiting else "",
        "danger": SAY["urgency_2"] if urgent else (SAY["urgency_1"] if row.urgency else ""),
        "urgent": urgent,
        "since": SAY("waits_long" if waiting else "minutes_long", minutes=minutes or 0),
        "language": language(row.language),
        "age": age(row.age),
        "ticked": tile(row.tile),
        "who": names[row.assignee] if row.assignee else SAY["nobody_yet"],
        "team": teams.get(row.team, ""),
    }


def _chart(line: LineRecord, now: datetime) -> dict[str, Any]:
    """Return the bars of who waited in the last hours, and the same in one sentence."""
    spans = waiting_spans(line.id, since=now - timedelta(hours=HOURS), now=now)
    columns = waiting_columns(spans, until=now, hours=HOURS, every=EVERY)
    most = max(columns, key=lambda each: each.count)
    if not most.count:
        return {"said": SAY["waiting_chart_none"], "columns": []}
    marks: Sequence[Any] = [each for place, each in enumerate(columns) if place % 6 == 5]
    return {
        "said": SAY(
            "waiting_chart_said",
            most=most.count,
            time=wording.clock(most.at, line.timezone),
            now=columns[-1].count,
        ),
        "columns": [
            {"bar": each, "said": SAY("waiting_at", time=wording.clock(each.at, line.timezone), count=each.count)}
            for each in columns
        ],
        "marks": [{"x": each.x + each.width, "text": wording.clock(each.at, line.timezone)} for each in marks],
        "width": WIDTH,
        "height": HEIGHT,
        "floor": HEIGHT + 18,
        "most": most.count,
    }
