"""The frame of a console page: the words it speaks and in which language, the style it wears, what its menu shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import lazystr

from pop.people.pages.assets import STYLESHEET_URL
from pop.people.pages.languages import current_language, language_of, names_of_languages
from pop.people.words import WORDS
from pop.places.words import Speaker, Words

__all__ = ["language_of", "later", "missing", "page", "shell", "speaker", "tell"]


class RequestSpeaker(Speaker):
    """Speaks the language of the request in hand; outside a request English. A module may keep one for ever."""

    def __init__(self, words: tuple[Words, ...]) -> None:
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "young", False)

    @property
    def language(self) -> str:
        """The language of the request in hand."""
        return current_language()


def speaker(*words: Words, language: str | None = None) -> Speaker:
    """Return a speaker of these words and of the console's own, in the request's language unless one is given."""
    spoken = (*words, WORDS)
    return Speaker(spoken, language) if language else RequestSpeaker(spoken)


def later(say: Speaker, *keys: str) -> str:
    """Return texts joined by ": " that are looked up when they are shown: for the labels of a form, made once."""
    return cast("str", lazystr(_Later(say, keys)))


class _Later:
    def __init__(self, say: Speaker, keys: tuple[str, ...]) -> None:
        self._say, self._keys = say, keys

    def __str__(self) -> str:
        return ": ".join(self._say[key] for key in self._keys)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template, allauth's too, the console's words and style."""
    return {
        "say": speaker(language=language_of(request)),
        "stylesheet": STYLESHEET_URL,
        "section": request.path.strip("/").split("/")[0],
        "console_languages": names_of_languages(),
    }


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    words: Sequence[Words] = (),
    status: int = 200,
) -> HttpResponse:
    """Render a console page that speaks `words` beside the console's own, in the request's language."""
    say = speaker(*words, language=language_of(request))
    return render(request, template, {"say": say, **(context or {})}, status=status)


def tell(request: HttpRequest, text: str, *, good: bool = True) -> None:
    """Leave one sentence for the next page that is shown."""
    messages.add_message(request, messages.SUCCESS if good else messages.ERROR, text)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a page that does not exist, and in the same words for one that the person may not open."""
    return page(request, "console/missing.html", status=404)
