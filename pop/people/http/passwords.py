"""Changing one's own password: the private key goes under the new one, and every other session ends."""

from __future__ import annotations

from allauth.decorators import rate_limit
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from pop.people import actions, unlocking
from pop.people.entrance import member, signed_in
from pop.people.http.new_password import NewPasswordForm, password_field
from pop.people.pages.layout import page, speaker, tell

SAY = speaker()


class ChangeForm(NewPasswordForm):
    """The present password, and a new one twice."""

    before = password_field("security_password_now", "current-password")
    field_order = ("before", "password", "again")


@signed_in
@rate_limit(action="change_password")  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Show the form; on POST change the password, keep this session and end all others."""
    form = ChangeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            person = actions.change_password(
                staff=member(request).pk,
                before=given["before"],
                after=given["password"],
                session=unlocking.current_session(request),
            )
        except actions.RefusedError as refused:
            form.add_error("before" if refused.code == "password_wrong" else None, SAY[f"refused_{refused.code}"])
        except actions.WeakPasswordError as weak:
            form.too_weak(weak)
        else:
            update_session_auth_hash(request, person)
            tell(request, SAY["security_password_saved"])
            return redirect("mfa_index")
    return page(request, "account/password_change.html", {"form": form})
