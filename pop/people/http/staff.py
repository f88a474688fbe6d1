"""The staff list and one member of staff, for administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pop.people import actions, queries
from pop.people.asking import Ask, Rows
from pop.people.entrance import member, staff
from pop.people.models import ROLES
from pop.people.pages.layout import later, page, speaker, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.people.queries import Person

SAY = speaker()


class StaffForm(forms.Form):
    """Somebody to invite."""

    name = forms.CharField(label=later(SAY, "staff_name"), max_length=120)
    email = forms.EmailField(label=later(SAY, "staff_email"), max_length=254)
    roles = forms.MultipleChoiceField(
        label=later(SAY, "staff_roles"),
        choices=[(role, later(SAY, f"role_{role}", f"role_{role}_hint")) for role in ROLES],
        widget=forms.CheckboxSelectMultiple,
    )
    countries = forms.CharField(
        label=later(SAY, "staff_countries"),
        help_text=later(SAY, "staff_countries_hint"),
        max_length=200,
        required=False,
    )


class RolesForm(forms.Form):
    """What somebody may do."""

    roles = forms.MultipleChoiceField(label=later(SAY, "staff_roles"), choices=[(role, role) for role in ROLES])
    countries = forms.CharField(label=later(SAY, "staff_countries"), max_length=200, required=False)


def _codes(text: str) -> list[str]:
    """Return the codes in a line, between commas or blanks."""
    return text.replace(",", " ").split()


def day(moment: dt.datetime | None) -> str:
    """Return a moment's date and minute in UTC, or the word for never."""
    return f"{moment:%Y-%m-%d %H:%M}" if moment else SAY["staff_never"]


def _roles(person: Person) -> str:
    """Return somebody's roles, and for which countries they speak."""
    roles = ", ".join(SAY[f"role_{role}"] for role in person.roles)
    return f"{roles} ({', '.join(person.countries)})" if person.countries else roles


def _fetch(ask: Ask) -> Rows[Person]:
    return queries.people(ask, now=timezone.now())


def _state(person: Person) -> Cell:
    if not person.active:
        return Cell(SAY["staff_ended"], tone="quiet")
    if person.invited_until:
        return Cell(SAY("staff_invited_until", until=day(person.invited_until)), tone="warn")
    return Cell(SAY["staff_active"], tone="good")


def _second(person: Person) -> Cell:
    if person.second_factor:
        return Cell(SAY["staff_second_on"], tone="good")
    return Cell(SAY["staff_second_off"], tone="warn")


LISTING = Listing[Person](
    title="staff_title",
    name="staff",
    fetch=_fetch,
    columns=(
        Column("staff_name", lambda person: Cell(person.called, href=f"/staff/{person.id}"), "name"),
        Column("staff_email", lambda person: person.email, "email"),
        Column("staff_roles", lambda person: _roles(person)),
        Column("staff_state", _state),
        Column("staff_second", _second),
        Column("staff_last", lambda person: day(person.last_sign_in), "last"),
        Column("staff_added", lambda person: day(person.added), "added"),
    ),
    filters={
        "role": [(role, later(SAY, f"role_{role}")) for role in ROLES],
        "state": [("active", later(SAY, "staff_active")), ("ended", later(SAY, "staff_ended"))],
    },
)


@staff("administrator")
@require_GET
def staff_list(request: HttpRequest) -> HttpResponse:
    """Everybody who has, had or was offered access."""
    return show(request, LISTING, {"action_address": "/staff/add", "action_label": SAY["staff_add"]})


@staff("administrator")
@require_http_methods(["GET", "HEAD", "POST"])
def staff_add(request: HttpRequest) -> HttpResponse:
    """Make a member of staff and show their one-time link, once."""
    form = StaffForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            person = actions.create_staff(
                email=given["email"],
                name=given["name"],
                roles=given["roles"],
                countries=_codes(given["countries"]),
                by=member(request).id,
            )
        except actions.RefusedError as refused:
            form.add_error(None, SAY[f"refused_{refused.code}"])
        else:
            return _link(request, person.name, actions.invite(staff_id=person.pk, by=member(request).id))
    return page(request, "console/form.html", _form_context(form))


def _form_context(form: forms.Form) -> dict[str, object]:
    return {
        "form": form,
        "title": SAY["staff_add_title"],
        "hint": SAY["staff_add_hint"],
        "back": "/staff",
        "label": SAY["staff_add"],
    }


@staff("administrator")
@require_GET
def staff_one(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """One member of staff, with what an administrator may do for them."""
    person = queries.person(staff_id, now=timezone.now())
    if person is None:
        raise Http404
    facts = [
        (SAY["staff_email"], person.email),
        *([(SAY["staff_countries"], ", ".join(person.countries))] if person.countries else []),
        (SAY["staff_state"], _state(person).text),
        (SAY["staff_second"], _second(person).text),
        (SAY["staff_last"], day(person.last_sign_in)),
        (SAY["staff_added"], day(person.added)),
    ]
    roles = [
        {"id": role, "name": SAY[f"role_{role}"], "hint": SAY[f"role_{role}_hint"], "held": role in person.roles}
        for role in ROLES
    ]
    context = {"person": person, "facts": facts, "roles": roles, "own": person.id == member(request).id}
    return page(request, "console/person.html", context)


def _link(request: HttpRequest, name: str, path: str) -> HttpResponse:
    """Show a one-time link. It is rendered and forgotten: nothing but this answer holds it."""
    return page(request, "console/link.html", {"name": name, "link": request.build_absolute_uri(path)})


def _act(request: HttpRequest, staff_id: UUID, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except actions.RefusedError as refused:
        if refused.code == "unknown":
            raise Http404 from refused
        tell(request, SAY[f"refused_{refused.code}"], good=False)
    else:
        tell(request, SAY[done])
    return redirect("staff_one", staff_id)


@staff("administrator")
@require_POST
def staff_roles(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Give somebody other roles."""
    form = RolesForm(request.POST)
    roles = form.cleaned_data["roles"] if form.is_valid() else []
    countries = _codes(form.cleaned_data.get("countries", ""))
    return _act(
        request,
        staff_id,
        lambda: actions.change_roles(staff=staff_id, roles=roles, countries=countries, by=member(request).id),
        "staff_saved_roles",
    )


@staff("administrator")
@require_POST
def staff_end(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """End somebody's access."""
    return _act(
        request, staff_id, lambda: actions.deactivate(staff=staff_id, by=member(request).id), "staff_ended_done"
    )


@staff("administrator")
@require_POST
def staff_open(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Open somebody's access again."""
    return _act(request, staff_id, lambda: actions.reactivate(staff=staff_id, by=member(request).id), "staff_open_done")


@staff("administrator")
@require_POST
def staff_link(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Show a new one-time link for somebody; with ``reset`` their password and second factor are taken away first."""
    person = queries.person(staff_id, now=timezone.now())
    if person is None:
        raise Http404
    try:
        if request.POST.get("reset") == "yes":
            path = actions.reset_access(staff=staff_id, by=member(request).id)
        else:
            path = actions.invite(staff_id=staff_id, by=member(request).id)
    except actions.RefusedError as refused:
        tell(request, SAY[f"refused_{refused.code}"], good=False)
        return redirect("staff_one", staff_id)
    return _link(request, person.called, path)
