"""Who may enter a view. Every view of both doors declares it; a test walks both maps and fails on one that does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from pop.people.models import ROLES, Staff

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# What counts as a second factor. Recovery codes replace one that was lost; alone they are none.
SECOND_FACTORS = ("totp", "webauthn")
# allauth's record of how this session was authenticated. Read by name, because the public process may import this
# module and does not load allauth; a test compares the names with allauth's.
METHODS_KEY = "account_authentication_methods"
METHODS_OF_KEY = "account_authentication_methods_user"


def anyone(view: View) -> View:
    """Declare a view open to everybody."""
    view.may_enter = "anyone"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Declare a view for whoever is signed in: a person sets up the second factor here before anything else opens.

    Once somebody has a second factor, a session that never proved it is ended, here as everywhere.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = request.user
        if not person.is_authenticated or not isinstance(person, Staff):
            return _to_sign_in(request)
        if has_second_factor(person) and not proved_second_factor(request, person):
            logout(request)
            return _to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.may_enter = "signed_in"  # type: ignore[attr-defined]
    return cast("View", guarded)


def staff(*roles: str) -> Callable[[View], View]:
    """Declare a view for staff who proved a second factor in this session and hold at least one of `roles` (none: any).

    A stranger is led to sign in; somebody without the role gets 404, so that a page's existence tells nothing.
    """
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {sorted(unknown)}")
    wanted = frozenset(roles or ROLES)

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not person.is_authenticated or not isinstance(person, Staff):
                return _to_sign_in(request)
            if not has_second_factor(person):
                return redirect("mfa_index")
            if not proved_second_factor(request, person):
                logout(request)
                return _to_sign_in(request)
            if not wanted & set(person.roles):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.may_enter = "staff:" + ",".join(roles or ROLES)  # type: ignore[attr-defined]
        return cast("View", guarded)

    return wrap


def member(request: HttpRequest) -> Staff:
    """Return the member of staff whom a guarded view serves."""
    if not isinstance(request.user, Staff):
        raise Http404
    return request.user


def has_second_factor(person: Staff) -> bool:
    """Say whether the person has set up a TOTP device or a passkey."""
    return bool(person.authenticator_set.filter(type__in=SECOND_FACTORS).exists())  # type: ignore[attr-defined]


def proved_second_factor(request: HttpRequest, person: Staff) -> bool:
    """Say whether this very session passed a second factor, or set it up.

    A session that began with the password alone, before the person had a second factor, must not grow into a full one
    because the factor was set up in another browser.
    """
    if request.session.get(METHODS_OF_KEY) != str(person.pk):
        return False
    records = request.session.get(METHODS_KEY)
    return isinstance(records, list) and any(record.get("method") == "mfa" for record in records)


def declared(view: Callable[..., HttpResponseBase]) -> str | None:
    """Return what a view declares, or None."""
    return getattr(view, "may_enter", None)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page and, after it, back to a page that was asked for; a form is never sent again."""
    address = reverse("account_login")
    if request.method == "GET" and request.path != "/":
        address += "?" + urlencode({"next": request.get_full_path()})
    return redirect(address)
