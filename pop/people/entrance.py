"""Who may enter a view. Every view of both doors declares it; a test walks both maps and fails on one that does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from pop.people.models import HOUSE_ROLES, ROLES, Staff
from pop.people.proof import has_second_factor, proved_second_factor
from pop.people.unlocking import LockedError, leave, write_cookie

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


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
            return _out(request)
        return view(request, *args, **kwargs)

    guarded.may_enter = "signed_in"  # type: ignore[attr-defined]
    return cast("View", guarded)


def staff(*roles: str) -> Callable[[View], View]:
    """Declare a view for staff who proved a second factor in this session and hold at least one of `roles`.

    Where none is named, any role of the house will do: a ministry's focal point enters only where that role is named.

    A stranger is led to sign in; somebody without the role gets 404, so that a page's existence tells nothing. A view
    that needs the person's private key and finds it locked (LockedError) leads to sign-in as well: only a password
    opens it.
    """
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {sorted(unknown)}")
    wanted = frozenset(roles or HOUSE_ROLES)

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not person.is_authenticated or not isinstance(person, Staff):
                return _to_sign_in(request)
            if not has_second_factor(person):
                return redirect("mfa_index")
            if not proved_second_factor(request, person):
                return _out(request)
            if not wanted & set(person.roles):
                raise Http404
            try:
                return view(request, *args, **kwargs)
            except LockedError:
                return _out(request)

        guarded.may_enter = "staff:" + ",".join(roles or HOUSE_ROLES)  # type: ignore[attr-defined]
        return cast("View", guarded)

    return wrap


def member(request: HttpRequest) -> Staff:
    """Return the member of staff whom a guarded view serves."""
    if not isinstance(request.user, Staff):
        raise Http404
    return request.user


def declared(view: Callable[..., HttpResponseBase]) -> str | None:
    """Return what a view declares, or None."""
    return getattr(view, "may_enter", None)


def _out(request: HttpRequest) -> HttpResponseBase:
    """End this session with its open key, and lead to sign in."""
    leave(request)
    response = _to_sign_in(request)
    write_cookie(request, response)
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page and, after it, back to a page that was asked for; a form is never sent again."""
    address = reverse("account_login")
    if request.method == "GET" and request.path != "/":
        address += "?" + urlencode({"next": request.get_full_path()})
    return redirect(address)
