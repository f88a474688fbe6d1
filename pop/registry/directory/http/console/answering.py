"""What every page that acts does alike: run the action, and say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from pop.people.pages.layout import tell
from pop.places.words import Speaker
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.http.console.forms import EmergencyForm, NoticeForm, SeenForm
from pop.registry.directory.http.console.wording import SAY
from pop.registry.directory.rules.editing import MistakeError

Result = TypeVar("Result")


def act(request: HttpRequest, run: Callable[[], str], back: str) -> HttpResponse:
    """Run an action that returns the key of what to say, and go back; a refusal is said instead."""
    try:
        tell(request, SAY[run()])
    except RefusalError as refusal:
        if refusal.code == "unknown":
            raise Http404 from refusal
        tell(request, SAY[f"refused_{refusal.code}"], good=False)
    return redirect(back)


def attempt(
    form: SeenForm | NoticeForm | EmergencyForm, run: Callable[[], Result], say: Speaker = SAY
) -> Result | None:
    """Run an action on a valid form's values; where it is refused, say so in the form and return None."""
    try:
        return run()
    except MistakeError as mistake:
        form.mistaken(mistake)
    except RefusalError as refusal:
        if refusal.code == "unknown":
            raise Http404 from refusal
        form.add_error(None, say[f"refused_{refusal.code}"])
    return None
