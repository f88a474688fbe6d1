"""The work of the registry: proposals, tasks, notices, emergency numbers, link checks, contradictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from pop.people import queries as people
from pop.people.asking import Ask, Rows
from pop.registry.directory.models import (
    Approval,
    Contact,
    EmergencyNumber,
    LinkCheck,
    Notice,
    Proposal,
    Task,
)
from pop.registry.directory.queries.contradictions import conflicts_by_service
from pop.registry.directory.rules.emergency import Known, Ranked, rank_numbers

PROPOSAL_SORTS: Mapping[str, Sequence[str]] = {
    "at": ("proposed_at",),
    "service": ("service__name",),
    "kind": ("kind",),
    "state": ("state",),
}
TASK_SORTS: Mapping[str, Sequence[str]] = {
    "at": ("created_at",),
    "last": ("last_at",),
    "kind": ("kind",),
    "count": ("count",),
    "service": ("service__name",),
}
NOTICE_SORTS: Mapping[str, Sequence[str]] = {
    "country": ("country",),
    "kind": ("kind",),
    "starts": ("starts_at",),
    "ends": ("ends_at",),
}
EMERGENCY_SORTS: Mapping[str, Sequence[str]] = {
    "country": ("country", "rank"),
    "dial": ("dial",),
    "kind": ("kind",),
    "stage": ("stage",),
    "rank": ("rank",),
}
LEVEL_ORDER = ("contradiction", "doubt", "note")
LINK_SORTS: Mapping[str, Sequence[str]] = {"url": ("url",), "checked": ("checked_at",), "status": ("status",)}


@dataclass(frozen=True)
class Answer:
    """One person's yes or no to a proposal."""

    by: UUID
    called: str
    at: datetime
    yes: bool
    reason: str


@dataclass(frozen=True)
class ProposalLine:
    """One proposed change, with who agreed so far."""

    id: UUID
    kind: str
    service: UUID | None
    emergency: UUID | None
    subject: str
    country: str
    changes: Sequence[Mapping[str, Any]]
    source: str
    observed_on: date | None
    stage: str
    needs: int
    by: UUID
    called: str
    from_focal_point: bool
    at: datetime
    state: str
    decided_at: datetime | None
    answers: tuple[Answer, ...]

    @property
    def agreed(self) -> int:
        """How many people have said yes."""
        return sum(answer.yes for answer in self.answers)


@dataclass(frozen=True)
class TaskLine:
    """Something a person must look at. `detail` holds codes and facts of records, never a reporter's words."""

    id: UUID
    kind: str
    service: UUID | None
    subject: str
    country: str
    contact: str
    detail: Mapping[str, Any]
    count: int
    at: datetime
    last: datetime
    state: str
    outcome: str
    done_by: str
    done_at: datetime | None


@dataclass(frozen=True)
class NoticeLine:
    """One notice. `phase` is "now", "later" or "over"."""

    id: UUID
    country: str
    service: UUID | None
    subject: str
    kind: str
    starts: datetime
    ends: datetime
    source: str
    phase: str


@dataclass(frozen=True)
class EmergencyLine:
    """One emergency number; rank 1 and 2 are shown, 0 is not."""

    id: UUID
    country: str
    dial: str
    kind: str
    stage: str
    source: str
    observed_on: date | None
    rank: int


@dataclass(frozen=True)
class FindingLine:
    """One thing in one service that a person should look at; `message` says what was found."""

    service: UUID
    name: str
    country: str
    level: str
    code: str
    message: str


def proposals(ask: Ask, *, reader: UUID) -> Rows[ProposalLine]:
    """Return proposals by the service's name; filters: `state`, `kind`, `whose` ("mine", "answerable")."""
    found = Proposal.objects.all()
    if ask.search:
        found = found.filter(Q(service__name__icontains=ask.search) | Q(country__iexact=ask.search))
    for name in ("state", "kind"):
        if ask.filters.get(name):
            found = found.filter(**{name: ask.filters[name]})
    if ask.filters.get("whose") == "mine":
        found = found.filter(proposed_by=reader)
    elif ask.filters.get("whose") == "answerable":
        found = answerable(reader)
    ordered = found.order_by(*ask.order(PROPOSAL_SORTS, ("-proposed_at", "id")))
    return Rows(_proposals(ordered[ask.first : ask.first + ask.count]), found.count())


def answerable(reader: UUID) -> QuerySet[Proposal]:
    """Return waiting proposals of other people that the reader has not answered yet."""
    answered = Approval.objects.filter(by=reader).values("proposal_id")
    return Proposal.objects.filter(state="waiting").exclude(proposed_by=reader).exclude(pk__in=answered)


def proposal(proposal_id: UUID) -> ProposalLine | None:
    """Return one proposal, or None."""
    found = _proposals(Proposal.objects.filter(pk=proposal_id))
    return found[0] if found else None


def proposals_of(service: UUID) -> list[ProposalLine]:
    """Return a service's proposals that wait, oldest first."""
    return _proposals(Proposal.objects.filter(service_id=service, state="waiting"))


def _proposals(rows: QuerySet[Proposal]) -> list[ProposalLine]:
    found = list(rows.select_related("service", "emergency").prefetch_related("approvals"))
    ids = [row.proposed_by for row in found] + [each.by for row in found for each in row.approvals.all()]
    called = people.names(ids)
    return [
        ProposalLine(
            id=row.pk,
            kind=row.kind,
            service=row.service_id,
            emergency=row.emergency_id,
            subject=row.service.name if row.service else row.emergency.dial if row.emergency else "",
            country=row.service.country if row.service else row.country,
            changes=row.changes,
            source=row.source,
            observed_on=row.observed_on,
            stage=row.stage,
            needs=row.needs,
            by=row.proposed_by,
            called=called.get(row.proposed_by, ""),
            from_focal_point=row.from_focal_point,
            at=row.proposed_at,
            state=row.state,
            decided_at=row.decided_at,
            answers=tuple(
                Answer(each.by, called.get(each.by, ""), each.at, each.yes, each.reason)
                for each in sorted(row.approvals.all(), key=lambda each: each.at)
            ),
        )
        for row in found
    ]


def tasks(ask: Ask) -> Rows[TaskLine]:
    """Return tasks by the service's name; filters: `state`, `kind`, `reason` (of reports)."""
    found = Task.objects.all()
    if ask.search:
        found = found.filter(Q(service__name__icontains=ask.search) | Q(service__country__iexact=ask.search))
    for name in ("state", "kind"):
        if ask.filters.get(name):
            found = found.filter(**{name: ask.filters[name]})
    if ask.filters.get("reason"):
        found = found.filter(detail__reason=ask.filters["reason"])
    ordered = found.order_by(*ask.order(TASK_SORTS, ("-created_at", "id")))
    return Rows(_tasks(ordered[ask.first : ask.first + ask.count]), found.count())


def task(task_id: UUID) -> TaskLine | None:
    """Return one task, or None."""
    found = _tasks(Task.objects.filter(pk=task_id))
    return found[0] if found else None


def tasks_of(service: UUID) -> list[TaskLine]:
    """Return a service's open tasks."""
    return _tasks(Task.objects.filter(service_id=service, state="open"))


def _tasks(rows: QuerySet[Task]) -> list[TaskLine]:
    found = list(rows.select_related("service"))
    contacts = {
        each.pk: each for each in Contact.objects.filter(pk__in=[row.contact_id for row in found if row.contact_id])
    }
    called = people.names(row.done_by for row in found)
    return [
        TaskLine(
            id=row.pk,
            kind=row.kind,
            service=row.service_id,
            subject=row.service.name if row.service else "",
            country=row.service.country if row.service else str(row.detail.get("country", "")),
            contact=str(contacts[row.contact_id]) if row.contact_id in contacts else "",
            detail=row.detail,
            count=row.count,
            at=row.created_at,
            last=row.last_at,
            state=row.state,
            outcome=row.outcome,
            done_by=called.get(row.done_by, "") if row.done_by else "",
            done_at=row.done_at,
        )
        for row in found
    ]


def notices(ask: Ask, *, now: datetime) -> Rows[NoticeLine]:
    """Return notices by service or country; filters: `kind`, `phase` ("now", "later", "over")."""
    found = Notice.objects.all()
    if ask.search:
        found = found.filter(Q(service__name__icontains=ask.search) | Q(country__iexact=ask.search))
    if ask.filters.get("kind"):
        found = found.filter(kind=ask.filters["kind"])
    phases = {
        "now": Q(starts_at__lte=now, ends_at__gt=now),
        "later": Q(starts_at__gt=now),
        "over": Q(ends_at__lte=now),
    }
    if ask.filters.get("phase") in phases:
        found = found.filter(phases[ask.filters["phase"]])
    ordered = found.order_by(*ask.order(NOTICE_SORTS, ("-ends_at", "id")))
    return Rows(_notices(ordered[ask.first : ask.first + ask.count], now), found.count())


def notices_of(service: UUID, *, now: datetime) -> list[NoticeLine]:
    """Return a service's notices that have not ended."""
    return _notices(Notice.objects.filter(service_id=service, ends_at__gt=now).order_by("starts_at"), now)


def notice(notice_id: UUID, *, now: datetime) -> NoticeLine | None:
    """Return one notice, or None."""
    found = _notices(Notice.objects.filter(pk=notice_id), now)
    return found[0] if found else None


def _notices(rows: QuerySet[Notice], now: datetime) -> list[NoticeLine]:
    return [
        NoticeLine(
            id=row.pk,
            country=row.country,
            service=row.service_id,
            subject=row.service.name if row.service else "",
            kind=row.kind,
            starts=row.starts_at,
            ends=row.ends_at,
            source=row.source,
            phase="over" if row.ends_at <= now else "later" if row.starts_at > now else "now",
        )
        for row in rows.select_related("service")
    ]


def emergency_numbers(ask: Ask) -> Rows[EmergencyLine]:
    """Return emergency numbers by country code or digits; filters: `country`, `stage`, `shown` ("yes" or "no")."""
    found = EmergencyNumber.objects.all()
    if ask.search:
        found = found.filter(Q(country__iexact=ask.search) | Q(dial__contains=ask.search))
    for name in ("country", "stage"):
        if ask.filters.get(name):
            found = found.filter(**{name: ask.filters[name]})
    if ask.filters.get("shown"):
        found = found.filter(rank__gt=0) if ask.filters["shown"] == "yes" else found.filter(rank=0)
    ordered = found.order_by(*ask.order(EMERGENCY_SORTS, ("country", "rank", "dial")))
    return Rows([emergency_line(row) for row in ordered[ask.first : ask.first + ask.count]], found.count())


def emergency_number(number_id: UUID) -> EmergencyLine | None:
    """Return one emergency number, or None."""
    row = EmergencyNumber.objects.filter(pk=number_id).first()
    return emergency_line(row) if row else None


def emergency_countries() -> list[str]:
    """Return the codes of countries that have an emergency number."""
    return sorted(set(EmergencyNumber.objects.order_by().values_list("country", flat=True).distinct()))


def ranked_after(line: ProposalLine) -> list[Ranked]:
    """Return a country's numbers as the rules would rank them if this proposal were applied, shown ones first."""
    after = {change["field"]: change["after"] for change in line.changes}
    known: list[Known] = []
    for row in EmergencyNumber.objects.filter(country=line.country):
        changed = after if row.pk == line.emergency else {}
        known.append(Known(row.dial, changed.get("kind", row.kind), changed.get("stage", row.stage)))
    if line.emergency is None and line.state == "waiting":
        known.append(Known(after["dial"], after["kind"], after["stage"]))
    return sorted(rank_numbers(known), key=lambda number: (number.rank or 9, number.dial))


def emergency_line(row: EmergencyNumber) -> EmergencyLine:
    """Return an emergency number as lists show it."""
    return EmergencyLine(row.pk, row.country, row.dial, row.kind, row.stage, row.source, row.observed_on, row.rank)


def links(ask: Ask) -> Rows[LinkCheck]:
    """Return link checks by address; filter: `ok` ("yes" or "no")."""
    found = LinkCheck.objects.all()
    if ask.search:
        found = found.filter(url__icontains=ask.search)
    if ask.filters.get("ok"):
        found = found.filter(ok=ask.filters["ok"] == "yes")
    ordered = found.order_by(*ask.order(LINK_SORTS, ("-checked_at", "url")))
    return Rows(list(ordered[ask.first : ask.first + ask.count]), found.count())


def findings(ask: Ask) -> Rows[FindingLine]:
    """Return what people should look at, one line each; filters: `level`, `code`, `country`."""
    found = [
        FindingLine(each.service, each.name, each.country, each.level, each.code, each.message)
        for several in conflicts_by_service().values()
        for each in several
    ]
    wanted = ask.search.casefold()
    kept = [line for line in found if _finding_fits(line, wanted, ask.filters)]
    keys = {"name": lambda line: line.name, "country": lambda line: line.country, "code": lambda line: line.code}
    kept.sort(key=lambda line: (LEVEL_ORDER.index(line.level), line.country, line.name, line.code))
    if ask.sort in keys:
        kept.sort(key=keys[ask.sort], reverse=ask.down)
    return Rows(kept[ask.first : ask.first + ask.count], len(kept))


def _finding_fits(line: FindingLine, wanted: str, filters: Mapping[str, str]) -> bool:
    if wanted and wanted not in line.name.casefold() and wanted != line.country.casefold():
        return False
    return all(not filters.get(name) or filters[name] == getattr(line, name) for name in ("level", "code", "country"))
