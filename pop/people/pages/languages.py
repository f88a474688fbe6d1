"""The language of a console page: what the person chose, else what the browser asks for, else English."""

from __future__ import annotations

import functools

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation.trans_real import parse_accept_lang_header

from pop.people.models import Staff
from pop.places.languages import language_name
from pop.places.words import CONSOLE_LANGUAGES

_ENGLISH = "en"
_LONGEST_HEADER = 500


def language_of(request: HttpRequest) -> str:
    """Return the language to answer this request in, one of `CONSOLE_LANGUAGES`; it stays the same for one request."""
    known: str | None = getattr(request, "console_language", None)
    if known is None:
        known = _chosen(request) or _asked(request.headers.get("Accept-Language", ""))
        request.console_language = known  # type: ignore[attr-defined]
    return known


def current_language() -> str:
    """Return the language of the request in hand, or English outside one."""
    active = translation.get_language() or ""
    return active if active in CONSOLE_LANGUAGES else _ENGLISH


@functools.cache
def names_of_languages() -> tuple[tuple[str, str], ...]:
    """Return (language, its own name) of every language of the console, in the order of the tags."""
    return tuple((each, language_name(each, each)) for each in CONSOLE_LANGUAGES)


class LanguageMiddleware(MiddlewareMixin):
    """Makes Django and allauth speak the request's language. Stands behind the middleware that tells who asks."""

    def process_request(self, request: HttpRequest) -> None:
        """Begin; a static file has no language, and asking for its reader's would give it a session."""
        if not request.path.startswith(settings.STATIC_URL):
            translation.activate(language_of(request))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """End, so that the next work of this thread speaks English unless it says otherwise."""
        translation.deactivate()
        return response


def _chosen(request: HttpRequest) -> str:
    person = getattr(request, "user", None)
    if isinstance(person, Staff) and person.is_authenticated and person.language in CONSOLE_LANGUAGES:
        return person.language
    return ""


def _asked(header: str) -> str:
    for tag, _ in parse_accept_lang_header(header[:_LONGEST_HEADER].lower()):
        first = tag.split("-")[0]
        if first in CONSOLE_LANGUAGES:
            return first
    return _ENGLISH
