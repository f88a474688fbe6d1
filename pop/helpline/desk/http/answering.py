"""How every act of the desk is answered: a fragment for a page with its script, a whole page without."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from pop.helpline.conversations.queries.talks import Talk, talk
from pop.helpline.conversations.rules.lifecycle import CLOSED
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.queries.joined import joined_because
from pop.helpline.words.showing import refused
from pop.people.entrance import member
from pop.people.pages.layout import tell

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Outcome:
    """What an act brought: a sentence, and what of the workspace is to be opened, put away or shown anew."""

    said: str = ""
    opens: UUID | None = None
    closes: UUID | None = None
    changes: UUID | None = None
    shows: str = ""  # a tool to open in the conversation that changes
    good: bool = True


def by_script(request: HttpRequest) -> bool:
    """Say whether a part of the page is asked for, and not a page."""
    return request.headers.get("HX-Request") == "true"


def answer(request: HttpRequest, outcome: Outcome, *, back: str = "/desk") -> HttpResponse:
    """Tell what an act brought."""
    if not by_script(request):
        if outcome.said:
            tell(request, outcome.said, good=outcome.good)
        if outcome.shows and outcome.changes:
            back = f"/desk/c/{outcome.changes}/{outcome.shows}"
        elif outcome.closes is None and (stays := outcome.opens or outcome.changes):
            back = f"/desk/c/{stays}"
        return redirect(back)
    news: dict[str, object] = {"desk:queue": {}}
    if outcome.said:
        news["desk:told"] = {"text": outcome.said, "good": outcome.good}
    for name, which in (("open", outcome.opens), ("close", outcome.closes), ("change", outcome.changes)):
        if which is not None:
            news[f"desk:{name}"] = {"c": str(which), "tool": outcome.shows}
    # An act that was refused changes nothing on the page: what was typed stays.
    response = HttpResponse(status=200 if outcome.good else 409)
    response["HX-Trigger"] = json.dumps(news)
    return response


def act(request: HttpRequest, run: Callable[[], Outcome], *, back: str = "/desk") -> HttpResponse:
    """Run an act and tell what it brought; a refusal is told instead, and what is not theirs does not exist (404)."""
    try:
        return answer(request, run(), back=back)
    except RefusedError as error:
        if error.code == "unknown":
            raise Http404 from None
        return answer(request, Outcome(said=refused(error.code), good=False), back=back)


def of_my_team(request: HttpRequest, conversation: UUID) -> Talk:
    """Return a conversation of a team of whoever asks; any other does not exist (404)."""
    found = talk(conversation)
    if found is None or not lines.is_member(member(request).id, found.team):
        raise Http404
    return found


def mine_or_joined(request: HttpRequest, conversation: UUID) -> tuple[Talk, str]:
    """Return a conversation that whoever asks has, promised a reply in, or joined as a supervisor: then with why.

    Any other does not exist (404).
    """
    found = of_my_team(request, conversation)
    me = member(request).id
    if me in (found.assignee, found.promised_by):
        return found, ""
    reason = joined_because(found.id, me) if found.state != CLOSED and lines.supervises(me, found.line) else ""
    if not reason:
        raise Http404
    return found, reason


def mine(request: HttpRequest, conversation: UUID) -> Talk:
    """Return a conversation that whoever asks has, or promised a reply in; any other does not exist (404)."""
    found = of_my_team(request, conversation)
    if member(request).id not in (found.assignee, found.promised_by):
        raise Http404
    return found
