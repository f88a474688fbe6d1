"""One record as JSON: the service object of an answer of the finder, with how each fact is known and every change."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from pop.people.entrance import anyone
from pop.places.problems import MEDIA_TYPE, problem
from pop.registry.directory.queries import pages
from pop.registry.directory.rules.addresses import address_of
from pop.registry.directory.rules.tables import kinds, topics

_LIMIT = 1_000  # rows of evidence and of history: more than any record has, and a bound for the answer


@anyone
@gzip_page
@require_safe
def service_json(request: HttpRequest, text: str) -> HttpResponse:
    """`/v1/services/{id}`: 200 with one `service`; 400 for what is no id, 404 for unknown, 410 with a tombstone."""
    try:
        id = UUID(text)
    except ValueError:
        id = None
    if id is None or str(id) != text.lower():
        return _problem(400, "Not an id", "The id of a service is a UUID.", parameter="id")
    now = timezone.now()
    facts = pages.service_facts(id, now=now)
    if facts is None:
        return _problem(404, "No such service", "There is no published service with this id.")
    if isinstance(facts, pages.Tombstone):
        if facts.state == "suspended":
            return _problem(
                404, "Under review", "This record is under review; until a person decides, it is not shown."
            )
        stone = {"id": str(facts.id), "name": facts.name, "country": facts.country, "closed": facts.on.isoformat()}
        detail = "This service is closed for good. Its id is never given to another service."
        return _problem(410, "Closed", detail, tombstone=stone)
    return HttpResponse(
        json.dumps({"service": _service(facts, now)}, ensure_ascii=False, separators=(",", ":")),
        content_type="application/json",
    )


def _problem(status: int, title: str, detail: str, *, parameter: str | None = None, **more: object) -> HttpResponse:
    body = problem(status, title, detail, parameter=parameter)
    if more:
        body = json.dumps(json.loads(body) | more, ensure_ascii=False).encode()
    return HttpResponse(body, status=status, content_type=MEDIA_TYPE)


def _service(facts: pages.ServiceFacts, now: datetime) -> dict[str, object]:
    of_kind = kinds().get(facts.kind)
    claimed = {*facts.topics, *(of_kind.topics if of_kind else ())}
    evidence, _ = pages.evidence_of(facts, limit=_LIMIT)
    history, _ = pages.history_of(facts, limit=_LIMIT)
    known: dict[str, list[dict[str, object]]] = {}
    for row in evidence:
        known.setdefault(row.field, []).append(
            {
                "value": row.value,
                "stage": row.stage,
                "on": row.on and row.on.isoformat(),
                "source": row.source or None,
                "contact": row.contact and str(row.contact),
            }
        )
    return {
        "id": str(facts.id),
        "name": facts.name,
        "kind": facts.kind,
        "country": facts.country,
        "checked_for_children": not facts.mapped_only,
        "topics": [topic for topic in topics() if topic in claimed],
        "languages": list(facts.languages),
        "ages": {"min": facts.age_min, "max": facts.age_max},
        "subdivisions": list(facts.subdivisions),
        "audience": list(facts.audience),
        "responders": list(facts.responders),
        "organisation": {
            "id": str(facts.organisation_id),
            "name": facts.organisation,
            "operator": facts.operator or None,
        },
        "timezone": facts.timezone or None,
        "public_holidays": facts.holiday_policy,
        "website": facts.website or None,
        "website_checked": facts.website_checked and facts.website_checked.isoformat(),
        "contacts": [_contact(contact, facts) for contact in facts.contacts],
        "notices": [
            {"kind": notice.kind, "starts": notice.starts_at.isoformat(), "ends": notice.ends_at.isoformat()}
            for notice in facts.notices
        ],
        "contradictions": list(pages.conflicts_by_service([facts.id], now=now).get(facts.id, ())),
        "verification": {
            "stage": facts.stage,
            "on": facts.stage_on and facts.stage_on.isoformat(),
            "source": facts.source or None,
        },
        "evidence": known,
        "history": [
            {
                "on": row.on.isoformat(),
                "field": row.field,
                "before": row.before,
                "after": row.after,
                "contact": row.contact and str(row.contact),
                "via": row.via,
            }
            for row in history
        ],
    }


def _contact(contact: pages.ContactFacts, facts: pages.ServiceFacts) -> dict[str, object]:
    """Return one contact; `uri` is null where a child would get no link either."""
    link = address_of(contact.channel, facts.country, contact.dial, contact.e164, contact.message_body)
    usable = not contact.withheld and (not link.page or contact.checked is not None)
    return {
        "id": str(contact.id),
        "channel": contact.channel,
        "dial": contact.dial,
        "uri": (link.uri or None) if usable else None,
        "languages": list(contact.languages or facts.languages),
        "free": contact.free,
        "anonymous": contact.anonymous,
        "leaves_trace": contact.leaves_trace,
        "from_abroad": contact.from_abroad,
        "alternative": contact.alternative or None,
        "number_kind": contact.number_kind or None,
        "message_body": contact.message_body or None,
        "subdivisions": list(contact.subdivisions),
        "ages": {"min": contact.age_min, "max": contact.age_max},
        "hours": contact.hours or None,
        "hours_as_stated": contact.hours_source or None,
        "withheld": contact.withheld or None,
    }
