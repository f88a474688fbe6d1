"""What staff of the team see beside a conversation: its record, its risk, the line's steps, ready answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pop.helpline.cases.models import CannedAnswer, ContactRecord, DangerStep, Identity, RiskCheck
from pop.helpline.cases.rules.lists import suggested_category
from pop.helpline.cases.rules.records import Record, suggested_age_band
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError

_MOST = 100


@dataclass(frozen=True)
class RiskView:
    """The last risk check: its answers by question, their level, and when; None for what was never checked."""

    answers: dict[str, str]
    level: str
    at: datetime | None
    checks: int


@dataclass(frozen=True)
class StepView:
    """One of the line's written steps in imminent danger, and when it was done."""

    id: str
    text: str
    done_at: datetime | None


@dataclass(frozen=True)
class Suggestion:
    """What the child's own choice suggests for the record; a person decides. "" where nothing does."""

    category: str
    age_band: str


@dataclass(frozen=True)
class CannedRow:
    """One ready answer."""

    id: UUID
    language: str
    shortcut: str
    title: str
    text: str


def record_of(conversation: UUID, staff: UUID) -> Record | None:
    """Return a conversation's contact record, or None where it has none. Raises RefusedError("unknown")."""
    _seen(conversation, staff)
    row = ContactRecord.objects.filter(conversation=conversation).first()
    if row is None:
        return None
    return Record(
        contact_type=row.contact_type,
        categories=tuple(row.categories),
        actions_taken=tuple(row.actions_taken),
        age_band=row.age_band,
        vulnerable_groups=tuple(row.vulnerable_groups),
        living_situation=row.living_situation,
    )


def unrecorded(staff: UUID) -> list[UUID]:
    """Return the conversations that somebody had, and that ended without a contact record; the oldest first."""
    teams = [each.team for each in lines.teams_of(staff)]
    rows = Conversation.objects.filter(assignee=staff, state=CLOSED, team__in=teams, contact_type="")
    return list(rows.order_by("closed_at", "pk").values_list("pk", flat=True)[:_MOST])


def risk_of(conversation: UUID, staff: UUID) -> RiskView:
    """Return what the last risk check found. Raises RefusedError("unknown")."""
    _seen(conversation, staff)
    rows = RiskCheck.objects.filter(conversation=conversation).order_by("-at", "-pk")
    last = rows.first()
    if last is None:
        return RiskView({}, "none", None, 0)
    return RiskView(dict(last.answers), last.level, last.at, rows.count())


def danger_steps_of(conversation: UUID, staff: UUID) -> list[StepView]:
    """Return the line's own steps in order, with what is done. Raises RefusedError("unknown")."""
    row = _seen(conversation, staff)
    found = lines.line(row.line_id)
    done = dict(DangerStep.objects.filter(conversation=row).values_list("step", "at"))
    steps = found.danger_steps if found else ()
    return [StepView(each["id"], each["text"], done.get(each["id"])) for each in steps]


def suggested(conversation: UUID, staff: UUID) -> Suggestion:
    """Return what the child ticked, as codes of a record. Raises RefusedError("unknown")."""
    row = _seen(conversation, staff)
    return Suggestion(suggested_category(row.tile), suggested_age_band(row.age))


def has_identity(conversation: UUID, staff: UUID) -> bool:
    """Say whether somebody wrote down who the child is. Raises RefusedError("unknown")."""
    _seen(conversation, staff)
    return Identity.objects.filter(conversation=conversation).exists()


def canned_answers(*, line: UUID, staff: UUID, language: str = "") -> list[CannedRow]:
    """Return a line's ready answers to its staff, by title; in one language and its regions if it is named."""
    if not any(each.line == line for each in lines.teams_of(staff)):
        return []
    rows = CannedAnswer.objects.filter(line=line, ended_at=None).order_by("title", "pk")
    first = language.partition("-")[0].casefold()
    return [
        CannedRow(row.pk, row.language, row.shortcut, row.title, row.text)
        for row in rows
        if not first or row.language.partition("-")[0].casefold() == first
    ]


def _seen(conversation: UUID, staff: UUID) -> Conversation:
    row = Conversation.objects.filter(pk=conversation).first()
    if row is None or not lines.is_member(staff, row.team_id):
        raise RefusedError("unknown")
    return row
