"""Ready answers of a line: its supervisors write them, everybody of the line uses them."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import IntegrityError
from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.models import CannedAnswer
from pop.helpline.cases.rules.canned import fault
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError


def add_canned_answer(*, line: UUID, staff: UUID, language: str, shortcut: str, title: str, text: str) -> UUID:
    """Keep a ready answer and return it.

    Raises RefusedError: "unknown" (no supervisor of the line), "canned_twice" (the short name is taken in this
    language), and what `pop.helpline.cases.rules.canned.fault` says.
    """
    _checked(line, staff, language, shortcut, title, text)
    made = CannedAnswer(pk=uuid4(), line_id=line, language=language, shortcut=shortcut, title=title.strip(), text=text)
    _save(made, "add_canned_answer", staff)
    return made.pk


def change_canned_answer(*, answer: UUID, staff: UUID, language: str, shortcut: str, title: str, text: str) -> None:
    """Change a ready answer. Errors as `add_canned_answer`."""
    row = CannedAnswer.objects.filter(pk=answer, ended_at=None).first()
    if row is None:
        raise RefusedError("unknown")
    _checked(row.line_id, staff, language, shortcut, title, text)
    row.language, row.shortcut, row.title, row.text = language, shortcut, title.strip(), text
    _save(row, "change_canned_answer", staff)


def end_canned_answer(*, answer: UUID, staff: UUID) -> None:
    """Take a ready answer away. Raises RefusedError("unknown"); one that has ended is no error."""
    with database.atomic():
        row = CannedAnswer.objects.select_for_update().filter(pk=answer).first()
        if row is None or not lines.supervises(staff, row.line_id):
            raise RefusedError("unknown")
        if row.ended_at is None:
            row.ended_at = timezone.now()
            row.save(update_fields=["ended_at"])
            _record(row, "end_canned_answer", staff)


def _checked(line: UUID, staff: UUID, language: str, shortcut: str, title: str, text: str) -> None:
    if not lines.supervises(staff, line):
        raise RefusedError("unknown")
    wrong = fault(language=language, shortcut=shortcut, title=title, text=text)
    if wrong:
        raise RefusedError(wrong)


def _save(row: CannedAnswer, action: str, staff: UUID) -> None:
    try:
        with database.atomic():
            row.save()
            _record(row, action, staff)
    except IntegrityError:
        raise RefusedError("canned_twice") from None


def _record(row: CannedAnswer, action: str, staff: UUID) -> None:
    detail = {"language": row.language, "shortcut": row.shortcut}
    database.record(action=action, object_type="canned_answer", object_id=str(row.pk), actor=staff, detail=detail)
    database.publish(name="line_changed", payload={"line": str(row.line_id)})
