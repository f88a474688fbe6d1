"""The frame of a console page: the words it speaks, the style it wears, what its menu shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pop.people.pages.assets import STYLESHEET_URL
from pop.people.words import WORDS
from pop.places.words import Speaker, Words

# The console speaks English until its words are in the catalogues; every page reads this one place.
LANGUAGE = "en"


def speaker(*words: Words) -> Speaker:
    """Return a speaker of these words and of the console's own."""
    return Speaker((*words, WORDS), LANGUAGE)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template, allauth's too, the console's words and style."""
    return {"say": speaker(), "stylesheet": STYLESHEET_URL, "section": request.path.strip("/").split("/")[0]}


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    words: Sequence[Words] = (),
    status: int = 200,
) -> HttpResponse:
    """Render a console page that speaks `words` beside the console's own."""
    return render(request, template, {"say": speaker(*words), **(context or {})}, status=status)


def tell(request: HttpRequest, text: str, *, good: bool = True) -> None:
    """Leave one sentence for the next page that is shown."""
    messages.add_message(request, messages.SUCCESS if good else messages.ERROR, text)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a page that does not exist, and in the same words for one that the person may not open."""
    return page(request, "console/missing.html", status=404)
