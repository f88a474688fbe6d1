"""Proposals: who proposed what, what it would change, and the answers of other people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.people import queries as people
from pop.people.asking import Ask, Rows
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.actions.review import deciding, proposing
from pop.registry.directory.http.console.answering import act
from pop.registry.directory.http.console.wording import (
    SAY,
    WORDS,
    chip,
    choices,
    country,
    day,
    label,
    moment,
    named,
    value,
)
from pop.registry.directory.http.wording import isolated
from pop.registry.directory.queries.console import record as records
from pop.registry.directory.queries.console import work as queries
from pop.registry.directory.queries.console.record import Record
from pop.registry.directory.queries.console.work import ProposalLine
from pop.registry.directory.rules.editing import DIGEST, TWO, warnings_of

STATES = ("waiting", "applied", "rejected", "withdrawn", "outdated")
KINDS = ("edit", "publish", "unsuspend", "defunct", "emergency", "mapping")
COLUMNS = (
    Column[ProposalLine](
        "proposal_service",
        lambda row: Cell(row.subject or SAY["field_contact"], href=f"/proposals/{row.id}"),
        "service",
    ),
    Column[ProposalLine]("service_country", lambda row: country(row.country)),
    Column[ProposalLine]("proposal_kind", lambda row: named("proposal_kind", row.kind), "kind"),
    Column[ProposalLine]("proposal_by", lambda row: _called(row)),
    Column[ProposalLine]("proposal_at", lambda row: moment(row.at), "at"),
    Column[ProposalLine]("proposal_state", lambda row: chip("proposal_state", row.state), "state"),
    Column[ProposalLine]("proposal_agreed", lambda row: SAY("proposal_agreed_of", agreed=row.agreed, needs=row.needs)),
)


def _called(row: ProposalLine) -> str:
    return SAY("proposal_by_ministry", name=row.called) if row.from_focal_point else row.called


@staff()
@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """All proposals, newest first."""

    def fetch(ask: Ask) -> Rows[ProposalLine]:
        return queries.proposals(ask, reader=member(request).id)

    listing = Listing[ProposalLine](
        title="proposals_title",
        name="proposals",
        fetch=fetch,
        columns=COLUMNS,
        words=WORDS,
        filters={
            "whose": choices("whose", ("answerable", "mine")),
            "state": choices("proposal_state", STATES),
            "kind": choices("proposal_kind", KINDS),
        },
    )
    return show(request, listing)


@staff()
@require_GET
def proposal_one(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One proposal: the change, its evidence, what to look at twice, the answers."""
    line = queries.proposal(proposal_id)
    if line is None:
        raise Http404
    found = records.record(line.service, now=timezone.now()) if line.service else None
    me = member(request).id
    waiting = line.state == "waiting"
    answered = any(answer.by == me for answer in line.answers)
    whole = any(change["field"] == DIGEST for change in line.changes)
    approver = "approver" in member(request).roles
    context = {
        "title": named("proposal_kind", line.kind),
        "line": line,
        "called": _called(line),
        "left": waiting and line.from_focal_point and line.country not in people.spoken_for(line.by),
        "subject": line.subject,
        "country": country(line.country),
        "state": chip("proposal_state", line.state),
        "at": moment(line.at),
        "on": day(line.observed_on),
        "stage": named("stage", line.stage),
        "changes": _changes(line, found),
        "numbers": _numbers(found) if whole else [],
        "facts": _facts(found) if whole else [],
        "warnings": [named("warning", code) for code in _warnings(line, found)],
        "ranked": _ranked(line) if line.kind == "emergency" else None,
        "answers": [
            (
                answer.called,
                moment(answer.at),
                SAY["proposal_answer_yes"]
                if answer.yes
                else SAY("proposal_answer_no", reason=named("no", answer.reason)),
            )
            for answer in line.answers
        ],
        "needs": SAY["proposal_needs_two" if line.needs == TWO else "proposal_needs_one"],
        "agreed": SAY("proposal_agreed_of", agreed=line.agreed, needs=line.needs),
        "reasons": choices("no", deciding.REASONS),
        "may_answer": waiting and approver and line.by != me and not answered,
        "own": waiting and line.by == me,
        "answered": waiting and answered,
        "not_approver": waiting and not approver and line.by != me,
    }
    return page(request, "console/proposal.html", context, words=WORDS)


@staff("approver")
@require_POST
def proposal_approve(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Agree."""
    return act(
        request,
        lambda: "done_" + deciding.approve(proposal_id=proposal_id, by=member(request).id),
        f"/proposals/{proposal_id}",
    )


@staff("approver")
@require_POST
def proposal_reject(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Disagree."""

    def run() -> str:
        deciding.reject(proposal_id=proposal_id, reason=request.POST.get("reason", ""), by=member(request).id)
        return "done_rejected"

    return act(request, run, f"/proposals/{proposal_id}")


@staff("editor", "approver")
@require_POST
def proposal_withdraw(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Take one's own proposal back."""

    def run() -> str:
        proposing.withdraw(proposal_id=proposal_id, by=member(request).id)
        return "done_withdrawn"

    return act(request, run, f"/proposals/{proposal_id}")


def _changes(line: ProposalLine, found: Record | None) -> list[tuple[str, str, str]]:
    contacts = {str(each.id): each for each in found.contacts} if found else {}
    rows: list[tuple[str, str, str]] = []
    for change in line.changes:
        if change["field"] == DIGEST:
            continue
        text = _field(line, change["field"])
        contact = contacts.get(change["contact"] or "")
        if contact is not None and change["field"] != "contact":
            dial = contact.values["dial"] or contact.values["as_stated"]
            text = SAY("of_contact", contact=f"{named('channel', contact.values['channel'])} {dial}", field=text)
        rows.append(
            (text, _value(line, change["field"], change["before"]), _value(line, change["field"], change["after"]))
        )
    return rows


def _field(line: ProposalLine, field: str) -> str:
    if line.kind == "emergency":
        return {
            "dial": SAY["emergency_number"],
            "kind": SAY["emergency_service"],
            "stage": SAY["emergency_evidence"],
        }.get(field, label(field))
    return label(field)


def _value(line: ProposalLine, field: str, given: Any) -> str:
    if line.kind == "emergency" and field in ("kind", "stage") and given:
        return named(f"emergency_{field}", str(given))
    return value(field, given)


def _warnings(line: ProposalLine, found: Record | None) -> list[str]:
    if found is None:
        return []
    return warnings_of(found.country, str(found.values["kind"]), line.changes)


def _numbers(found: Record | None) -> list[str]:
    """Return what a decision to publish lets out: the numbers as they stand now."""
    if found is None:
        return []
    return [
        f"{named('channel', each.values['channel'])}: {isolated(each.values['dial'] or each.values['as_stated'])}"
        for each in found.contacts
        if not each.values["withheld"]
    ]


def _facts(found: Record | None) -> list[tuple[str, str, None]]:
    """Return what else a decision to publish lets out: all that the record says."""
    if found is None:
        return []
    said = [(label(name), value(name, held), None) for name, held in found.values.items()]
    return [(SAY["record_organisation"], found.organisation, None), *(each for each in said if each[1])]


def _ranked(line: ProposalLine) -> list[str]:
    return [
        f"{number.dial} ({named('emergency_kind', number.kind)})"
        for number in queries.ranked_after(line)
        if number.rank
    ]
