"""Findings for the console: lists, one side by side with its record, and where its safety decision stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

from pop.people import queries as people
from pop.people.asking import Ask, Rows
from pop.registry.directory.queries.comparable import Comparable, agreed_to, comparable_one
from pop.registry.directory.queries.pages import ServiceFacts, service_facts
from pop.registry.mapping.models import Finding, SafetyStep
from pop.registry.mapping.rules.comparing import digest_of

STATUSES: Final = ("received", "compared", "proposed", "approved", "rejected", "replaced", "withdrawn")
# What becomes of a proposal that is not agreed to: its finding waits for somebody again.
UNDONE: Final = ("rejected", "withdrawn", "outdated")
SORTS: Final = {
    "name": ("name",),
    "country": ("country", "name"),
    "received": ("received_on", "made_at"),
    "score": ("score",),
    "status": ("status", "name"),
}


@dataclass(frozen=True)
class FindingLine:
    """A finding as lists show it. `status` says `approved` where its proposal was agreed to."""

    id: UUID
    name: str
    country: str
    instrument: str
    verdict: str
    reasons: Sequence[str]
    score: int
    status: str
    received_on: date


@dataclass(frozen=True)
class StepLine:
    """One step of a safety decision; `holds`: it is about the record as it is now."""

    step: str
    outcome: str
    source: str
    number_source: str
    by: UUID
    called: str
    at: datetime
    holds: bool


@dataclass(frozen=True)
class Reviewed:
    """One finding with everything a reviewer needs; nothing about the respondent, who stands in the submission."""

    line: FindingLine
    submission: UUID
    source: str
    invited: bool
    unplaced: bool
    values: Mapping[str, Any]
    contacts: Sequence[Mapping[str, Any]]
    unread: Sequence[Mapping[str, str]]
    consents: Mapping[str, bool]
    choices: Mapping[str, str]
    record: Comparable | None
    service: UUID | None
    proposal: UUID | None
    reason: str
    digest: str  # of this comparison; whoever acts on it gives it back


def findings(ask: Ask) -> Rows[FindingLine]:
    """Return findings, newest first; filters: `status`, `verdict`, `instrument`, `country`."""
    rows = _rows()
    for name in ("status", "verdict", "instrument", "country"):
        if ask.filters.get(name):
            rows = rows.filter(**{name: ask.filters[name]})
    if ask.search:
        rows = rows.filter(Q(name__icontains=ask.search) | Q(country__iexact=ask.search))
    ordered = rows.order_by(*ask.order(SORTS, ("-received_on", "-made_at", "id")))
    return Rows([_line(row) for row in ordered[ask.first : ask.first + ask.count]], rows.count())


def used_countries() -> list[str]:
    """Return the countries of which there is a finding."""
    return sorted(Finding.objects.exclude(country="").order_by().values_list("country", flat=True).distinct())


def finding(finding_id: UUID) -> Reviewed | None:
    """Return one finding, or None."""
    row = _rows().filter(pk=finding_id).first()
    if row is None:
        return None
    record = comparable_one(row.match_id) if row.match_id else None
    return Reviewed(
        line=_line(row),
        submission=row.submission,
        source=row.source,
        invited=row.invited,
        unplaced=row.unplaced,
        values=row.values,
        contacts=row.contacts,
        unread=row.unread,
        consents=row.consents,
        choices=row.choices,
        record=record,
        service=row.service_id,
        proposal=row.proposal_id,
        reason=row.reason,
        digest=digest_of_comparison(row, record),
    )


def digest_of_comparison(finding: Finding, record: Comparable | None) -> str:
    """Return the digest of a finding beside the record that it could be, as a page shows the two."""
    offered = [finding.values, finding.contacts, finding.consents]
    known: list[object] = []
    if record is not None:
        known = [record.id, record.organisation, record.operator, record.country, record.values, *record.contacts]
    return digest_of([*offered, *known])


def outcome_of(submission_id: UUID, *, now: datetime) -> tuple[str, UUID | None] | None:
    """Return what became of a submission, for whoever sent it: `waiting`, `approved` or `rejected`, and the record if
    anybody may see a page of it; None for what is none of the instruments', or withdrawn.
    """
    row = _rows().filter(submission=submission_id).exclude(state="withdrawn").first()
    if row is None:
        return None
    line = _line(row)
    if line.status == "approved" and row.service_id is not None:
        seen = isinstance(service_facts(row.service_id, now=now), ServiceFacts)
        return "approved", row.service_id if seen else None
    return "rejected" if line.status == "rejected" else "waiting", None


def people_behind(service_id: UUID) -> list[tuple[UUID | None, frozenset[UUID]]]:
    """Return (who proposed, who agreed) for every finding that made or changed a record."""
    proposals = Finding.objects.filter(service_id=service_id, proposal__state="applied")
    behind = [agreed_to(proposal) for proposal in proposals.values_list("proposal_id", flat=True)]
    return [(who[0], frozenset(who[1:])) for who in behind if who]


def steps_of(service_id: UUID, *, digest: str) -> list[StepLine]:
    """Return every step that was taken about a record, newest first; `digest` is of the record as it is now."""
    rows = list(SafetyStep.objects.filter(service_id=service_id))
    called = people.names(row.by for row in rows)
    return [
        StepLine(
            step=row.step,
            outcome=row.outcome,
            source=row.source,
            number_source=row.number_source,
            by=row.by,
            called=called.get(row.by, ""),
            at=row.at,
            holds=row.current and row.digest == digest,
        )
        for row in rows
    ]


def _rows() -> QuerySet[Finding, Any]:
    return Finding.objects.annotate(
        status=Case(
            When(state="proposed", proposal__state="applied", then=Value("approved")),
            When(state="proposed", proposal__state__in=UNDONE, then=Value("compared")),
            default=F("state"),
            output_field=CharField(),
        )
    )


def _line(row: Any) -> FindingLine:
    return FindingLine(
        id=row.pk,
        name=row.name,
        country=row.country,
        instrument=row.instrument,
        verdict=row.verdict,
        reasons=list(row.reasons),
        score=row.score,
        status=row.status,
        received_on=row.received_on,
    )
