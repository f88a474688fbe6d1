"""The speaker of the review's words: its own first, then those of the registry's pages and of its console."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from pop.people.pages.layout import speaker, tell
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.console_words import CONSOLE
from pop.registry.directory.http.console.wording import named as named_there
from pop.registry.directory.http.console.wording import value
from pop.registry.directory.http.wording import isolated
from pop.registry.directory.rules.editing import MistakeError
from pop.registry.directory.words import REGISTRY
from pop.registry.mapping.console_words import WORDS as MAPPING

WORDS = (MAPPING, REGISTRY, CONSOLE)
SAY = speaker(*WORDS)


def choices(prefix: str, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return (code, words) pairs for a filter or a form."""
    return [(code, SAY[f"{prefix}_{code}"]) for code in codes]


def shown(field: str, given: Any) -> str:
    """Return a field's value in words; "" for what is not known."""
    if field == "operator":
        return named_there("operator", str(given)) if given else ""
    return value(field, given)


def contact(columns: Mapping[str, Any]) -> str:
    """Return one contact in a line: its channel, its number or address, its hours."""
    address = str(columns.get("dial") or columns.get("as_stated") or "–")
    said = f"{SAY['channel_' + columns['channel']]}: {isolated(address)}"
    hours = columns.get("hours") or columns.get("hours_source")
    return f"{said} ({isolated(str(hours))})" if hours else said


def act(request: HttpRequest, run: Callable[[], str], back: str) -> HttpResponse:
    """Run an action that returns the key of what to say, and go back; a refusal is said instead."""
    try:
        tell(request, SAY[run()])
    except MistakeError:
        tell(request, SAY["refused_mistake"], good=False)
    except RefusalError as refusal:
        if refusal.code == "unknown":
            raise Http404 from refusal
        tell(request, SAY[f"refused_{refusal.code}"], good=False)
    return redirect(back)
