"""The child's doors on Django: answers to a choice, and the pages around them. No choice ever stands in an address."""

from __future__ import annotations

import re
import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from pop.pages.answers import answer_page, came_back, read_form
from pop.people.entrance import anyone
from pop.places.countries import codes
from pop.places.languages import best_language
from pop.places.words import LANGUAGES
from pop.signposting.finder import pages
from pop.signposting.finder.plain_pages import language_and_country
from pop.signposting.finder.rules import Choice, choice_of

_LANGUAGE = re.compile(r"/([a-z]{2})(?:/|\Z)")
FIELDS = ("tile", "topic", "age", "talk", "friend", "country")


@anyone
def root(request: HttpRequest) -> HttpResponse:
    """Answer `/`: the language and, as a guess, the country come from Accept-Language only."""
    language, country = language_and_country(request.headers.get("Accept-Language", ""))
    return answer_page(
        request, pages.first_page(language, country, now=_now()), varies="Accept-Language, Accept-Encoding"
    )


@anyone
def pick(request: HttpRequest, language: str) -> HttpResponse:
    """Answer `/<language>`: the picker of countries."""
    return answer_page(request, pages.first_page(language, "", now=_now()))


@anyone
def home(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer `/<language>/<country>`; a POST carries an age, which never stands in an address."""
    if country not in codes():
        return answer_page(request, pages.first_page(language, "", now=_now(), missing=True), status=404)
    choice = Choice(age=_choice(request).age)
    return answer_page(request, pages.first_page(language, country, choice=choice, now=_now()))


@anyone
def find(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer a choice with services, directly: no redirect, so that nothing of it reaches an address."""
    if country not in codes():
        return answer_page(request, pages.first_page(language, "", now=_now(), missing=True), status=404)
    if request.method != "POST" or came_back(request):
        return HttpResponseRedirect(f"/{language}/{country}")
    return answer_page(request, pages.results_page(language, country, choice=_choice(request), now=_now()))


@anyone
def card(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer with the one-page card of a country, to print or to keep."""
    if country not in codes():
        return not_found(request)
    choice = Choice(age=_choice(request).age)
    posted = request.method == "POST"
    return answer_page(
        request, pages.card_page(language, country, choice=choice, now=_now(), alone=False, posted=posted)
    )


@anyone
def card_file(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer with the card as a file to keep off-line: no script, no link to us, a neutral name."""
    if country not in codes():
        return not_found(request)
    page = pages.card_page(language, country, now=_now(), alone=True, posted=False)
    response = answer_page(request, page)
    response["Content-Disposition"] = 'attachment; filename="information.html"'
    return response


@anyone
def adult(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer an adult who worries about a child."""
    if country not in codes():
        return not_found(request)
    choice = Choice(age=_choice(request).age)
    posted = request.method == "POST"
    return answer_page(request, pages.adult_page(language, country, choice=choice, now=_now(), posted=posted))


@anyone
def history(request: HttpRequest, language: str) -> HttpResponse:
    """Answer how to clear a browser's history; the country one came from travels in a hidden field."""
    said = _said(request)
    code = said.get("country", "")
    page = pages.history_page(
        language,
        code if code in codes() else "",
        choice=Choice(age=choice_of(said).age),
        now=_now(),
        posted=request.method == "POST",
    )
    return answer_page(request, page)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that is not here."""
    page = pages.message_page(_language(request), title="not_found_title", text="not_found_text")
    return answer_page(request, page, status=404)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Answer after a mistake of ours."""
    page = pages.message_page(_language(request), title="error_title", text="error_text")
    return answer_page(request, page, status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that no browser sends."""
    page = pages.message_page(_language(request), title="error_title", text="error_text")
    return answer_page(request, page, status=400)


def _now() -> int:
    return int(time.time())


def _choice(request: HttpRequest) -> Choice:
    return choice_of(_said(request))


def _said(request: HttpRequest) -> dict[str, str]:
    return read_form(request, FIELDS)


def _language(request: HttpRequest) -> str:
    found = _LANGUAGE.match(request.path)
    if found and found[1] in LANGUAGES:
        return found[1]
    return best_language(request.headers.get("Accept-Language", ""))
