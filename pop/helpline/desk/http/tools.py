"""Tools of a conversation: a form that opens in its column and does one thing. Each has an address of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from pop.helpline.cases.actions.private import MOST_NOTE as MOST_PRIVATE
from pop.helpline.cases.actions.private import read_notes, write_note
from pop.helpline.conversations.queries.talks import Talk
from pop.helpline.desk.http.answering import Outcome, answer, by_script, form_methods, mine
from pop.helpline.desk.http.wording import SAY, WORDS, minute
from pop.helpline.desk.http.workspace import COUNSELLING, workspace
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions import handing, states
from pop.helpline.queue.queries.desk import latest_hand_over, receivers
from pop.helpline.queue.rules.reasons import MOST_NOTE, PROMISE_DAYS
from pop.helpline.words.showing import refused
from pop.people import queries as people
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.unlocking import private_key

Context = dict[str, Any]


def show(request: HttpRequest, talk: Talk, name: str, context: Context, *, code: str = "") -> HttpResponse:
    """Answer with a tool, in the page or alone; `code` is why what was sent was refused (then 422)."""
    found = {"c": talk.id, "tool": name, "refused": refused(code) if code else "", **context}
    status = 422 if code else 200
    if not by_script(request):
        return workspace(request, only=talk, tool=f"desk/tools/{name}.html", context=found, status=status)
    return page(request, f"desk/tools/{name}.html", {"t": found}, words=WORDS, status=status)


def use(
    request: HttpRequest, talk: Talk, name: str, context: Callable[[], Context], run: Callable[[], Outcome | None]
) -> HttpResponse:
    """Show a tool, or run what it sends; where that is refused, or brings nothing, the tool is shown again."""
    if request.method != "POST":
        return show(request, talk, name, context())
    try:
        outcome = run()
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        return show(request, talk, name, context(), code=error.code)
    if outcome is None:
        return show(request, talk, name, context())
    return answer(request, outcome, back="/desk" if outcome.closes else f"/desk/c/{talk.id}")


def chosen_id(value: str) -> UUID | None:
    """Return an id that a form named, None where it is none."""
    try:
        return UUID(value)
    except ValueError:
        return None


@staff(*COUNSELLING)
@form_methods
def promise(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Promise the child a reply by a day."""
    found = mine(request, conversation)
    today = timezone.now().date()
    given = request.POST.get("on", "")

    def context() -> Context:
        last = today + timedelta(days=PROMISE_DAYS)
        wanted = given or (today + timedelta(days=1)).isoformat()
        return {"on": wanted, "first": today.isoformat(), "last": last.isoformat()}

    def run() -> Outcome:
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise RefusedError("promise_day") from None
        key = private_key(request)
        states.promise(conversation=conversation, staff=member(request).id, private_key=key, on=day)
        return Outcome(said=SAY["promise_done"], closes=conversation)

    return use(request, found, "promise", context, run)


@staff(*COUNSELLING)
@form_methods
def hand_over(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Hand a conversation over to a colleague or to another team."""
    found = mine(request, conversation)
    me, given = member(request).id, request.POST
    warm = given.get("how", "cold") == "warm"

    def context() -> Context:
        here = receivers(conversation=conversation, staff=me)
        names = people.names([each.staff for each in here])
        return {
            "colleagues": [
                (
                    f"staff:{each.staff}",
                    SAY("hand_over_colleague_break", name=names.get(each.staff, ""))
                    if each.state == "break"
                    else SAY("colleague_load", name=names.get(each.staff, ""), held=each.held, capacity=each.capacity),
                )
                for each in here
            ],
            "teams": [(f"team:{each.id}", each.name) for each in lines.teams(found.line) if each.id != found.team],
            "to": given.get("to", ""),
            "warm": warm,
            "note": given.get("note", ""),
            "most": MOST_NOTE,
        }

    def run() -> Outcome:
        kind, _, name = given.get("to", "").partition(":")
        receiver = chosen_id(name)
        if receiver is None or kind not in ("staff", "team"):
            raise RefusedError("choose_receiver")
        to_team = kind == "team"
        handing.hand_over(
            conversation=conversation,
            by=me,
            private_key=private_key(request),
            to_staff=None if to_team else receiver,
            to_team=receiver if to_team else None,
            warm=warm and not to_team,
            note=given.get("note", "").replace("\r\n", "\n"),
        )
        if warm and not to_team:
            return Outcome(said=SAY["hand_over_offered"], changes=conversation)
        return Outcome(said=SAY["hand_over_done"], closes=conversation)

    return use(request, found, "hand-over", context, run)


@staff(*COUNSELLING)
@form_methods
def abuse(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Take no messages of this child's for ten minutes, or any more."""
    found = mine(request, conversation)
    me, given = member(request).id, request.POST

    def context() -> Context:
        return {"blocked": found.blocked_at is not None, "sure": given.get("sure") == "yes"}

    def run() -> Outcome:
        if given.get("do") == "block":
            if given.get("sure") != "yes":
                raise RefusedError("block_sure")
            states.block(conversation=conversation, staff=me)
            return Outcome(said=SAY["abuse_blocked"], changes=conversation)
        states.pause_for_abuse(conversation=conversation, staff=me)
        return Outcome(said=SAY["abuse_paused"], changes=conversation)

    return use(request, found, "abuse", context, run)


@staff(*COUNSELLING)
@form_methods
def notes(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Private notes: read, and one added."""
    found = mine(request, conversation)
    me, text = member(request).id, request.POST.get("text", "").replace("\r\n", "\n")
    kept: list[bool] = []

    def context() -> Context:
        read = read_notes(conversation=conversation, staff=me, private_key=private_key(request))
        names = people.names([each.staff for each in read])
        return {
            "notes": [
                {
                    "who": SAY["notes_by_you"] if each.staff == me else names.get(each.staff, ""),
                    "at": minute(each.at),
                    "text": SAY["message_unreadable"] if each.text is None else each.text,
                }
                for each in read
            ],
            "handed": _hand_over_note(request, conversation),
            "text": "" if kept else text,
            "most": MOST_PRIVATE,
            "done": SAY["notes_saved"] if kept else "",
        }

    def run() -> None:
        write_note(conversation=conversation, staff=me, private_key=private_key(request), text=text)
        kept.append(True)

    return use(request, found, "notes", context, run)


def _hand_over_note(request: HttpRequest, conversation: UUID) -> str:
    """Return the note that came with the last hand-over, "" where there is none that one can open."""
    me = member(request).id
    handed = latest_hand_over(conversation, me)
    if handed is None or not handed.noted:
        return ""
    try:
        return handing.hand_over_note(hand_over=handed.id, staff=me, private_key=private_key(request))
    except RefusedError:
        return ""
