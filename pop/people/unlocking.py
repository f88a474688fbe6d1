"""A person's private key for the length of one sign-in.

At the password step it is opened and sealed again under a random key that only the cookie `pop_console_key` holds, so
that any process of the console can open it for this person's own requests, and nobody else can: the database lacks the
cookie, the cookie lacks the database, and both lack the session, which must have proved the second factor.
"""

from __future__ import annotations

import base64
import datetime as dt
import logging
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponseBase

from pop.people import key_actions
from pop.people.key_actions import OpenKey, session_purpose
from pop.people.models import Staff, StaffKey
from pop.people.proof import proved_second_factor
from pop.people.queries import key_in_force, key_session
from pop.people.stretching import stretch
from pop.privacy.sealing import KEY, SealError, open_under

log = logging.getLogger("pop.people")

COOKIE = f"{settings.COOKIE_PREFIX}pop_console_key"
# The name in the session's data under which it names its row of open keys.
SESSION_NAME = "staff_key"
# Between the password and the second factor; allauth forgets an unfinished sign-in after the same time.
PENDING = dt.timedelta(minutes=15)
_COOKIE_OF_REQUEST = "staff_key_cookie"


class LockedError(Exception):
    """This request opens no private key: the person must sign in (again). `entrance.staff` leads there."""


def private_key(request: HttpRequest) -> bytes:
    """Return the signed-in person's private key (X25519, 32 bytes). Raises LockedError.

    Reads `request.user`, `request.session` and `request.COOKIES` only. Never keep it longer than the request.
    """
    return _opened(request).private


def key_edition(request: HttpRequest) -> int:
    """Return the edition of the key that `private_key` opens. Raises LockedError."""
    return _opened(request).edition


def unlock(request: HttpRequest, person: Staff | None, password: str) -> None:
    """At the password step: open the person's key and hand its cookie over with the response (`write_cookie`).

    Without a person (unknown address, wrong password, access ended) it takes the same time and opens nothing. Somebody
    whose password is older than these keys gets one now. A key that the right password does not open is left alone:
    another root key is in place, and that is for the operator to put right. Raises BusyError.
    """
    if person is None or not person.is_active:
        stretch(password)
        return
    if key_in_force(person.pk) is None:
        key: OpenKey | None = key_actions.make_key(staff=person.pk, under=stretch(password))
    else:
        key = key_actions.open_key(staff=person.pk, password=password)
    if key is None:
        log.error("a private key of staff does not open with the present root key")
        return
    begin(request, key)


def begin(request: HttpRequest, key: OpenKey) -> None:
    """Bind an opened key to this session; until `confirm`, for a quarter of an hour only."""
    if SESSION_KEY in request.session and not request.user.is_authenticated:
        # What is left of somebody's ended session: Django would throw ours away together with it.
        request.session.flush()
    lock(request)
    try:
        session, held = key_actions.open_session(key=key, lasts=PENDING)
    except StaffKey.DoesNotExist:  # it ended in this very moment: the sign-in goes on and opens nothing
        return
    request.session[SESSION_NAME] = str(session)
    setattr(request, _COOKIE_OF_REQUEST, base64.urlsafe_b64encode(held).decode())


def confirm(request: HttpRequest) -> None:
    """The sign-in is complete: let the open key last as long as a session may."""
    session = current_session(request)
    if session:
        key_actions.keep_session(session=session, lasts=dt.timedelta(seconds=settings.SESSION_COOKIE_AGE))


def leave(request: HttpRequest) -> None:
    """End this session and its open key."""
    lock(request)
    logout(request)


def lock(request: HttpRequest) -> None:
    """End this session's open key, and let the browser forget its cookie."""
    session = current_session(request)
    if session:
        key_actions.lock(session=session)
        request.session.pop(SESSION_NAME, None)
    setattr(request, _COOKIE_OF_REQUEST, "")


def current_session(request: HttpRequest) -> UUID | None:
    """Return the id of this session's open key, or None."""
    try:
        return UUID(request.session.get(SESSION_NAME, ""))
    except (ValueError, AttributeError, TypeError):
        return None


def write_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser what this request made of its key cookie: a new one, none any more, or nothing to change."""
    value = getattr(request, _COOKIE_OF_REQUEST, None)
    if value:
        response.set_cookie(COOKIE, value, httponly=True, samesite="Strict", secure=settings.PRODUCTION)
    elif value == "":
        response.delete_cookie(COOKIE, samesite="Strict")


def _opened(request: HttpRequest) -> OpenKey:
    person = request.user
    if not isinstance(person, Staff) or not person.is_active or not proved_second_factor(request, person):
        raise LockedError
    session, held = current_session(request), _held(request)
    row = key_session(session, now=dt.datetime.now(dt.UTC)) if session and held else None
    if row is None or held is None or row.key.staff_id != person.pk or row.key.ended_at is not None:
        raise LockedError
    purpose = session_purpose(row.session, person.pk, row.key.edition)
    try:
        private = open_under(held, bytes(row.sealed_private), purpose=purpose)
    except SealError:
        raise LockedError from None
    return OpenKey(person.pk, row.key.edition, private)


def _held(request: HttpRequest) -> bytes | None:
    try:
        held = base64.urlsafe_b64decode(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None
    return held if len(held) == KEY else None
