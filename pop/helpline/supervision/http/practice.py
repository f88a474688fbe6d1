"""Practices of the practice lines that one supervises, and the feedback on them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from pop.helpline.cases.actions.practice import give_feedback
from pop.helpline.cases.queries.practice import practices
from pop.helpline.supervision.http import wording
from pop.helpline.supervision.http.answering import act
from pop.helpline.supervision.http.assets import STYLE
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.helpline.words.showing import mark
from pop.people.entrance import member, staff
from pop.people.pages.layout import page


@staff("supervisor")
@require_GET
def practice_page(request: HttpRequest) -> HttpResponse:
    """Who practised what, the newest first."""
    me = member(request).id
    runs = practices(me)
    names = wording.called([*(each.staff for each in runs), *(each.feedback_by for each in runs)])
    context = {
        "title": SAY["practice_title"],
        "styles": STYLE,
        "runs": [
            {
                "id": each.id,
                "conversation": each.conversation,
                "mark": mark(each.conversation) if each.conversation else "",
                "title": each.title,
                "who": names[each.staff],
                "label": SAY("practice_feedback_label", name=names[each.staff]),
                "at": wording.minute(each.made_at, "UTC"),
                "state": SAY["practice_over" if each.over or each.state == "closed" else "practice_running"],
                "own": each.staff == me,
                "feedback": each.feedback,
                "by": SAY("practice_feedback_by", name=names[each.feedback_by], day=f"{each.feedback_at:%Y-%m-%d}")
                if each.feedback_at
                else "",
            }
            for each in runs
        ],
    }
    return page(request, "supervision/practice.html", context, words=WORDS)


@staff("supervisor")
@require_POST
def practice_feedback(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Say how a practice went."""

    def run() -> str:
        give_feedback(run=run_id, staff=member(request).id, text=request.POST.get("text", ""))
        return SAY["practice_feedback_done"]

    return act(request, run, "/board/practice")
