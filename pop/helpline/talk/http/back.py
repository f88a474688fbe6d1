"""Coming back by six words. They are tried in turns, slowly on purpose; a wrong code is answered as an unknown one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from pop.helpline.conversations.actions.entering import begin_coming_back
from pop.helpline.conversations.queries.talks import session_state
from pop.helpline.talk import pages, trying
from pop.helpline.talk.http.inside import (
    another_site,
    plain_reader,
    see_other,
    sorry,
    text_of,
    to_talk,
    with_session,
    without_session,
)
from pop.pages.answers import answer_page, came_back, read_form
from pop.pages.leaving import SESSION_COOKIE
from pop.people.entrance import anyone

MOST_TYPED = 400


@anyone
def back(request: HttpRequest) -> HttpResponse:
    """Answer /back: the words are typed by POST; the page of the same address waits, and then leads on."""
    said = read_form(request, ("language", "country"))
    asked = {name: said.get(name) or request.GET.get(name, "") for name in ("language", "country")}
    who = plain_reader(request, **asked)
    token = request.COOKIES.get(SESSION_COOKIE, "")
    state = session_state(token) if token else ""
    if state == "open":
        return to_talk()
    if request.method == "POST":
        if came_back(request):
            return see_other("/")
        if another_site(request):
            return answer_page(request, sorry(who), status=403)
        # Far longer than any six words of ours; what is longer is none of them, and would only be slow to read.
        words = text_of(request, "words").strip()[:MOST_TYPED]
        if not words:
            return without_session(answer_page(request, pages.back_page(who)))
        bucket = trying.bucket_of(request)
        if trying.is_full(bucket):
            return answer_page(request, pages.back_page(who, trouble="back_busy"), status=503)
        # Never the waiting session that the browser brought: whoever had this browser before may know its token, and
        # would be let in with it.
        token = begin_coming_back(instead_of=token)
        trying.begin(token, words, language=who.language, bucket=bucket)
        country = f"&country={who.country}" if who.country else ""
        return with_session(see_other(f"/back?language={who.language}{country}"), token)
    if trying.is_busy(token):
        return without_session(answer_page(request, pages.back_page(who, trouble="back_busy"), status=503))
    if state == "pending":
        return answer_page(request, pages.back_page(who, waiting=True))
    page = pages.back_page(who, trouble="back_wrong" if state == "failed" else "")
    response = answer_page(request, page, varies="Accept-Language, Accept-Encoding")
    return without_session(response) if state == "failed" else response
