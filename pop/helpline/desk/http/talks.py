"""One conversation at the desk, and the acts that need no more than a press of a button."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.cases.queries.case import canned_answers
from pop.helpline.desk.http.answering import Outcome, act, by_script, mine, mine_or_joined, of_my_team
from pop.helpline.desk.http.columns import column, head
from pop.helpline.desk.http.wording import SAY, WORDS
from pop.helpline.desk.http.workspace import COUNSELLING, workspace
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions import states, supervising, taking
from pop.helpline.queue.queries.joined import joined_because
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.unlocking import private_key


@staff(*COUNSELLING)
@require_GET
def talk_one(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """A conversation: its column for the script, the workspace with it without one.

    One of the team's that somebody else has is not shown, but to a supervisor who has joined it: it leads to the page
    that asks for a reason.
    """
    of_my_team(request, conversation)
    whole = request.GET.get("all") == "yes"
    try:
        found, beside = mine_or_joined(request, conversation)
    except Http404:
        return redirect(f"/desk/c/{conversation}/read")
    if not by_script(request):
        return workspace(request, only=found, whole=whole, beside=beside)
    shown = column(request, found, whole=whole, beside=beside)
    return page(request, "desk/column.html", {"column": shown}, words=WORDS)


@staff(*COUNSELLING)
@require_GET
def talk_head(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """A conversation's head, in codes."""
    found, beside = mine_or_joined(request, conversation)
    if not by_script(request):
        return redirect(f"/desk/c/{conversation}")
    return page(request, "desk/head.html", {"face": head(found, beside=bool(beside))}, words=WORDS)


@staff(*COUNSELLING)
@require_POST
def leave(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Leave a conversation that one had joined as a supervisor."""
    found, me = of_my_team(request, conversation), member(request).id
    if not lines.supervises(me, found.line):
        raise Http404

    def run() -> Outcome:
        if not joined_because(conversation, me):
            raise RefusedError("join_first")
        supervising.leave_joined(conversation=conversation, staff=me, private_key=private_key(request))
        return Outcome(said=SAY["join_left_done"], closes=conversation)

    return act(request, run)


@staff(*COUNSELLING)
@require_POST
def take(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Take a certain child out of the queue."""

    def run() -> Outcome:
        taking.take(conversation=conversation, staff=member(request).id, private_key=private_key(request))
        return Outcome(opens=conversation)

    return act(request, run)


@staff(*COUNSELLING)
@require_POST
def wake(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Go on with a conversation that rests."""

    def run() -> Outcome:
        states.wake(conversation=conversation, staff=member(request).id, private_key=private_key(request))
        return Outcome(said=SAY["wake_done"], opens=conversation, changes=conversation)

    return act(request, run)


@staff(*COUNSELLING)
@require_POST
def sleep(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Let a conversation rest."""
    mine(request, conversation)

    def run() -> Outcome:
        states.sleep(conversation=conversation, staff=member(request).id, private_key=private_key(request))
        return Outcome(said=SAY["sleep_done"], closes=conversation)

    return act(request, run, back=f"/desk/c/{conversation}")


@staff(*COUNSELLING)
@require_POST
def ask(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Ask a supervisor to look."""
    mine(request, conversation)

    def run() -> Outcome:
        supervising.ask_to_look(conversation=conversation, staff=member(request).id)
        return Outcome(said=SAY["ask_done"], changes=conversation)

    return act(request, run, back=f"/desk/c/{conversation}")


@staff(*COUNSELLING)
@require_GET
def canned(request: HttpRequest, conversation: UUID) -> JsonResponse:
    """Return the ready answers for a conversation's line: its language first, then the reader's own."""
    found, _ = mine_or_joined(request, conversation)
    spoken = dict.fromkeys((found.language.partition("-")[0], SAY.language))
    return JsonResponse(
        {
            "answers": [
                {"shortcut": each.shortcut, "title": each.title, "text": each.text, "language": each.language}
                for tag in spoken
                for each in canned_answers(line=found.line, staff=member(request).id, language=tag)
            ]
        }
    )
