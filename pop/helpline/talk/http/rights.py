"""What belongs to a child: the way back, who has read, a complaint with its answer, and the promise."""

from __future__ import annotations

import logging

from django.db import Error
from django.http import HttpRequest, HttpResponse

from pop.helpline.conversations.actions.complaining import complain, complaints_of
from pop.helpline.conversations.actions.entering import keep_way_back
from pop.helpline.conversations.actions.reading import readers_of
from pop.helpline.lines.rules import RefusedError
from pop.helpline.talk import pages
from pop.helpline.talk.http.inside import Visit, inside, plain_reader, see_other, text_of
from pop.helpline.talk.trying import bucket_of, newest_key
from pop.pages.answers import answer_page, read_form
from pop.pages.leaving import SESSION_COOKIE
from pop.people.entrance import anyone
from pop.privacy.derivations import BusyError

log = logging.getLogger("pop.helpline")


@inside
def keep(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/keep: six words, shown in the answer to the form and never again."""
    known = visit.talk.has_code
    if request.method != "POST":
        return answer_page(request, pages.keep_page(visit.reader, visit.form(), has_code=known, sandbox=visit.sandbox))
    try:
        words = keep_way_back(visit.token, visit.reader.language, derive=newest_key(bucket_of(request)))
    except BusyError:
        page = pages.message_page(visit.reader, title="keep_title", text=["back_busy"], new=False)
        return answer_page(request, page, status=503)
    page = pages.keep_page(visit.reader, visit.form(), words=words, has_code=True, sandbox=visit.sandbox)
    return answer_page(request, page)


@inside
def readers(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/readers: who has read the conversation, by role."""
    found = [(reading.at, reading.role) for reading in readers_of(visit.token)]
    return answer_page(request, pages.readers_page(visit.reader, visit.form(), found, sandbox=visit.sandbox))


@inside
def complaints(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer /talk/complain: complaints with their answers, and a box for one."""
    if request.method != "POST":
        return _complaints(request, visit)
    text = text_of(request)
    key = read_form(request, ["key"]).get("key", "")
    try:
        complain(visit.token, text, key)
    except RefusedError as refused:
        kept = "" if refused.code in {"key_reused", "unreadable"} else key
        return _complaints(request, visit, pages.Draft(text=text, refused=refused.code), key=kept, status=400)
    except (Error, OSError) as error:
        log.error("a complaint was not kept: %s", type(error).__name__)
        draft = pages.Draft(text=text, refused="not_sent")
        page = pages.complain_page(visit.reader, visit.form(key), [], draft=draft, sandbox=visit.sandbox)
        return answer_page(request, page, status=503)
    return see_other("/talk/complain")


def _complaints(
    request: HttpRequest, visit: Visit, draft: pages.Draft = pages.NO_DRAFT, *, key: str = "", status: int = 200
) -> HttpResponse:
    return answer_page(request, complaints_page(visit, draft, key=key), status=status)


def complaints_page(visit: Visit, draft: pages.Draft, *, key: str = "") -> bytes:
    """Return the page of complaints with their answers, and a box with what was not taken."""
    made = [
        pages.Complained(view.made_at, view.due_on, view.answer or "", view.answered_at)
        for view in complaints_of(visit.token)
    ]
    return pages.complain_page(
        visit.reader, visit.form(key), made, draft=draft, has_code=visit.talk.has_code, sandbox=visit.sandbox
    )


@anyone
def confidential(request: HttpRequest) -> HttpResponse:
    """Answer /talk/confidential: the promise with examples, before a chat or in it."""
    who = plain_reader(request, language=request.GET.get("language", ""), country=request.GET.get("country", ""))
    page = pages.confidential_page(who, inside=SESSION_COOKIE in request.COOKIES)
    return answer_page(request, page, varies="Accept-Language, Accept-Encoding")
