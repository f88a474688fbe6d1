"""Changing one's own password: the private key goes under the new one, and every other session ends."""

from __future__ import annotations

from allauth.decorators import rate_limit
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from pop.people import actions, unlocking
from pop.people.entrance import member, signed_in
from pop.people.pages.layout import later, page, speaker, tell

SAY = speaker()


class ChangeForm(forms.Form):
    """The present password, and a new one twice."""

    before = forms.CharField(
        label=later(SAY, "security_password_now"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )
    password = forms.CharField(
        label=later(SAY, "enter_password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=later(SAY, "enter_again"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, object]:
        """Refuse two new passwords that differ."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", SAY["enter_different"])
        return cleaned


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
            for message in weak.messages:
                form.add_error("password", message)
        else:
            update_session_auth_hash(request, person)
            tell(request, SAY["security_password_saved"])
            return redirect("mfa_index")
    return page(request, "account/password_change.html", {"form": form})
