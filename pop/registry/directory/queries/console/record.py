"""One record with everything that is known of it, for staff: also what children are not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pop.people import queries as people
from pop.registry.directory.models import LinkCheck, Service
from pop.registry.directory.queries.console.work import (
    NoticeLine,
    ProposalLine,
    TaskLine,
    notices_of,
    proposals_of,
    tasks_of,
)
from pop.registry.directory.queries.contradictions import conflicts_by_service
from pop.registry.directory.rules.addresses import address_of
from pop.registry.directory.rules.contradictions import Finding
from pop.registry.directory.rules.editing import CONTACT_COLUMNS, REMOVED, SERVICE_FIELDS

HISTORY_SHOWN = 500


@dataclass(frozen=True)
class ContactRecord:
    """One contact: its columns, and the link that children get ("" for none)."""

    id: UUID
    values: Mapping[str, Any]
    uri: str

    @property
    def removed(self) -> bool:
        """Whether it was taken out of the record; it stays for its history."""
        return bool(self.values["withheld"] == REMOVED)


@dataclass(frozen=True)
class Observation:
    """One piece of evidence."""

    field: str
    contact: UUID | None
    value: str
    source: str
    on: date | None
    stage: str
    by: str


@dataclass(frozen=True)
class HistoryLine:
    """One change that was made."""

    at: datetime
    contact: UUID | None
    field: str
    before: str
    after: str
    via: str
    by: str


@dataclass(frozen=True)
class Record:
    """A service as staff see it."""

    id: UUID
    organisation: str
    country: str
    state: str
    safety: str
    stage: str
    stage_on: date | None
    source: str
    source_key: str
    remarks: str
    changed_at: datetime
    values: Mapping[str, Any]
    contacts: Sequence[ContactRecord]
    texts: Sequence[tuple[str, str, str]]
    evidence: Sequence[Observation]
    history: Sequence[HistoryLine]
    history_total: int
    findings: Sequence[Finding]
    links: Sequence[tuple[str, LinkCheck | None]]
    notices: Sequence[NoticeLine]
    tasks: Sequence[TaskLine]
    proposals: Sequence[ProposalLine]

    @property
    def name(self) -> str:
        """What the service is called."""
        return str(self.values["name"])


def record(service_id: UUID, *, now: datetime) -> Record | None:
    """Return everything known of one service, or None."""
    service = Service.objects.select_related("organisation").filter(pk=service_id).first()
    if service is None:
        return None
    evidence = list(service.evidence.all())
    history = list(service.changes.all()[:HISTORY_SHOWN])
    called = people.names([*(row.recorded_by for row in evidence), *(row.by for row in history)])
    contacts = [
        ContactRecord(
            id=contact.pk,
            values={name: getattr(contact, name) for name in CONTACT_COLUMNS},
            uri=address_of(contact.channel, service.country, contact.dial, contact.e164, contact.message_body).uri,
        )
        for contact in service.contacts.all()
    ]
    addresses = [service.website, *(each.values["dial"] for each in contacts)]
    addresses = list(dict.fromkeys(text for text in addresses if text.startswith(("http://", "https://"))))
    checks = {check.url: check for check in LinkCheck.objects.filter(url__in=addresses)}
    return Record(
        id=service.pk,
        organisation=service.organisation.name,
        country=service.country,
        state=service.state,
        safety=service.safety,
        stage=service.stage,
        stage_on=service.stage_on,
        source=service.source,
        source_key=service.source_key or "",
        remarks=service.remarks,
        changed_at=service.changed_at,
        values={name: getattr(service, name) for name in SERVICE_FIELDS},
        contacts=contacts,
        texts=[(text.field, text.language, text.text) for text in service.texts.order_by("field", "language")],
        evidence=[
            Observation(
                row.field,
                row.contact_id,
                row.value,
                row.source,
                row.observed_on,
                row.stage,
                called.get(row.recorded_by, "") if row.recorded_by else "",
            )
            for row in evidence
        ],
        history=[
            HistoryLine(
                row.at,
                row.contact_id,
                row.field,
                row.before,
                row.after,
                row.via,
                called.get(row.by, "") if row.by else "",
            )
            for row in history
        ],
        history_total=service.changes.count(),
        findings=conflicts_by_service([service.pk], now=now).get(service.pk, []),
        links=[(address, checks.get(address)) for address in addresses],
        notices=notices_of(service.pk, now=now),
        tasks=tasks_of(service.pk),
        proposals=proposals_of(service.pk),
    )
