"""Emergency numbers: the list, and proposals about them."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.actions.review.emergency_numbers import propose_emergency
from pop.registry.directory.http.console.answering import attempt
from pop.registry.directory.http.console.editing import form_methods
from pop.registry.directory.http.console.forms import EmergencyForm
from pop.registry.directory.http.console.wording import SAY, WORDS, choices, country, day, named
from pop.registry.directory.queries.console import work as queries
from pop.registry.directory.queries.console.work import EmergencyLine
from pop.registry.directory.rules.emergency import EVIDENCE

_PLACES = {1: "first", 2: "second"}


def _place(row: EmergencyLine) -> Cell:
    if row.rank in _PLACES:
        return Cell(SAY[f"emergency_{_PLACES[row.rank]}"], tone="good")
    return Cell(SAY["emergency_hidden"], tone="quiet")


COLUMNS = (
    Column[EmergencyLine]("service_country", lambda row: country(row.country), "country"),
    Column[EmergencyLine]("emergency_number", lambda row: Cell(row.dial, href=f"/emergency/{row.id}"), "dial"),
    Column[EmergencyLine]("emergency_service", lambda row: named("emergency_kind", row.kind), "kind"),
    Column[EmergencyLine]("emergency_evidence", lambda row: named("emergency_stage", row.stage), "stage"),
    Column[EmergencyLine]("emergency_place", _place, "rank"),
    Column[EmergencyLine]("service_checked", lambda row: day(row.observed_on)),
    Column[EmergencyLine]("record_source", lambda row: row.source),
)


@staff()
@require_GET
def emergency_list(request: HttpRequest) -> HttpResponse:
    """All emergency numbers, by country."""
    listing = Listing[EmergencyLine](
        title="emergency_title",
        name="emergency-numbers",
        fetch=queries.emergency_numbers,
        columns=COLUMNS,
        words=WORDS,
        filters={
            "country": sorted(((code, country(code)) for code in queries.emergency_countries()), key=lambda p: p[1]),
            "stage": choices("emergency_stage", dict.fromkeys(EVIDENCE.values())),
            "shown": [("yes", SAY["yes"]), ("no", SAY["no"])],
        },
    )
    context: dict[str, object] = {"hint": SAY["emergency_hint"] + " " + SAY["emergency_rules"]}
    if "editor" in member(request).roles:
        context |= {"action_address": "/emergency/add", "action_label": SAY["emergency_add"]}
    return show(request, listing, context)


@staff("editor")
@form_methods
def emergency_add(request: HttpRequest) -> HttpResponse:
    """Propose one more number."""
    return _propose(request, EmergencyForm(request.POST if request.method == "POST" else None), None)


@staff("editor")
@form_methods
def emergency_one(request: HttpRequest, number_id: UUID) -> HttpResponse:
    """Propose other facts about one number; its country and digits are what it is."""
    line = queries.emergency_number(number_id)
    if line is None:
        raise Http404
    initial = {"kind": line.kind, "stage": line.stage, "source": line.source, "observed_on": line.observed_on}
    form = EmergencyForm(request.POST if request.method == "POST" else None, initial=initial)
    del form.fields["country"], form.fields["dial"]
    return _propose(request, form, line)


def _propose(request: HttpRequest, form: EmergencyForm, line: EmergencyLine | None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        made = attempt(
            form,
            lambda: propose_emergency(
                number_id=line.id if line else None,
                country=line.country if line else given["country"].upper(),
                values=given | ({"dial": line.dial} if line else {}),
                by=member(request).id,
            ),
        )
        if made is not None:
            tell(request, SAY["done_proposed"])
            return redirect(f"/proposals/{made}")
    context = {
        "form": form,
        "title": f"{line.dial}, {country(line.country)}" if line else SAY["emergency_add"],
        "hint": SAY["emergency_rules"] + " " + SAY["proposal_needs_two"],
        "back": "/emergency",
        "label": SAY["emergency_change"] if line else SAY["emergency_add"],
    }
    return page(request, "console/form.html", context, words=WORDS)
