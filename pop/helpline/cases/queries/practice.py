"""Scripted children, and how practices went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from pop.helpline.cases.models import PracticeRun
from pop.helpline.cases.rules.scripts import scripts
from pop.helpline.lines import queries as lines

_MOST = 100


@dataclass(frozen=True)
class ScriptCard:
    """One scripted child, as it is offered for practice."""

    id: str
    title: str
    theme: str
    language: str
    danger: bool


@dataclass(frozen=True)
class RunRow:
    """One practice. `conversation` is None once it was erased; `over`: the scripted child has no more to say."""

    id: UUID
    conversation: UUID | None
    script: str
    title: str
    staff: UUID
    made_at: datetime
    state: str
    over: bool
    feedback: str
    feedback_by: UUID | None
    feedback_at: datetime | None


def script_cards(language: str = "") -> list[ScriptCard]:
    """Return the scripted children, those of one language if it is named."""
    return [
        ScriptCard(each.id, each.title, each.theme, each.language, each.danger)
        for each in scripts().values()
        if not language or each.language == language.partition("-")[0]
    ]


def practices(staff: UUID) -> list[RunRow]:
    """Return somebody's own practices, and all of the practice lines that they supervise; the newest first."""
    supervised = [each.line for each in lines.teams_of(staff) if lines.supervises(staff, each.line)]
    rows = (
        PracticeRun.objects.filter(Q(staff=staff) | Q(conversation__line__in=supervised, conversation__practice=True))
        .select_related("conversation")
        .order_by("-made_at", "pk")[:_MOST]
    )
    return [_row(row) for row in rows]


def run_of(conversation: UUID) -> UUID | None:
    """Return the practice that a conversation belongs to, or None: then it is a real one."""
    return PracticeRun.objects.filter(conversation=conversation).values_list("pk", flat=True).first()


def _row(row: PracticeRun) -> RunRow:
    told = scripts().get(row.script)
    return RunRow(
        id=row.pk,
        conversation=row.conversation_id,
        script=row.script,
        title=told.title if told else row.script,
        staff=row.staff,
        made_at=row.made_at,
        state=row.conversation.state if row.conversation else "",
        over=told is None or row.step >= len(told.steps),
        feedback=row.feedback,
        feedback_by=row.feedback_by,
        feedback_at=row.feedback_at,
    )
