"""Notices: put up, and ended before their time."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.people.asking import Ask, Rows
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.actions.review import notices as actions
from pop.registry.directory.http.console.answering import act, attempt
from pop.registry.directory.http.console.editing import form_methods
from pop.registry.directory.http.console.forms import NoticeForm
from pop.registry.directory.http.console.wording import SAY, WORDS, choices, country, moment, named
from pop.registry.directory.queries.console import record as records
from pop.registry.directory.queries.console import work as queries
from pop.registry.directory.queries.console.work import NoticeLine

_PHASES = {"now": "warn", "later": "deep", "over": "quiet"}


def _fetch(ask: Ask) -> Rows[NoticeLine]:
    return queries.notices(ask, now=timezone.now())


LISTING = Listing[NoticeLine](
    title="notices_title",
    name="notices",
    fetch=_fetch,
    columns=(
        Column[NoticeLine](
            "notice_kind", lambda row: Cell(named("notice_kind", row.kind), href=f"/notices/{row.id}"), "kind"
        ),
        Column[NoticeLine]("notice_for", lambda row: row.subject or SAY["notice_whole_country"]),
        Column[NoticeLine]("service_country", lambda row: country(row.country), "country"),
        Column[NoticeLine]("notice_starts", lambda row: moment(row.starts), "starts"),
        Column[NoticeLine]("notice_ends", lambda row: moment(row.ends), "ends"),
        Column[NoticeLine]("notice_phase", lambda row: Cell(named("phase", row.phase), tone=_PHASES[row.phase])),
        Column[NoticeLine]("notice_source", lambda row: row.source),
    ),
    words=WORDS,
    filters={
        "kind": choices("notice_kind", actions.KINDS),
        "phase": choices("phase", ("now", "later", "over")),
    },
)


@staff()
@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """All notices."""
    context: dict[str, object] = {"hint": SAY["notices_hint"]}
    if {"editor", "approver"} & set(member(request).roles):
        context |= {"action_address": "/notices/add", "action_label": SAY["notices_add"]}
    return show(request, LISTING, context)


@staff("editor", "approver")
@form_methods
def notice_add(request: HttpRequest) -> HttpResponse:
    """Put a notice on a whole country."""
    return _add(request, None)


@staff("editor", "approver")
@form_methods
def notice_add_to(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Put a notice on one service."""
    return _add(request, service_id)


def _add(request: HttpRequest, service_id: UUID | None) -> HttpResponse:
    found = records.record(service_id, now=timezone.now()) if service_id else None
    if service_id and found is None:
        raise Http404
    form = NoticeForm(request.POST if request.method == "POST" else None)
    if found is not None:
        del form.fields["country"]
    back = f"/services/{service_id}" if found else "/notices"
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.create_notice(
                service_id=service_id,
                country=found.country if found else given["country"].upper(),
                kind=given["kind"],
                starts=given["starts"],
                ends=given["ends"],
                source=given["source"],
                by=member(request).id,
            ),
        )
        if made is not None:
            tell(request, SAY["notice_done"])
            return redirect(back)
    context = {
        "form": form,
        "title": SAY["notices_add"],
        "hint": found.name if found else SAY["notices_hint"],
        "back": back,
        "label": SAY["notices_add"],
    }
    return page(request, "console/form.html", context, words=WORDS)


@staff()
@require_GET
def notice_one(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice."""
    line = queries.notice(notice_id, now=timezone.now())
    if line is None:
        raise Http404
    context = {
        "title": named("notice_kind", line.kind),
        "line": line,
        "facts": [
            (SAY["notice_for"], line.subject or SAY["notice_whole_country"]),
            (SAY["service_country"], country(line.country)),
            (SAY["notice_starts"], moment(line.starts)),
            (SAY["notice_ends"], moment(line.ends)),
            (SAY["notice_phase"], named("phase", line.phase)),
            (SAY["notice_source"], line.source),
        ],
        "may_end": line.phase != "over" and bool({"editor", "approver"} & set(member(request).roles)),
    }
    return page(request, "console/notice.html", context, words=WORDS)


@staff("editor", "approver")
@require_POST
def notice_end(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """End a notice now."""

    def run() -> str:
        actions.expire_notice(notice_id=notice_id, by=member(request).id)
        return "notice_ended"

    return act(request, run, f"/notices/{notice_id}")
