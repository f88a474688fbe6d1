"""Practice: a counsellor answers a scripted child in the real console, apart from every real one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import QuerySet
from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.models import PracticeRun
from pop.helpline.cases.rules.scripts import next_due, scripts
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.actions.entering import end
from pop.helpline.conversations.actions.moving import move
from pop.helpline.conversations.actions.opening import open_conversation
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.queries.keys import of_staff, token_of
from pop.helpline.conversations.rules.lifecycle import ACTIVE
from pop.helpline.conversations.rules.messages import CHILD
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.privacy.keyring import keyring
from pop.privacy.sealing import derive

MOST_FEEDBACK = 2_000


def start_practice(*, script: str, staff: UUID, private_key: bytes, now: datetime | None = None) -> UUID:
    """Let a scripted child write to somebody, and return the conversation: it is theirs at once, duty or not.

    Raises RefusedError: "practice_script" (unknown), "practice_line" (in no team of a line for practice), "unknown" (no
    key opens the team's), "no_team_key".
    """
    now = now or timezone.now()
    told = scripts().get(script)
    if told is None:
        raise RefusedError("practice_script")
    own = {each.team for each in lines.teams_of(staff)}
    here = next(
        (
            line.id
            for line in lines.lines(practice=True)
            for team in lines.teams(line.id)
            if team.intake and team.id in own
        ),
        None,
    )
    if here is None:
        raise RefusedError("practice_line")
    run = uuid4()
    with database.atomic():
        opened = open_conversation(
            line=here,
            text=told.first,
            form_key=_form_key(run),
            language=told.language,
            age=told.age,
            country=told.country,
            tile=told.tile,
            danger=told.danger,
            practice=True,
            now=now,
        )
        PracticeRun.objects.create(
            pk=run, conversation_id=opened.conversation, script=told.id, staff=staff, made_at=now
        )
        move(
            opened.conversation,
            to=ACTIVE,
            action="start_practice",
            by=staff,
            assignee=staff,
            keys=of_staff(opened.conversation, staff, private_key),
            told="joined",
            params={"role": "counsellor"},
            detail={"script": told.id},
            now=now,
        )
    return opened.conversation


def advance_practice(conversation: UUID, now: datetime) -> bool:
    """Let the scripted child do what is due now, and say whether it did anything.

    Called each second by the worker, and after the counsellor wrote. Calling it twice at once does it once.
    """
    if not _running().filter(conversation=conversation).exists():
        return False
    with database.atomic():
        run = PracticeRun.objects.select_for_update().filter(conversation=conversation).first()
        row = Conversation.objects.filter(pk=conversation, state=ACTIVE, practice=True).first()
        told = scripts().get(run.script) if run is not None else None
        if run is None or row is None or told is None:
            return False
        due = next_due(
            told.steps, run.step, child_at=row.last_child_at or row.opened_at, staff_at=row.last_staff_at, now=now
        )
        if due is None:
            return False
        step, token = told.steps[due], _token(run.pk)
        if step.text:
            append(Sending(row.pk, CHILD, step.text, f"practice-{due}", token=token), now=now)
        if step.end:
            end(token, now=now)
        run.step = due + 1
        run.save(update_fields=["step"])
    return True


def advance_all_practice(now: datetime) -> int:
    """Let every scripted child do what is due, and return how many did something; each second."""
    running = list(_running().values_list("conversation", flat=True))
    return sum(advance_practice(each, now) for each in running if each is not None)


def give_feedback(*, run: UUID, staff: UUID, text: str, now: datetime | None = None) -> None:
    """Tell a counsellor how a practice went: a supervisor of the practice line who is not the one who practised.

    Raises RefusedError: "unknown", "feedback_own", "feedback_text".
    """
    now = now or timezone.now()
    if not text.strip() or len(text) > MOST_FEEDBACK or "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise RefusedError("feedback_text")
    with database.atomic():
        made = PracticeRun.objects.select_for_update().filter(pk=run).first()
        row = Conversation.objects.filter(practice_run=run).first()
        if made is None or row is None or not lines.supervises(staff, row.line_id):
            raise RefusedError("unknown")
        if made.staff == staff:
            raise RefusedError("feedback_own")
        made.feedback, made.feedback_by, made.feedback_at = text.strip(), staff, now
        made.save(update_fields=["feedback", "feedback_by", "feedback_at"])
        database.record(action="give_feedback", object_type="practice", object_id=str(run), actor=staff)


def _running() -> QuerySet[PracticeRun]:
    return PracticeRun.objects.filter(conversation__state=ACTIVE, conversation__practice=True)


def _form_key(run: UUID) -> str:
    """Return the key of a run's first form: made from the root key, so that the worker can go on being this child."""
    return token_of(derive(keyring().root, f"practice run:{run}"))


def _token(run: UUID) -> str:
    """Return the token of a run's session, as its first form gave it."""
    return token_of(derive(keyring().root, f"session:{_form_key(run)}"))
