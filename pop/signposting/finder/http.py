"""The child's doors on Django: answers to a choice, and the pages around them. No choice ever stands in an address."""

from __future__ import annotations

import gzip
import re
import time

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, RawPostDataException
from django.http.multipartparser import MultiPartParserError

from pop.people.entrance import anyone
from pop.places.countries import codes
from pop.places.languages import best_language
from pop.places.words import LANGUAGES
from pop.signposting.finder import pages
from pop.signposting.finder.plain_pages import accepts_gzip, language_and_country
from pop.signposting.finder.rules import Choice, choice_of

# Cookies of ours that an exit ends: the chat's session. Never Clear-Site-Data "cookies": it signs out sibling hosts.
SESSION_COOKIE = "pop_public"
_LANGUAGE = re.compile(r"/([a-z]{2})(?:/|\Z)")
FIELDS = ("tile", "topic", "age", "talk", "friend", "country")
_UNREADABLE = (
    BadRequest,
    MultiPartParserError,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
    RawPostDataException,
    OSError,
)


@anyone
def root(request: HttpRequest) -> HttpResponse:
    """Answer `/`: the language and, as a guess, the country come from Accept-Language only."""
    language, country = language_and_country(request.headers.get("Accept-Language", ""))
    return _page(request, pages.first_page(language, country, now=_now()), varies="Accept-Language, Accept-Encoding")


@anyone
def pick(request: HttpRequest, language: str) -> HttpResponse:
    """Answer `/<language>`: the picker of countries."""
    return _page(request, pages.first_page(language, "", now=_now()))


@anyone
def home(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer `/<language>/<country>`; a POST carries an age, which never stands in an address."""
    if country not in codes():
        return _page(request, pages.first_page(language, "", now=_now(), missing=True), status=404)
    choice = Choice(age=_choice(request).age)
    return _page(request, pages.first_page(language, country, choice=choice, now=_now()))


@anyone
def find(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer a choice with services, directly: no redirect, so that nothing of it reaches an address."""
    if country not in codes():
        return _page(request, pages.first_page(language, "", now=_now(), missing=True), status=404)
    if request.method != "POST" or _came_back(request):
        return HttpResponseRedirect(f"/{language}/{country}")
    return _page(request, pages.results_page(language, country, choice=_choice(request), now=_now()))


@anyone
def card(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer with the one-page card of a country, to print or to keep."""
    if country not in codes():
        return not_found(request)
    choice = Choice(age=_choice(request).age)
    posted = request.method == "POST"
    return _page(request, pages.card_page(language, country, choice=choice, now=_now(), alone=False, posted=posted))


@anyone
def card_file(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer with the card as a file to keep off-line: no script, no link to us, a neutral name."""
    if country not in codes():
        return not_found(request)
    page = pages.card_page(language, country, now=_now(), alone=True, posted=False)
    response = _page(request, page)
    response["Content-Disposition"] = 'attachment; filename="information.html"'
    return response


@anyone
def adult(request: HttpRequest, language: str, country: str) -> HttpResponse:
    """Answer an adult who worries about a child."""
    if country not in codes():
        return not_found(request)
    choice = Choice(age=_choice(request).age)
    posted = request.method == "POST"
    return _page(request, pages.adult_page(language, country, choice=choice, now=_now(), posted=posted))


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
    return _page(request, page)


@anyone
def leave(request: HttpRequest) -> HttpResponse:
    """End what there is to end and go somewhere neutral. HEAD only says that the way is open."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    response = HttpResponseRedirect(settings.EXIT_URL)
    response.status_code = 303
    # Chromium also drops its back-forward cache of this origin with it.
    response["Clear-Site-Data"] = '"cache"'
    response["Cache-Control"] = "no-store"
    response.delete_cookie(SESSION_COOKIE, samesite="Strict")
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that is not here."""
    page = pages.message_page(_language(request), title="not_found_title", text="not_found_text")
    return _page(request, page, status=404)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Answer after a mistake of ours."""
    page = pages.message_page(_language(request), title="error_title", text="error_text")
    return _page(request, page, status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that no browser sends."""
    page = pages.message_page(_language(request), title="error_title", text="error_text")
    return _page(request, page, status=400)


def _came_back(request: HttpRequest) -> bool:
    """Say whether a browser sends a form again by itself, because somebody pressed Back after the child had left.

    Chromium marks what a person does with Sec-Fetch-User and sends a form out of its history without it. Other browsers
    never send that mark, so they are believed: they ask before they send a form again.
    """
    headers = request.headers
    return (
        request.method == "POST"
        and "Chromium" in headers.get("Sec-CH-UA", "")
        and headers.get("Sec-Fetch-Mode") == "navigate"
        and "Sec-Fetch-User" not in headers
    )


def _now() -> int:
    return int(time.time())


def _choice(request: HttpRequest) -> Choice:
    return choice_of(_said(request))


def _said(request: HttpRequest) -> dict[str, str]:
    """Read the fields of a form; one that cannot be read says nothing."""
    if request.method != "POST":
        return {}
    try:
        form = request.POST
    except _UNREADABLE:
        return {}
    return {name: str(form.get(name, "")) for name in FIELDS}


def _language(request: HttpRequest) -> str:
    found = _LANGUAGE.match(request.path)
    if found and found[1] in LANGUAGES:
        return found[1]
    return best_language(request.headers.get("Accept-Language", ""))


def _page(request: HttpRequest, page: bytes, *, status: int = 200, varies: str = "Accept-Encoding") -> HttpResponse:
    """Answer with a page, gzipped where the browser takes it: it holds no secret that its length could give away."""
    zipped = accepts_gzip(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(
        gzip.compress(page, 6, mtime=0) if zipped else page, status=status, content_type="text/html; charset=utf-8"
    )
    if zipped:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = varies
    response["Cache-Control"] = "no-store"
    return response
