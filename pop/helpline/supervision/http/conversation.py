"""One conversation before a supervisor: in codes, and its words only when a reason is given, by a form each time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.audit.queries.traces import traces_on
from pop.helpline import database
from pop.helpline.conversations.actions.appending import Sending
from pop.helpline.conversations.actions.ordering import order_erasure, order_hold
from pop.helpline.conversations.live.sending import send_now
from pop.helpline.conversations.queries.talks import Said, Talk, talk
from pop.helpline.conversations.rules.lifecycle import ACTIVE, CLOSED, WAITING
from pop.helpline.conversations.rules.messages import SUPERVISOR
from pop.helpline.conversations.rules.orders import ERASE_REASONS, HOLD_REASONS, RELEASE_REASONS
from pop.helpline.lines import queries as lines
from pop.helpline.lines.queries import LineRecord
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.glass import HOW, read_through_glass
from pop.helpline.queue.actions.supervising import join, leave_joined, read_as_supervisor, reassign, take_over
from pop.helpline.queue.queries.desk import people_on_duty
from pop.helpline.queue.queries.glasses import glass_of
from pop.helpline.queue.queries.joined import joined_because
from pop.helpline.queue.rules.reasons import GLASS_REASONS, READ_REASONS
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act, supervises
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.words.showing import age, choices, country, language, mark, named, refused, tile
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.unlocking import private_key

_TRACES = 100


@staff("supervisor")
@require_GET
def talk_page(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """The conversation in codes, with what may be done. No word of it."""
    return _show(request, _seen(request, conversation_id))


@staff("supervisor")
@require_POST
def talk_read(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Its words, with a reason, or through an emergency access that was allowed. The audit row is kept first."""
    found = _seen(request, conversation_id)
    me, key = member(request).id, private_key(request)
    reason = request.POST.get("reason", "")
    own = lines.is_member(me, found.team)
    try:
        if own:
            said = read_as_supervisor(conversation=found.id, staff=me, private_key=key, reason=reason)
        else:
            glass = glass_of(found.id, me)
            if glass is None:
                raise Http404
            said = read_through_glass(glass=glass.id, staff=me, private_key=key)
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        tell(request, refused(error.code), good=False)
        return redirect(f"/board/c/{found.id}")
    return _show(request, found, said=said, reason=reason if own else HOW)


@staff("supervisor")
@require_POST
def talk_join(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Come in beside whoever has it; then its words are shown, and the supervisor may write."""
    found = _seen(request, conversation_id)
    reason = request.POST.get("reason", "")
    me, key = member(request).id, private_key(request)
    try:
        join(conversation=found.id, staff=me, private_key=key, reason=reason)
        said = read_as_supervisor(conversation=found.id, staff=me, private_key=key, reason=reason)
    except RefusedError as error:
        return _not(request, error, found.id)
    tell(request, SAY["joined_done"])
    return _show(request, _seen(request, found.id), said=said, reason=reason)


@staff("supervisor")
@require_POST
def talk_write(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Write to the child as a supervisor who has joined. What is refused comes back in the same page."""
    found = _seen(request, conversation_id)
    text = request.POST.get("text", "")
    me, key = member(request).id, private_key(request)
    if not lines.is_member(me, found.team):
        raise Http404
    reason = joined_because(found.id, me)
    if not reason:
        # The child is told who is there before anybody else writes.
        return _not(request, RefusedError("join_first"), found.id)
    unsent = ""
    try:
        send_now(
            Sending(found.id, SUPERVISOR, text, request.POST.get("key", ""), staff=me, private_key=key),
        )
        tell(request, SAY["sent"])
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        tell(request, refused(error.code), good=False)
        unsent = text
    said = read_as_supervisor(conversation=found.id, staff=me, private_key=key, reason=reason)
    return _show(request, _seen(request, found.id), said=said, reason=reason, unsent=unsent)


@staff("supervisor")
@require_POST
def talk_leave(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Leave a conversation that one had joined."""

    def run() -> str:
        leave_joined(conversation=conversation_id, staff=member(request).id, private_key=private_key(request))
        return SAY["join_left_done"]

    return _act(request, conversation_id, run)


@staff("supervisor")
@require_POST
def talk_take_over(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Take it from whoever has it, or out of the queue."""

    def run() -> str:
        take_over(
            conversation=conversation_id,
            staff=member(request).id,
            private_key=private_key(request),
            reason=request.POST.get("reason", ""),
        )
        return SAY["taken_over_done"]

    found = _seen(request, conversation_id)
    return act(request, run, f"/desk/c/{found.id}", otherwise=f"/board/c/{found.id}")


@staff("supervisor")
@require_POST
def talk_reassign(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Give it to a colleague of its team, unread."""
    to = _uuid(request.POST.get("to", ""))

    def run() -> str:
        reassign(conversation=conversation_id, to_staff=to, staff=member(request).id)
        return SAY("reassign_done", name=wording.called([to])[to])

    return _act(request, conversation_id, run)


@staff("supervisor")
@require_POST
def talk_hold(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Keep it by law, or lift that."""
    on = request.POST.get("on") == "yes"

    def run() -> str:
        order_hold(conversation=conversation_id, on=on, staff=member(request).id, reason=request.POST.get("reason", ""))
        return SAY["hold_done" if on else "hold_lifted"]

    return _act(request, conversation_id, run)


@staff("supervisor")
@require_POST
def talk_erase(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Erase it for ever, because somebody asked."""
    found = _seen(request, conversation_id)
    if request.POST.get("sure") != "yes":
        tell(request, SAY["erase_need_sure"], good=False)
        return redirect(f"/board/c/{found.id}")

    def run() -> str:
        order_erasure(conversation=found.id, staff=member(request).id, reason=request.POST.get("reason", ""))
        return SAY["erase_done"]

    try:
        said = run()
    except RefusedError as error:
        return _not(request, error, found.id)
    tell(request, said)
    return redirect(f"/board?line={found.line}")


def _seen(request: HttpRequest, conversation: UUID) -> Talk:
    """Return a conversation of a line that whoever asks supervises; any other does not exist (404)."""
    found = talk(conversation)
    if found is None or not supervises(request, found.line):
        raise Http404
    return found


def _act(request: HttpRequest, conversation: UUID, run: Callable[[], str]) -> HttpResponse:
    found = _seen(request, conversation)
    return act(request, run, f"/board/c/{found.id}")


def _not(request: HttpRequest, error: RefusedError, conversation: UUID) -> HttpResponse:
    if error.code == "unknown":
        raise Http404
    tell(request, refused(error.code), good=False)
    return redirect(f"/board/c/{conversation}")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def _show(
    request: HttpRequest,
    found: Talk,
    *,
    said: list[Said] | None = None,
    reason: str = "",
    unsent: str = "",
) -> HttpResponse:
    me, now = member(request).id, timezone.now()
    line = lines.line(found.line)
    team = lines.team(found.team)
    if line is None or team is None:
        raise Http404
    own = lines.is_member(me, found.team)
    zone = line.timezone
    on_duty = [each for each in people_on_duty(line.id, now=now) if lines.is_member(each.staff, found.team)]
    traces = traces_on(str(found.id), count=_TRACES, using=database.ALIAS)
    names = wording.called(
        [
            found.assignee,
            found.promised_by,
            *(each.staff for each in on_duty),
            *(each.actor for each in traces),
            *(each.staff for each in said or ()),
        ]
    )
    living = found.state != CLOSED
    context: dict[str, Any] = {
        "title": SAY("mark", mark=mark(found.id)),
        "talk": found,
        "line": line,
        "own": own,
        "living": living,
        "styles": STYLE,
        "facts": _facts(found, line, team.name, names),
        "danger": found.danger or found.urgency > 1,
        "reasons": choices("read_reason", READ_REASONS),
        "glass_reasons": choices("glass_reason", GLASS_REASONS),
        "hold_reasons": choices("order_reason", RELEASE_REASONS if found.legal_hold else HOLD_REASONS, say=SAY),
        "erase_reasons": choices("order_reason", ERASE_REASONS, say=SAY),
        "receivers": [
            (each.staff, SAY("colleague_load", name=names[each.staff], held=each.held, capacity=each.capacity))
            for each in on_duty
            if each.staff != found.assignee
        ],
        "may_reassign": found.state in (WAITING, ACTIVE),
        "glass": None if own else _glass(found, me, zone),
        "said": None if said is None else wording.lines_of(said, names, zone),
        "reason": reason,
        "recorded": SAY(
            "read_recorded",
            time=wording.clock(now, zone),
            reason=named("read_reason", reason, "menu_glass") if reason else "",
        ),
        "joined": joined_because(found.id, me) if own and living else "",
        "unsent": unsent,
        "key": secrets.token_urlsafe(12),
        "traces": [
            {
                "at": wording.minute(each.at, zone),
                "who": names[each.actor],
                "action": each.action.replace("_", " "),
                "how": str(each.detail.get("how") or each.detail.get("reason") or each.detail.get("why") or ""),
            }
            for each in traces
        ],
    }
    return page(request, "supervision/talk.html", context, words=WORDS)


def _glass(found: Talk, me: UUID, zone: str) -> dict[str, Any] | None:
    glass = glass_of(found.id, me)
    if glass is None:
        return None
    if glass.ends_at is None:
        return {"id": glass.id, "open": False, "text": SAY["glass_waits"]}
    return {"id": glass.id, "open": True, "text": SAY("glass_open_until", time=wording.clock(glass.ends_at, zone))}


def _facts(found: Talk, line: LineRecord, team: str, names: dict[UUID | None, str]) -> list[tuple[str, str]]:
    zone = line.timezone
    nobody = SAY["nobody_yet"]
    facts = [
        ("label_state", named("state", found.state)),
        ("label_since", wording.minute(found.state_since, zone)),
        ("label_with", names[found.assignee] if found.assignee else nobody),
        ("label_line", line.name),
        ("label_team", team),
        ("label_channel", named("channel", found.channel, "channel_other")),
        ("label_language", language(found.language)),
        ("label_country", country(found.country) or SAY["not_said"]),
        ("label_age", age(found.age)),
        ("label_ticked", tile(found.tile)),
        ("label_urgency", named("urgency", str(found.urgency))),
        ("fact_waiting", wording.minute(found.waiting_since, zone)),
        ("fact_last_child", wording.minute(found.last_child_at, zone) or SAY["never"]),
        ("fact_last_staff", wording.minute(found.last_staff_at, zone) or SAY["never"]),
        ("fact_promised", wording.minute(found.promised_for, zone)),
        ("messages", str(found.last_sequence)),
        ("fact_held", SAY["yes"] if found.legal_hold else ""),
    ]
    return [(SAY[name], value) for name, value in facts if value]
