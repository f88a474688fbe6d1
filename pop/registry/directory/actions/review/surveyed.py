"""What a survey says, on its way into the registry: a new record that waits, or a proposal about one that is there.

A number that a survey brings to a record which children see is kept from them, whoever agrees to it: the safety
decision lets it out, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from pop_sdk.vocabulary import STAGES

from pop.audit import actions as audit
from pop.places import countries
from pop.registry.directory.actions.review.permission import RefusalError, announce, require, trace
from pop.registry.directory.actions.review.proposing import MOST_WAITING, Seen
from pop.registry.directory.actions.review.records import (
    digest_of,
    locked_service,
    put_under_review,
    service_values,
)
from pop.registry.directory.models import Change, Contact, Evidence, Organisation, Proposal, Service, Task
from pop.registry.directory.rules.drafts import as_text
from pop.registry.directory.rules.editing import (
    AWAITS_CALL,
    CONTACT_COLUMNS,
    DIGEST,
    MAPPING,
    SERVICE_FIELDS,
    TWO,
    WHOLE,
    MistakeError,
    approvals_needed,
    check_evidence,
    contact_identity,
    differences,
    evidence_name,
    reaches_children_uncalled,
    service_columns,
)
from pop.registry.directory.rules.publication import CLEAR, MAPPED_ONLY

WITHDRAWN: Final = "withdrawn"
_VIA: Final = "survey"


@transaction.atomic
def draft_from_survey(
    *,
    country: str,
    organisation: str,
    operator: str,
    values: Mapping[str, Any],
    contacts: Sequence[Mapping[str, Any]],
    seen: Seen,
    by: UUID,
) -> tuple[UUID, UUID]:
    """Make a record that waits, with its contacts, and propose that it be published: return (service, proposal).

    `contacts` are columns as `contact_columns` makes them. Two people must agree; then it is on the map only. Raises
    MistakeError, or RefusalError: not_allowed, name_known.
    """
    require(by, "editor")
    if country not in countries.codes():
        raise MistakeError("country", "country_wrong")
    check_evidence(seen.source, seen.observed_on, seen.stage, timezone.now().date())
    columns = service_columns(values, country)
    if Service.objects.filter(country=country, name__iexact=columns["name"]).exclude(state="defunct").exists():
        raise RefusalError("name_known")
    body = Organisation.objects.filter(country=country, name=organisation, operator=operator).first()
    body = body or Organisation.objects.create(name=organisation, country=country, operator=operator)
    service = Service.objects.create(
        organisation=body,
        country=country,
        state="waiting",
        safety=MAPPED_ONLY,
        from_survey=True,
        stage=seen.stage,
        stage_on=seen.observed_on,
        source=seen.source,
        **columns,
    )
    Change.objects.create(service=service, field="record", after=service.name, by=by, via=_VIA)
    for name in SERVICE_FIELDS:
        _observe(service, None, name, as_text(getattr(service, name)), seen, by)
    for place, each in enumerate(contacts):
        identity = contact_identity(service.pk, each)
        if service.contacts.filter(pk=identity).exists():
            continue  # the same channel and number twice in one form
        contact = Contact.objects.create(id=identity, service=service, position=place, **each)
        told: set[str] = set()
        for column in CONTACT_COLUMNS:
            fact = evidence_name(column, of_contact=True)
            if fact not in told and column != "withheld" and as_text(each.get(column)):
                told.add(fact)
                _observe(service, contact, fact, as_text(each.get(column)), seen, by)
    digest = digest_of(service)
    changes = [
        *differences(None, service_values(service), {"state": "published"}),
        {"contact": None, "field": DIGEST, "before": digest, "after": digest},
    ]
    proposal = _propose(service, changes, seen, by, TWO)
    return service.pk, proposal


@transaction.atomic
def propose_from_survey(
    *, service_id: UUID, values: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]], seen: Seen, by: UUID
) -> UUID:
    """Propose for a record that is there the values and further contacts that a survey says.

    Unless the record is on the map only, each number added is kept from children (`AWAITS_CALL`), and what decides who
    is shown it is refused. Raises MistakeError, or RefusalError: not_allowed, unknown, closed, too_many_waiting,
    nothing_changes, reaches_children.
    """
    require(by, "editor")
    service = locked_service(service_id)
    if service.state == "defunct":
        raise RefusalError("closed")
    if service.proposals.filter(state="waiting").count() >= MOST_WAITING:
        raise RefusalError("too_many_waiting")
    check_evidence(seen.source, seen.observed_on, seen.stage, timezone.now().date())
    changes = differences(None, service_values(service), service_columns(values, service.country))
    if reaches_children_uncalled(service.safety, changes):
        raise RefusalError("reaches_children")
    awaited = service.safety != MAPPED_ONLY
    added: set[UUID] = set()
    for each in contacts:
        columns = {**each, "withheld": AWAITS_CALL} if awaited and not each["withheld"] else dict(each)
        identity = contact_identity(service.pk, columns)
        if identity in added or service.contacts.filter(pk=identity).exists():
            continue
        added.add(identity)
        changes.append({"contact": str(identity), "field": WHOLE, "before": None, "after": columns})
    if not changes:
        raise RefusalError("nothing_changes")
    return _propose(service, changes, seen, by, approvals_needed(MAPPING, service.state, changes))


def digest_for_decision(service_id: UUID) -> str:
    """Return the digest of what a safety decision is about: the record's numbers and to whom they are shown.

    The record stays locked until the caller's transaction ends. RefusalError: unknown, state_wrong (it is not on the
    map, or nothing of it awaits the decision).
    """
    service = locked_service(service_id)
    held = service.contacts.filter(withheld=AWAITS_CALL).exists()
    if service.state != "published" or not (service.safety == MAPPED_ONLY or (service.safety == CLEAR and held)):
        raise RefusalError("state_wrong")
    return digest_of(service)


@transaction.atomic
def clear_for_children(*, service_id: UUID, digest: str, seen: Seen, by: UUID) -> None:
    """Let a record, and its numbers that awaited a call, reach children. The caller has both checks of the decision.

    `seen` is the call: the body said that the record is its own, and that is what the record's stage says from now on.
    What was not asked, such as hours, keeps its own evidence. RefusalError: unknown, state_wrong, outdated (the record
    is not what was checked).
    """
    if digest_for_decision(service_id) != digest:
        raise RefusalError("outdated")
    service = locked_service(service_id)
    for contact in service.contacts.filter(withheld=AWAITS_CALL):
        _note(service, contact.pk, "withheld", AWAITS_CALL, "", by)
        contact.withheld = ""
        contact.save(update_fields=["withheld"])
    if service.safety != CLEAR:
        _note(service, None, "safety", service.safety, CLEAR, by)
        service.safety = CLEAR
    _observe(service, None, "stage", seen.stage, seen, by)
    if STAGES.index(seen.stage) >= STAGES.index(service.stage):
        for name, after in (("stage", seen.stage), ("stage_on", seen.observed_on), ("source", seen.source)):
            _note(service, None, name, as_text(getattr(service, name)), as_text(after), by)
            setattr(service, name, after)
    service.save(update_fields=["safety", "stage", "stage_on", "source", "changed_at"])
    trace("clear_for_children", "service", service.pk, by)
    announce(service.country)


@transaction.atomic
def hide_in_danger(service_id: UUID) -> None:
    """Take a record off every page at once: whoever answered for it says that being named could put somebody in danger.

    That needs nobody's agreement; two people let it back. A record that is on no page stays as it is.
    """
    service = Service.objects.select_for_update().filter(pk=service_id, state="published").first()
    if service is not None and service.safety in (CLEAR, MAPPED_ONLY):
        put_under_review(service, via=_VIA, reason="danger")


@transaction.atomic
def take_back(*, service_id: UUID, source: str, proposals: Sequence[UUID], made: bool) -> None:
    """Take away, at once, what a withdrawn survey brought; the respondent's wish needs nobody's agreement.

    A record that was `made` of it keeps its id and nothing else. Of another record, also one that somebody else's
    answer made, go the numbers, the evidence and the proposals' words of this `source`; what its other fields took from
    it stays as a task for people.
    """
    service = Service.objects.select_for_update().filter(pk=service_id).first()
    if service is None or (service.state == "defunct" and service.safety == WITHDRAWN):
        return
    Proposal.objects.filter(pk__in=list(proposals), state="waiting").update(
        state="withdrawn", decided_at=timezone.now()
    )
    if made and service.from_survey:
        _empty(service)
    else:
        for contact in service.contacts.filter(evidence__source=source).distinct():
            if not contact.evidence.exclude(source=source).exists():
                service.changes.filter(contact_id=contact.pk).delete()
                contact.delete()
        service.evidence.filter(source=source).delete()
        # What was answered stands in what was proposed, too, whatever became of that.
        service.proposals.filter(kind=MAPPING, source=source).update(changes=[])
        detail = {"source": source}
        if not Task.objects.filter(kind="survey_withdrawn", service=service, detail=detail).exists():
            Task.objects.create(kind="survey_withdrawn", service=service, detail=detail)
        service.save(update_fields=["changed_at"])
    _trace_of_system("take_back", service)
    announce(service.country)


def _empty(service: Service) -> None:
    """Leave of a record its id, its country and that it is gone: in the history, too."""
    for rows in (
        service.contacts,
        service.evidence,
        service.changes,
        service.texts,
        service.proposals,
        service.notices,
    ):
        rows.all().delete()
    body = service.organisation
    blank = Organisation.objects.create(name="", country=service.country)
    service.organisation, service.name, service.website, service.remarks, service.source = blank, "", "", "", ""
    service.subdivisions, service.languages, service.topics, service.responders, service.audience = [], [], [], [], []
    service.age_min = service.age_max = service.stage_on = None
    service.state, service.safety = "defunct", WITHDRAWN
    service.save()
    if not body.services.exists():
        body.delete()
    Change.objects.create(service=service, field="state", after="defunct", via="withdraw_submission")


def _trace_of_system(action: str, service: Service) -> None:
    """Add to the audit what no member of staff did."""
    from_nobody: dict[str, object] = {"country": service.country}
    audit.record(action=action, object_type="service", object_id=str(service.pk), detail=from_nobody)


def _propose(service: Service, changes: Sequence[Mapping[str, Any]], seen: Seen, by: UUID, needs: int) -> UUID:
    made = Proposal.objects.create(
        service=service,
        kind=MAPPING,
        changes=list(changes),
        source=seen.source,
        observed_on=seen.observed_on,
        stage=seen.stage,
        needs=needs,
        proposed_by=by,
    )
    trace("propose", "proposal", made.pk, by, {"kind": MAPPING, "service": str(service.pk)})
    return made.pk


def _note(service: Service, contact: UUID | None, field: str, before: str, after: str, by: UUID) -> None:
    Change.objects.create(
        service=service, contact_id=contact, field=field, before=before, after=after, by=by, via="safety_decision"
    )


def _observe(service: Service, contact: Contact | None, field: str, value: str, seen: Seen, by: UUID) -> None:
    if not value:
        return
    on: date | None = seen.observed_on
    Evidence.objects.create(
        service=service,
        contact=contact,
        field=field,
        value=value,
        source=seen.source,
        observed_on=on,
        stage=seen.stage,
        recorded_by=by,
    )


@transaction.atomic
def drop_proposal(*, proposal_id: UUID) -> None:
    """Close a proposal that waits no longer for anybody; a record that was made for it and never shown goes with it."""
    proposal = Proposal.objects.filter(pk=proposal_id).first()
    if proposal is None or proposal.service_id is None:
        return
    service = locked_service(proposal.service_id)
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.state == "waiting":
        proposal.state, proposal.decided_at = "outdated", timezone.now()
        proposal.save(update_fields=["state", "decided_at"])
        _trace_of_system("find_outdated", service)
    if service.from_survey and service.state == "waiting":
        body = service.organisation
        service.delete()
        if not body.services.exists():
            body.delete()
