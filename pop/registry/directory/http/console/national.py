"""What a ministry's focal point reads at the console: the services, contradictions and proposals of its country.

These are the only pages of the registry that the role opens. Whoever's country an id is not of gets 404, the same as
for an id that does not exist; the countries are read anew for each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.people.asking import Ask, Rows
from pop.people.entrance import member, staff
from pop.people.models import FOCAL_POINT
from pop.people.pages.layout import page
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.actions.review import national as actions
from pop.registry.directory.http.console.answering import act
from pop.registry.directory.http.console.emergency import COLUMNS as EMERGENCY_COLUMNS
from pop.registry.directory.http.console.national_wording import SAY, WORDS
from pop.registry.directory.http.console.wording import chip, choices, country, day, label, moment, named, value
from pop.registry.directory.queries import pages
from pop.registry.directory.queries.console import national as queries
from pop.registry.directory.queries.console.national import NationalLine, NationalProposal, NationalRecord
from pop.registry.directory.queries.console.work import EmergencyLine
from pop.registry.directory.queries.pages import ChangeFacts, ContactFacts, EvidenceFacts
from pop.registry.directory.rules.editing import VIA_FOCAL_POINT
from pop.registry.directory.rules.tables import STAGES, kinds

STATES = ("waiting", "applied", "rejected", "withdrawn", "outdated")
KINDS = ("edit", "publish", "unsuspend", "defunct", "emergency")
# What a contact's card shows in words; the number itself stands above.
_CONTACT_SHOWN = (
    *("message_body", "alternative", "hours", "hours_source", "languages", "subdivisions", "age_min", "age_max"),
    *("free", "anonymous", "leaves_trace", "from_abroad"),
)


def spoken_for(request: HttpRequest) -> list[str]:
    """Return the countries that whoever asks speaks for now."""
    person = member(request)
    return sorted(person.countries) if FOCAL_POINT in person.roles else []


def found_record(request: HttpRequest, service_id: UUID) -> NationalRecord:
    """Return a record of their country, or answer 404."""
    found = queries.record(service_id, countries=spoken_for(request), now=timezone.now())
    if found is None:
        raise Http404
    return found


def _of_countries(request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    """Return the filter by country, where there are several."""
    codes = spoken_for(request)
    return {"country": [(code, country(code)) for code in codes]} if len(codes) > 1 else {}


def _where(row: NationalLine) -> Cell:
    if row.mapped_only:
        return Cell(SAY["national_shown_map"], tone="warn")
    return Cell(SAY["national_shown_everywhere"], tone="good")


SERVICE_COLUMNS = (
    Column[NationalLine]("service_name", lambda row: Cell(row.name, href=f"/country/services/{row.id}"), "name"),
    Column[NationalLine]("service_country", lambda row: country(row.country), "country"),
    Column[NationalLine]("service_kind", lambda row: named("kind", row.kind), "kind"),
    Column[NationalLine]("national_where", _where),
    Column[NationalLine]("service_stage", lambda row: named("stage", row.stage), "stage"),
    Column[NationalLine]("service_checked", lambda row: day(row.stage_on), "checked"),
    Column[NationalLine]("service_findings", lambda row: str(len(row.findings)), number=True),
)
FINDING_COLUMNS = (
    Column[tuple[NationalLine, str]](
        "service_name", lambda row: Cell(row[0].name, href=f"/country/services/{row[0].id}"), "name"
    ),
    Column[tuple[NationalLine, str]]("service_country", lambda row: country(row[0].country)),
    Column[tuple[NationalLine, str]]("finding_code", lambda row: named("conflict", row[1]), "code"),
)


def _from(row: NationalProposal) -> str:
    return SAY["national_from_" + ("you" if row.own else "ministry" if row.from_focal_point else "house")]


PROPOSAL_COLUMNS = (
    Column[NationalProposal](
        "proposal_service",
        lambda row: Cell(row.subject or SAY["emergency_number"], href=f"/country/proposals/{row.id}"),
        "service",
    ),
    Column[NationalProposal]("service_country", lambda row: country(row.country)),
    Column[NationalProposal]("proposal_kind", lambda row: named("proposal_kind", row.kind), "kind"),
    Column[NationalProposal]("national_proposal_from", _from),
    Column[NationalProposal]("proposal_at", lambda row: moment(row.at), "at"),
    Column[NationalProposal]("proposal_state", lambda row: chip("proposal_state", row.state), "state"),
    Column[NationalProposal](
        "proposal_agreed", lambda row: SAY("proposal_agreed_of", agreed=row.agreed, needs=row.needs)
    ),
)


@staff(FOCAL_POINT)
@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """The services of their country that the public can read about."""
    countries = spoken_for(request)

    def fetch(ask: Ask) -> Rows[NationalLine]:
        return queries.services(ask, countries=countries, now=timezone.now())

    listing = Listing[NationalLine](
        title="national_services_title",
        name="services",
        fetch=fetch,
        columns=SERVICE_COLUMNS,
        words=WORDS,
        filters={
            **_of_countries(request),
            "kind": choices("kind", kinds()),
            "stage": choices("stage", STAGES),
            "findings": [("yes", SAY["with_findings"]), ("no", SAY["without_findings"])],
        },
    )
    return show(request, listing, {"hint": SAY["national_services_hint"]})


@staff(FOCAL_POINT)
@require_GET
def finding_list(request: HttpRequest) -> HttpResponse:
    """What contradicts itself in these services."""
    countries = spoken_for(request)
    now = timezone.now()

    def fetch(ask: Ask) -> Rows[tuple[NationalLine, str]]:
        return queries.findings(ask, countries=countries, now=now)

    codes = sorted({code for _, code in fetch(Ask(count=queries.MOST_FINDINGS)).rows})
    listing = Listing[tuple[NationalLine, str]](
        title="national_findings_title",
        name="contradictions",
        fetch=fetch,
        columns=FINDING_COLUMNS,
        words=WORDS,
        filters={**_of_countries(request), "code": choices("conflict", codes)},
    )
    return show(request, listing, {"hint": SAY["national_findings_hint"]})


@staff(FOCAL_POINT)
@require_GET
def service_one(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One service as the public reads it, with how each fact is known and what waits."""
    found = found_record(request, service_id)
    evidence, older_evidence = pages.evidence_of(found.facts)
    history, older_history = pages.history_of(found.facts)
    called = {each.id: _called(each) for each in found.facts.contacts}
    waiting = queries.proposals_about(service_id, countries=spoken_for(request), reader=member(request).id)
    context = {
        "title": found.facts.name,
        "record": found.facts,
        "country": country(found.facts.country),
        "stage": named("stage", found.facts.stage),
        "on": day(found.facts.stage_on),
        "facts": [(SAY["record_organisation"], found.facts.organisation, None)]
        + [(label(name), value(name, given), None) for name, given in found.values.items()],
        "contacts": [_contact(each, found) for each in found.facts.contacts],
        "findings": [named("conflict", code) for code in found.findings],
        "proposals": [(named("proposal_kind", each.kind), _from(each), each) for each in waiting],
        "evidence": [_evidence(row, called) for row in evidence],
        "older_evidence": older_evidence,
        "history": [_change(row, called) for row in history],
        "older_history": older_history,
    }
    return page(request, "console/national.html", context, words=WORDS)


@staff(FOCAL_POINT)
@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Their own proposals, and those about what the public can read."""
    countries, reader = spoken_for(request), member(request).id

    def fetch(ask: Ask) -> Rows[NationalProposal]:
        return queries.proposals(ask, countries=countries, reader=reader)

    listing = Listing[NationalProposal](
        title="national_proposals_title",
        name="proposals",
        fetch=fetch,
        columns=PROPOSAL_COLUMNS,
        words=WORDS,
        filters={
            "whose": choices("whose", ("mine",)),
            "state": choices("proposal_state", STATES),
            "kind": choices("proposal_kind", KINDS),
        },
    )
    return show(request, listing, {"hint": SAY["national_proposals_hint"]})


@staff(FOCAL_POINT)
@require_GET
def proposal_one(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal, without who of the house said what."""
    line = queries.proposal(proposal_id, countries=spoken_for(request), reader=member(request).id)
    if line is None:
        raise Http404
    context = {
        "title": named("proposal_kind", line.kind),
        "line": line,
        "country": country(line.country),
        "state": chip("proposal_state", line.state),
        "from": _from(line),
        "at": moment(line.at),
        "on": day(line.observed_on),
        "stage": named("stage", line.stage),
        "changes": [
            (label(each["field"]), _said(line, each, "before"), _said(line, each, "after")) for each in line.changes
        ],
        "agreed": SAY("proposal_agreed_of", agreed=line.agreed, needs=line.needs),
        "reasons": [named("no", reason) for reason in line.reasons],
        "may_withdraw": line.own and line.state == "waiting",
    }
    return page(request, "console/national_proposal.html", context, words=WORDS)


@staff(FOCAL_POINT)
@require_POST
def proposal_withdraw(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Take one's own proposal back."""

    def run() -> str:
        actions.take_back(proposal_id=proposal_id, by=member(request).id)
        return "done_withdrawn"

    return act(request, run, "/country/proposals")


@staff(FOCAL_POINT)
@require_GET
def emergency_list(request: HttpRequest) -> HttpResponse:
    """The emergency numbers of their country, which everybody can read."""
    countries = spoken_for(request)

    def fetch(ask: Ask) -> Rows[EmergencyLine]:
        return queries.emergency_numbers(ask, countries=countries)

    number = Column[EmergencyLine](
        "emergency_number", lambda row: Cell(row.dial, href=f"/country/emergency/{row.id}"), "dial"
    )
    listing = Listing[EmergencyLine](
        title="national_emergency_title",
        name="emergency-numbers",
        fetch=fetch,
        columns=[number if each.label == "emergency_number" else each for each in EMERGENCY_COLUMNS],
        words=WORDS,
        filters=_of_countries(request),
    )
    context = {
        "hint": SAY["national_emergency_hint"],
        "action_address": "/country/emergency/add",
        "action_label": SAY["national_emergency_add"],
    }
    return show(request, listing, context)


def _called(contact: ContactFacts) -> str:
    return f"{named('channel', contact.channel)} {_dial(contact)}"


def _dial(contact: ContactFacts) -> str:
    return contact.dial or SAY["national_concealed" if contact.concealed else "not_known"]


def _contact(contact: ContactFacts, found: NationalRecord) -> Mapping[str, Any]:
    columns = found.contacts.get(contact.id)
    shown = columns or {}
    return {
        "id": contact.id,
        "channel": named("channel", contact.channel),
        "dial": _dial(contact),
        "may_correct": columns is not None,
        "facts": [(label(name), value(name, shown[name]), None) for name in _CONTACT_SHOWN if shown.get(name)],
    }


def _evidence(row: EvidenceFacts, called: Mapping[UUID, str]) -> tuple[str, str, str, str, str]:
    return _of(called, row.contact, row.field), row.value, row.source, day(row.on), named("stage", row.stage)


def _change(row: ChangeFacts, called: Mapping[UUID, str]) -> tuple[str, str, str, str, str]:
    # How a change came about is the house's own, but for what came of a ministry's word.
    how = named("via", row.via) if row.via == VIA_FOCAL_POINT else ""
    return row.on.isoformat(), _of(called, row.contact, row.field), row.before, row.after, how


def _of(called: Mapping[UUID, str], contact: UUID | None, field: str) -> str:
    if contact is None:
        return label(field)
    return SAY("of_contact", contact=called.get(contact, SAY["national_concealed"]), field=label(field))


def _said(line: NationalProposal, change: Mapping[str, Any], side: str) -> str:
    field, given = change["field"], change[side]
    if line.kind == "emergency" and field in ("kind", "stage") and given:
        return named(f"emergency_{field}", str(given))
    return value(field, given)
