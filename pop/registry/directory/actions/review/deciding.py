"""Agreeing to a proposal, or not.

Nobody answers their own proposal, nobody counts twice, and whoever has lost the role since no longer counts. A proposal
whose record has moved on is outdated: what its author saw is not there any more.
"""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from pop.people import queries as people
from pop.registry.directory.actions.review import emergency_numbers
from pop.registry.directory.actions.review.permission import RefusalError, announce, require, trace
from pop.registry.directory.actions.review.records import (
    apply_changes,
    locked_service,
    still_holds,
)
from pop.registry.directory.models import Approval, Proposal, Service
from pop.registry.directory.rules.editing import VIA_FOCAL_POINT, approvals_needed

REASONS = ("wrong", "no_evidence", "not_now", "duplicate", "other")
VIA = "apply_proposal"


def approve(*, proposal_id: UUID, by: UUID) -> str:
    """Agree. Returns "counted" (more people are needed), "applied", or "outdated" (the record has changed since, or
    who proposed it for a ministry no longer speaks for it).

    RefusalError: not_allowed, unknown, decided, own_proposal, already_answered.
    """
    try:
        with transaction.atomic():
            return _approve(proposal_id, by)
    except IntegrityError as error:
        # The same person twice at the same moment: the table's own rule is the last word.
        raise RefusalError("already_answered") from error


def _approve(proposal_id: UUID, by: UUID) -> str:
    proposal, service = _locked(proposal_id, by)
    holds = still_holds(service, proposal) if service else emergency_numbers.still_holds(proposal)
    if not holds or not _spoken_for(proposal, service):
        _close(proposal, "outdated")
        trace("find_outdated", "proposal", proposal.pk, by)
        return "outdated"
    Approval.objects.create(proposal=proposal, by=by, yes=True)
    trace("approve", "proposal", proposal.pk, by, {"kind": proposal.kind})
    state = service.state if service else "published"
    # A record may have been published since the proposal was made: what it needs now counts, if that is more.
    proposal.needs = max(proposal.needs, approvals_needed(proposal.kind, state, proposal.changes))
    proposal.save(update_fields=["needs"])
    agreed = people.holding(proposal.approvals.filter(yes=True).values_list("by", flat=True), "approver")
    if len(agreed) < proposal.needs:
        return "counted"
    if service is None:
        emergency_numbers.apply(proposal)
        country = proposal.country
    else:
        apply_changes(service, proposal, via=VIA_FOCAL_POINT if proposal.from_focal_point else VIA)
        country = service.country
    _close(proposal, "applied")
    trace("apply", "proposal", proposal.pk, by, {"kind": proposal.kind, "agreed": sorted(str(each) for each in agreed)})
    _outdate_others(proposal, service, by)
    announce(country)
    return "applied"


@transaction.atomic
def reject(*, proposal_id: UUID, reason: str, by: UUID) -> None:
    """Disagree: one person is enough. RefusalError as for `approve`, and reason_wrong."""
    if reason not in REASONS:
        raise RefusalError("reason_wrong")
    proposal, _ = _locked(proposal_id, by)
    Approval.objects.create(proposal=proposal, by=by, yes=False, reason=reason)
    _close(proposal, "rejected")
    trace("reject", "proposal", proposal.pk, by, {"reason": reason})


def _locked(proposal_id: UUID, by: UUID) -> tuple[Proposal, Service | None]:
    """Lock the record first and then its proposal, always in this order, so that no two people wait for each other."""
    require(by, "approver")
    about = Proposal.objects.filter(pk=proposal_id).values("service_id").first()
    if about is None:
        raise RefusalError("unknown")
    service = locked_service(about["service_id"]) if about["service_id"] else None
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.state != "waiting":
        raise RefusalError("decided")
    if proposal.proposed_by == by:
        raise RefusalError("own_proposal")
    if proposal.approvals.filter(by=by).exists():
        raise RefusalError("already_answered")
    return proposal, service


def _spoken_for(proposal: Proposal, service: Service | None) -> bool:
    """Say whether whoever proposed for a ministry still speaks for it; what the house proposed is its own."""
    country = service.country if service else proposal.country
    return not proposal.from_focal_point or country in people.spoken_for(proposal.proposed_by)


def _close(proposal: Proposal, state: str) -> None:
    proposal.state, proposal.decided_at = state, timezone.now()
    proposal.save(update_fields=["state", "decided_at", "needs"])


def _outdate_others(applied: Proposal, service: Service | None, by: UUID) -> None:
    """Close waiting proposals that saw what has just been replaced, so that nobody spends time on them."""
    if service is None:
        others = Proposal.objects.filter(kind="emergency", country=applied.country, state="waiting")
        gone = [each for each in others if not emergency_numbers.still_holds(each)]
    else:
        fresh = Service.objects.get(pk=service.pk)
        gone = [each for each in fresh.proposals.filter(state="waiting") if not still_holds(fresh, each)]
    for each in gone:
        _close(each, "outdated")
        trace("find_outdated", "proposal", each.pk, by)
