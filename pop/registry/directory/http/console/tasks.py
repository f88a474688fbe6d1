"""Tasks: what somebody must look at, and what came of it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.actions.reports import REASONS
from pop.registry.directory.actions.review.tasks import OUTCOMES, finish_task
from pop.registry.directory.http.console.answering import act
from pop.registry.directory.http.console.wording import SAY, WORDS, chip, choices, country, label, moment, named
from pop.registry.directory.queries.console import work as queries
from pop.registry.directory.queries.console.work import TaskLine

KINDS = ("number_report", "load_conflict", "new_service", "link_lapsed", "survey_withdrawn", "known_from_survey")
# What a task's detail may say to a person; the rest is bookkeeping.
_DETAILS = ("reason", "number", "field", "current", "incoming", "source", "observed_on", "line", "url", "country")


def _said(row: TaskLine) -> str:
    if "reason" in row.detail:
        return named("report", str(row.detail["reason"]))
    return label(str(row.detail["field"])) if "field" in row.detail else ""


COLUMNS = (
    Column[TaskLine]("task_kind", lambda row: Cell(named("task_kind", row.kind), href=f"/tasks/{row.id}"), "kind"),
    Column[TaskLine]("task_service", lambda row: row.subject, "service"),
    Column[TaskLine]("service_country", lambda row: country(row.country)),
    Column[TaskLine]("task_contact", lambda row: row.contact),
    Column[TaskLine]("task_reason", _said),
    Column[TaskLine]("task_count", lambda row: str(row.count), "count", number=True),
    Column[TaskLine]("task_at", lambda row: moment(row.at), "at"),
    Column[TaskLine]("task_last", lambda row: moment(row.last), "last"),
    Column[TaskLine]("task_state", lambda row: chip("task_state", row.state)),
    Column[TaskLine]("task_outcome", lambda row: named("outcome", row.outcome) if row.outcome else ""),
)
LISTING = Listing[TaskLine](
    title="tasks_title",
    name="tasks",
    fetch=queries.tasks,
    columns=COLUMNS,
    words=WORDS,
    filters={
        "state": choices("task_state", ("open", "done")),
        "kind": choices("task_kind", KINDS),
        "reason": choices("report", REASONS),
    },
)


@staff()
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """All tasks, newest first."""
    return show(request, LISTING, {"hint": SAY["tasks_hint"]})


@staff()
@require_GET
def task_one(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task."""
    line = queries.task(task_id)
    if line is None:
        raise Http404
    context = {
        "title": named("task_kind", line.kind),
        "line": line,
        "country": country(line.country),
        "state": chip("task_state", line.state),
        "details": [(SAY[f"detail_{name}"], _detail(name, line)) for name in _DETAILS if line.detail.get(name)],
        "first": moment(line.at),
        "last": moment(line.last),
        "done": moment(line.done_at),
        "outcome": named("outcome", line.outcome) if line.outcome else "",
        "outcomes": choices("outcome", OUTCOMES),
        "may_finish": line.state == "open" and bool({"editor", "approver"} & set(member(request).roles)),
    }
    return page(request, "console/task.html", context, words=WORDS)


@staff("editor", "approver")
@require_POST
def task_finish(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Close a task with an outcome."""

    def run() -> str:
        finish_task(task_id=task_id, outcome=request.POST.get("outcome", ""), by=member(request).id)
        return "task_done"

    return act(request, run, f"/tasks/{task_id}")


def _detail(name: str, line: TaskLine) -> str:
    text = str(line.detail[name])
    if name == "reason":
        return named("report", text)
    if name == "country":
        return country(text)
    return label(text) if name == "field" else text
