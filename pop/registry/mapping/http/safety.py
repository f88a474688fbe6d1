"""The safety decision about a record at the console."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.registry.directory.http.console.wording import country
from pop.registry.directory.queries.comparable import comparable_one
from pop.registry.mapping import queries
from pop.registry.mapping.actions.vetting import take_step
from pop.registry.mapping.http.wording import SAY, WORDS, act, choices, contact
from pop.registry.mapping.rules.vetting import CALL, NUMBER_SOURCES, OUTCOMES, STEPS

CLEAR = "clear"


@staff("editor", "approver")
@require_GET
def safety_one(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """What was checked, by whom, and what is still to be checked."""
    record = comparable_one(service_id)
    if record is None:
        raise Http404
    steps = [
        {
            "step": SAY[f"safety_step_{each.step}"],
            "outcome": SAY[f"outcome_{each.outcome}"],
            "number_source": SAY[f"number_source_{each.number_source}"] if each.number_source else "",
            "called": each.called,
            "at": each.at.strftime("%Y-%m-%d %H:%M"),
            "source": each.source,
            "holds": each.holds,
        }
        for each in queries.steps_of(service_id, digest=record.digest)
    ]
    context = {
        "title": SAY["safety_title"],
        "service": service_id,
        "name": record.values["name"],
        "country": country(record.country),
        "clear": record.safety == CLEAR,
        "contacts": [contact(each) for each in record.contacts],
        "steps": steps,
        "forms": [
            {
                "step": step,
                "label": SAY[f"safety_step_{step}"],
                "hint": SAY[f"safety_{step}_hint"],
                "outcomes": choices("outcome", OUTCOMES[step]),
                "sources": choices("number_source", NUMBER_SOURCES) if step == CALL else [],
            }
            for step in STEPS
        ],
    }
    return page(request, "mapping/console/safety.html", context, words=WORDS)


@staff("editor", "approver")
@require_POST
def safety_take(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Write one check down."""

    def run() -> str:
        given = request.POST
        clear = take_step(
            service_id=service_id,
            step=given.get("step", ""),
            outcome=given.get("outcome", ""),
            source=given.get("source", ""),
            number_source=given.get("number_source", ""),
            number=given.get("number", ""),
            by=member(request).id,
        )
        return "safety_done_clear" if clear else "safety_done_step"

    return act(request, run, f"/services/{service_id}/safety")
