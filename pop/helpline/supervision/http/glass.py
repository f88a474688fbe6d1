"""Emergency access: asking for it, and allowing it as the second person, of the conversation's own team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.conversations.queries.talks import talk
from pop.helpline.lines import queries as lines
from pop.helpline.queue.actions.glass import allow_broken_glass, break_glass, end_broken_glass, refuse_broken_glass
from pop.helpline.queue.queries.glasses import GlassRow, glasses_asked_by, glasses_of_teams
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act, supervises
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.words.showing import mark, named
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.unlocking import private_key

HERE = "/board/glass"


@staff("counsellor", "supervisor")
@require_GET
def glass_page(request: HttpRequest) -> HttpResponse:
    """What waits for a second person of one's teams, what is open in them, and what one asked for."""
    me, now = member(request).id, timezone.now()
    here, mine = glasses_of_teams(me, now=now), glasses_asked_by(me, now=now)
    names = wording.called([*(each.by for each in here), *(each.by for each in mine)])
    zones: dict[UUID, str] = {}
    for each in (*here, *mine):
        team = lines.team(each.team)
        line = lines.line(team.line) if team else None
        zones[each.team] = line.timezone if line else "UTC"
    context = {
        "title": SAY["menu_glass"],
        "styles": STYLE,
        "to_allow": [_row(each, names, zones, now) for each in here if each.may_allow],
        "running": [_row(each, names, zones, now) for each in here if not each.may_allow],
        "mine": [_row(each, names, zones, now) for each in mine],
        "supervisor": "supervisor" in member(request).roles,
    }
    return page(request, "supervision/glass.html", context, words=WORDS)


@staff("supervisor")
@require_POST
def glass_ask(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Ask for access to a conversation of another team of one's line."""
    found = talk(conversation_id)
    if found is None or not supervises(request, found.line):
        raise Http404

    def run() -> str:
        break_glass(conversation=found.id, staff=member(request).id, reason=request.POST.get("reason", ""))
        return SAY["glass_asked_done"]

    return act(request, run, f"/board/c/{found.id}")


@staff("counsellor", "supervisor")
@require_POST
def glass_allow(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """Allow it, with one's own key."""

    def run() -> str:
        allow_broken_glass(glass=glass_id, staff=member(request).id, private_key=private_key(request))
        return SAY["glass_allowed_done"]

    return act(request, run, HERE)


@staff("counsellor", "supervisor")
@require_POST
def glass_refuse(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """Refuse it."""

    def run() -> str:
        refuse_broken_glass(glass=glass_id, staff=member(request).id)
        return SAY["glass_refused_done"]

    return act(request, run, HERE)


@staff("counsellor", "supervisor")
@require_POST
def glass_end(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    """End it before its hour is over."""

    def run() -> str:
        end_broken_glass(glass=glass_id, staff=member(request).id)
        return SAY["glass_ended_done"]

    return act(request, run, HERE)


def _row(row: GlassRow, names: Mapping[UUID | None, str], zones: Mapping[UUID, str], now: datetime) -> dict[str, Any]:
    zone = zones[row.team]
    running = row.ends_at is not None and row.second is not None and now < row.ends_at
    if running:
        state, tone = SAY("glass_open_until", time=wording.clock(row.ends_at or now, zone)), "good"
    elif row.ends_at is None:
        state, tone = SAY["glass_waits"], "warn"
    else:
        state, tone = SAY["glass_refused"], ""
    return {
        "id": row.id,
        "conversation": row.conversation,
        "mark": mark(row.conversation),
        "who": names[row.by],
        "why": named("glass_reason", row.reason),
        "at": wording.minute(row.made_at, zone),
        "state": state,
        "tone": tone,
        "endable": running or row.ends_at is None,
    }
