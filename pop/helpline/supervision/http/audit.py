"""The audit of one's own lines, for their supervisors: what their staff did, in codes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from pop.audit import queries as audit
from pop.audit.queries import Trace
from pop.helpline import database
from pop.helpline.lines import queries as lines
from pop.helpline.supervision.http.answering import supervised
from pop.helpline.supervision.http.wording import SAY, WORDS
from pop.people import queries as people
from pop.people.asking import Ask, Rows
from pop.people.entrance import staff
from pop.people.pages.lists import Cell, Column, Listing, show

# What a supervisor may look up. Complaints are not here: whom one concerns must not learn of it from its traces.
OBJECTS = ("conversation", "line", "team", "canned_answer", "practice", "staff")
_HIDDEN = frozenset({"complain", "open_complaint", "answer_complaint"})


def _which(row: Trace) -> Cell:
    """Return a record's id; a conversation leads to its page, which asks again who may see it."""
    return Cell(row.object_id, href=f"/board/c/{row.object_id}" if row.object_type == "conversation" else "")


def _details(row: Trace) -> str:
    """Return a row's codes; that a state stayed as it was is left out."""
    told = dict(row.detail)
    if told.get("from") == told.get("to"):
        told = {key: value for key, value in told.items() if key not in ("from", "to")}
    return "; ".join(f"{key}: {_plain(value)}" for key, value in told.items())


def _plain(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


@staff("supervisor")
@require_GET
def audit_page(request: HttpRequest) -> HttpResponse:
    """Who of one's lines did what, newest first."""
    own = supervised(request)
    actors = {each.staff for line in own for team in lines.teams(line.id) for each in lines.members(team.id)}
    called: dict[UUID, str] = people.names(actors)

    def fetch(ask: Ask) -> Rows[Trace]:
        rows, total = audit.traces_by(
            actors,
            object_types=OBJECTS,
            search=ask.search,
            named=[each for each in people.ids_called(ask.search) if each in actors] if ask.search else (),
            action=ask.filters.get("action", ""),
            object_type=ask.filters.get("object", ""),
            order=ask.order(audit.SORTS, ("-at", "id")),
            first=ask.first,
            count=ask.count,
            using=database.ALIAS,
        )
        return Rows(rows, total)

    listing = Listing[Trace](
        title="audit_line_title",
        name="audit-of-lines",
        fetch=fetch,
        columns=(
            Column("label_when", lambda row: f"{row.at:%Y-%m-%d %H:%M:%S}", "at"),
            Column("audit_actor", lambda row: called.get(row.actor, "") if row.actor else SAY["the_system"]),
            Column("audit_action", lambda row: row.action, "action"),
            Column("filter_object", lambda row: row.object_type, "object"),
            Column("audit_object_id", _which),
            Column("col_detail", _details),
        ),
        filters={
            "action": [(each, each) for each in audit.known_actions(using=database.ALIAS) if each not in _HIDDEN],
            "object": [(each, each) for each in OBJECTS],
        },
        words=WORDS,
    )
    return show(request, listing, {"hint": SAY["audit_line_hint"]})
