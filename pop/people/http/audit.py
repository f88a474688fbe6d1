"""The audit, for administrators: searching, filtering and taking it away. Nobody can change it here or anywhere."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from pop.audit import queries as audit
from pop.audit.queries import Trace
from pop.people import queries
from pop.people.asking import Ask, Rows
from pop.people.entrance import staff
from pop.people.pages.layout import speaker
from pop.people.pages.lists import Column, Listing, show

SAY = speaker()


def _plain(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


@staff("administrator")
@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first."""
    called: dict[UUID, str] = {}
    # Where the helpline lives in a database of its own, it keeps an audit of its own.
    kept_in = list(settings.DATABASES)
    asked = request.GET.get("kept", "")
    using = asked if asked in kept_in else kept_in[0]

    def fetch(ask: Ask) -> Rows[Trace]:
        order = ask.order(audit.SORTS, ("-at", "id"))
        rows, total = audit.traces(
            search=ask.search,
            actors=queries.ids_called(ask.search) if ask.search else (),
            action=ask.filters.get("action", ""),
            object_type=ask.filters.get("object", ""),
            order=order,
            first=ask.first,
            count=ask.count,
            using=using,
        )
        called.update(queries.names(row.actor for row in rows))
        return Rows(rows, total)

    def actor(row: Trace) -> str:
        if row.actor is None:
            return SAY["the_system"]
        return called.get(row.actor, str(row.actor))

    listing = Listing[Trace](
        title="audit_title",
        name="audit",
        fetch=fetch,
        columns=(
            Column("audit_at", lambda row: f"{row.at:%Y-%m-%d %H:%M:%S}", "at"),
            Column("audit_actor", actor),
            Column("audit_action", lambda row: row.action, "action"),
            Column("audit_object", lambda row: row.object_type, "object"),
            Column("audit_object_id", lambda row: row.object_id),
            Column(
                "audit_detail", lambda row: "; ".join(f"{key}: {_plain(value)}" for key, value in row.detail.items())
            ),
        ),
        filters={
            "action": [(each, each) for each in audit.known_actions(using=using)],
            "object": [(each, each) for each in audit.known_objects(using=using)],
            **({"kept": [(each, each) for each in kept_in]} if len(kept_in) > 1 else {}),
        },
    )
    return show(request, listing, {"hint": SAY["audit_hint"]})
