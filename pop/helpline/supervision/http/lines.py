"""The lines: whom they serve, when, and what staff do in danger. Supervisors change theirs, administrators look on."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.cases.queries.case import canned_answers
from pop.helpline.lines import actions
from pop.helpline.lines import queries as lines
from pop.helpline.lines.queries import LineRecord
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act, attempt, form_methods, supervised_line, supervises
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.forms import CloseForm, HoursForm, NewLineForm, SettingsForm, read_steps, step_rows
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.supervision.rules.hours import monday_of, week_of
from pop.helpline.words.showing import country, languages
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.registry.directory.queries.console.record import record as registry_record


@staff("supervisor", "administrator")
@require_GET
def line_list(request: HttpRequest) -> HttpResponse:
    """The lines that one is in a team of; all of them for administrators."""
    now = timezone.now()
    context = {
        "title": SAY["menu_lines"],
        "styles": STYLE,
        "rows": [
            {
                "line": each,
                "kind": _kind(each),
                "state": _opening(each, now)[0],
                "open": lines.open_now(each.id, now=now),
                "countries": _countries(each),
                "languages": languages(each.languages),
                "teams": ", ".join(team.name for team in lines.teams(each.id)),
            }
            for each in lines.lines()
            if may_see(request, each.id)
        ],
    }
    return page(request, "supervision/lines.html", context, words=WORDS)


@staff("supervisor", "administrator")
@form_methods
def line_add(request: HttpRequest) -> HttpResponse:
    """Make a line; no child is offered it before it has a team."""
    initial = {"hours": "24/7", "timezone": "UTC", "languages": SAY.language}
    form = NewLineForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.create_line(
                name=given["name"],
                by=member(request).id,
                practice=given["kind"] == "practice",
                countries=given["countries"],
                languages=given["languages"],
                hours=given["hours"],
                timezone_name=given["timezone"],
            ),
        )
        if made is not None:
            tell(request, SAY["lines_added"])
            return redirect(f"/lines/{made}/teams/add")
    context = {
        "form": form,
        "title": SAY["lines_add"],
        "hint": SAY["lines_add_hint"],
        "back": "/lines",
        "label": SAY["lines_add"],
    }
    return page(request, "console/form.html", context, words=WORDS)


@staff("supervisor", "administrator")
@require_GET
def line_one(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """One line with everything about it."""
    line = seen(request, line_id)
    now = timezone.now()
    me = member(request).id
    leads = supervises(request, line.id)
    state, tone = _opening(line, now)
    answers = canned_answers(line=line.id, staff=me)
    context: dict[str, Any] = {
        "title": line.name,
        "line": line,
        "leads": leads,
        "kind": _kind(line),
        "state": state,
        "tone": tone,
        "styles": STYLE,
        "week": _week(line.hours, line.timezone, now),
        "closed_until": wording.minute(line.closed_until, line.timezone)
        if line.closed_until and now < line.closed_until
        else "",
        "close": CloseForm(line.timezone) if leads else None,
        "facts": _facts(line),
        "languages": languages(line.languages),
        "service": _service(line.service_id),
        "answers": SAY("line_answers_count", count=len(answers)),
        "teams": [
            {
                "team": each,
                "count": SAY("team_members_count", count=len(lines.members(each.id))),
            }
            for each in lines.teams(line.id)
        ],
        "may_add_team": may_add_team(request, line.id),
    }
    return page(request, "supervision/line.html", context, words=WORDS)


@staff("supervisor")
@form_methods
def line_settings(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Change whom it serves and how long things may take."""
    line = supervised_line(request, line_id)
    initial = {name: getattr(line, name) for name in SettingsForm.base_fields} | {"countries": " ".join(line.countries)}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["service_id"] and registry_record(given["service_id"], now=timezone.now()) is None:
            form.add_error("service_id", SAY["line_service_unknown"])
        else:
            attempt(
                form,
                lambda: actions.change_line(line=line.id, by=member(request).id, settings_of_line=dict(given)),
            )
        if form.is_valid():
            tell(request, SAY["line_saved"])
            return redirect(f"/lines/{line.id}")
    return _form(request, form, line, SAY["line_settings_edit"])


@staff("supervisor")
@form_methods
def line_hours(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Change its hours and languages; the week they make is shown before they are kept."""
    line = supervised_line(request, line_id)
    now = timezone.now()
    initial = {"hours": line.hours, "timezone": line.timezone, "languages": " ".join(line.languages)}
    form = HoursForm(request.POST if request.method == "POST" else None, initial=initial)
    week = _week(line.hours, line.timezone, now)
    previewed = False
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if request.POST.get("look") != "yes":
            attempt(
                form,
                lambda: actions.change_hours(
                    line=line.id,
                    hours=given["hours"],
                    languages=given["languages"],
                    timezone_name=given["timezone"],
                    by=member(request).id,
                ),
            )
            if form.is_valid():
                tell(request, SAY["line_hours_saved"])
                if line.service_id:
                    tell(request, SAY["line_hours_proposed"])
                return redirect(f"/lines/{line.id}")
        week, previewed = _week(given["hours"], given["timezone"], now), True
    context = {
        "form": form,
        "line": line,
        "title": SAY["line_hours_edit"],
        "week": week,
        "previewed": previewed,
        "styles": STYLE,
    }
    return page(request, "supervision/hours.html", context, words=WORDS)


@staff("supervisor")
@require_POST
def line_close(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Close it before its hours end."""
    line = supervised_line(request, line_id)
    form = CloseForm(line.timezone, request.POST)
    if not form.is_valid():
        tell(request, SAY["line_close_past"], good=False)
        return redirect(f"/lines/{line.id}")
    until = form.cleaned_data["until"]

    def run() -> str:
        actions.close_line_until(line=line.id, until=until, by=member(request).id)
        return SAY("line_closed_done", time=wording.minute(until, line.timezone))

    return act(request, run, f"/lines/{line.id}")


@staff("supervisor")
@require_POST
def line_open(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Let its hours count again."""
    line = supervised_line(request, line_id)

    def run() -> str:
        actions.open_line(line=line.id, by=member(request).id)
        return SAY["line_opened_done"]

    return act(request, run, f"/lines/{line.id}")


@staff("supervisor")
@form_methods
def line_steps(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Write down what staff do in imminent danger, in order."""
    line = supervised_line(request, line_id)
    if request.method == "POST":
        steps = read_steps(request.POST, lambda: secrets.token_hex(4))
        if steps is None:
            tell(request, SAY["steps_long"], good=False)
            return redirect(f"/lines/{line.id}/steps")

        def run() -> str:
            actions.change_line(line=line.id, by=member(request).id, settings_of_line={"danger_steps": steps})
            return SAY["steps_saved"]

        return act(request, run, f"/lines/{line.id}")
    context = {
        "title": SAY["steps_edit"],
        "line": line,
        "styles": STYLE,
        "rows": [
            {
                "row": each,
                "label": SAY("steps_text", number=each.number),
                "told": SAY("steps_told", number=each.number),
                "place": SAY("steps_number", number=each.number),
            }
            for each in step_rows(line.danger_steps)
        ],
    }
    return page(request, "supervision/steps.html", context, words=WORDS)


def may_see(request: HttpRequest, line_id: UUID) -> bool:
    """Say whether somebody may know of a line: an administrator, or somebody in one of its teams."""
    person = member(request)
    return "administrator" in person.roles or any(each.line == line_id for each in lines.teams_of(person.id))


def seen(request: HttpRequest, line_id: UUID) -> LineRecord:
    """Return a line that somebody may know of; any other does not exist (404)."""
    found = next((each for each in lines.lines() if each.id == line_id), None)
    if found is None or not may_see(request, line_id):
        raise Http404
    return found


def may_add_team(request: HttpRequest, line_id: UUID) -> bool:
    """Say whether somebody may make a team: an administrator, a supervisor of the line, any while it has no team."""
    return "administrator" in member(request).roles or supervises(request, line_id) or not lines.teams(line_id)


def _form(request: HttpRequest, form: Any, line: LineRecord, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "hint": line.name, "back": f"/lines/{line.id}", "label": SAY["save"]}
    return page(request, "console/form.html", context, words=WORDS)


def _kind(line: LineRecord) -> str:
    if line.practice:
        return SAY["line_kind_practice"]
    return SAY["sandbox" if line.sandbox else "line_kind_usual"]


def _countries(line: LineRecord) -> str:
    return ", ".join(country(each) for each in line.countries) or SAY["line_countries_every"]


def _opening(line: LineRecord, now: datetime) -> tuple[str, str]:
    if lines.open_now(line.id, now=now):
        return SAY["line_is_open"], "good"
    offer = lines.offer(line.id, now=now)
    if offer is None or offer.opens_at is None:
        return SAY["line_opens_never"], "warn"
    return SAY("line_opens", time=wording.minute(offer.opens_at, line.timezone)), "warn"


def _week(hours: str, zone: str, now: datetime) -> list[dict[str, Any]]:
    """Return this week in the line's zone, day by day, in words."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return [
        {
            "name": SAY[f"day_{day.on.weekday()}"],
            "on": day.on.isoformat(),
            "today": day.on == today,
            "text": _spans(day.spans, all_day=day.all_day),
            "closed": not day.spans,
        }
        for day in week_of(hours, zone, monday=monday_of(today))
    ]


def _spans(spans: tuple[tuple[str, str], ...], *, all_day: bool) -> str:
    if all_day:
        return SAY["day_open_all"]
    said = [SAY("day_from_to", start=start, end=end) for start, end in spans]
    if not said:
        return SAY["day_closed"]
    text = said[0]
    for each in said[1:]:
        text = SAY("day_and", first=text, second=each)
    return text


def _facts(line: LineRecord) -> list[tuple[str, str]]:
    ages = SAY["line_ages_every"]
    if line.min_age is not None or line.max_age is not None:
        ages = SAY(
            "line_ages_from_to",
            low="0" if line.min_age is None else line.min_age,
            high="…" if line.max_age is None else line.max_age,
        )
    return [
        (SAY["line_countries"], _countries(line)),
        (SAY["line_ages"], ages),
        (SAY["line_longest_wait"], str(line.longest_wait_minutes)),
        (SAY["line_read_within"], str(line.read_within_hours)),
        (SAY["line_complaints_within"], str(line.answer_complaints_within_days)),
        (SAY["line_emergency"], line.emergency_contact or "–"),
    ]


def _service(service_id: UUID | None) -> dict[str, str] | None:
    if service_id is None:
        return None
    found = registry_record(service_id, now=timezone.now())
    return {"address": f"/services/{service_id}", "name": found.name} if found else None
