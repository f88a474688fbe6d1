"""The one-time link: looking at it shows a form, only sending the form uses it up (link previewers look at links)."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pop.people import actions, queries, unlocking
from pop.people.entrance import anyone
from pop.people.http.new_password import NewPasswordForm
from pop.people.pages.layout import page, speaker

SAY = speaker()


@anyone
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form for a link that opens; on POST set the password, sign in, and go on to the second step."""
    staff = actions.invited(token)
    person = queries.person(staff, now=timezone.now()) if staff else None
    if person is None:
        return page(request, "console/link_void.html", status=404)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            entered = actions.accept_invitation(token=token, password=form.cleaned_data["password"])
        except actions.RefusedError as refused:
            if refused.code == "link_void":
                return page(request, "console/link_void.html", status=404)
            form.add_error(None, SAY[f"refused_{refused.code}"])
        except actions.WeakPasswordError as weak:
            form.too_weak(weak)
        else:
            return _sign_in(request, entered)
    return page(request, "console/enter.html", {"form": form, "person": person})


def _sign_in(request: HttpRequest, entered: actions.Entered) -> HttpResponse:
    """Sign the person in as if they had typed the password: allauth asks for a second factor if there is one."""
    person, key = entered
    if request.user.is_authenticated:
        unlocking.leave(request)  # whoever was signed in at this browser, it was before this password
    unlocking.begin(request, key)
    response: HttpResponse = perform_password_login(request, {"email": person.email}, Login(user=person))
    if request.user.is_authenticated:
        # They chose the password a moment ago: asking for it once more before the second factor would teach nothing.
        record_authentication(request, request.user, method="password", reauthenticated=True)
        response = redirect("mfa_index")
    unlocking.write_cookie(request, response)
    return response
