"""Who may enter a view. Every view of both doors declares it; a test walks both maps and fails on one that does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from pop.people.models import ROLES, Staff

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def anyone(view: View) -> View:
    """Declare a view open to everybody."""
    view.may_enter = "anyone"  # type: ignore[attr-defined]
    return view


def staff(*roles: str) -> Callable[[View], View]:
    """Declare a view for signed-in staff with a second factor and at least one of `roles` (none named: any role).

    A stranger is led to sign in; somebody without the role gets 404, so that a page's existence tells nothing.
    """
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such role: {sorted(unknown)}")

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person = request.user
            if not person.is_authenticated or not isinstance(person, Staff):
                return redirect("account_login")
            if not has_second_factor(person):
                return redirect("mfa_index")
            if roles and not set(roles) & set(person.roles):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.may_enter = "staff:" + ",".join(roles or ROLES)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return wrap


def has_second_factor(person: Staff) -> bool:
    """Say whether the person has set up a TOTP device or a passkey."""
    return bool(person.authenticator_set.exists())  # type: ignore[attr-defined]


def declared(view: Callable[..., HttpResponse]) -> str | None:
    """Return what a view declares, or None."""
    return getattr(view, "may_enter", None)
