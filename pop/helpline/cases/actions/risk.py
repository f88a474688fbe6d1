"""The short risk check, and the line's own steps where danger is imminent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.models import DangerStep, RiskCheck
from pop.helpline.cases.rules.risk import IMMINENT, RAISED, complete, level, why
from pop.helpline.conversations.actions.appending import notice
from pop.helpline.conversations.actions.moving import tell
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import CLOSED, raised
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.moving import locked, opened_by, ring_duty
from pop.helpline.queue.actions.supervising import call_supervisors
from pop.helpline.queue.rules.order import DANGER

GLANCE = "imminent_danger"


def check_risk(
    *,
    conversation: UUID,
    staff: UUID,
    private_key: bytes,
    answers: Mapping[str, str],
    now: datetime | None = None,
) -> str:
    """Keep the answers to the risk check and return their level: none, raised or imminent.

    Imminent danger puts the conversation first, calls the supervisors and tells the child what happens now and why:
    once, and again only where it is another reason or where the danger had been over.
    What was found before is never lowered by a later check. Raises RefusedError: "unknown", "not_yours", "wrong_state",
    "risk_answers".
    """
    now = now or timezone.now()
    whole = complete(answers)
    if whole is None:
        raise RefusedError("risk_answers")
    found = level(whole)
    with database.atomic():
        row = _theirs(conversation, staff)
        before = RiskCheck.objects.filter(conversation=row).order_by("-at", "-pk").first()
        RiskCheck.objects.create(conversation=row, staff=staff, at=now, answers=whole, level=found)
        if found == IMMINENT:
            Conversation.objects.filter(pk=row.pk).update(danger=True, urgency=DANGER)
            known = before is not None and before.level == IMMINENT and why(before.answers) == why(whole)
            if row.channel != "phone" and not known:
                keys = opened_by(row, staff=staff, private_key=private_key)
                line = lines.line(row.line_id)
                # What staff do is written for staff; the child is told those steps that have words for a child.
                written = line.danger_steps if line else ()
                steps = [{"id": each["id"], "text": each["told"]} for each in written if each.get("told")]
                notice(row.pk, "danger_steps", {"why": why(whole), "steps": steps}, keys=keys, now=now)
            call_supervisors(row, why=GLANCE, by=staff, now=now)
        elif found == RAISED:
            Conversation.objects.filter(pk=row.pk).update(urgency=raised(row.urgency))
        tell(row, row.state, action="check_risk", by=staff, detail={"level": found})
        ring_duty(row.line_id)
    return found


def do_danger_step(*, conversation: UUID, staff: UUID, step: str, now: datetime | None = None) -> None:
    """Say that one of the line's written steps is done; once is enough.

    Raises RefusedError: "unknown", "not_yours", "wrong_state", "danger_step" (none of the line's).
    """
    now = now or timezone.now()
    with database.atomic():
        row = _theirs(conversation, staff)
        found = lines.line(row.line_id)
        if found is None or step not in {each["id"] for each in found.danger_steps}:
            raise RefusedError("danger_step")
        if DangerStep.objects.filter(conversation=row, step=step).exists():
            return
        DangerStep.objects.create(conversation=row, step=step, staff=staff, at=now)
        tell(row, row.state, action="do_danger_step", by=staff, detail={"step": step})


def _theirs(conversation: UUID, staff: UUID) -> Conversation:
    row = locked(conversation, staff=staff)
    if row.assignee != staff and not lines.supervises(staff, row.line_id):
        raise RefusedError("not_yours")
    if row.state == CLOSED:
        raise RefusedError("wrong_state")
    return row
