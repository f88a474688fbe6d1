"""The workspace: duty, queue and several conversations side by side, and the acts that belong to none of them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.cases.queries.case import unrecorded
from pop.helpline.conversations.queries.talks import Talk, talks
from pop.helpline.desk.http.answering import Outcome, act, answer, by_script
from pop.helpline.desk.http.columns import Column, column
from pop.helpline.desk.http.showing import said_words
from pop.helpline.desk.http.waiting import my_lines, queue, sieve
from pop.helpline.desk.http.wording import SAY, WORDS
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions import duty, handing, taking
from pop.helpline.queue.queries.desk import Desk, last_languages, my_desk
from pop.helpline.queue.queries.joined import joined
from pop.helpline.queue.queries.waiting import waiting_in_other_languages
from pop.helpline.queue.rules.reasons import CAPACITY
from pop.helpline.words.showing import language, refused
from pop.people.entrance import member, staff
from pop.people.pages.assets import publish
from pop.people.pages.layout import page
from pop.people.unlocking import private_key

_ASSETS = Path(__file__).resolve().parents[1] / "assets"
STYLE = publish("desk.css", (_ASSETS / "desk.css").read_bytes())
BEAT = publish("desk-beat.js", (_ASSETS / "beat.js").read_bytes())
TIMES = publish("desk-times.js", (_ASSETS / "times.js").read_bytes())
SCRIPT_OF_RECORD = publish("desk-record.js", (_ASSETS / "record.js").read_bytes())
SCRIPTS = (
    publish("htmx.js", files("django_htmx").joinpath("static/django_htmx/htmx-2.min.js").read_bytes()),
    SCRIPT_OF_RECORD,
    TIMES,
    publish("desk-signals.js", (_ASSETS / "signals.js").read_bytes()),
    publish("desk.js", (_ASSETS / "desk.js").read_bytes()),
    publish("desk-keys.js", (_ASSETS / "keys.js").read_bytes()),
)
COUNSELLING = ("counsellor", "supervisor")
_MOST_COLUMNS = 8
# What the script says by itself. The sentences stand in the page, so that there is one catalogue for all.
_SCRIPT_WORDS = (
    "new_message",
    "new_talk",
    "talk_gone",
    "talk_ended",
    "sending",
    "sent",
    "not_sent",
    "not_sent_edited",
    "connection_lost",
    "connection_found",
    "press_again",
    "failed",
    "author_child",
    "author_counsellor",
    "author_supervisor",
    "author_system",
    "author_you",
    "canned_no_fit",
    "mark",
    "duty_lost",
    "refused_too_long",
    "refused_unreadable",
    "refused_closed",
    "refused_blocked",
    "refused_paused",
    "refused_slow_down",
    "refused_unknown",
    "refused_not_yours",
    "refused_empty",
    "refused_locked",
    "refused_other",
)


def workspace(
    request: HttpRequest,
    *,
    only: Talk | None = None,
    tool: str = "",
    context: dict[str, Any] | None = None,
    duty_form: dict[str, Any] | None = None,
    whole: bool = False,
    beside: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the whole workspace; `only` shows one conversation, with a tool open in it.

    `beside`: why a supervisor has joined it.
    """
    desk = my_desk(member(request).id)
    if only is not None:
        columns = [column(request, only, tool=tool, context=context, whole=whole, beside=beside)]
    else:
        columns = _columns(request, desk)
    return page(
        request,
        "desk/workspace.html",
        {
            "queue": queue(request, desk),
            "sieve": sieve(request),
            "columns": columns,
            "only": only,
            "desk_style": STYLE,
            "scripts": SCRIPTS,
            "beat": BEAT,
            "words_said": said_words(),
            "script_words": {
                **{each: SAY[each] for each in _SCRIPT_WORDS},
                # The box gives the next try a key of its own.
                "refused_key_reused": SAY["send_again"],
            },
            **duty_context(request, desk, duty_form),
        },
        words=WORDS,
        status=status,
    )


def _columns(request: HttpRequest, desk: Desk) -> list[Column]:
    me = member(request).id
    wanted = [card.id for card in desk.cards if card.state == "active"]
    # Those that ended without a record are still to be closed.
    wanted = [*wanted, *unrecorded(me)]
    beside = joined(me)
    wanted = [*wanted, *(each for each in beside if each not in wanted)][:_MOST_COLUMNS]
    found = talks(wanted)
    columns: list[Column] = []
    for each in wanted:
        try:
            columns.append(column(request, found[each], beside=beside.get(each, "")))
        except (RefusedError, KeyError):  # it left this desk while the page was made
            continue
    return columns


def duty_context(request: HttpRequest, desk: Desk, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the bar of somebody's duty, and the form that begins or changes it."""
    mine = my_lines(request)
    presence = desk.presence
    names = {line.id: line.name for line in mine}
    chosen = presence.line if presence else (mine[0].id if mine else None)
    spoken = presence.languages if presence else last_languages(member(request).id)
    offered = sorted({each for line in mine for each in line.languages} | set(spoken))
    given = form or {
        "line": str(chosen or ""),
        "capacity": presence.capacity if presence else 3,
        "languages": list(spoken) if presence else list(spoken or [SAY.language]),
        "given": presence.given if presence else True,
    }
    return {
        "presence": presence,
        "duty_line": names.get(presence.line, "") if presence else "",
        "duty_lines": [(str(line.id), line.name) for line in mine],
        "duty_languages": [(each, language(each)) for each in offered],
        "capacities": list(CAPACITY),
        "duty": given,
        "sandbox": any(line.sandbox for line in mine),
    }


@staff(*COUNSELLING)
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The workspace."""
    return workspace(request)


@staff(*COUNSELLING)
@require_GET
def queue_part(request: HttpRequest) -> HttpResponse:
    """The queue alone, for the script; the workspace without one."""
    if not by_script(request):
        return workspace(request)
    return page(request, "desk/queue.html", {"queue": queue(request)}, words=WORDS)


@staff(*COUNSELLING)
@require_GET
def duty_part(request: HttpRequest) -> HttpResponse:
    """The bar of somebody's duty alone, for the script; the workspace without one."""
    if not by_script(request):
        return workspace(request)
    return page(request, "desk/duty.html", duty_context(request, my_desk(member(request).id)), words=WORDS)


@staff(*COUNSELLING)
@require_POST
def set_duty(request: HttpRequest) -> HttpResponse:
    """Come on duty or change with how much; begin or end a break; go off duty."""
    me, wanted = member(request).id, request.POST.get("do", "")
    said = ""
    form: dict[str, Any] | None = None
    try:
        if wanted == "on":
            form = _duty_form(request)
            duty.go_on_duty(
                staff=me,
                line=_line(form["line"]),
                capacity=form["capacity"],
                languages=form["languages"],
                given=form["given"],
            )
            said, form = SAY["duty_began"], None
        elif wanted in ("break", "back"):
            duty.take_break(staff=me, on=wanted == "break")
            said = SAY["duty_break_began" if wanted == "break" else "duty_break_ended"]
        elif wanted in ("off", "off_anyway"):
            duty.go_off_duty(staff=me, anyway=wanted == "off_anyway")
            said = SAY["duty_ended"]
        else:
            raise RefusedError("other")
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        text = refused(error.code)
        if not by_script(request):
            return answer(request, Outcome(said=text, good=False))
        shown = duty_context(request, my_desk(me), form)
        wrong = {"duty_refused": text, "hand_over_first": error.code == "hand_over_first"}
        return page(request, "desk/duty.html", {**shown, **wrong}, words=WORDS, status=422)
    if not by_script(request):
        return answer(request, Outcome(said=said))
    response = page(request, "desk/duty.html", duty_context(request, my_desk(me)), words=WORDS)
    told = answer(request, Outcome(said=said))
    response["HX-Trigger"] = told["HX-Trigger"]
    return response


def _duty_form(request: HttpRequest) -> dict[str, Any]:
    capacity = request.POST.get("capacity", "")
    return {
        "line": request.POST.get("line", ""),
        "capacity": int(capacity) if capacity.isascii() and capacity.isdecimal() and len(capacity) < 4 else 0,
        "languages": request.POST.getlist("languages"),
        "given": request.POST.get("given") == "yes",
    }


def _line(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise RefusedError("unknown") from None


@staff(*COUNSELLING)
@require_POST
def beat(request: HttpRequest) -> JsonResponse:
    """Say that this browser lives; answers whether they are on duty, and with a fresh token for the forms."""
    return JsonResponse({"on": duty.beat(member(request).id), "token": get_token(request)})


@staff(*COUNSELLING)
@require_GET
def token(request: HttpRequest) -> JsonResponse:
    """Return a fresh token for the forms of a page that outlived a sign-in."""
    return JsonResponse({"token": get_token(request)})


@staff(*COUNSELLING)
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take whoever is next."""

    def run() -> Outcome:
        taken = taking.take_next(staff=member(request).id, private_key=private_key(request))
        if taken is not None:
            return Outcome(opens=taken)
        others = waiting_in_other_languages(member(request).id)
        if others:
            return Outcome(said=SAY("queue_none_fits", count=others), good=False)
        raise RefusedError("nobody")

    return act(request, run)


@staff(*COUNSELLING)
@require_POST
def accept_offer(request: HttpRequest, hand_over: UUID) -> HttpResponse:
    """Take a conversation that a colleague offers."""

    def run() -> Outcome:
        me = member(request).id
        offered = next((each for each in my_desk(me).offered if each.id == hand_over), None)
        if offered is None:
            raise RefusedError("unknown")
        handing.accept_hand_over(hand_over=hand_over, staff=me, private_key=private_key(request))
        return Outcome(said=SAY["offer_accepted"], opens=offered.conversation)

    return act(request, run)


@staff(*COUNSELLING)
@require_POST
def decline_offer(request: HttpRequest, hand_over: UUID) -> HttpResponse:
    """Leave an offered conversation with whoever has it."""

    def run() -> Outcome:
        handing.decline_hand_over(hand_over=hand_over, staff=member(request).id)
        return Outcome(said=SAY["offer_declined"])

    return act(request, run)


@staff(*COUNSELLING)
@require_POST
def offer_note(request: HttpRequest, hand_over: UUID) -> HttpResponse:
    """Read the note of a hand-over; that it was read is recorded."""
    try:
        note = handing.hand_over_note(hand_over=hand_over, staff=member(request).id, private_key=private_key(request))
    except RefusedError:
        raise Http404 from None
    return page(request, "desk/note.html", {"note": note, "whole": not by_script(request)}, words=WORDS)
