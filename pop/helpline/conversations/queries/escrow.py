"""Which complaints nobody but the escrow can open: they concern every supervisor of their line, or those have left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pop.helpline.conversations.models import Complaint, ComplaintSeal
from pop.helpline.lines import queries as lines


@dataclass(frozen=True)
class ForEscrow:
    """A complaint that waits for the escrow: no words, no conversation, nobody whom it concerns."""

    id: UUID
    line: str
    made_at: datetime
    due_on: date


def waiting_for_escrow() -> list[ForEscrow]:
    """Return the open complaints that are sealed to nobody who supervises their line now, soonest due first."""
    found = list(Complaint.objects.filter(state="open").order_by("due_on", "made_at", "id"))
    if not found:
        return []
    sealed: defaultdict[UUID, set[str]] = defaultdict(set)
    seals = ComplaintSeal.objects.filter(complaint__state="open", recipient="supervisor")
    for complaint, staff in seals.values_list("complaint", "recipient_id"):
        sealed[complaint].add(staff)
    leading = {line: {str(each) for each in lines.supervisors(line)} for line in {each.line_id for each in found}}
    names = {line: known.name for line in leading if (known := lines.line(line)) is not None}
    return [
        ForEscrow(each.pk, names.get(each.line_id, ""), each.made_at, each.due_on)
        for each in found
        if not sealed[each.pk] & leading[each.line_id]
    ]
