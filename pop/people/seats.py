"""Who sits at the console behind a request that Django does not serve: the plain doors ask by cookies."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from pop.people.models import Staff
from pop.people.unlocking import COOKIE, LockedError, current_session, private_key

COOKIES = (settings.SESSION_COOKIE_NAME, COOKIE)
ROLES = frozenset({"counsellor", "supervisor"})


class Seat(NamedTuple):
    """Somebody who is signed in with both steps. `session` is the id of their open key, which ends with the sign-in."""

    staff: UUID
    session: UUID
    private_key: bytes

    def __repr__(self) -> str:
        return f"<Seat {self.staff}>"


def seat_of(cookies: Mapping[str, str]) -> Seat | None:
    """Return who these cookies let in as counsellor or supervisor, or None: the same checks as for a page."""
    request = HttpRequest()
    request.COOKIES = dict(cookies)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    person = get_user(request)
    if not isinstance(person, Staff) or not person.is_active or not ROLES & set(person.roles):
        return None
    request.user = person
    session = current_session(request)
    if session is None:
        return None
    try:
        return Seat(person.pk, session, private_key(request))
    except LockedError:
        return None
