"""Ready answers of one's lines: everybody reads them, a line's supervisors write them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from pop.helpline.cases.actions.canned import add_canned_answer, change_canned_answer, end_canned_answer
from pop.helpline.cases.queries.case import canned_answers
from pop.helpline.desk.http.answering import form_methods
from pop.helpline.desk.http.tools import chosen_id
from pop.helpline.desk.http.waiting import my_lines
from pop.helpline.desk.http.wording import SAY, WORDS
from pop.helpline.desk.http.workspace import COUNSELLING, STYLE
from pop.helpline.lines import queries as lines
from pop.helpline.lines.rules import RefusedError
from pop.helpline.words.showing import language, refused
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell

_PARTS = ("language", "shortcut", "title", "text")


@staff(*COUNSELLING)
@form_methods
def answers(request: HttpRequest) -> HttpResponse:
    """The ready answers of a line in a language; add, change or take one away."""
    me, code = member(request).id, ""
    given = request.POST if request.method == "POST" else request.GET
    mine = [*my_lines(request), *my_lines(request, practice=True)]
    chosen = next((each for each in mine if str(each.id) == given.get("line")), mine[0] if mine else None)
    kept = canned_answers(line=chosen.id, staff=me) if chosen else []
    # The line's languages, and those that it had when an answer was written.
    tags = list(dict.fromkeys((*(chosen.languages if chosen else ()), *(each.language for each in kept))))
    spoken = next((each for each in (given.get("language", ""), SAY.language) if each in tags), tags[0] if tags else "")
    if request.method == "POST":
        try:
            if chosen is None or str(chosen.id) != given.get("line"):
                raise RefusedError("unknown")
            tell(request, SAY[_act(request, chosen.id, me)])
            return redirect(f"/desk/answers?line={chosen.id}&language={spoken}")
        except RefusedError as error:
            if error.code == "unknown":
                raise Http404 from None
            code = error.code
    found = canned_answers(line=chosen.id, staff=me, language=spoken) if chosen else []
    context: dict[str, Any] = {
        "title": SAY["menu_answers"],
        "lines": [(str(each.id), each.name) for each in mine],
        "line": str(chosen.id) if chosen else "",
        "languages": [(each, language(each)) for each in tags],
        "language": spoken,
        "answers": found,
        "may_write": chosen is not None and lines.supervises(me, chosen.id),
        "wrong": refused(code) if code else "",
        "wrong_id": given.get("answer", "") if code else "",
        "sent": {each: given.get(each, "") for each in _PARTS} if code else {"language": spoken},
        "desk_style": STYLE,
    }
    return page(request, "desk/answers.html", context, words=WORDS, status=422 if code else 200)


def _act(request: HttpRequest, line: UUID, me: UUID) -> str:
    """Do what the form asks, and return the key of what to say."""
    given = request.POST
    answer = chosen_id(given.get("answer", ""))
    if given.get("do") == "end":
        if answer is None:
            raise RefusedError("unknown")
        end_canned_answer(answer=answer, staff=me)
        return "answers_ended"
    parts = {each: given.get(each, "").replace("\r\n", "\n") for each in _PARTS}
    if answer is None:
        add_canned_answer(line=line, staff=me, **parts)
    else:
        change_canned_answer(answer=answer, staff=me, **parts)
    return "answers_saved"
