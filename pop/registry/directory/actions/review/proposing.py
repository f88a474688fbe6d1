"""Proposing a change: nothing of the record moves until the people it needs have agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from pop.registry.directory.actions.review.permission import RefusalError, require, require_focal_point, trace
from pop.registry.directory.actions.review.records import (
    contact_values,
    digest_of,
    locked_service,
    service_values,
)
from pop.registry.directory.models import Contact, Proposal, Service
from pop.registry.directory.rules.editing import (
    AWAITS_CALL,
    DIGEST,
    REMOVED,
    STATE_KINDS,
    TWO,
    WHOLE,
    approvals_needed,
    check_evidence,
    contact_columns,
    contact_identity,
    differences,
    service_columns,
)
from pop.registry.directory.rules.publication import CHECKED_KINDS, CLEAR, MAPPED_ONLY, cleared

MOST_WAITING = 50
# A guest leaves room for the house: on one record for all focal points together, and for each of them in all, that
# wait or were made within a day.
MOST_OF_FOCAL_POINTS = 10
MOST_OF_ONE = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """Where, when and how the facts of a proposal were seen; `whole`: the whole record was checked, not only these.

    `ministry`: the focal point of the record's country says so, and nobody of the house has looked yet.
    """

    source: str
    observed_on: date | None
    stage: str
    whole: bool = False
    ministry: bool = False


@transaction.atomic
def propose_service(*, service_id: UUID, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Propose other values for a service's own fields. MistakeError, or RefusalError: nothing_changes, closed."""
    service = _open_record(service_id, seen, by)
    now = service_values(service)
    wanted = service_columns(values, service.country)
    if wanted.get("kind") in CHECKED_KINDS - {service.kind} and service.safety == CLEAR:
        wanted["safety"] = MAPPED_ONLY  # what was cleared was another kind of thing
    return _propose_edit(service, differences(None, now, wanted), seen, by)


@transaction.atomic
def propose_contact(*, service_id: UUID, contact_id: UUID, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Propose other values for one contact; one that awaits a call still is shown by no proposal.

    Raises MistakeError or RefusalError.
    """
    service = _open_record(service_id, seen, by)
    contact = service.contacts.filter(pk=contact_id).first()
    if contact is None:
        raise RefusalError("unknown")
    wanted = contact_columns(values, service.country, service.timezone)
    if contact.withheld == AWAITS_CALL and not wanted["withheld"]:
        raise RefusalError("safety_first")
    if not wanted["withheld"] and _still_uncalled(service, contact):
        wanted["withheld"] = AWAITS_CALL  # it comes back as what it was when it was taken away
    changes = differences(str(contact.pk), contact_values(contact), wanted)
    return _propose_edit(service, changes, seen, by)


@transaction.atomic
def propose_new_contact(*, service_id: UUID, values: Mapping[str, Any], seen: Seen, by: UUID) -> UUID:
    """Propose one more contact. RefusalError "contact_known": the record has, or had, this very contact.

    A ministry is not told so, because the record may keep that contact from it: such a proposal is outdated when it is
    answered.
    """
    service = _open_record(service_id, seen, by)
    columns = contact_columns(values, service.country, service.timezone)
    identity = contact_identity(service.pk, columns)
    if service.contacts.filter(pk=identity).exists() and not seen.ministry:
        raise RefusalError("contact_known")
    change = {"contact": str(identity), "field": WHOLE, "before": None, "after": columns}
    return _propose_edit(service, [change], seen, by)


@transaction.atomic
def propose_removal(*, service_id: UUID, contact_id: UUID, seen: Seen, by: UUID) -> UUID:
    """Propose that a contact is shown to nobody any more. It stays in the record, with its history and evidence."""
    service = _open_record(service_id, seen, by)
    contact = service.contacts.filter(pk=contact_id).first()
    if contact is None:
        raise RefusalError("unknown")
    changes = differences(str(contact.pk), contact_values(contact), {"withheld": REMOVED})
    return _propose_edit(service, changes, seen, by)


@transaction.atomic
def propose_state(*, service_id: UUID, kind: str, seen: Seen, by: UUID) -> UUID:
    """Propose to publish, to end a suspension, or to close a record for good.

    RefusalError: state_wrong, already_waiting, not_allowed (a ministry corrects facts, and decides about no record).
    """
    if seen.ministry:
        raise RefusalError("not_allowed")
    service = _open_record(service_id, seen, by)
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
    require(by, "editor", "approver", "focal_point")
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


def _still_uncalled(service: Service, contact: Contact) -> bool:
    """Say whether a contact awaited a call when it was withheld for more, and no safety decision let it out."""
    left = service.changes.filter(contact_id=contact.pk, field="withheld", before=AWAITS_CALL)
    return left.exists() and not left.filter(after="").exists()


def _open_record(service_id: UUID, seen: Seen, by: UUID) -> Service:
    if not seen.ministry:
        require(by, "editor")
    service = locked_service(service_id)
    if seen.ministry:
        require_focal_point(by, service.country)
        leave_room(by, Proposal.objects.filter(service=service))
    if service.state == "defunct":
        raise RefusalError("closed")
    if service.proposals.filter(state="waiting").count() >= MOST_WAITING:
        raise RefusalError("too_many_waiting")
    return service


def leave_room(by: UUID, about: QuerySet[Proposal]) -> None:
    """Refuse one more proposal of a focal point where too many wait, among those `about` it or of this person."""
    recent = Q(state="waiting") | Q(proposed_at__gt=timezone.now() - _DAY)
    if about.filter(from_focal_point=True, state="waiting").count() >= MOST_OF_FOCAL_POINTS:
        raise RefusalError("too_many_waiting")
    if Proposal.objects.filter(recent, proposed_by=by, from_focal_point=True).count() >= MOST_OF_ONE:
        raise RefusalError("too_many_waiting")


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
    needs = approvals_needed(kind, service.state, changes)
    proposal = Proposal.objects.create(
        service=service,
        kind=kind,
        changes=list(changes),
        source=seen.source.strip(),
        observed_on=seen.observed_on,
        stage=seen.stage,
        # An editor's proposal has been seen by somebody of the house before it is made; a ministry's has not.
        needs=max(TWO, needs) if seen.ministry else needs,
        proposed_by=by,
        from_focal_point=seen.ministry,
    )
    said = {"for": service.country} if seen.ministry else {}
    trace("propose", "proposal", proposal.pk, by, {"kind": kind, "service": str(service.pk), **said})
    return proposal.pk
