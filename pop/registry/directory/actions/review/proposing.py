"""Proposing a change: nothing of the record moves until the people it needs have agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.registry.directory.actions.review.permission import RefusalError, require, trace
from pop.registry.directory.actions.review.records import (
    contact_values,
    digest_of,
    locked_service,
    service_values,
)
from pop.registry.directory.models import Proposal, Service
from pop.registry.directory.rules.editing import (
    AWAITS_CALL,
    DIGEST,
    REMOVED,
    STATE_KINDS,
    WHOLE,
    approvals_needed,
    check_evidence,
    contact_columns,
    contact_identity,
    differences,
    service_columns,
)
from pop.registry.directory.rules.publication import MAPPED_ONLY, cleared

MOST_WAITING = 50


@dataclass(frozen=True)
class Seen:
    """Where, when and how the facts of a proposal were seen; `whole`: the whole record was checked, not only these."""

    source: str
    observed_on: date | None
    stage: str
    whole: bool = False


@transaction.atomic
def propose_service(*, service_id: UUID, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Propose other values for a service's own fields. MistakeError, or RefusalError: nothing_changes, closed."""
    service = _open_record(service_id, by)
    now = service_values(service)
    changes = differences(None, now, service_columns(values, service.country))
    return _propose_edit(service, changes, seen, by)


@transaction.atomic
def propose_contact(*, service_id: UUID, contact_id: UUID, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Propose other values for one contact. Raises MistakeError or RefusalError."""
    service = _open_record(service_id, by)
    contact = service.contacts.filter(pk=contact_id).first()
    if contact is None:
        raise RefusalError("unknown")
    wanted = contact_columns(values, service.country, service.timezone)
    if contact.withheld == AWAITS_CALL and not wanted["withheld"]:
        raise RefusalError("safety_first")
    changes = differences(str(contact.pk), contact_values(contact), wanted)
    return _propose_edit(service, changes, seen, by)


@transaction.atomic
def propose_new_contact(*, service_id: UUID, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Propose one more contact. RefusalError "contact_known": the record has, or had, this very contact."""
    service = _open_record(service_id, by)
    columns = contact_columns(values, service.country, service.timezone)
    identity = contact_identity(service.pk, columns)
    if service.contacts.filter(pk=identity).exists():
        raise RefusalError("contact_known")
    change = {"contact": str(identity), "field": WHOLE, "before": None, "after": columns}
    return _propose_edit(service, [change], seen, by)


@transaction.atomic
def propose_removal(*, service_id: UUID, contact_id: UUID, seen: Seen, by: UUID) -> UUID:
    """Propose that a contact is shown to nobody any more. It stays in the record, with its history and evidence."""
    service = _open_record(service_id, by)
    contact = service.contacts.filter(pk=contact_id).first()
    if contact is None:
        raise RefusalError("unknown")
    changes = differences(str(contact.pk), contact_values(contact), {"withheld": REMOVED})
    return _propose_edit(service, changes, seen, by)


@transaction.atomic
def propose_state(*, service_id: UUID, kind: str, seen: Seen, by: UUID) -> UUID:
    """Propose to publish, to end a suspension, or to close a record for good.

    RefusalError: state_wrong, already_waiting.
    """
    service = _open_record(service_id, by)
    state, safety = STATE_KINDS[kind]
    fits = {
        "publish": service.state == "waiting" or (service.state == "published" and service.safety != "clear"),
        "unsuspend": service.state == "suspended",
        "defunct": True,
    }
    if not fits[kind]:
        raise RefusalError("state_wrong")
    if service.proposals.filter(kind=kind, state="waiting").exists():
        raise RefusalError("already_waiting")
    if service.safety == MAPPED_ONLY and kind == "publish" and service.state == "published":
        raise RefusalError("safety_first")
    if safety is not None:
        safety = cleared(service.from_survey, service.kind)
    wanted = {"state": state} | ({} if safety is None else {"safety": safety})
    changes = differences(None, service_values(service), wanted)
    if kind != "defunct":
        digest = digest_of(service)
        changes.append({"contact": None, "field": DIGEST, "before": digest, "after": digest})
    return _propose(service, kind, changes, seen, by)


@transaction.atomic
def withdraw(*, proposal_id: UUID, by: UUID) -> None:
    """Take one's own proposal back. RefusalError: unknown, decided, not_allowed."""
    require(by, "editor", "approver")
    proposal = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None:
        raise RefusalError("unknown")
    if proposal.proposed_by != by:
        raise RefusalError("not_allowed")
    if proposal.state != "waiting":
        raise RefusalError("decided")
    proposal.state, proposal.decided_at = "withdrawn", timezone.now()
    proposal.save(update_fields=["state", "decided_at"])
    trace("withdraw", "proposal", proposal.pk, by)


def _open_record(service_id: UUID, by: UUID) -> Service:
    require(by, "editor")
    service = locked_service(service_id)
    if service.state == "defunct":
        raise RefusalError("closed")
    if service.proposals.filter(state="waiting").count() >= MOST_WAITING:
        raise RefusalError("too_many_waiting")
    return service


def _propose_edit(service: Service, changes: Sequence[Mapping[str, Any]], seen: Seen, by: UUID) -> UUID:
    every = list(changes)
    if seen.whole:
        on = seen.observed_on.isoformat() if seen.observed_on else None
        whole = {"stage": seen.stage, "stage_on": on, "source": seen.source}
        every += differences(None, service_values(service), whole)
    if not every:
        raise RefusalError("nothing_changes")
    return _propose(service, "edit", every, seen, by)


def _propose(service: Service, kind: str, changes: Sequence[Mapping[str, Any]], seen: Seen, by: UUID) -> UUID:
    check_evidence(seen.source, seen.observed_on, seen.stage, timezone.now().date())
    proposal = Proposal.objects.create(
        service=service,
        kind=kind,
        changes=list(changes),
        source=seen.source.strip(),
        observed_on=seen.observed_on,
        stage=seen.stage,
        needs=approvals_needed(kind, service.state, changes),
        proposed_by=by,
    )
    trace("propose", "proposal", proposal.pk, by, {"kind": kind, "service": str(service.pk)})
    return proposal.pk
