"""In which conversations a supervisor is beside whoever has them: joining is an act, which the audit knows."""

from __future__ import annotations

from uuid import UUID

from pop.audit.queries.traces import traces_by, traces_on
from pop.helpline import database
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import SUPERVISOR

JOINED, LEFT = "join_conversation", "leave_joined"
# So many acts are looked back: of one conversation, and of one supervisor.
_MOST_ACTS = 100
_MOST_JOINED = 20


def joined_because(conversation: UUID, staff: UUID) -> str:
    """Return the reason with which somebody joined and has not left since; "" otherwise."""
    for each in traces_on(str(conversation), count=_MOST_ACTS, actions=(JOINED, LEFT), using=database.ALIAS):
        if each.actor == staff:
            return str(each.detail.get("reason", "")) if each.action == JOINED else ""
    return ""


def joined(staff: UUID) -> dict[UUID, str]:
    """Return {conversation: reason} of what a supervisor has joined and not left, the first joined first.

    Only living conversations of a team of theirs on a line that they supervise, and none that they have themselves.
    """
    memberships = lines.teams_of(staff)
    supervised = {each.line for each in memberships if each.role == SUPERVISOR}
    if not supervised:
        return {}
    rows, _ = traces_by(
        [staff],
        object_types=["conversation"],
        search="",
        named=[],
        action=JOINED,
        object_type="",
        order=("-at", "-id"),
        first=0,
        count=_MOST_JOINED,
        using=database.ALIAS,
    )
    named = list(dict.fromkeys(UUID(each.object_id) for each in rows))
    teams = [each.team for each in memberships if each.line in supervised]
    living = Conversation.objects.filter(pk__in=named, team__in=teams).exclude(state=CLOSED)
    beside = set(living.exclude(assignee=staff).exclude(promised_by=staff).values_list("pk", flat=True))
    found = {each: joined_because(each, staff) for each in reversed(named) if each in beside}
    return {each: reason for each, reason in found.items() if reason}
