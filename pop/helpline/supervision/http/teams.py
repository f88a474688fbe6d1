"""Teams: who is in one, who lets others in, and who loses its key. Only a member has a key to pass on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.lines import actions
from pop.helpline.lines import queries as lines
from pop.helpline.lines.queries import LineRecord, TeamRecord
from pop.helpline.lines.rules import COUNSELLOR, ROLES, SUPERVISOR
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act, attempt, form_methods
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.forms import AdmitForm, TeamForm
from pop.helpline.supervision.http.lines import may_add_team, seen
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.words.showing import named
from pop.people import queries as people
from pop.people.asking import Ask
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.queries import Person
from pop.people.unlocking import private_key

_EVERYBODY = 10_000
# Who sees every team of a line that is theirs; counsellors see those that they are in.
_LOOK_ON = frozenset({"supervisor", "administrator"})


@staff("supervisor", "administrator")
@form_methods
def team_add(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Make a team with its founders."""
    line = seen_or_empty(request, line_id)
    if not may_add_team(request, line.id):
        raise Http404
    initial = {"name": line.name, "intake": lines.intake_team(line.id) is None, "founders": [str(member(request).id)]}
    form = TeamForm(_fitting(), request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: actions.create_team(
                line=line.id,
                name=given["name"],
                intake=given["intake"],
                founders=form.founded_by(),
                by=member(request).id,
            ),
        )
        if made is not None:
            tell(request, SAY["team_added"])
            return redirect(f"/lines/{line.id}")
    return _form(request, form, SAY["team_add"], SAY["teams_hint"], f"/lines/{line.id}")


@staff("supervisor", "counsellor")
@require_GET
def team_list(request: HttpRequest) -> HttpResponse:
    """The teams that one is in: any member passes a team's key on to a colleague who needs it again."""
    own = {each.team: each.role for each in lines.teams_of(member(request).id)}
    rows = []
    for team_id, role in own.items():
        team = lines.team(team_id)
        line = lines.line(team.line) if team else None
        if team is None or line is None:
            continue
        missing = sum(not each.keyed for each in lines.members(team_id))
        rows.append(
            {
                "team": team,
                "line": line.name,
                "role": named("role_in_team", role),
                "missing": SAY("teams_unkeyed", count=missing) if missing else "",
            }
        )
    context = {"title": SAY["menu_teams"], "rows": rows, "styles": STYLE}
    return page(request, "supervision/teams.html", context, words=WORDS)


@staff("supervisor", "counsellor", "administrator")
@require_GET
def team_one(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Who is in a team."""
    team, line = _team(request, team_id)
    me = member(request).id
    members = lines.members(team.id)
    mine = next((each for each in members if each.staff == me), None)
    leads = mine is not None and mine.role == SUPERVISOR
    names = wording.called(each.staff for each in members)
    inside = {each.staff for each in members}
    # Nobody is left who leads it: then any member lets a supervisor in, or makes one of a member.
    leaderless = mine is not None and all(each.role != SUPERVISOR for each in members)
    others = [pair for pair in _fitting(SUPERVISOR if leaderless else "") if UUID(pair[0]) not in inside]
    roles = set(member(request).roles)
    context = {
        "title": team.name,
        "team": team,
        "line": line,
        "styles": STYLE,
        "above": roles & _LOOK_ON,
        "leads": leads,
        "leaderless": leaderless,
        "inside": mine is not None,
        "members": [
            {
                "id": each.staff,
                "name": names[each.staff],
                "role": named("role_in_team", each.role),
                "other_role": COUNSELLOR if each.role == SUPERVISOR else SUPERVISOR,
                "other_label": SAY["team_make_counsellor" if each.role == SUPERVISOR else "team_make_supervisor"],
                "since": f"{each.since:%Y-%m-%d}",
                "keyed": each.keyed,
                "me": each.staff == me,
            }
            for each in members
        ],
        "unkeyed": any(not each.keyed for each in members),
        "admit": AdmitForm(others, roles=(SUPERVISOR,) if leaderless else ROLES) if others else None,
        "anew": TeamForm(_fitting(), initial={"name": team.name}) if "administrator" in roles and not members else None,
    }
    return page(request, "supervision/team.html", context, words=WORDS)


@staff("supervisor", "counsellor")
@require_POST
def team_admit(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Take somebody in, with one's own key."""
    who, role = _uuid(request.POST.get("staff", "")), request.POST.get("role", "")

    def run() -> str:
        actions.admit(
            team=team_id,
            staff=who,
            role=role if role in ROLES else "",
            by=member(request).id,
            by_key=private_key(request),
        )
        return _said("team_admitted", who)

    return _of_team(request, team_id, run)


@staff("supervisor", "counsellor")
@require_POST
def team_renew(request: HttpRequest, team_id: UUID, staff_id: UUID) -> HttpResponse:
    """Pass the team's key on to a member with a new key of their own; any member may."""

    def run() -> str:
        actions.renew_keys_for_member(team=team_id, staff=staff_id, by=member(request).id, by_key=private_key(request))
        return _said("team_renewed", staff_id)

    return _of_team(request, team_id, run)


@staff("supervisor", "counsellor")
@require_POST
def team_role(request: HttpRequest, team_id: UUID, staff_id: UUID) -> HttpResponse:
    """Make a member a supervisor or a counsellor of the team."""

    def run() -> str:
        actions.change_role(team=team_id, staff=staff_id, role=request.POST.get("role", ""), by=member(request).id)
        return _said("team_role_changed", staff_id)

    return _of_team(request, team_id, run)


@staff("supervisor")
@form_methods
def team_end(request: HttpRequest, team_id: UUID, staff_id: UUID) -> HttpResponse:
    """Take somebody out, after asking; the team gets a new key."""
    team, _ = _team(request, team_id)
    if not lines.is_member(staff_id, team.id) or not _leads(request, team.id):
        raise Http404
    if request.method == "POST":

        def run() -> str:
            actions.leave(team=team.id, staff=staff_id, by=member(request).id)
            return _said("team_ended", staff_id)

        return act(request, run, f"/teams/{team.id}" if staff_id != member(request).id else "/lines")
    name = wording.called([staff_id])[staff_id]
    context = {"title": SAY("team_end_sure", name=name), "team": team, "styles": STYLE}
    return page(request, "supervision/team_end.html", context, words=WORDS)


@staff("administrator")
@require_POST
def team_anew(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Give a team that nobody is left in new members."""
    team, _ = _team(request, team_id)
    form = TeamForm(_fitting(), {**request.POST.dict(), "founders": request.POST.getlist("founders")})
    form.fields["name"].required = False
    if not form.is_valid():
        tell(request, SAY["form_has_mistakes"], good=False)
        return redirect(f"/teams/{team.id}")

    def run() -> str:
        actions.found_anew(team=team.id, founders=form.founded_by(), by=member(request).id)
        return SAY["team_found_anew_done"]

    return act(request, run, f"/teams/{team.id}")


def seen_or_empty(request: HttpRequest, line_id: UUID) -> LineRecord:
    """Return a line that one may know of, or one without a team, which any supervisor may give its first."""
    found = next((each for each in lines.lines() if each.id == line_id), None)
    if found is not None and not lines.teams(line_id):
        return found
    return seen(request, line_id)


def _team(request: HttpRequest, team_id: UUID) -> tuple[TeamRecord, LineRecord]:
    team = lines.team(team_id)
    if team is None:
        raise Http404
    person = member(request)
    if not _LOOK_ON & set(person.roles) and not lines.is_member(person.id, team.id):
        raise Http404
    return team, seen(request, team.line)


def _leads(request: HttpRequest, team_id: UUID) -> bool:
    me = member(request).id
    return any(each.staff == me and each.role == SUPERVISOR for each in lines.members(team_id))


def _of_team(request: HttpRequest, team_id: UUID, run: Callable[[], str]) -> HttpResponse:
    team, _ = _team(request, team_id)
    return act(request, run, f"/teams/{team.id}")


def _said(key: str, who: UUID) -> str:
    return SAY(key, name=wording.called([who])[who])


def _fitting(only: str = "") -> list[tuple[str, str]]:
    """Return (id, name) of everybody active whose role fits a team, or is `only` this one, and who has a key."""
    found: dict[UUID, Person] = {}
    for role in (only,) if only else ROLES:
        ask = Ask(filters={"role": role, "state": "active"}, count=_EVERYBODY)
        found |= {each.id: each for each in people.people(ask, now=timezone.now()).rows}
    keyed = people.public_keys_of(found)
    return sorted(
        ((str(each.id), _named(each)) for each in found.values() if each.id in keyed), key=lambda pair: pair[1]
    )


def _named(person: Person) -> str:
    part = SUPERVISOR if SUPERVISOR in person.roles else COUNSELLOR
    return f"{person.called} · {named('role_in_team', part)}"


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _form(request: HttpRequest, form: Any, title: str, hint: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "hint": hint, "back": back, "label": title}
    return page(request, "console/form.html", context, words=WORDS)
