"""Who may enter a conversation's pages: the browser whose cookie holds its session, by forms of that session."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from pop.helpline.conversations.actions.entering import Inside, child_enters
from pop.helpline.conversations.live.forms import check, form_token, from_other_site
from pop.helpline.conversations.queries.talks import Said, Talk, messages_before, session_state
from pop.helpline.lines import queries as lines
from pop.helpline.talk import pages
from pop.helpline.talk.reader import Reader, reader
from pop.helpline.talk.saying import Written
from pop.pages.answers import answer_page, came_back, read_form
from pop.pages.leaving import SESSION_COOKIE
from pop.people.entrance import anyone
from pop.places.languages import best_language
from pop.places.words import LANGUAGES

log = logging.getLogger("pop.helpline")

# So many messages are read for one page; those that do not fit into it are one tap away.
MOST_READ = 40


@dataclass(frozen=True, slots=True)
class Visit:
    """A child inside its conversation: the session's token, what it opens, and how its pages read."""

    token: str = field(repr=False)
    inside: Inside
    reader: Reader
    line: lines.LineRecord

    @property
    def talk(self) -> Talk:
        """The conversation."""
        return self.inside.conversation

    @property
    def sandbox(self) -> bool:
        """Whether the line is for trying out."""
        return self.line.sandbox

    def form(self, key: str = "") -> pages.Form:
        """Return what a form of this session carries; `key` keeps that of a form that comes back."""
        return pages.Form(form_token(self.token), key or secrets.token_urlsafe(24))

    def written(self, before: int | None = None) -> list[Written]:
        """Return the last messages, or those before one, as a page shows them."""
        last = self.talk.last_sequence + 1 if before is None else before
        return [as_written(said) for said in messages_before(self.talk.id, last, self.inside.keys, count=MOST_READ)]


View = Callable[[HttpRequest, Visit], HttpResponse]


def inside(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Let a view be entered by a child's open session only; a POST by a form of that session, never by another site."""

    @anyone
    @functools.wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        token = request.COOKIES.get(SESSION_COOKIE, "")
        try:
            visit = visit_of(token)
        except (Error, OSError) as error:
            words = text_of(request)
            if not words:
                raise
            log.error("a complaint was not kept: %s", type(error).__name__)
            return _still_here(request, token, words)
        if visit is None:
            return not_inside(request, token)
        if request.method == "POST":
            if came_back(request):
                return to_talk()
            if another_site(request):
                return answer_page(request, sorry(visit.reader), status=403)
            if not check(token, read_form(request, ["token"]).get("token", "")):
                # A form of a session that ended, most likely by coming back in this browser: nothing was done.
                return to_talk()
        return view(request, visit)

    return guarded


def _still_here(request: HttpRequest, token: str, words: str) -> HttpResponse:
    """Answer a complaint (the only form of a page with words) while nothing can be kept: they are in its box still."""
    key = read_form(request, ["key"]).get("key", "")
    form = pages.Form(form_token(token), key or secrets.token_urlsafe(24))
    draft = pages.Draft(text=words, refused="not_sent")
    return answer_page(request, pages.complain_page(plain_reader(request), form, [], draft=draft), status=503)


def visit_of(token: str) -> Visit | None:
    """Return the visit that a session's token opens, or None."""
    found = child_enters(token) if token else None
    line = lines.line(found.conversation.line) if found is not None else None
    if found is None or line is None:
        return None
    talk = found.conversation
    language = talk.language if talk.language in LANGUAGES else best_language(talk.language)
    country = talk.country or (line.countries[0] if len(line.countries) == 1 else "")
    return Visit(token, found, reader(language=language, country=country, age=talk.age, now=timezone.now()), line)


def not_inside(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a browser without an open session.

    Without a cookie, as after the exit, it sees the first page and nothing that says there was a conversation. A cookie
    whose session is over is told so, once, with the ways back.
    """
    state = session_state(token) if token else ""
    if state in {"pending", "failed"}:
        return see_other("/back")
    if not token:
        return see_other("/")
    page = pages.message_page(plain_reader(request), title="ended_title", text=["ended_text"])
    return without_session(answer_page(request, page))


def plain_reader(request: HttpRequest, *, language: str = "", country: str = "", age: str = "") -> Reader:
    """Return a reader outside a conversation: the language as asked for, else as the browser prefers."""
    if language not in LANGUAGES:
        language = best_language(request.headers.get("Accept-Language", ""))
    return reader(language=language, country=country, age=age, now=timezone.now())


def as_written(said: Said) -> Written:
    """Return a message as a page shows it."""
    return Written(
        number=said.sequence,
        author=said.author,
        text=said.text,
        at=said.at,
        notice=said.notice if said.kind == "notice" else None,
        readable=said.readable,
    )


def another_site(request: HttpRequest) -> bool:
    """Say whether the browser names another site as the sender."""
    named = {name.lower().encode(): value.encode("latin-1", "replace") for name, value in request.headers.items()}
    return from_other_site(named)


def sorry(who: Reader) -> bytes:
    """Return the page that answers another site."""
    return pages.message_page(who, title="error_title", text=["error_text"], new=False)


def to_talk() -> HttpResponse:
    """Lead on to the conversation."""
    return see_other("/talk")


def see_other(address: str) -> HttpResponse:
    """Lead on after a form: 303, so that nothing is sent again."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    return response


def with_session(response: HttpResponse, token: str) -> HttpResponse:
    """Give a browser its session: read by no script, sent to no other site, gone when the browser closes."""
    response.set_cookie(SESSION_COOKIE, token, httponly=True, secure=settings.PRODUCTION, samesite="Strict")
    return response


def without_session(response: HttpResponse) -> HttpResponse:
    """Take a browser's session cookie away."""
    response.delete_cookie(SESSION_COOKIE, samesite="Strict")
    return response


def text_of(request: HttpRequest, name: str = "text") -> str:
    """Return what was written into a form's box. Browsers send every line end as CR LF; the words had LF."""
    return read_form(request, [name]).get(name, "").replace("\r\n", "\n")
