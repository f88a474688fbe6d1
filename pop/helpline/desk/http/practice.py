"""Practice: invented children, answered at the real desk."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from pop.helpline.cases.actions.practice import start_practice
from pop.helpline.cases.queries.practice import practices, script_cards
from pop.helpline.desk.http.answering import form_methods
from pop.helpline.desk.http.waiting import my_lines
from pop.helpline.desk.http.wording import SAY, WORDS, minute
from pop.helpline.desk.http.workspace import COUNSELLING, STYLE, TIMES
from pop.helpline.lines.rules import RefusedError
from pop.helpline.words.showing import language, refused
from pop.people import queries as people
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.unlocking import private_key


@staff(*COUNSELLING)
@form_methods
def practice(request: HttpRequest) -> HttpResponse:
    """Choose a scripted child; see how earlier practices went."""
    me, code = member(request).id, ""
    if request.method == "POST":
        try:
            begun = start_practice(script=request.POST.get("script", ""), staff=me, private_key=private_key(request))
            return redirect(f"/desk/c/{begun}")
        except RefusedError as error:
            if error.code == "unknown":
                raise Http404 from None
            code = error.code
    runs = [each for each in practices(me) if each.staff == me]
    names = people.names([each.feedback_by for each in runs])
    context = {
        "title": SAY["menu_practice"],
        "wrong": refused(code) if code else "",
        "here": bool(my_lines(request, practice=True)),
        "scripts": sorted(
            (
                {
                    "id": each.id,
                    "title": each.title,
                    "tag": each.language,
                    "language": language(each.language),
                    "danger": each.danger,
                }
                for each in script_cards()
            ),
            key=lambda each: (each["tag"] != SAY.language, str(each["tag"])),
        ),
        "runs": [
            {
                "title": each.title,
                "at": minute(each.made_at),
                "feedback": each.feedback,
                "by": names.get(each.feedback_by, "") if each.feedback_by else "",
                "open": each.conversation if each.state not in ("", "closed") else None,
            }
            for each in runs
        ],
        "desk_style": STYLE,
        "desk_times": TIMES,
    }
    return page(request, "desk/practice.html", context, words=WORDS, status=422 if code else 200)
