"""The two optional questions at the end: answered once, and never so that anybody can say by whom."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pop.helpline import database
from pop.helpline.conversations.actions.entering import answer_questions
from pop.helpline.conversations.models import AnswersGiven
from pop.helpline.conversations.queries.answering import asked_now, mark_of
from pop.helpline.conversations.queries.talks import talk
from pop.helpline.conversations.rules import retention
from pop.helpline.lines.rules import RefusedError


def answer_once(conversation: UUID, helped: int | None, listened: int | None, *, now: datetime | None = None) -> None:
    """Keep the two answers (1 no, 2 a little, 3 yes, None not said) of whoever is inside a closed conversation.

    Line and week are kept with them, and apart from them a mark that this conversation has answered: a second answer,
    from another device too, changes nothing. Raises RefusedError: "unknown" (none, or no such answer), "wrong_state"
    (not closed, or closed for longer than a week), "answered". Nothing is kept where nothing was said.
    """
    moment = now or timezone.now()
    found = talk(conversation)
    if found is None:
        raise RefusedError("unknown")
    if not asked_now(found, now=moment):
        raise RefusedError("wrong_state")
    if helped is None and listened is None:
        return
    with database.atomic():
        _, first = AnswersGiven.objects.get_or_create(pk=mark_of(conversation), defaults={"day": moment.date()})
        if not first:
            raise RefusedError("answered")
        answer_questions(found.line, helped, listened, now=moment)


def forget_marks(now: datetime) -> int:
    """Delete the marks of conversations whose questions nobody can answer any more, and return how many went."""
    before = now.date() - retention.QUESTIONS
    return AnswersGiven.objects.filter(day__lt=before).delete()[0]
