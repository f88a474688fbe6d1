"""Changing a country's emergency numbers: always two people; which are shown follows from the rules, not a wish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.places import countries
from pop.registry.directory.actions.review.permission import RefusalError, require, require_focal_point, trace
from pop.registry.directory.actions.review.proposing import leave_room
from pop.registry.directory.models import EmergencyNumber, Proposal
from pop.registry.directory.rules.editing import FOCAL_POINT_STAGE, TWO, MistakeError, differences
from pop.registry.directory.rules.emergency import EVIDENCE, KINDS, Known, rank_numbers

FIELDS = ("dial", "kind", "stage", "source", "observed_on")
_DIAL = re.compile(r"[0-9]{2,8}\Z")


@transaction.atomic
def propose_emergency(
    *, number_id: UUID | None, country: str, values: Mapping[str, Any], by: UUID, ministry: bool = False
) -> UUID:
    """Propose other facts about a known number, or (`number_id` None) one more number of `country`.

    `values` holds dial, kind, stage, source and observed_on (a date). `ministry`: the focal point of that country says
    so. Raises MistakeError, or RefusalError: unknown, number_known, nothing_changes, too_many_waiting.
    """
    if not ministry:
        require(by, "editor")
    number = EmergencyNumber.objects.filter(pk=number_id).first() if number_id else None
    if number_id and number is None:
        raise RefusalError("unknown")
    if number is not None:
        country = number.country
    if ministry:
        require_focal_point(by, country)
        leave_room(by, Proposal.objects.filter(service=None, country=country))
    after = _checked(country, values)
    if number is None:
        if EmergencyNumber.objects.filter(country=country, dial=after["dial"]).exists():
            raise RefusalError("number_known")
        changes = differences(None, dict.fromkeys(FIELDS), after)
    else:
        after["dial"] = number.dial
        changes = differences(None, _values(number), after)
    if not any(change["field"] not in ("source", "observed_on") for change in changes) and number is None:
        raise RefusalError("nothing_changes")
    if not changes:
        raise RefusalError("nothing_changes")
    proposal = Proposal.objects.create(
        kind="emergency",
        emergency=number,
        country=country,
        changes=changes,
        source=after["source"],
        observed_on=values["observed_on"],
        stage=FOCAL_POINT_STAGE if ministry else "desk_checked",
        needs=TWO,
        proposed_by=by,
        from_focal_point=ministry,
    )
    trace("propose", "proposal", proposal.pk, by, {"kind": "emergency", "country": country})
    return proposal.pk


def still_holds(proposal: Proposal) -> bool:
    """Say whether the number is still what the proposal saw, or still missing if it adds one."""
    number = proposal.emergency
    if number is not None:
        number.refresh_from_db()
        now = _values(number)
        return all(now[change["field"]] == change["before"] for change in proposal.changes)
    dial = next(change["after"] for change in proposal.changes if change["field"] == "dial")
    return not EmergencyNumber.objects.filter(country=proposal.country, dial=dial).exists()


def apply(proposal: Proposal) -> None:
    """Write the number and rank its country's numbers anew. The proposal is locked and still holds."""
    # All of a country's rows, in one order: two proposals for one country must not rank past each other.
    rows = list(EmergencyNumber.objects.select_for_update().filter(country=proposal.country).order_by("pk"))
    after = {change["field"]: change["after"] for change in proposal.changes}
    number = next((row for row in rows if row.pk == proposal.emergency_id), None)
    if number is None:
        number = EmergencyNumber(country=proposal.country)
        rows.append(number)
    for name, value in after.items():
        setattr(number, name, value)
    for row, ranked in zip(rows, rank_numbers([Known(row.dial, row.kind, row.stage) for row in rows]), strict=True):
        row.kind, row.rank = ranked.kind, ranked.rank
        row.save()


def _values(number: EmergencyNumber) -> dict[str, Any]:
    on = number.observed_on
    return {
        "dial": number.dial,
        "kind": number.kind,
        "stage": number.stage,
        "source": number.source,
        "observed_on": on.isoformat() if on else None,
    }


def _checked(country: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if country not in countries.codes():
        raise MistakeError("country", "country_wrong")
    if not _DIAL.match(values["dial"]):
        raise MistakeError("dial", "dial_wrong")
    if values["kind"] not in KINDS.values():
        raise MistakeError("kind", "choice_wrong")
    if values["stage"] not in EVIDENCE.values():
        raise MistakeError("stage", "choice_wrong")
    if not values["source"].strip():
        raise MistakeError("source", "source_missing")
    on = values["observed_on"]
    if on is None or on > timezone.now().date():
        raise MistakeError("observed_on", "date_wrong")
    return {
        **{name: values[name] for name in ("dial", "kind", "stage")},
        "source": values["source"].strip(),
        "observed_on": on.isoformat(),
    }
