"""Reading and writing a locked record: its values as JSON, whether a proposal still fits, and applying it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pop.audit import actions as audit
from pop.registry.directory.actions.review.permission import RefusalError, announce
from pop.registry.directory.models import Change, Contact, Evidence, Proposal, Service
from pop.registry.directory.rules.drafts import as_text
from pop.registry.directory.rules.editing import (
    CONTACT_COLUMNS,
    DIGEST,
    MAPPING,
    REMOVED,
    SERVICE_FIELDS,
    WHOLE,
    evidence_name,
    reach_digest,
    reaches_children_uncalled,
)
from pop.registry.directory.rules.publication import UNDER_REVIEW

STATE_FIELDS = ("state", "safety", "stage", "stage_on", "source")


def locked_service(service_id: UUID) -> Service:
    """Return the record, held until the transaction ends: whatever changes it, or decides about it, waits here."""
    found = Service.objects.select_for_update().filter(pk=service_id).first()
    if found is None:
        raise RefusalError("unknown")
    return found


def put_under_review(service: Service, *, via: str, reason: str) -> None:
    """Take a record off every page until two people let it back; the caller holds it locked, in a transaction."""
    Change.objects.create(service=service, field="safety", before=service.safety, after=UNDER_REVIEW, via=via)
    service.safety = UNDER_REVIEW
    service.save(update_fields=["safety", "changed_at"])
    audit.record(
        action="suspend_for_review", object_type="service", object_id=str(service.pk), detail={"reason": reason}
    )
    announce(service.country)


def plain(value: Any) -> Any:
    """Return a column's value as JSON keeps it (dates as text)."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def service_values(service: Service) -> dict[str, Any]:
    """Return the values of a service that a proposal may name."""
    return {name: plain(getattr(service, name)) for name in (*SERVICE_FIELDS, *STATE_FIELDS)}


def contact_values(contact: Contact) -> dict[str, Any]:
    """Return the values of a contact that a proposal may name."""
    return {name: getattr(contact, name) for name in CONTACT_COLUMNS}


def digest_of(service: Service) -> str:
    """Return the digest of everything that makes the record's numbers and whom they reach, as it is now."""
    contacts = ({"id": each.pk, **contact_values(each)} for each in service.contacts.all())
    return reach_digest(service_values(service), contacts)


def still_holds(service: Service, proposal: Proposal) -> bool:
    """Say whether every value that the proposal saw is still there.

    What a survey says of a record on the map only holds no more once children see it: its numbers were not called.
    """
    if proposal.kind == MAPPING and reaches_children_uncalled(service.safety, proposal.changes):
        return False
    contacts = {str(each.pk): each for each in service.contacts.all()}
    values = service_values(service)
    return service.state != "defunct" and all(
        _now(change, service, values, contacts) == change["before"] for change in proposal.changes
    )


def _now(
    change: Mapping[str, Any], service: Service, values: Mapping[str, Any], contacts: Mapping[str, Contact]
) -> object:
    if change["field"] == DIGEST:
        return digest_of(service)
    if change["contact"] is None:
        return values.get(change["field"])
    contact = contacts.get(change["contact"])
    if change["field"] == WHOLE:
        return None if contact is None else contact_values(contact)
    # A contact that is gone equals nothing that anybody saw.
    return contact_values(contact).get(change["field"]) if contact else object()


def apply_changes(service: Service, proposal: Proposal, *, via: str) -> None:
    """Write a proposal's values with their evidence and history. The record is locked and the proposal still holds.

    A proposal that raises the record's own stage says that all of it was checked: then every fact gets that evidence.
    """
    contacts = {str(each.pk): each for each in service.contacts.all()}
    touched: set[str] = set()
    seen: set[tuple[str | None, str]] = set()
    for change in proposal.changes:
        name, key, after = change["field"], change["contact"], change["after"]
        if name == DIGEST:
            continue
        if name == WHOLE:
            contact = Contact.objects.create(
                id=UUID(key),
                service=service,
                position=1 + max((c.position for c in contacts.values()), default=-1),
                **after,
            )
            contacts[key] = contact
            _remember(service, proposal, key, name, "", f"{contact.channel} {contact.dial or contact.as_stated}", via)
            for column in CONTACT_COLUMNS:
                if as_text(after.get(column)):
                    _observe(service, contact, column, proposal, seen)
            continue
        record: Service | Contact = contacts[key] if key else service
        setattr(record, name, date.fromisoformat(after) if name == "stage_on" and after else after)
        if key:
            touched.add(key)
        _remember(service, proposal, key, name, as_text(change["before"]), as_text(after), via)
        if proposal.stage and name not in STATE_FIELDS and after != REMOVED:
            _observe(service, contacts[key] if key else None, name, proposal, seen)
    for key in touched:
        contacts[key].save()
    service.save()
    if any(change["field"] in ("stage", "stage_on") for change in proposal.changes):
        _observe_all(service, proposal, seen)


def _observe_all(service: Service, proposal: Proposal, seen: set[tuple[str | None, str]]) -> None:
    for name in SERVICE_FIELDS:
        if as_text(getattr(service, name)):
            _observe(service, None, name, proposal, seen)
    for contact in service.contacts.filter(withheld=""):
        for column in CONTACT_COLUMNS:
            if as_text(getattr(contact, column)):
                _observe(service, contact, column, proposal, seen)


def _remember(
    service: Service, proposal: Proposal, contact: str | None, field: str, before: str, after: str, via: str
) -> None:
    Change.objects.create(
        service=service,
        contact_id=UUID(contact) if contact else None,
        field=field,
        before=before,
        after=after,
        by=proposal.proposed_by,
        via=via,
    )


def _observe(
    service: Service, contact: Contact | None, column: str, proposal: Proposal, seen: set[tuple[str | None, str]]
) -> None:
    """Write the evidence of one fact, once: a number's several columns are one fact."""
    if column == "withheld":
        return
    name = evidence_name(column, of_contact=contact is not None)
    key = (str(contact.pk) if contact else None, name)
    if key in seen:
        return
    seen.add(key)
    stated = {"dial": "as_stated", "hours": "hours_source"}.get(name, name)
    Evidence.objects.create(
        service=service,
        contact=contact,
        field=name,
        value=as_text(getattr(contact or service, stated)),
        source=proposal.source,
        observed_on=proposal.observed_on,
        stage=proposal.stage,
        recorded_by=proposal.proposed_by,
    )
