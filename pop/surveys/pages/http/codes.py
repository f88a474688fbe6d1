"""Six words: given out with answers that are saved or sent, and taken to open them again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from pop.pages.answers import answer_page
from pop.people.entrance import anyone
from pop.places.languages import best_language
from pop.places.words import LANGUAGES
from pop.privacy.codes import CodeKey
from pop.privacy.derivations import BusyError
from pop.privacy.keyfiles import KeysError
from pop.surveys.collecting.actions.drafts import DraftError
from pop.surveys.collecting.actions.receiving import RefusedError
from pop.surveys.collecting.actions.withdrawing import withdraw
from pop.surveys.collecting.rules.reading import MalformedError
from pop.surveys.pages import deriving, holding, leafing, rendering, sitting
from pop.surveys.pages.entering import one
from pop.surveys.pages.http.doors import Visit, keep, message, not_now, read, show, take, visit_of
from pop.surveys.pages.outcomes import outcome_of
from pop.surveys.pages.rendering import root_of
from pop.surveys.pages.sitting import Sent, Sitting

log = logging.getLogger("pop.surveys")


@anyone
def come_back(request: HttpRequest) -> HttpResponse:
    """Answer /survey: the surveys that are open; and answers opened with their six words, on any device."""
    posted = read(request)
    if posted is None:
        return message(request, "", "full", status=413)
    asked = one(posted, "language") or request.GET.get("language", "")
    language = asked if asked in LANGUAGES else best_language(request.headers.get("Accept-Language", ""))
    if request.method != "POST":
        return answer_page(request, rendering.code_page(language), varies="Accept-Language, Accept-Encoding")
    words = one(posted, "words")
    try:
        keys = deriving.keys_of(request, words, language)
    except BusyError:
        return answer_page(request, rendering.code_page(language, wrong="code_busy"), status=503)
    except (KeysError, OSError) as error:
        log.error("words could not be tried: %s", type(error).__name__)
        return answer_page(request, rendering.code_page(language, wrong="code_refused"), status=503)
    opened = _opened(keys)
    if opened is None:
        wrong = "code_wrong" if words.strip() else "code_empty"
        return answer_page(request, rendering.code_page(language, wrong=wrong), status=400)
    form = opened.survey.form_id
    to = opened.goes_on_at(now=timezone.now()) or "review" if isinstance(opened, Sitting) else "sent"
    response = HttpResponseRedirect(f"{root_of(form)}/{to}", status=HTTPStatus.SEE_OTHER)
    holding.hold(response, form, opened.hold)
    return response


def _opened(keys: Sequence[CodeKey]) -> Sitting | Sent | None:
    for key in keys:
        found = sitting.open_with(holding.come_with(key), [key], now=timezone.now())
        if found is not None:
            return found
    return None


@anyone
def later(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/later: keep what is on the page and show the six words that open it again."""
    posted = read(request)
    if posted is None:
        return message(request, "", "full", status=413)
    again = _pressed_again(request, form, one(posted, "spoken"))
    visit = Visit(again, posted) if isinstance(again, Sitting) else visit_of(request, form, posted)
    if isinstance(visit, HttpResponse):
        return visit
    here = visit.here
    if request.method != "POST":
        return HttpResponseRedirect(f"{root_of(form)}/1", status=HTTPStatus.SEE_OTHER)
    pages = here.answering.pages()
    index = leafing.at(pages, one(posted, "page"), 0) if one(posted, "page") else None
    if index is not None:
        take(here, pages[index], posted)
    kept = keep(request, here)
    if kept:
        return kept
    words, late = _give_words(request, here)
    if late:
        return message(request, here.answering.language, "busy", status=503)
    back = f"{root_of(form)}/{'review' if index is None else index + 1}"
    page = rendering.later_page(request, here.survey, here.answering.language, words=words, back=back)
    return show(request, here, page)


def _give_words(request: HttpRequest, here: Sitting) -> tuple[str | None, bool]:
    """Return the six words of somebody's answers, sealed to them, and whether that has to wait.

    No words where their owner came with them.
    """
    language = here.answering.language
    words = here.hold.words(language)
    if words is None or here.hold.spoken:
        return words, False
    try:
        keys = deriving.keys_of(request, words, language)
        here.keep_under_words(keys[0], now=timezone.now())
    except BusyError:
        return None, True
    except (KeysError, OSError, DatabaseError, DraftError) as error:
        log.error("words could not be given: %s", type(error).__name__)
        return None, True
    return words, False


@anyone
def send(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/send: hand the answers in, once however often it is pressed, and show the six words."""
    if request.method != "POST":
        return HttpResponseRedirect(f"{root_of(form)}/review", status=HTTPStatus.SEE_OTHER)
    posted = read(request)
    if posted is None:
        return message(request, "", "full", status=413)
    again = _pressed_again(request, form, one(posted, "spoken")) or sitting.find(request, form, now=timezone.now())
    if isinstance(again, Sent):
        words = again.hold.words(again.language)
        return _thanks(request, form, rendering.sent_page(request, again.survey, again.language, words=words))
    visit = Visit(again, posted) if again is not None else visit_of(request, form, posted)
    if isinstance(visit, HttpResponse):
        return visit
    here = visit.here
    faults = here.answering.faults()
    language = here.answering.language
    if faults:
        return show(request, here, rendering.review_page(here.survey, here.answering, faults=faults), status=400)
    # The words come first: they are made anew as often as it takes, and what is sent is sent once.
    words, late = _give_words(request, here)
    if late:
        return message(request, language, "busy", status=503)
    refused = _handed_in(request, here)
    if refused is None:
        return _thanks(request, form, rendering.sent_page(request, here.survey, language, words=words))
    # The answers are sealed to the words by now: without this the browser would not find them again.
    holding.hold(refused, form, here.hold)
    return refused


def _handed_in(request: HttpRequest, here: Sitting) -> HttpResponse | None:
    """Hand the answers in; return what to answer where that cannot be done."""
    language = here.answering.language
    try:
        sent = here.send(now=timezone.now())
    except RefusedError as error:
        return message(request, language, "closed" if error.code == "closed" else "other", status=409)
    except MalformedError:
        return message(request, language, "full", status=413)
    except (DatabaseError, OSError) as error:
        return not_now(request, language, error)
    except DraftError:
        sent = False
    return None if sent else message(request, language, "other", status=409, links=[("code_title", "/survey")])


def _pressed_again(request: HttpRequest, form: str, spoken: str) -> Sitting | Sent | None:
    """Return what a browser left whose cookie is from before its draft was sealed to the words, or None.

    The answer to its first press did not reach it. The words follow from its cookie, in the language that the page was
    `spoken` in; so it gets the same ones.
    """
    hold = holding.held(request, form)
    words = hold.words(spoken) if hold is not None else None
    if hold is None or words is None or not spoken or sitting.find(request, form, now=timezone.now()) is not None:
        return None
    try:
        found = _opened(deriving.keys_of(request, words, spoken))
    except (BusyError, KeysError, OSError):
        return None
    if found is None or found.survey.form_id != form:
        return None
    return replace(found, hold=replace(hold, lookup=found.hold.lookup, private=found.hold.private, spoken=spoken))


def _thanks(request: HttpRequest, form: str, page: bytes) -> HttpResponse:
    response = answer_page(request, page)
    holding.let_go(response, form)
    return response


@anyone
def sent(request: HttpRequest, form: str) -> HttpResponse:
    """Answer /survey/<form>/sent: what somebody sent, by the words, to be corrected or withdrawn."""
    posted = read(request)
    if posted is None:
        return message(request, "", "full", status=413)
    now = timezone.now()
    found = sitting.find(request, form, now=now)
    if isinstance(found, Sitting):
        return HttpResponseRedirect(f"{root_of(form)}/review", status=HTTPStatus.SEE_OTHER)
    answers = sitting.sent_answers(found, now=now) if found else None
    if found is None or answers is None:
        return _away(form, "/survey")
    do = one(posted, "do")
    if do == "correct":
        return _correct(request, found)
    if do == "withdraw":
        withdraw(submission=found.submission, now=now)
        response = message(request, found.language, "withdrawn", status=200)
        holding.let_go(response, form)
        return response
    if do == "close":
        return _away(form, root_of(form))
    return answer_page(request, rendering.kept_page(found.survey, answers, outcome_of(found.submission)))


def _away(form: str, address: str) -> HttpResponse:
    response = HttpResponseRedirect(address, status=HTTPStatus.SEE_OTHER)
    holding.let_go(response, form)
    return response


def _correct(request: HttpRequest, found: Sent) -> HttpResponse:
    try:
        opened = sitting.correct(found, now=timezone.now())
    except DraftError:
        opened = False
    if not opened:
        return message(request, found.language, "other", status=409)
    return HttpResponseRedirect(f"{root_of(found.survey.form_id)}/review", status=HTTPStatus.SEE_OTHER)
