"""What every page of supervision does alike: find the line, run the act, say what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from pop.helpline.lines import queries as lines
from pop.helpline.lines.queries import LineRecord
from pop.helpline.lines.rules import SUPERVISOR, RefusedError
from pop.helpline.words.showing import refused
from pop.people.entrance import member
from pop.people.pages.layout import tell

form_methods = require_http_methods(["GET", "HEAD", "POST"])
Result = TypeVar("Result")


def supervised(request: HttpRequest) -> list[LineRecord]:
    """Return the lines that whoever asks supervises, those for practice last."""
    wanted = {each.line for each in lines.teams_of(member(request).id) if each.role == SUPERVISOR}
    return sorted((each for each in lines.lines() if each.id in wanted), key=lambda each: (each.practice, each.name))


def chosen(request: HttpRequest, own: list[LineRecord]) -> LineRecord | None:
    """Return the line that `?line=` names, else the first of `own`; None without any. A strange one is 404."""
    asked = request.GET.get("line", "")
    if not asked:
        return own[0] if own else None
    found = next((each for each in own if str(each.id) == asked), None)
    if found is None:
        raise Http404
    return found


def supervised_line(request: HttpRequest, line_id: UUID) -> LineRecord:
    """Return a line that whoever asks supervises; any other does not exist (404)."""
    found = next((each for each in supervised(request) if each.id == line_id), None)
    if found is None:
        raise Http404
    return found


def supervises(request: HttpRequest, line_id: UUID) -> bool:
    """Say whether whoever asks supervises a line."""
    return lines.supervises(member(request).id, line_id)


def act(request: HttpRequest, run: Callable[[], str], back: str, *, otherwise: str = "") -> HttpResponse:
    """Run an act that returns the sentence to say, and go back; what is not theirs is 404.

    A refusal is said instead, at `otherwise` where that is another page.
    """
    try:
        said = run()
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        tell(request, refused(error.code), good=False)
        return redirect(otherwise or back)
    if said:
        tell(request, said)
    return redirect(back)


def attempt(form: Form, run: Callable[[], Result]) -> Result | None:
    """Run an act on a valid form's values; a refusal stands in the form, and None is returned."""
    try:
        return run()
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        form.add_error(None, refused(error.code))
        return None


def minutes_since(when: datetime | None, now: datetime) -> int | None:
    """Return whole minutes since a moment."""
    return None if when is None else max(0, int((now - when).total_seconds() // 60))
