"""What a provider says of its own chat, as a proposal: a published record still changes through people only.

A person's proposal of hours needs one person more. Here nobody has looked before the proposal is made, so it needs two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.audit import actions as audit
from pop.registry.directory.actions.review.records import contact_values
from pop.registry.directory.models import Proposal, Service
from pop.registry.directory.rules.editing import TWO, Change, approvals_needed, differences
from pop.registry.directory.rules.hours import read_hours

STAGE: Final = "provider_confirmed"
CHANNEL: Final = "webchat"
_LONGEST_HOURS: Final = 300


@transaction.atomic
def propose_from_provider(
    *, service_id: UUID, provider: UUID, source: str, hours: str, zone: str, languages: Sequence[str]
) -> UUID | None:
    """Propose a provider's own hours and languages for the chat of its record; None where there is nothing to propose.

    Nothing to propose: there is no such record or chat, the record says so already, or the same proposal waits or was
    rejected. An earlier one of this provider that says something else is outdated by the new one. Hours are left out
    where the record keeps another time zone: there they would be other hours. `provider` stands for a person's id.
    """
    service = Service.objects.select_for_update().filter(pk=service_id).exclude(state="defunct").first()
    contact = service.contacts.filter(channel=CHANNEL, withheld="").first() if service else None
    if service is None or contact is None:
        return None
    now = contact_values(contact)
    wanted: dict[str, Any] = {}
    read = read_hours(hours)
    readable = bool(read.hours) and not read.errors and max(len(hours), len(read.hours)) <= _LONGEST_HOURS
    if readable and zone == service.timezone and read.hours != now["hours"]:
        wanted |= {"hours": read.hours, "hours_source": hours, "hours_rule": read.rule}
    if set(languages) != set(now["languages"] or service.languages):
        wanted["languages"] = list(languages)
    changes = differences(str(contact.pk), now, wanted)
    earlier = list(service.proposals.filter(state__in=("waiting", "rejected"), proposed_by=provider))
    if changes and any(each.changes == changes for each in earlier):
        return None
    for each in (each for each in earlier if each.state == "waiting"):
        each.state, each.decided_at = "outdated", timezone.now()
        each.save(update_fields=["state", "decided_at"])
        audit.record(action="find_outdated", object_type="proposal", object_id=str(each.pk))
    return _propose(service, changes, provider, source) if changes else None


def _propose(service: Service, changes: Sequence[Change], provider: UUID, source: str) -> UUID:
    made = Proposal.objects.create(
        service=service,
        kind="edit",
        changes=list(changes),
        source=source[:300],
        observed_on=timezone.now().date(),
        stage=STAGE,
        needs=max(TWO, approvals_needed("edit", service.state, changes)),
        proposed_by=provider,
    )
    audit.record(
        action="propose",
        object_type="proposal",
        object_id=str(made.pk),
        detail={"kind": "edit", "service": str(service.pk), "provider": str(provider)},
    )
    return made.pk
