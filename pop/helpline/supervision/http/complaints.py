"""Complaints, for supervisors whom they do not concern: a list without words, one opened, and its dated answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.conversations.actions.complaining import (
    ComplaintRow,
    answer_complaint,
    complaints_for,
    open_complaint,
)
from pop.helpline.conversations.queries.escrow import waiting_for_escrow
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import chosen, supervised
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.words.showing import mark, refused
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.unlocking import private_key

STATES = ("open", "answered")


@staff("supervisor")
@require_GET
def complaint_list(request: HttpRequest) -> HttpResponse:
    """The complaints of a line that do not concern whoever asks, soonest due first."""
    own = supervised(request)
    line = chosen(request, own)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    today = timezone.now().date()
    found = complaints_for(member(request).id, line.id, state=state) if line else []
    zone = line.timezone if line else "UTC"
    rows = sorted(found, key=lambda each: (each.state != "open", each.due_on, each.made_at))
    context: dict[str, Any] = {
        "title": SAY["menu_complaints"],
        "own": own,
        "line": line,
        "state": state,
        "states": [(each, SAY[f"complaint_{each}"]) for each in STATES],
        "styles": STYLE,
        "rows": [
            {
                "id": each.id,
                "mine": each.mine,
                "mark": mark(each.id),
                "made": wording.minute(each.made_at, zone),
                "due": each.due_on.isoformat(),
                "state": _state(each, today),
                "tone": _tone(each, today),
            }
            for each in rows
        ],
    }
    return page(request, "supervision/complaints.html", context, words=WORDS)


@staff("supervisor")
@require_GET
def complaint_one(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """One complaint with its words; that it was opened is kept first."""
    return _show(request, complaint_id)


@staff("supervisor")
@require_POST
def complaint_answer(request: HttpRequest, complaint_id: UUID) -> HttpResponse:
    """Answer it. What is refused comes back in the same page."""
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        answer_complaint(complaint=complaint_id, text=text, by=member(request).id, private_key=private_key(request))
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        tell(request, refused(error.code), good=False)
        return _show(request, complaint_id, unsent=text)
    tell(request, SAY["complaint_answer_done"])
    return redirect(f"/complaints/{complaint_id}")


def escrow_alerts(roles: Collection[str]) -> list[str]:
    """Return what an administrator sees on the first page: how many complaints nobody but the escrow can open."""
    count = len(waiting_for_escrow()) if "administrator" in roles else 0
    return [SAY("escrow_waits", count=count)] if count else []


def _show(request: HttpRequest, complaint_id: UUID, *, unsent: str = "") -> HttpResponse:
    try:
        found = open_complaint(complaint=complaint_id, by=member(request).id, private_key=private_key(request))
    except RefusedError:
        raise Http404 from None
    line = lines.line(found.row.line)
    zone = line.timezone if line else "UTC"
    today = timezone.now().date()
    context = {
        "title": SAY("complaint_title", day=wording.minute(found.row.made_at, zone)[:10]),
        "styles": STYLE,
        "row": found.row,
        "due": found.row.due_on.isoformat(),
        "state": _state(found.row, today),
        "tone": _tone(found.row, today),
        "text": found.text,
        "answer": found.answer,
        "answered": wording.minute(found.row.answered_at, zone)[:10],
        "unsent": unsent,
    }
    return page(request, "supervision/complaint.html", context, words=WORDS)


def _state(row: ComplaintRow, today: date) -> str:
    if row.state != "open":
        return SAY["complaint_answered"]
    return SAY["complaint_overdue" if row.due_on < today else "complaint_open"]


def _tone(row: ComplaintRow, today: date) -> str:
    if row.state != "open":
        return "good"
    return "bad" if row.due_on < today else "warn"
