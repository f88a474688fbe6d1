"""Which complaints only the escrow can open: they concern every supervisor of their line, or those lost their keys."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pop.helpline.conversations.models import Complaint, ComplaintSeal
from pop.helpline.lines import queries as lines
from pop.people import queries as people


@dataclass(frozen=True)
class ForEscrow:
    """A complaint that waits for the escrow: no words, no conversation, nobody whom it concerns."""

    id: UUID
    line: str
    made_at: datetime
    due_on: date


def waiting_for_escrow() -> list[ForEscrow]:
    """Return the open complaints that nobody who supervises their line now can open, soonest due first.

    Sealed to none of them; or to an earlier key, which went with a password that was set anew by a link.
    """
    found = list(Complaint.objects.filter(state="open").order_by("due_on", "made_at", "id"))
    if not found:
        return []
    sealed: defaultdict[UUID, set[str]] = defaultdict(set)
    seals = ComplaintSeal.objects.filter(complaint__state="open", recipient="supervisor")
    for complaint, staff in seals.values_list("complaint", "recipient_id"):
        sealed[complaint].add(staff)
    leading = {line: people.keyed_since(lines.supervisors(line)) for line in {each.line_id for each in found}}
    names = {line: known.name for line in leading if (known := lines.line(line)) is not None}
    return [
        ForEscrow(each.pk, names.get(each.line_id, ""), each.made_at, each.due_on)
        for each in found
        if not any(
            str(staff) in sealed[each.pk] and since <= each.made_at for staff, since in leading[each.line_id].items()
        )
    ]
