"""allauth's sign-in and second-factor views, each with a declaration of who may enter, and what we add to two of them.

Only the views listed here exist at the console: there is no sign-up, no e-mail page and no password reset by mail.
"""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from pop.audit import actions as audit
from pop.people import unlocking
from pop.people.entrance import anyone, signed_in
from pop.people.http.passwords import change_password


def _set_up(request: HttpRequest, kind: str) -> None:
    """Keep in the session that it proved a second factor by setting one up, and in the audit that this happened."""
    record_authentication(request, request.user, method="mfa", type=kind)
    person = str(request.user.pk)
    audit.record(
        action="set_up_second_factor",
        object_type="staff",
        object_id=person,
        actor=request.user.pk,
        detail={"kind": kind},
    )


class ActivateTOTP(totp.ActivateTOTPView):  # type: ignore[misc]
    """Setting up an authenticator app: whoever did it in this session need not do it again to enter."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the secret, the proof and the trace together."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            _set_up(self.request, "totp")
        return response


class AddKey(webauthn.AddWebAuthnView):  # type: ignore[misc]
    """Adding a passkey or security key, in the same way."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Store the key, the proof and the trace together."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            _set_up(self.request, "webauthn")
        return response


@anyone
def sign_in(request: HttpRequest) -> HttpResponse:
    """The password step, with which the browser gets the cookie that keeps the person's key open."""
    response: HttpResponse = account.login(request)
    unlocking.write_cookie(request, response)
    return response


@anyone
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, or give up between the two steps: either way the key is locked."""
    if request.method == "POST":
        unlocking.lock(request)
    response: HttpResponse = account.logout(request)
    unlocking.write_cookie(request, response)
    return response


sign_in_urlpatterns = [
    path("account/login/", sign_in, name="account_login"),
    path("account/inactive/", anyone(account.account_inactive), name="account_inactive"),
    path("account/logout/", sign_out, name="account_logout"),
    path("account/reauthenticate/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("account/password/", change_password, name="account_change_password"),
    path("security/", signed_in(mfa.index), name="mfa_index"),
    path("security/second-step/", anyone(mfa.authenticate), name="mfa_authenticate"),
    path("security/reauthenticate/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("security/app/add/", signed_in(ActivateTOTP.as_view()), name="mfa_activate_totp"),
    path("security/app/remove/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("security/codes/make/", signed_in(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("security/keys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("security/keys/add/", signed_in(AddKey.as_view()), name="mfa_add_webauthn"),
    path(
        "security/keys/reauthenticate/",
        signed_in(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("security/keys/<int:pk>/remove/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("security/keys/<int:pk>/edit/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
]
