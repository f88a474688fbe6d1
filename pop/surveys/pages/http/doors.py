"""Filling in a survey: its first page, its pages, the check before sending, sending.

No answer ever stands in an address. What somebody writes goes into the sealed draft with every step, also when it is
not right yet; only sending asks for everything to be right.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from http import HTTPStatus
from typing import NamedTuple

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from pop.pages.answers import answer_page
from pop.people.entrance import anyone
from pop.places.languages import best_language
from pop.surveys.collecting.actions.drafts import DraftError, forget_draft
from pop.surveys.collecting.actions.inviting import note_opened
from pop.surveys.collecting.files import is_full
from pop.surveys.collecting.queries.invitations import Invited, invitation_of
from pop.surveys.collecting.queries.surveys import Known, form_of_survey, offered, surveys
from pop.surveys.forms.answering import Answering, Fault, NoSuchPathError, Page, TooManyRowsError
from pop.surveys.forms.definition import Question
from pop.surveys.pages import holding, leafing, rendering, sitting
from pop.surveys.pages.entering import MOST_BYTES, Posted, TooMuchError, given, one, read_posted
from pop.surveys.pages.fields import LONGEST, anchor, picture_root
from pop.surveys.pages.picturing import wants
from pop.surveys.pages.rendering import root_of
from pop.surveys.pages.sitting import Sitting

SeeOther = HTTPStatus.SEE_OTHER
log = logging.getLogger("pop.surveys")


@anyone
def start(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>: what it is about, who reads it, and the button that begins."""
    return _start(request, form, None)


@anyone
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a partner's own link: the same page, and answers count as the partner's."""
    found = invitation_of(token)
    if found is None:
        return message(request, "", "link", status=404)
    if request.method == "GET":
        try:
            note_opened(invitation=found.id, now=timezone.now())
        except DatabaseError as error:
            # Whoever follows the link need not wait for what we write down of it.
            log.error("an opened link was not noted: %s", type(error).__name__)
    return _start(request, found.form_id, found)


def _start(request: HttpRequest, form: str, invitation: Invited | None) -> HttpResponse:
    known = offered_now(form)
    if known is None:
        closed = any(each.state == "closed" for each in surveys(form))
        links = [("list_title", "/survey")]
        return message(request, "", "closed" if closed else "gone", status=410 if closed else 404, links=links)
    posted = read(request)
    if posted is None:
        return message(request, "", "full", status=413)
    now = timezone.now()
    language = language_of(request, known, one(posted, "language"))
    going = sitting.find(request, form, now=now)
    begins = request.method == "POST"
    if begins and isinstance(going, Sitting) and one(posted, "anew") == "yes":
        forget_draft(draft=going.draft)
    elif isinstance(going, Sitting):
        # Whoever follows a link from elsewhere comes without the cookie, and finds out only now.
        begins = False
    if begins:
        try:
            begun = sitting.begin(known, language=language, now=now, invitation=invitation.id if invitation else None)
        except DraftError:
            return message(request, language, "closed", status=410, links=[("list_title", "/survey")])
        except DatabaseError as error:
            return not_now(request, language, error)
        return _go(root_of(form), 1, begun)
    fresh = Answering.begin(form_of_survey(known.id), now=now, chance=random.Random(0), language=language)
    page = rendering.start_page(
        request,
        known,
        language=language,
        pages=len(fresh.pages()),
        going=isinstance(going, Sitting),
        partner=invitation.partner_name if invitation else "",
        here=request.path,
    )
    return answer_page(request, page, varies="Accept-Language, Accept-Encoding, Cookie")


@anyone
def question(request: HttpRequest, form: str, number: str) -> HttpResponse:
    """Answer /survey/<form>/<page>: the questions of one page, and what somebody does with them."""
    visit = visit_of(request, form)
    if isinstance(visit, HttpResponse):
        return visit
    here, posted = visit
    pages = here.answering.pages()
    index = leafing.at(pages, one(posted, "page"), int(number[:6]))
    if request.method != "POST":
        if index is None:
            return _go(root_of(form), "review" if pages else None, here)
        faults = here.answering.faults(pages[index]) if request.GET.get("check") else ()
        to = "review" if request.GET.get("to") == "review" else ""
        return show(request, here, rendering.question_page(here.survey, here.answering, index, faults=faults, to=to))
    if index is None:
        return _go(root_of(form), 1, here)
    long = take(here, pages[index], posted)
    do = one(posted, "do")
    to = "review" if one(posted, "to") == "review" else ""
    if do == "look":
        # The script asks while somebody goes on writing. Nothing is kept: what they press next may be here already.
        return show(request, here, _page(here, pages[index], index, to=to))
    if do.startswith(("add:", "remove:")):
        _rows(here.answering, pages[index], do)
    verb, _, path = do.partition(":")
    wanted = path if verb in ("picture", "clear") and wants(here.answering, pages[index], path) else ""
    if wanted and verb == "clear":
        here.answering.set(wanted, "")
    kept = keep(request, here)
    if kept:
        return kept
    if wanted and verb == "picture":
        where = f"{picture_root(form)}/{anchor(wanted)}{'?to=review' if to else ''}"
        return HttpResponseRedirect(where, status=SeeOther)
    if do.startswith(("add:", "remove:", "clear:", "picture:")) or one(posted, "language"):
        return show(request, here, _page(here, pages[index], index, to=to))
    if do == "back":
        return _go(root_of(form), max(index, 1), here)
    return _leave(request, visit, pages, index, long, to)


@anyone
def review(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/review: every answer, with a way back to each page."""
    visit = visit_of(request, form)
    if isinstance(visit, HttpResponse):
        return visit
    here, _ = visit
    kept = keep(request, here) if request.method == "POST" else None
    return kept or show(request, here, rendering.review_page(here.survey, here.answering))


class Visit(NamedTuple):
    """Somebody with answers in progress, and what the browser posted."""

    here: Sitting
    posted: Posted


def visit_of(request: HttpRequest, form: str, posted: Posted | None = None) -> Visit | HttpResponse:
    """Return who asks, or the answer to somebody without answers in progress. What was posted is read once."""
    posted = read(request) if posted is None else posted
    if posted is None:
        return message(request, "", "full", status=413)
    found = sitting.find(request, form, now=timezone.now())
    if isinstance(found, sitting.Sent):
        return HttpResponseRedirect(f"{root_of(form)}/sent", status=SeeOther)
    if found is None:
        if request.method != "POST":
            return HttpResponseRedirect(root_of(form), status=SeeOther)
        links = [("code_title", "/survey"), ("start_button", root_of(form))]
        return message(request, "", "lost", status=409, links=links)
    wanted = one(posted, "language")
    if wanted in found.answering.form.languages and wanted != found.answering.language:
        found.answering.language = wanted
    return Visit(found, posted)


def take(here: Sitting, page: Page, posted: Posted) -> Sequence[Fault]:
    """Give the answers of a posted page; return those that are too long, which are kept as far as they are.

    An answer can make another question of the page relevant that the script has shown, and that was answered too.
    """
    answering = here.answering
    say = rendering.speaker(answering.language)
    taken: set[str] = set()
    faults: list[Fault] = []
    while True:
        shown = next((each for each in answering.pages() if each.path == page.path), None)
        said = given(answering, shown, posted) if shown else {}
        fresh = {path: answer for path, answer in said.items() if path not in taken}
        if not fresh or shown is None:
            return faults
        taken |= set(fresh)
        answering.set_all(fresh)
        for place in shown.places:
            item = place.item
            if place.path in fresh and isinstance(item, Question) and item.kind == "text":
                most = LONGEST["area" if "multiline" in item.appearance else "text"]
                if len(fresh[place.path].replace("\r\n", "\n")) > most:
                    faults.append(Fault(place.path, "too_long", say("wrong_too_long", most=most)))


def keep(request: HttpRequest, here: Sitting) -> HttpResponse | None:
    """Keep the answers; return what to answer where that cannot be done."""
    try:
        here.keep(now=timezone.now())
    except DraftError as error:
        about = "full" if error.code == "too_long" else "other"
        return message(request, here.answering.language, about, status=413 if about == "full" else 409)
    except DatabaseError as error:
        return not_now(request, here.answering.language, error)
    return None


def not_now(request: HttpRequest, language: str, error: Exception) -> HttpResponse:
    """Answer that something could not be kept, and log what a person must know: 507 where there is no room left."""
    full = is_full(error)
    # The type alone: its text may quote an answer.
    log.error("answers were not kept: %s", "the disk is full" if full else type(error).__name__)
    return message(request, language, "busy", status=507 if full else 503)


def _leave(
    request: HttpRequest, visit: Visit, pages: Sequence[Page], index: int, long: Sequence[Fault], to: str
) -> HttpResponse:
    """Go on to the next page, unless answers are missing, or brought up more to ask on this one."""
    here, posted = visit
    path = pages[index].path
    after = here.answering.pages()
    again = leafing.at(after, path, 0)
    if again is not None:
        # What the script brought in has been seen as well: it was posted.
        before = {place.path for place in pages[index].places} | set(posted)
        new = frozenset(
            place.path for place in after[again].places if place.path not in before and isinstance(place.item, Question)
        )
        told = {each.path for each in long}
        faults = [*long, *(each for each in here.answering.faults(after[again]) if each.path not in told | new)]
        if faults or new:
            page = rendering.question_page(
                here.survey, here.answering, again, faults=faults, new=new, to=to, pages=after
            )
            return show(request, here, page, status=400 if faults else 200)
    following = leafing.after(pages, after, path)
    return _go(root_of(here.survey.form_id), "review" if to or following >= len(after) else following + 1, here)


def _page(here: Sitting, page: Page, index: int, *, to: str) -> bytes:
    """Return a page again as it is now; where it has gone, the page in its place."""
    pages = here.answering.pages()
    found = leafing.at(pages, page.path, 0)
    index = min(index, len(pages) - 1) if found is None else found
    return rendering.question_page(here.survey, here.answering, index, to=to, pages=pages)


def _rows(answering: Answering, page: Page, do: str) -> None:
    """Add or remove a row of a repeat of this page; what is none, or may not be, changes nothing."""
    verb, _, rest = do.partition(":")
    path, _, number = rest.rpartition(":") if verb == "remove" else (rest, "", "")
    if path not in {each for each, _ in page.repeats}:
        return
    try:
        if verb == "add":
            answering.add_repeat(path)
        elif number.isascii() and number.isdigit():
            answering.remove_repeat(path, int(number[:6]))
    except (NoSuchPathError, TooManyRowsError):
        # A second tab removed it already, or the button is as old as the page.
        return


def offered_now(form: str) -> Known | None:
    """Return the version of a form that is open now, or None."""
    return next(iter(offered(form)), None)


def language_of(request: HttpRequest, known: Known, posted: str = "") -> str:
    """Return the language of a survey that somebody asked for, else the one that their browser likes best."""
    asked = posted or request.GET.get("language", "")
    if asked in known.languages:
        return asked
    liked = best_language(request.headers.get("Accept-Language", ""), known.languages)
    return liked if liked in known.languages else known.default_language


def read(request: HttpRequest) -> Posted | None:
    """Return what was posted; None where it is too much. Nothing is thrown away by a limit on the number of fields."""
    if request.method != "POST":
        return {}
    try:
        return read_posted(request.read(MOST_BYTES + 1))
    except (TooMuchError, OSError):
        return None


def show(request: HttpRequest, here: Sitting, page: bytes, *, status: int = 200) -> HttpResponse:
    """Answer with a page of somebody's survey."""
    response = answer_page(request, page, status=status)
    holding.hold(response, here.survey.form_id, here.hold)
    return response


def message(
    request: HttpRequest, language: str, about: str, *, status: int, links: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """Answer with a page that says one thing."""
    spoken = language or best_language(request.headers.get("Accept-Language", ""))
    return answer_page(request, rendering.message_page(spoken, about, links=links), status=status)


def _go(root: str, page: int | str | None, here: Sitting) -> HttpResponse:
    response = HttpResponseRedirect(root if page is None else f"{root}/{page}", status=SeeOther)
    response["Cache-Control"] = "no-store"
    holding.hold(response, here.survey.form_id, here.hold)
    return response
