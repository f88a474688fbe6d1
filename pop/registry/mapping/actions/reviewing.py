"""What a reviewer does with a finding: take some of its fields up as a proposal, or reject it.

A finding changes nothing by itself. What is taken up becomes a proposal of the registry, on which others decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.registry.directory.actions.review.permission import RefusalError, require, trace
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.actions.review.surveyed import draft_from_survey, propose_from_survey
from pop.registry.directory.queries.comparable import comparable_one
from pop.registry.directory.rules.tables import kinds
from pop.registry.mapping.actions.comparing import additions
from pop.registry.mapping.actions.hearing import zone_name
from pop.registry.mapping.actions.renewing import compare_again, drop_what_failed, mark_stale
from pop.registry.mapping.models import Finding
from pop.registry.mapping.queries import UNDONE, digest_of_comparison
from pop.registry.mapping.rules.answers import CONTACTS, FIELDS

CHOICES: Final = ("take", "keep", "ask")
REASONS: Final = ("duplicate", "not_a_service", "false_claim", "no_consent", "cannot_be_checked", "other")
_NEEDED: Final = ("name", "organisation", "country")
_OF_ORGANISATION: Final = ("organisation", "operator", "country")


def take_up(
    *, finding_id: UUID, choices: Mapping[str, str], as_new: bool, kind: str, by: UUID, shown: str | None = None
) -> UUID:
    """Propose what was chosen, for the record that was found or (`as_new`) as a new one; return the proposal.

    `choices` is {field: one of CHOICES}; what is not named is kept. `kind` is for a new record whose instrument does
    not ask for one. `shown` is the digest of the comparison that a person looked at (queries.Reviewed.digest); None
    where nobody looked at any. RefusalError: not_allowed, unknown, decided, moved_on (the finding or the record is not
    what was shown), choice_wrong, no_consent (a field was taken that the respondent does not publish), needs_more (a
    new record without its name, organisation, country or kind), unplaced (no page may name where it is), and what the
    registry refuses. Raises MistakeError.
    """
    require(by, "editor")
    # Kept even where what follows is refused: whoever looks again sees the registry as it is.
    compare_again(finding_id)
    return _take_up(finding_id, choices, as_new, kind, by, shown)


@transaction.atomic
def _take_up(
    finding_id: UUID, choices: Mapping[str, str], as_new: bool, kind: str, by: UUID, shown: str | None
) -> UUID:
    finding = _locked(finding_id)
    _check_shown(finding, shown)
    drop_what_failed(finding)
    if any(field not in FIELDS or choice not in CHOICES for field, choice in choices.items()):
        raise RefusalError("choice_wrong")
    taken = {field for field, choice in choices.items() if choice == "take"}
    if any(not finding.consents.get(field) for field in taken):
        raise RefusalError("no_consent")
    if finding.unplaced:
        raise RefusalError("unplaced")
    # Whoever comes by a partner's own address speaks for itself; the open link proves nobody.
    stage = "provider_confirmed" if finding.invited else "unconfirmed_lead"
    seen = Seen(finding.source, finding.received_on, stage)
    values = {name: finding.values[name] for name in FIELDS if name in taken and name in finding.values}
    if as_new or finding.match_id is None:
        service, proposal = _as_new(finding, values, taken, kind, seen, by)
    else:
        record = comparable_one(finding.match_id)
        service = finding.match_id
        own = {name: value for name, value in values.items() if name not in _OF_ORGANISATION}
        contacts = additions(finding, record) if CONTACTS in taken else []
        proposal = propose_from_survey(service_id=service, values=own, contacts=contacts, seen=seen, by=by)
    finding.service_id, finding.proposal_id = service, proposal
    finding.choices, finding.state = dict(choices), "proposed"
    finding.save()
    if service != finding.match_id:
        mark_stale([finding.country])  # others who say the same are compared with it, before anybody agrees to it
    trace("take_up", "finding", finding.pk, by, {"taken": sorted(taken), "new": as_new})
    return proposal


def reject_finding(*, finding_id: UUID, reason: str, by: UUID, shown: str | None = None) -> None:
    """Reject a finding: nothing of it is taken up. `shown` as for `take_up`. RefusalError: not_allowed, unknown,
    decided, moved_on, reason_wrong.
    """
    require(by, "editor", "approver")
    if reason not in REASONS:
        raise RefusalError("reason_wrong")
    compare_again(finding_id)
    _reject(finding_id, reason, by, shown)


@transaction.atomic
def _reject(finding_id: UUID, reason: str, by: UUID, shown: str | None) -> None:
    finding = _locked(finding_id)
    _check_shown(finding, shown)
    drop_what_failed(finding)
    finding.state, finding.reason = "rejected", reason
    finding.decided_by, finding.decided_at = by, timezone.now()
    finding.save()
    trace("reject_finding", "finding", finding.pk, by, {"reason": reason})


def _as_new(
    finding: Finding, values: dict[str, Any], taken: set[str], kind: str, seen: Seen, by: UUID
) -> tuple[UUID, UUID]:
    if kind and "kind" not in values:
        if kind not in kinds():
            raise RefusalError("choice_wrong")
        values["kind"] = kind
    if any(not values.get(name) for name in (*_NEEDED, "kind")):
        raise RefusalError("needs_more")
    organisation, country = str(values.pop("organisation")), str(values.pop("country"))
    return draft_from_survey(
        country=country,
        organisation=organisation,
        operator=str(values.pop("operator", "") or _operator(finding)),
        values={**values, "timezone": zone_name(country)},
        contacts=finding.contacts if CONTACTS in taken else [],
        seen=seen,
        by=by,
    )


def _operator(finding: Finding) -> str:
    """Return who runs it where that alone hides it: what young people lead is shown by region, asked or not."""
    return "youth_led" if finding.instrument == "youth_led" else ""


def _check_shown(finding: Finding, shown: str | None) -> None:
    """Refuse to act on a comparison that is not the one somebody looked at."""
    if shown is None:
        return
    record = comparable_one(finding.match_id) if finding.match_id else None
    if shown != digest_of_comparison(finding, record):
        raise RefusalError("moved_on")


def _locked(finding_id: UUID) -> Finding:
    finding = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is None:
        raise RefusalError("unknown")
    if finding.state == "proposed" and finding.proposal is not None and finding.proposal.state in UNDONE:
        return finding
    if finding.state != "compared":
        raise RefusalError("decided")
    return finding
