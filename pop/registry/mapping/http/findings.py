"""Findings at the console: the list, and one side by side with the record that it could be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.http.console.wording import country
from pop.registry.directory.rules.tables import kinds
from pop.registry.mapping import queries
from pop.registry.mapping.actions.comparing import known_values
from pop.registry.mapping.actions.reviewing import CHOICES, REASONS, reject_finding, take_up
from pop.registry.mapping.http.wording import SAY, WORDS, act, choices, contact, shown
from pop.registry.mapping.instruments import NAMES
from pop.registry.mapping.queries import FindingLine, Reviewed
from pop.registry.mapping.rules.answers import CONTACTS, FIELDS

VERDICTS = ("new", "update", "duplicate")
_TONES = {"compared": "warn", "approved": "good", "rejected": "quiet", "replaced": "quiet", "withdrawn": "quiet"}


def _name(row: FindingLine) -> Cell:
    return Cell(row.name or SAY[f"status_{row.status}"], href=f"/mapping/{row.id}")


COLUMNS = (
    Column[FindingLine]("mapping_name", _name, "name"),
    Column[FindingLine]("mapping_country", lambda row: country(row.country), "country"),
    Column[FindingLine]("mapping_instrument", lambda row: SAY[f"instrument_{row.instrument}"]),
    Column[FindingLine]("mapping_verdict", lambda row: SAY[f"verdict_{row.verdict}"] if row.verdict else ""),
    Column[FindingLine]("mapping_reasons", lambda row: _reasons(row)),
    Column[FindingLine]("mapping_score", lambda row: str(row.score), "score", number=True),
    Column[FindingLine](
        "mapping_status", lambda row: Cell(SAY[f"status_{row.status}"], tone=_TONES.get(row.status, "")), "status"
    ),
    Column[FindingLine]("mapping_received", lambda row: row.received_on.isoformat(), "received"),
)


def _reasons(row: FindingLine) -> str:
    return ", ".join(SAY[f"likeness_{reason}"] for reason in row.reasons)


@staff("editor", "approver")
@require_GET
def mapping_list(request: HttpRequest) -> HttpResponse:
    """All findings, newest first."""
    listing = Listing[FindingLine](
        title="mapping_title",
        name="mapping",
        fetch=queries.findings,
        columns=COLUMNS,
        words=WORDS,
        filters={
            "status": choices("status", queries.STATUSES),
            "verdict": choices("verdict", VERDICTS),
            "instrument": choices("instrument", NAMES),
            "country": [(code, country(code)) for code in queries.used_countries()],
        },
    )
    return show(request, listing, {"hint": SAY["mapping_hint"]})


@staff("editor", "approver")
@require_GET
def mapping_one(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """One finding beside the record that it could be, field by field."""
    found = queries.finding(finding_id)
    if found is None:
        raise Http404
    roles = set(member(request).roles)
    waits, there = found.line.status == "compared", found.line.status != "withdrawn"
    facts = [
        (SAY["mapping_country"], country(found.line.country)),
        (SAY["mapping_instrument"], SAY[f"instrument_{found.line.instrument}"]),
        (SAY["mapping_verdict"], SAY[f"verdict_{found.line.verdict}"] if found.line.verdict else ""),
        (SAY["mapping_reasons"], _reasons(found.line)),
        (SAY["mapping_received"], found.line.received_on.isoformat()),
        (SAY["mapping_invited"], SAY["mapping_invited_yes" if found.invited else "mapping_invited_no"]),
        (SAY["mapping_reject_reason"], SAY[f"rejected_{found.reason}"] if found.reason else ""),
    ]
    context = {
        "title": found.line.name or SAY[f"status_{found.line.status}"],
        "found": found,
        "status": Cell(SAY[f"status_{found.line.status}"], tone=_TONES.get(found.line.status, "")),
        "facts": facts,
        "rows": _rows(found),
        "unread": [f"{SAY['channel_' + each['channel']]}: {each['as_stated']}" for each in found.unread],
        "may_take": waits and "editor" in roles and not found.unplaced,
        "may_reject": waits,
        "choices": choices("choice", CHOICES),
        "kinds": choices("kind", tuple(kinds())),
        "needs_kind": "kind" not in found.values,
        "reasons": choices("rejected", REASONS),
        "whole": f"/surveys/submissions/{found.submission}" if "editor" in roles and there else "",
    }
    return page(request, "mapping/console/finding.html", context, words=WORDS)


@staff("editor")
@require_POST
def mapping_take(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Propose what was chosen."""

    def run() -> str:
        take_up(
            finding_id=finding_id,
            choices={name: request.POST[f"do_{name}"] for name in FIELDS if request.POST.get(f"do_{name}")},
            as_new=request.POST.get("as_new") == "yes",
            kind=request.POST.get("kind", ""),
            by=member(request).id,
            shown=request.POST.get("shown", ""),
        )
        return "mapping_done_taken"

    return act(request, run, f"/mapping/{finding_id}")


@staff("editor", "approver")
@require_POST
def mapping_reject(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Reject a finding."""

    def run() -> str:
        given = request.POST
        reject_finding(
            finding_id=finding_id, reason=given.get("reason", ""), by=member(request).id, shown=given.get("shown", "")
        )
        return "mapping_done_rejected"

    return act(request, run, f"/mapping/{finding_id}")


def _rows(found: Reviewed) -> list[dict[str, Any]]:
    """Return the fields that either side says something about, each with both sides and what may be chosen."""
    known = known_values(found.record) if found.record else {}
    rows: list[dict[str, Any]] = []
    for name in FIELDS:
        if name == CONTACTS:
            ours = "\n".join(map(contact, found.contacts))
            theirs = "\n".join(map(contact, found.record.contacts)) if found.record else ""
        else:
            ours, theirs = shown(name, found.values.get(name)), shown(name, known.get(name))
        if not ours and not theirs:
            continue
        agreed = bool(found.consents.get(name))
        other = bool(ours) and ours != theirs
        rows.append(
            {
                "name": name,
                "label": SAY[f"field_{name}"],
                "ours": ours,
                "theirs": theirs,
                "agreed": agreed,
                "consent": SAY["yes" if agreed else "no"],
                "other": other,
                "chosen": found.choices.get(name) or ("take" if agreed and other else "keep"),
            }
        )
    return rows
