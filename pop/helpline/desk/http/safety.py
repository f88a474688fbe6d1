"""Risk, the line's own steps in danger, and who the child is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from pop.helpline.cases.actions.private import IDENTITY_REASONS, Identified, open_identity, write_identity
from pop.helpline.cases.actions.risk import check_risk, do_danger_step
from pop.helpline.cases.queries.case import danger_steps_of, has_identity, risk_of
from pop.helpline.cases.rules.risk import IMMINENT, NOT_KNOWN, QUESTIONS
from pop.helpline.desk.http.answering import Outcome, form_methods, mine
from pop.helpline.desk.http.tools import Context, use
from pop.helpline.desk.http.wording import SAY, clock, timed
from pop.helpline.desk.http.workspace import COUNSELLING
from pop.helpline.lines import queries as lines
from pop.helpline.words.showing import choices, named
from pop.people.entrance import member, staff
from pop.people.unlocking import private_key


@staff(*COUNSELLING)
@form_methods
def risk(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """The short risk check; imminent danger leads on to the line's steps."""
    found = mine(request, conversation)
    me = member(request).id

    def context() -> Context:
        last = risk_of(conversation, me)
        return {
            "questions": [
                {
                    "name": question,
                    "text": SAY[f"question_{question}"],
                    "chosen": request.POST.get(question) or last.answers.get(question, NOT_KNOWN),
                    "answers": [
                        (each, SAY[f"age_band_{each}"] if question == "age" and each != NOT_KNOWN else _answer(each))
                        for each in answers
                    ],
                }
                for question, answers in QUESTIONS.items()
            ],
            "last": SAY("risk_last", level=named("risk", last.level)) if last.at else "",
        }

    def run() -> Outcome:
        level = check_risk(
            conversation=conversation,
            staff=me,
            private_key=private_key(request),
            answers={each: request.POST[each] for each in QUESTIONS if each in request.POST},
        )
        said = SAY("risk_done", level=named("risk", level))
        return Outcome(said=said, changes=conversation, shows="steps" if level == IMMINENT else "")

    return use(request, found, "risk", context, run)


def _answer(code: str) -> str:
    return SAY[f"answer_{code}"]


@staff(*COUNSELLING)
@form_methods
def steps(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """The line's own steps in imminent danger, as a list to work through."""
    found = mine(request, conversation)
    me = member(request).id

    def context() -> Context:
        line = lines.line(found.line)
        return {
            "steps": [
                {
                    "id": each.id,
                    "text": each.text,
                    "done": timed("steps_done_at", time=clock(each.done_at)) if each.done_at else "",
                }
                for each in danger_steps_of(conversation, me)
            ],
            "contact": line.emergency_contact if line else "",
            "told": found.channel != "phone",
            "identity": has_identity(conversation, me),
        }

    def run() -> None:
        do_danger_step(conversation=conversation, staff=me, step=request.POST.get("step", ""))

    return use(request, found, "steps", context, run)


@staff(*COUNSELLING)
@form_methods
def identity(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Name, phone number and address: kept sealed, opened with a reason that is recorded."""
    found = mine(request, conversation)
    me, given = member(request).id, request.POST
    parts = ("name", "phone", "address")
    opened: list[Identified] = []

    def context() -> Context:
        return {
            "there": has_identity(conversation, me),
            "reasons": choices("identity_reason", IDENTITY_REASONS),
            "reason": given.get("reason", ""),
            "opened": [(SAY[f"identity_{each}"], getattr(opened[0], each)) for each in parts] if opened else [],
            "fields": [(each, SAY[f"identity_{each}"], given.get(each, "")) for each in parts],
        }

    def run() -> Outcome | None:
        key = private_key(request)
        if given.get("do") == "open":
            opened.append(
                open_identity(conversation=conversation, staff=me, private_key=key, reason=given.get("reason", ""))
            )
            return None
        told = Identified(**{each: given.get(each, "") for each in parts})
        write_identity(conversation=conversation, staff=me, private_key=key, identity=told)
        return Outcome(said=SAY["identity_written"], changes=conversation)

    return use(request, found, "identity", context, run)
