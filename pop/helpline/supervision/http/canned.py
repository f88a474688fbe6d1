"""Ready answers of a line, by language: its supervisors write them."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.cases.actions.canned import add_canned_answer, change_canned_answer, end_canned_answer
from pop.helpline.cases.queries.case import CannedRow, canned_answers
from pop.helpline.lines.queries import LineRecord
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act, attempt, form_methods, supervised_line
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.forms import CannedForm
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell


@staff("supervisor")
@require_GET
def canned_list(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """All of them, language after language."""
    line = supervised_line(request, line_id)
    rows = sorted(canned_answers(line=line.id, staff=member(request).id), key=lambda each: each.language)
    context = {
        "title": SAY["canned_title"],
        "line": line,
        "styles": STYLE,
        "groups": [
            (wording.language(tag), list(found)) for tag, found in groupby(rows, key=lambda each: each.language)
        ],
    }
    return page(request, "supervision/canned.html", context, words=WORDS)


@staff("supervisor")
@form_methods
def canned_add(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Write one."""
    line = supervised_line(request, line_id)
    initial = {"language": next(iter(line.languages), "en")}
    form = CannedForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: add_canned_answer(line=line.id, staff=member(request).id, **form.cleaned_data))
        if made is not None:
            return _saved(request, line)
    return _form(request, form, line, SAY["canned_add"])


@staff("supervisor")
@form_methods
def canned_edit(request: HttpRequest, line_id: UUID, answer_id: UUID) -> HttpResponse:
    """Change one."""
    line = supervised_line(request, line_id)
    row = _row(request, line, answer_id)
    initial = {name: getattr(row, name) for name in ("language", "shortcut", "title", "text")}
    form = CannedForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def change() -> bool:
            change_canned_answer(answer=row.id, staff=member(request).id, **form.cleaned_data)
            return True

        if attempt(form, change):
            return _saved(request, line)
    return _form(request, form, line, SAY["canned_edit"])


@staff("supervisor")
@require_POST
def canned_end(request: HttpRequest, line_id: UUID, answer_id: UUID) -> HttpResponse:
    """Take one away."""
    line = supervised_line(request, line_id)
    row = _row(request, line, answer_id)

    def run() -> str:
        end_canned_answer(answer=row.id, staff=member(request).id)
        return SAY["canned_ended"]

    return act(request, run, f"/lines/{line.id}/answers")


def _row(request: HttpRequest, line: LineRecord, answer_id: UUID) -> CannedRow:
    rows = canned_answers(line=line.id, staff=member(request).id)
    found = next((each for each in rows if each.id == answer_id), None)
    if found is None:
        raise Http404
    return found


def _saved(request: HttpRequest, line: LineRecord) -> HttpResponse:
    tell(request, SAY["canned_saved"])
    return redirect(f"/lines/{line.id}/answers")


def _form(request: HttpRequest, form: Any, line: LineRecord, title: str) -> HttpResponse:
    back = f"/lines/{line.id}/answers"
    context = {"form": form, "title": title, "hint": SAY["canned_hint"], "back": back, "label": SAY["save"]}
    return page(request, "console/form.html", context, words=WORDS)
