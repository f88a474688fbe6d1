"""The first message: one box between the first page and help, and the conversation that it opens."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from pop.helpline.conversations.actions.opening import open_conversation
from pop.helpline.conversations.queries.talks import conversation_of, talk
from pop.helpline.conversations.rules.flow import RETRY, flow_of
from pop.helpline.conversations.rules.messages import valid_form_key
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.talk import pages
from pop.helpline.talk.http.inside import (
    another_site,
    plain_reader,
    see_other,
    sorry,
    text_of,
    to_talk,
    with_session,
)
from pop.helpline.talk.reader import Reader
from pop.pages.answers import answer_page, came_back, read_form
from pop.pages.leaving import SESSION_COOKIE
from pop.people.entrance import anyone
from pop.signposting.finder.queries.ways import OtherWay, ways_now

log = logging.getLogger("pop.helpline")

_STATUS = {"key_reused": 409, "not_sent": 503, pages.TOO_MANY: 503}


@dataclass(frozen=True, slots=True)
class _SomeLine:
    """Stands in while nobody can say which line there is: the words must not be lost with it."""

    name: str = ""
    sandbox: bool = False
    open: bool = True
    opens_at: datetime | None = None
    read_within_hours: int = 24


@anyone
def write(request: HttpRequest) -> HttpResponse:
    """Answer /write: the box; and, with words in it, open a conversation and lead to it.

    The finder comes here by POST with what was chosen, which stands in no address; without words that only shows the
    box. Nothing is kept before words are sent.
    """
    said = read_form(request, ("language", "country", "age", "tile", "key", "danger"))
    asked = {name: said.get(name) or request.GET.get(name, "") for name in ("language", "country")}
    who = plain_reader(request, language=asked["language"], country=asked["country"], age=said.get("age", ""))
    if came_back(request):
        return see_other(f"/{who.language}/{who.country}" if who.country else f"/{who.language}")
    carried = {"age": who.age, "tile": said.get("tile", "")[:24]}
    draft = pages.Draft(text=text_of(request), danger=said.get("danger") == "1")
    sends = request.method == "POST" and "key" in request.POST if said else False
    key = said.get("key", "")
    if not valid_form_key(key):
        key = secrets.token_urlsafe(24)
    line: pages.Line | None = _SomeLine()
    try:
        token = request.COOKIES.get(SESSION_COOKIE, "")
        if token and _goes_on(token):
            return to_talk()
        line = offer = lines.offer_for(who.country, who.language, now=timezone.now(), age=who.age)
        if not sends or offer is None:
            return _page(request, who, line, key=secrets.token_urlsafe(24), draft=draft, carried=carried)
        if another_site(request):
            return answer_page(request, sorry(who), status=403)
        opened = open_conversation(
            line=offer.line_id,
            text=draft.text,
            form_key=key,
            language=who.language,
            age=who.age,
            country=who.country,
            tile=carried["tile"],
            danger=draft.danger,
            flow=flow_of(settings.FIRST_MESSAGES_A_MINUTE),
        )
    except RefusedError as refused:
        # Nothing was opened with this key, and whoever planted it in a form must not find it in the next one.
        key = secrets.token_urlsafe(24)
        draft = pages.Draft(text=draft.text, danger=draft.danger, refused=refused.code)
        status = _STATUS.get(refused.code, 400)
        response = _page(request, who, line, key=key, draft=draft, carried=carried, status=status)
        if refused.code == pages.TOO_MANY:
            response["Retry-After"] = str(RETRY.seconds)
        return response
    except (Error, OSError) as error:
        # Nothing is acknowledged that was not kept; the same key makes sending it again safe.
        log.error("a first message was not kept: %s", type(error).__name__)
        draft = pages.Draft(text=draft.text, danger=draft.danger, refused="not_sent" if sends else "")
        return _page(request, who, line, key=key, draft=draft, carried=carried, status=503)
    return with_session(to_talk(), opened.token)


def write_page(who: Reader, *, key: str, draft: pages.Draft, carried: dict[str, str]) -> bytes:
    """Return the page with the box and with words that were not taken, whether or not the database answers."""
    line: pages.Line | None = _SomeLine()
    try:
        line = lines.offer_for(who.country, who.language, now=timezone.now(), age=who.age)
    except (Error, OSError) as error:
        log.error("a page for a first message was made without its line: %s", type(error).__name__)
    return _bytes(who, line, key=key, draft=draft, carried=carried)


def _goes_on(token: str) -> bool:
    """Say whether this browser is in a conversation that is not closed: there is one at a time."""
    conversation = conversation_of(token)
    found = talk(conversation) if conversation is not None else None
    return found is not None and found.state != "closed"


def _page(
    request: HttpRequest,
    who: Reader,
    line: pages.Line | None,
    *,
    key: str,
    draft: pages.Draft,
    carried: dict[str, str],
    status: int = 200,
) -> HttpResponse:
    page = _bytes(who, line, key=key, draft=draft, carried=carried)
    return answer_page(request, page, status=status, varies="Accept-Language, Accept-Encoding")


def _bytes(who: Reader, line: pages.Line | None, *, key: str, draft: pages.Draft, carried: dict[str, str]) -> bytes:
    ways: tuple[OtherWay, ...] = ()
    if who.country and (line is None or not line.open or draft.refused == pages.TOO_MANY):
        ways = ways_now(who.country, language=who.language, young=who.young, now=who.now)
    other_ages = line is None and bool(who.age) and _for_other_ages(who)
    return pages.write_page(who, line, key=key, draft=draft, carried=carried, ways=ways, other_ages=other_ages)


def _for_other_ages(who: Reader) -> bool:
    """Say whether there is a line here that is not for this age; where nobody can say, there is none."""
    try:
        return lines.offer_for(who.country, who.language, now=timezone.now()) is not None
    except (Error, OSError) as error:
        log.error("nobody can say whether there is a line for other ages: %s", type(error).__name__)
        return False
