"""Choosing the console's language for oneself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from pop.people import actions
from pop.people.entrance import member, signed_in
from pop.people.pages.layout import speaker, tell

SAY = speaker()


@signed_in
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the choice for the person, and go back to the page that it was made on."""
    try:
        actions.choose_language(staff=member(request).pk, language=request.POST.get("language", ""))
    except actions.RefusedError as refused:
        tell(request, SAY[f"refused_{refused.code}"], good=False)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
