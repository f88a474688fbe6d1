"""The exit: it ends what there is to end and goes somewhere neutral."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from pop.people.entrance import anyone

# The one cookie of ours that a child may have: a chat's session. Never Clear-Site-Data "cookies" to end it: that signs
# out sibling hosts.
SESSION_COOKIE = f"{settings.COOKIE_PREFIX}pop_public"

log = logging.getLogger("pop.pages")


def _nothing(token: str) -> None:
    """End nothing: no part of this process keeps sessions."""


@dataclass(slots=True)
class _Joined:
    end_session: Callable[[str], None]


_joined = _Joined(end_session=_nothing)


def use_exit(end_session: Callable[[str], None]) -> None:
    """Join the exit to what ends a session by its token (the cookie's value, whatever a browser put there)."""
    _joined.end_session = end_session


@anyone
def leave(request: HttpRequest) -> HttpResponse:
    """End what there is to end and go somewhere neutral. HEAD only says that the way is open."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    token = request.COOKIES.get(SESSION_COOKIE, "")
    if token:
        try:
            _joined.end_session(token)
        except Exception as error:
            # Whatever is broken, the child leaves: the cookie is gone, and a session that nobody uses ends by itself.
            log.error("a session was not ended on leaving: %s", type(error).__name__)
    response = HttpResponseRedirect(settings.EXIT_URL)
    response.status_code = 303
    # Chromium also drops its back-forward cache of this origin with it.
    response["Clear-Site-Data"] = '"cache"'
    response["Cache-Control"] = "no-store"
    # Another site that leads here brings no cookie of ours, and must not take the child's chat away.
    if request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}:
        response.delete_cookie(SESSION_COOKIE, samesite="Strict")
    return response
