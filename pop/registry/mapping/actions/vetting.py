"""The safety decision about a record: two steps, two people, and only then it reaches children."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.people import queries as people
from pop.registry.directory.actions.review.permission import RefusalError, require, trace
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.actions.review.surveyed import clear_for_children, digest_for_decision
from pop.registry.directory.queries.comparable import Comparable, comparable_one
from pop.registry.directory.rules.likeness import host_of
from pop.registry.directory.rules.numbers import read_number
from pop.registry.mapping.models import Finding, SafetyStep
from pop.registry.mapping.queries import people_behind
from pop.registry.mapping.rules.vetting import (
    CALL,
    GOOD,
    NUMBER_SOURCES,
    OUTCOMES,
    STEPS,
    fault_of_source,
    people_fault,
)

ROLES = ("editor", "approver")
# The body itself, called on a number that others publish, said that the record is its own.
CALLED = "provider_confirmed"


@transaction.atomic
def take_step(
    *, service_id: UUID, step: str, outcome: str, source: str, number_source: str = "", number: str = "", by: UUID
) -> bool:
    """Write down one step; return whether the record now reaches children.

    `source` is a link to where the body, or the number that was called, stands; `number` is compared with those of the
    record and of its submissions, and kept nowhere. RefusalError: not_allowed, unknown, state_wrong, step_wrong,
    outcome_wrong, source_wrong, source_of_submission, number_source_wrong, number_unreadable, number_of_submission,
    own_proposal, same_person, only_approvers.
    """
    require(by, *ROLES)
    if step not in STEPS:
        raise RefusalError("step_wrong")
    if outcome not in OUTCOMES[step]:
        raise RefusalError("outcome_wrong")
    digest = digest_for_decision(service_id)
    record = comparable_one(service_id)
    if record is None:
        raise RefusalError("unknown")
    findings = list(Finding.objects.filter(service_id=service_id).exclude(state="withdrawn"))
    fault = fault_of_source(source, _hosts(record, findings))
    if fault:
        raise RefusalError(fault)
    if step == CALL:
        _check_number(number, number_source, record, findings)
    steps = {each.step: each for each in SafetyStep.objects.filter(service_id=service_id, current=True)}
    others = {name: each.by for name, each in steps.items() if name != step and each.digest == digest}
    for proposer, agreed in people_behind(service_id) or [(None, frozenset())]:
        fault = people_fault(by, step=step, others=others, proposer=proposer, agreed=agreed)
        if fault:
            raise RefusalError(fault)
    SafetyStep.objects.filter(service_id=service_id, step=step, current=True).update(current=False)
    SafetyStep.objects.create(
        service_id=service_id,
        step=step,
        outcome=outcome,
        source=source.strip(),
        number_source=number_source if step == CALL else "",
        digest=digest,
        by=by,
        at=timezone.now(),
    )
    trace("take_safety_step", "service", service_id, by, {"step": step, "outcome": outcome})
    call = _both_good(service_id, digest)
    if call is None:
        return False
    seen = Seen(call.source, call.at.date(), CALLED)
    clear_for_children(service_id=service_id, digest=digest, seen=seen, by=by)
    return True


def _both_good(service_id: UUID, digest: str) -> SafetyStep | None:
    """Return the call where both steps came out well, else None."""
    rows = SafetyStep.objects.filter(service_id=service_id, current=True, digest=digest)
    good = {row.step: row for row in rows if row.outcome == GOOD[row.step]}
    # Whoever lost the role since no longer counts.
    holding = people.holding((row.by for row in good.values()), *ROLES)
    return good[CALL] if len(good) == len(STEPS) and len(holding) == len(STEPS) else None


def _check_number(number: str, number_source: str, record: Comparable, findings: list[Finding]) -> None:
    if number_source not in NUMBER_SOURCES:
        raise RefusalError("number_source_wrong")
    called = read_number(number, record.country)
    if called.kind == "unparsed":
        raise RefusalError("number_unreadable")
    given = [*record.contacts, *(each for finding in findings for each in finding.contacts)]
    own = {str(each.get("e164") or each.get("dial")) for each in given} | {
        str(each.get("alternative")) for each in given
    }
    if (called.e164 or called.dial) in own:
        raise RefusalError("number_of_submission")


def _hosts(record: Comparable, findings: list[Finding]) -> set[str]:
    """Return the hosts that the record and its submissions name: websites, pages, and those of mail addresses."""
    values = [record.values, *(finding.values for finding in findings)]
    contacts = [*record.contacts, *(each for finding in findings for each in finding.contacts)]
    hosts = {host_of(str(each.get("website") or "")) for each in values}
    for each in contacts:
        dial = str(each.get("dial") or "")
        hosts.add(host_of(dial))
        if each.get("channel") == "email":
            hosts.add(dial.rpartition("@")[2].casefold())
    return hosts - {""}
