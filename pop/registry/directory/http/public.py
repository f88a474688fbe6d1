"""The registry's pages for adults and platforms at the public door. Their one form is a report of a mistake."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_safe

from pop.people.entrance import anyone
from pop.places import countries as places
from pop.places.languages import own_name
from pop.places.words import LANGUAGES, Speaker
from pop.registry.directory.actions.reports import REASONS, ReportError, report_number
from pop.registry.directory.http import cards, panels, wording
from pop.registry.directory.http.record_json import service_json
from pop.registry.directory.http.style import CSS
from pop.registry.directory.queries import pages
from pop.registry.directory.words import REGISTRY

PER_PAGE = 30
_SORTS = {"name": "col_country", "services": "col_services", "date": "col_newest"}
_REPORT_ERRORS = {"unknown_reason": "error_reason", "not_a_number": "error_number", "flood": "error_flood"}
_REPORT_STATUS = {"flood": HTTPStatus.TOO_MANY_REQUESTS}


def _speaker(language: str) -> Speaker | None:
    return Speaker((REGISTRY,), language) if language in LANGUAGES else None


def _page(
    request: HttpRequest, name: str, say: Speaker, rest: str, *, status: int = 200, **context: object
) -> HttpResponse:
    """Render one page; `rest` is its address after the language, "" where the other languages have no such page."""
    base = {"say": say, "css": CSS, "rest": rest, "choices": [(each, own_name(each)) for each in LANGUAGES]}
    return render(request, f"registry/public/{name}.html", base | context, status=status)


def _missing(request: HttpRequest, say: Speaker | None) -> HttpResponse:
    spoken = say or Speaker((REGISTRY,), "en")
    return _page(request, "not_found", spoken, "", status=404, title=spoken["not_found_title"])


@anyone
@gzip_page
@require_safe
def countries(request: HttpRequest, language: str) -> HttpResponse:
    """Every country with how much is known of it; `q` searches names and codes, `sort` is name, services or date."""
    say = _speaker(language)
    if say is None:
        return _missing(request, say)
    wanted = " ".join(request.GET.get("q", "")[:60].split())
    sort = request.GET.get("sort", "name")
    counts = pages.country_counts()
    none = pages.CountryCount(0, None)
    rows = [(code, wording.country(code, say), counts.get(code, none)) for code in places.codes()]
    if wanted:
        folded = wanted.casefold()
        rows = [
            row
            for row in rows
            if folded in row[1].casefold()
            or folded == row[0].casefold()
            or folded in places.country_name(row[0], "en").casefold()
        ]
    rows.sort(key=lambda row: (row[1].casefold(), row[0]))
    if sort == "services":
        rows.sort(key=lambda row: -row[2].services)
    elif sort == "date":
        rows.sort(key=lambda row: row[2].newest.isoformat() if row[2].newest else "", reverse=True)
    return _page(
        request,
        "countries",
        say,
        "countries",
        title=say["countries_title"],
        rows=rows,
        wanted=wanted,
        sorts=[(key, say[word], key == sort) for key, word in _SORTS.items()],
    )


@anyone
@gzip_page
@require_safe
def countries_csv(request: HttpRequest) -> HttpResponse:
    """The same table for a spreadsheet, in English, one line per country: UTF-8, ISO 8601 dates, numbers as text."""
    counts, emergency = pages.country_counts(), pages.shown_emergency()
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["code", "name", "services", "newest_evidence", "emergency_numbers"])
    for code in sorted(places.codes()):
        count = counts.get(code, pages.CountryCount(0, None))
        newest = count.newest.isoformat() if count.newest else ""
        table.writerow(
            [code, places.country_name(code, "en"), count.services, newest, " ".join(emergency.get(code, ()))]
        )
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="countries.csv"'
    return answer


@anyone
@gzip_page
@require_safe
def country(request: HttpRequest, language: str, code: str) -> HttpResponse:
    """What is known about one country, how, and what is not known."""
    say = _speaker(language)
    if say is None or code not in places.codes():
        return _missing(request, say)
    now = timezone.now()
    services = pages.country_services(code, now=now)
    conflicts = pages.conflicts_by_service([facts.id for facts in services], now=now)
    number = _page_number(request.GET.get("page", ""), len(services))
    shown = [
        (facts, cards.service_card(facts, conflicts.get(facts.id, ()), now.date(), say))
        for facts in services[(number - 1) * PER_PAGE : number * PER_PAGE]
    ]
    return _page(
        request,
        "country",
        say,
        f"country/{code}",
        help_country=code,
        title=say("country_title", country=wording.country(code, say)),
        emergency=[cards.emergency_card(each, say) for each in pages.country_emergency(code)],
        notices=cards.notice_lines(pages.country_notices(code, now=now), say),
        for_children=[card for facts, card in shown if "child" in facts.audience],
        for_others=[card for facts, card in shown if "child" not in facts.audience],
        unknown=cards.unknown_lines(services, now.date(), say),
        contradictions=[card for _, card in shown if card.conflicts],
        panel=panels.country_panel(code, say.language),
        page=number,
        pages=range(1, _last_page(len(services)) + 1),
    )


def _last_page(items: int) -> int:
    return max(1, -(-items // PER_PAGE))


def _page_number(text: str, items: int) -> int:
    """Return the page asked for, the first one for anything that is not a page of this list."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return number if 1 <= number <= _last_page(items) else 1


@anyone
@gzip_page
@require_safe
def service(request: HttpRequest, language: str, id: UUID) -> HttpResponse:
    """One service: its contacts, how each fact is known, and every change; a closed one shows that its id is closed."""
    say = _speaker(language)
    now = timezone.now()
    facts = pages.service_facts(id, now=now) if say else None
    if say is None or facts is None:
        return _missing(request, say)
    rest = f"service/{id}"
    if isinstance(facts, pages.Tombstone):
        return _tombstone(request, say, rest, facts)
    evidence, older_evidence = pages.evidence_of(facts)
    history, older_history = pages.history_of(facts)
    newest = _newest(evidence)
    return _page(
        request,
        "service",
        say,
        rest,
        title=facts.name,
        facts=facts,
        help_country=facts.country,
        country=wording.country(facts.country, say),
        card=cards.service_card(
            facts, pages.conflicts_by_service([facts.id], now=now).get(facts.id, ()), now.date(), say
        ),
        lines=cards.service_lines(facts, say),
        numbers=[
            (
                cards.contact_card(each, facts, say),
                cards.number_lines(each, facts, say),
                cards.number_sentences(each, facts, newest.get(each.id), now.date(), say),
            )
            for each in facts.contacts
        ],
        evidence=[cards.evidence_card(row, say) for row in evidence],
        older_evidence=older_evidence,
        history=[cards.change_card(row, say) for row in history],
        older_history=older_history,
        panel=panels.service_panel(facts.id, say.language),
    )


def _tombstone(request: HttpRequest, say: Speaker, rest: str, stone: pages.Tombstone) -> HttpResponse:
    state = say[f"stage_{stone.state}"]
    return _page(
        request,
        "tombstone",
        say,
        rest,
        title=stone.name or state,
        state=state,
        text=say[f"{stone.state}_text"],
        stone=stone,
        help_country=stone.country,
        on=wording.day(stone.on, say),
        country=wording.country(stone.country, say),
        status=HTTPStatus.GONE if stone.state == "defunct" else HTTPStatus.OK,
    )


def _newest(evidence: list[pages.EvidenceFacts]) -> Mapping[UUID, pages.EvidenceFacts]:
    """Return the newest dated observation of each contact."""
    found: dict[UUID, pages.EvidenceFacts] = {}
    for row in evidence:
        if row.contact is not None and row.on is not None:
            known = found.get(row.contact)
            if known is None or known.on is None or row.on > known.on:
                found[row.contact] = row
    return found


@anyone
@gzip_page
@require_safe
def number(request: HttpRequest, language: str, id: UUID, contact: UUID) -> HttpResponse:
    """About one number: what it is, where it works, what it costs, who answers, when it was checked."""
    say = _speaker(language)
    now = timezone.now()
    facts = pages.service_facts(id, now=now) if say else None
    if say is None or facts is None:
        return _missing(request, say)
    if isinstance(facts, pages.Tombstone):
        return _tombstone(request, say, f"service/{id}", facts)
    found = facts.contact(contact)
    if found is None:
        return _missing(request, say)
    evidence, _ = pages.evidence_of(facts)
    return _page(
        request,
        "number",
        say,
        f"service/{id}/number/{contact}",
        title=say["about_number_title"],
        facts=facts,
        help_country=facts.country,
        country=wording.country(facts.country, say),
        contact=cards.contact_card(found, facts, say),
        lines=cards.number_lines(found, facts, say),
        sentences=cards.number_sentences(found, facts, _newest(evidence).get(found.id), now.date(), say),
    )


@anyone
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, language: str, id: UUID) -> HttpResponse:
    """The form that anybody may send: a coded reason, perhaps a number; no free text, which could be a child's."""
    say = _speaker(language)
    now = timezone.now()
    facts = pages.service_facts(id, now=now) if say else None
    if say is None or not isinstance(facts, pages.ServiceFacts):
        return _missing(request, say)
    if request.method != "POST":
        return _report_form(request, say, facts, contact=request.GET.get("contact", ""))
    # No cookie, so no CSRF to guard against; another site may still not send readers' browsers here in numbers.
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return _report_form(request, say, facts, error="error_cross_site", status=HTTPStatus.FORBIDDEN)
    if request.content_type != "application/x-www-form-urlencoded":
        return _report_form(request, say, facts, error="error_reason", status=HTTPStatus.BAD_REQUEST)
    return _take_report(request, say, facts, now)


def _take_report(request: HttpRequest, say: Speaker, facts: pages.ServiceFacts, now: datetime) -> HttpResponse:
    reason, chosen = request.POST.get("reason", ""), request.POST.get("contact", "")
    contact = next((each.id for each in facts.contacts if str(each.id) == chosen), None)
    try:
        report_number(service=facts.id, contact=contact, reason=reason, number=request.POST.get("number", ""), now=now)
    except ReportError as refusal:
        if refusal.reason not in _REPORT_ERRORS:  # suspended a moment ago
            return _missing(request, say)
        return _report_form(
            request,
            say,
            facts,
            contact=chosen,
            reason=reason,
            error=_REPORT_ERRORS[refusal.reason],
            status=_REPORT_STATUS.get(refusal.reason, HTTPStatus.BAD_REQUEST),
        )
    answer = HttpResponseRedirect(f"/{say.language}/service/{facts.id}/thanks")
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _report_form(
    request: HttpRequest,
    say: Speaker,
    facts: pages.ServiceFacts,
    *,
    contact: str = "",
    reason: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the form; what was typed is not repeated, because somebody may have written something else there."""
    return _page(
        request,
        "report",
        say,
        f"service/{facts.id}/report",
        title=say["report_link"],
        facts=facts,
        help_country=facts.country,
        country=wording.country(facts.country, say),
        contacts=[(card := cards.contact_card(each, facts, say), card.id == contact) for each in facts.contacts],
        reasons=[(code, say[f"report_{code}"], code == reason) for code in REASONS],
        error=error and say[error],
        error_field="number" if error == "error_number" else "reason",
        status=status,
    )


@anyone
@gzip_page
@require_safe
def thanks(request: HttpRequest, language: str, id: UUID) -> HttpResponse:
    """The page after a report."""
    say = _speaker(language)
    if say is None:
        return _missing(request, say)
    return _page(request, "thanks", say, f"service/{id}/thanks", title=say["thanks_title"], id=id)


public_urlpatterns: list[URLPattern] = [
    path("countries.csv", countries_csv),
    path("v1/services/<str:text>", service_json),
    path("<slug:language>/countries", countries),
    path("<slug:language>/country/<str:code>", country),
    path("<slug:language>/service/<uuid:id>", service),
    path("<slug:language>/service/<uuid:id>/number/<uuid:contact>", number),
    path("<slug:language>/service/<uuid:id>/report", report),
    path("<slug:language>/service/<uuid:id>/thanks", thanks),
]
