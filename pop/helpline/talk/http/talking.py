"""The conversation: its page in every state, and what a child can do with it."""

from __future__ import annotations

import contextlib
import logging
import secrets
from datetime import timedelta
from uuid import UUID

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pop.helpline.conversations.actions.answering import answer_once
from pop.helpline.conversations.actions.entering import end, pause
from pop.helpline.conversations.actions.forgetting import forget
from pop.helpline.conversations.actions.speaking import speak
from pop.helpline.conversations.live.answers import RefusedForm
from pop.helpline.conversations.live.forms import form_token
from pop.helpline.conversations.queries.answering import asked_now, has_answered
from pop.helpline.conversations.queries.talks import Talk
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.queries.place import place as queue_place
from pop.helpline.referrals.actions import child_decides
from pop.helpline.referrals.queries import asked_of_child
from pop.helpline.talk import pages
from pop.helpline.talk.http.inside import Visit, inside, see_other, to_talk, visit_of, without_session
from pop.helpline.talk.reader import reader
from pop.pages.answers import answer_page, read_form
from pop.places.languages import best_language
from pop.places.words import LANGUAGES
from pop.signposting.finder.queries.ways import OtherWay, ways_now

log = logging.getLogger("pop.helpline")

# Chromium keeps a page behind the exit alive in memory and shows it again on Back, also one that may not be stored: the
# change of our cookie drops it, but not where the page came by the very redirect that set the cookie (measured with
# 156). It keeps no page that was answered by another status than 200, and shows a 203 as it shows a 200.
SHOWN_ONCE = 203

_ANSWERS = frozenset({"1", "2", "3"})


@inside
def talk(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk; to Chromium with 203 in place of 200: see SHOWN_ONCE."""
    keeps = "Chromium" in request.headers.get("Sec-CH-UA", "") and request.headers.get("Sec-Fetch-Mode") == "navigate"
    return answer_page(request, page_of(visit), status=SHOWN_ONCE if keeps else 200)


@inside
def look(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/look: leads to what may have changed on the page, so that looking again does not begin at its top.

    A link to a place on the same page would only scroll; this one asks for the page anew.
    """
    return see_other("/talk#wait" if _state_of(visit.talk) == "waiting" else "/talk#newest")


@inside
def say(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/say: the same page with its box, which does not look again by itself while somebody writes."""
    return answer_page(request, page_of(visit, refreshing=False))


@inside
def earlier(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/earlier: the messages before one that the form names."""
    before = read_form(request, ["before"]).get("before", "")
    if not (before.isascii() and before.isdigit() and len(before) < 10):
        return to_talk()
    page = pages.earlier_page(visit.reader, visit.written(int(before)), visit.form(), sandbox=visit.sandbox)
    return answer_page(request, page)


@inside
def take_break(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/pause."""
    if request.method == "POST":
        try:
            pause(visit.token)
        except RefusedError:
            return to_talk()  # it ended meanwhile, and its page says so
    return to_talk()


@inside
def finish(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/end: asks once more, then closes the conversation."""
    if request.method != "POST":
        return answer_page(request, pages.sure_page(visit.reader, visit.form(), act="end", sandbox=visit.sandbox))
    end(visit.token)
    return to_talk()


@inside
def delete(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/forget: asks once more, then destroys the conversation with every session of it."""
    if request.method != "POST":
        return answer_page(request, pages.sure_page(visit.reader, visit.form(), act="forget", sandbox=visit.sandbox))
    try:
        forget(visit.token)
    except RefusedError as refused:
        page = pages.message_page(visit.reader, title="forget_title", text=[_refusal(refused)], new=False)
        return answer_page(request, page, status=409)
    page = pages.message_page(visit.reader, title="forgotten_title", text=["forgotten_text", "forget_copies"])
    return without_session(answer_page(request, page))


@inside
def answers(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/answers: the two optional answers, kept once, without anything that leads to the conversation."""
    if request.method != "POST":
        return to_talk()
    given = read_form(request, ("helped", "listened"))
    helped, listened = (int(given[name]) if given.get(name) in _ANSWERS else None for name in ("helped", "listened"))
    again = False
    try:
        answer_once(visit.talk.id, helped, listened)
    except RefusedError as refused:
        # Not closed, or closed long ago: then nothing is asked, and the page shows how it is.
        again = refused.code == "answered"
    return answer_page(request, page_of(visit, again=again))


@inside
def agree(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/agree: whether the child wants the service that it was asked about."""
    said = read_form(request, ("referral", "agreed"))
    if said.get("agreed") in {"yes", "no"}:
        # What was decided meanwhile, or was never asked, changes nothing: the page shows how it is.
        with contextlib.suppress(RefusedError, ValueError):
            child_decides(token=visit.token, referral=UUID(said["referral"]), agreed=said["agreed"] == "yes")
    return to_talk()


@inside
def language(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/language: the language of the conversation's pages, and in which it is answered if it can be."""
    chosen = request.GET.get("language", "")
    if request.method == "POST" and chosen in LANGUAGES:
        speak(visit.token, chosen)
    return to_talk()


def render_refused(form: RefusedForm) -> bytes:
    """Return the page that answers a refused send without script: the words are still in its box.

    Where the database does not answer, nobody can say how the conversation stands; the box with the words is there all
    the same, and the same key makes sending it again safe.
    """
    try:
        return _refused_page(form)
    except (Error, OSError) as error:
        log.error("a page that answers a refused send was made without its conversation: %s", type(error).__name__)
        who = reader(language=best_language(form.accept_language), now=timezone.now())
        standing = pages.Standing(state="unknown", sandbox=False, last=0)
        own = pages.Form(form_token(form.token), form.key or secrets.token_urlsafe(24))
        draft = pages.Draft(text=form.text, refused="not_sent")
        return pages.talk_page(who, standing, (), own, draft=draft, refreshing=False)


def _refused_page(form: RefusedForm) -> bytes:
    visit = visit_of(form.token)
    code = form.refusal.code
    if visit is None:
        tongue = best_language(form.accept_language)
        who = reader(language=tongue, now=timezone.now())
        return pages.message_page(who, title="ended_title", text=["ended_text"])
    draft = pages.Draft(text=form.text, refused={"wrong_form": "token", "misread": "unreadable"}.get(code, code))
    key = "" if code in {"key_reused", "misread"} else form.key
    return page_of(visit, draft=draft, key=key, refreshing=False)


def page_of(
    visit: Visit,
    *,
    draft: pages.Draft = pages.NO_DRAFT,
    key: str = "",
    refreshing: bool = True,
    again: bool = False,
) -> bytes:
    """Return the page of a conversation as it stands; `again`: its questions were answered a second time."""
    talk = visit.talk
    state = _state_of(talk)
    place = queue_place(talk.id) if state == "waiting" else None
    standing = pages.Standing(
        state=state,
        sandbox=visit.sandbox,
        last=talk.last_sequence,
        place=place,
        promised_for=talk.promised_for,
        read_by=talk.state_since + timedelta(hours=visit.line.read_within_hours),
        paused_until=talk.paused_until,
        has_code=talk.has_code,
        questions=_questions(visit, again=again),
    )
    return pages.talk_page(
        visit.reader,
        standing,
        visit.written(),
        visit.form(key),
        draft=draft,
        ways=_ways(visit),
        asks={str(each.id) for each in asked_of_child(visit.token)},
        refreshing=refreshing,
    )


def _state_of(talk: Talk) -> str:
    """Return the state whose page is shown: one of the lifecycle's, or "blocked"."""
    return "blocked" if talk.blocked_at is not None and talk.state != "closed" else talk.state


def _questions(visit: Visit, *, again: bool) -> str:
    """Return whether the two questions are asked ("asked"), or what is said in their place, or ""."""
    if not asked_now(visit.talk, now=visit.reader.now):
        return ""
    if has_answered(visit.talk.id):
        return "before" if again else "thanks"
    return "asked"


def _ways(visit: Visit) -> tuple[OtherWay, ...]:
    who = visit.reader
    if not who.country:
        return ()
    return ways_now(who.country, language=who.language, young=who.young, now=who.now)


def _refusal(refused: RefusedError) -> str:
    return f"refused_{refused.code}" if refused.code in {"held", "closed"} else "refused_other"
