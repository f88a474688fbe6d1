"""What a ministry's focal point can do: propose a correction of a record that it may see, and take its own back.

A proposal of theirs waits for the same people as any other, says whose word it is, and decides nothing: no record is
published, suspended, closed, moved or checked for safety by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.people import queries as people
from pop.registry.directory.actions.review import emergency_numbers, proposing
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.actions.review.records import locked_service
from pop.registry.directory.queries.console import national as queries
from pop.registry.directory.queries.console.national import NationalRecord
from pop.registry.directory.rules.editing import FOCAL_POINT_STAGE, SERVICE_FIELDS
from pop.registry.directory.rules.emergency import ONE_SOURCE

# Room for who says so before where it was read.
LONGEST_SOURCE: Final = 260


@dataclass(frozen=True)
class Said:
    """Where and when a focal point read what it proposes."""

    source: str
    observed_on: date | None


@transaction.atomic
def correct_service(*, service_id: UUID, values: Mapping[str, Any], said: Said, by: UUID) -> UUID:
    """Propose other values for a service's own facts; return the proposal.

    MistakeError, or RefusalError: unknown (not theirs to see), other_country (a record moves into no other country and
    out of none), and what `propose_service` refuses.
    """
    found = _record(service_id, by)
    _stays(found, values)
    wanted = {name: value for name, value in values.items() if name in found.values and name in SERVICE_FIELDS}
    return proposing.propose_service(service_id=service_id, values=wanted, seen=_seen(found, said), by=by)


@transaction.atomic
def correct_contact(*, service_id: UUID, contact_id: UUID, values: Mapping[str, Any], said: Said, by: UUID) -> UUID:
    """Propose other values for a contact that is shown; whether it is shown stays as it is. Raises as the above."""
    found = _record(service_id, by)
    _stays(found, values)
    present = _contact(found, contact_id)
    wanted = {**values, "withheld": present["withheld"]}
    return proposing.propose_contact(
        service_id=service_id, contact_id=contact_id, values=wanted, seen=_seen(found, said), by=by
    )


@transaction.atomic
def add_contact(*, service_id: UUID, values: Mapping[str, Any], said: Said, by: UUID) -> UUID:
    """Propose one more contact of a service; not of one whose contacts are not shown. Raises as the above."""
    found = _record(service_id, by)
    if found.facts.mapped_only:
        # Whatever came of it would tell whether the record has that very number.
        raise RefusalError("unknown")
    _stays(found, values)
    wanted = {**values, "withheld": ""}
    return proposing.propose_new_contact(service_id=service_id, values=wanted, seen=_seen(found, said), by=by)


@transaction.atomic
def remove_contact(*, service_id: UUID, contact_id: UUID, said: Said, by: UUID) -> UUID:
    """Propose that a contact which is shown is shown to nobody any more. Raises as the above."""
    found = _record(service_id, by)
    _contact(found, contact_id)
    return proposing.propose_removal(service_id=service_id, contact_id=contact_id, seen=_seen(found, said), by=by)


@transaction.atomic
def correct_emergency(*, number_id: UUID, kind: str, said: Said, by: UUID) -> UUID:
    """Propose another kind for an emergency number of their country; how well it is known stays as it is.

    MistakeError, or RefusalError: unknown, and what `propose_emergency` refuses.
    """
    line = queries.emergency_number(number_id, countries=people.spoken_for(by))
    if line is None:
        raise RefusalError("unknown")
    values = {"dial": line.dial, "kind": kind, "stage": line.stage}
    return _propose_emergency(number_id, line.country, values, said, by)


@transaction.atomic
def add_emergency(*, country: str, dial: str, kind: str, said: Said, by: UUID) -> UUID:
    """Propose one more emergency number of their country, which one source knows. Raises as the above."""
    if country not in people.spoken_for(by):
        raise RefusalError("other_country")
    return _propose_emergency(None, country, {"dial": dial, "kind": kind, "stage": ONE_SOURCE}, said, by)


@transaction.atomic
def take_back(*, proposal_id: UUID, by: UUID) -> None:
    """Take one's own proposal back. RefusalError: unknown, decided."""
    found = queries.proposal(proposal_id, countries=people.spoken_for(by), reader=by)
    if found is None or not found.own:
        raise RefusalError("unknown")
    proposing.withdraw(proposal_id=proposal_id, by=by)


def _propose_emergency(number: UUID | None, country: str, values: Mapping[str, Any], said: Said, by: UUID) -> UUID:
    whole = {**values, "source": _source(country, said), "observed_on": said.observed_on}
    return emergency_numbers.propose_emergency(number_id=number, country=country, values=whole, by=by, ministry=True)


def _record(service_id: UUID, by: UUID) -> NationalRecord:
    """Return the record, held until the transaction ends, as far as this person may see it now."""
    countries = people.spoken_for(by)
    if not countries:
        raise RefusalError("not_allowed")
    locked_service(service_id)
    found = queries.record(service_id, countries=countries, now=timezone.now())
    if found is None:
        raise RefusalError("unknown")
    return found


def _contact(found: NationalRecord, contact_id: UUID) -> Mapping[str, Any]:
    if contact_id not in found.contacts:
        raise RefusalError("unknown")
    return found.contacts[contact_id]


def _stays(found: NationalRecord, values: Mapping[str, Any]) -> None:
    if values.get("country", found.facts.country) != found.facts.country:
        raise RefusalError("other_country")


def _seen(found: NationalRecord, said: Said) -> Seen:
    source = _source(found.facts.country, said)
    return Seen(source, said.observed_on, FOCAL_POINT_STAGE, ministry=True)


def _source(country: str, said: Said) -> str:
    """Return the source as evidence names it: first whose word it is, which nobody can leave out."""
    read = said.source.strip()[:LONGEST_SOURCE]
    return f"ministry's focal point, {country}: {read}" if read else ""
