"""The list of services, and one record with everything known of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.registry.directory.actions.review.safety import suspend
from pop.registry.directory.http.console.answering import act
from pop.registry.directory.http.console.wording import (
    LEVEL_TONES,
    SAY,
    WORDS,
    chip,
    choices,
    country,
    day,
    label,
    moment,
    named,
    value,
)
from pop.registry.directory.queries.console import record as records
from pop.registry.directory.queries.console import services as queries
from pop.registry.directory.queries.console.record import ContactRecord, Record
from pop.registry.directory.queries.console.services import ServiceLine
from pop.registry.directory.rules.editing import AWAITS_CALL, SUSPENDED_BECAUSE
from pop.registry.directory.rules.publication import MAPPED_ONLY, ON_MAP
from pop.registry.directory.rules.tables import STAGES, kinds

STATES = ("waiting", "published", "suspended", "defunct")
_EVIDENCE_NAMES = {"as_stated": "dial", "hours_source": "hours"}
# What a contact's card shows in words; the number itself stands above.
_CONTACT_SHOWN = [
    "as_stated",
    "number_kind",
    "e164",
    "message_body",
    "alternative",
    "hours",
    "hours_source",
    "hours_rule",
    "languages",
    "subdivisions",
    "age_min",
    "age_max",
    "free",
    "anonymous",
    "leaves_trace",
    "from_abroad",
]


def _safety(row: ServiceLine) -> Cell:
    if row.safety == "clear":
        return Cell(SAY["safety_clear"], tone="good")
    return Cell(named("reason", row.safety), tone="warn")


def _findings(row: ServiceLine) -> Cell:
    return Cell(str(len(row.findings)), tone="warn") if row.findings else Cell("0")


COLUMNS = (
    Column[ServiceLine]("service_name", lambda row: Cell(row.name, href=f"/services/{row.id}"), "name"),
    Column[ServiceLine]("service_country", lambda row: country(row.country), "country"),
    Column[ServiceLine]("service_kind", lambda row: named("kind", row.kind), "kind"),
    Column[ServiceLine]("service_state", lambda row: chip("state", row.state), "state"),
    Column[ServiceLine]("service_safety", _safety),
    Column[ServiceLine]("service_stage", lambda row: named("stage", row.stage), "stage"),
    Column[ServiceLine]("service_checked", lambda row: day(row.stage_on), "checked"),
    Column[ServiceLine]("service_contacts", lambda row: str(row.contacts), number=True),
    Column[ServiceLine]("service_findings", _findings, number=True),
)


@staff()
@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """All services, of every state."""
    listing = Listing[ServiceLine](
        title="services_title",
        name="services",
        fetch=queries.services,
        columns=COLUMNS,
        words=WORDS,
        filters={
            "country": sorted(((code, country(code)) for code in queries.used_countries()), key=lambda pair: pair[1]),
            "kind": choices("kind", kinds()),
            "stage": choices("stage", STAGES),
            "state": choices("state", STATES),
            "safety": choices("safety", ("clear", "withheld")),
            "findings": [("yes", SAY["with_findings"]), ("no", SAY["without_findings"])],
        },
    )
    context: dict[str, object] = {"hint": SAY["services_search_hint"]}
    if "editor" in member(request).roles:
        context |= {"action_address": "/services/add", "action_label": SAY["services_add"]}
    return show(request, listing, context)


@staff()
@require_GET
def service_one(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """One record: facts, contacts, evidence, contradictions, links, notices, tasks, proposals, history."""
    found = records.record(service_id, now=timezone.now())
    if found is None:
        raise Http404
    return page(request, "console/service.html", _context(found, member(request).roles), words=WORDS)


@staff("approver")
@require_POST
def service_suspend(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Hide a record at once."""

    def run() -> str:
        suspend(service_id=service_id, reason=request.POST.get("reason", ""), by=member(request).id)
        return "suspended_done"

    return act(request, run, f"/services/{service_id}")


def _context(found: Record, roles: list[str]) -> Mapping[str, Any]:
    called = {contact.id: _contact_name(contact) for contact in found.contacts}
    newest = {(row.contact, row.field): row for row in reversed(found.evidence)}
    return {
        "title": found.name,
        "record": found,
        "country": country(found.country),
        "state": chip("state", found.state),
        "safety": "" if found.safety == "clear" else SAY("withheld_because", reason=named("reason", found.safety)),
        "stage": named("stage", found.stage),
        "facts": [(label(name), value(name, found.values[name]), newest.get((None, name))) for name in found.values],
        "about": [
            (SAY["record_organisation"], found.organisation),
            (SAY["record_source"], found.source),
            (SAY["record_source_key"], found.source_key),
            (SAY["record_remarks"], found.remarks),
        ],
        "contacts": [_contact(each, newest) for each in found.contacts if not each.removed],
        "removed": [_contact(each, newest) for each in found.contacts if each.removed],
        "evidence": [
            (_of(called, row.contact, row.field), row.value, row.source, day(row.on), named("stage", row.stage), row.by)
            for row in found.evidence
        ],
        "history": [
            (
                moment(row.at),
                _of(called, row.contact, row.field),
                row.before,
                row.after,
                named("via", row.via),
                row.by or SAY["the_system"],
            )
            for row in found.history
        ],
        "findings": [
            (Cell(named("level", each.level), tone=LEVEL_TONES[each.level]), named("conflict", each.code), each.message)
            for each in found.findings
        ],
        "links": [(address, _check(check)) for address, check in found.links],
        "texts": [(label(field), language, text) for field, language, text in found.texts],
        "notices": [
            (named("notice_kind", each.kind), moment(each.starts), moment(each.ends), each.id) for each in found.notices
        ],
        "tasks": [(named("task_kind", each.kind), each) for each in found.tasks],
        "proposals": [(named("proposal_kind", each.kind), each) for each in found.proposals],
        "reasons": choices("reason", SUSPENDED_BECAUSE),
        "may": {
            "edit": "editor" in roles and found.state != "defunct",
            "publish": "editor" in roles
            and (found.state == "waiting" or (found.state == "published" and found.safety not in ON_MAP)),
            "unsuspend": "editor" in roles and found.state == "suspended",
            "suspend": "approver" in roles and found.state in ("published", "waiting"),
            "notice": bool({"editor", "approver"} & set(roles)) and found.state != "defunct",
            "check": bool({"editor", "approver"} & set(roles))
            and (found.safety == MAPPED_ONLY or any(each.values["withheld"] == AWAITS_CALL for each in found.contacts)),
        },
    }


def _contact_name(contact: ContactRecord) -> str:
    channel = named("channel", contact.values["channel"])
    return f"{channel} {contact.values['dial'] or contact.values['as_stated']}"


def _contact(contact: ContactRecord, newest: Mapping[Any, Any]) -> dict[str, Any]:
    withheld = contact.values["withheld"]
    return {
        "id": contact.id,
        "channel": named("channel", contact.values["channel"]),
        "dial": contact.values["dial"] or contact.values["as_stated"],
        "uri": contact.uri,
        "withheld": SAY("record_withheld", reason=named("withheld_as", withheld)) if withheld else "",
        "facts": [
            (label(name), value(name, contact.values[name]), newest.get((contact.id, _EVIDENCE_NAMES.get(name, name))))
            for name in _CONTACT_SHOWN
            if value(name, contact.values[name])
        ],
    }


def _of(called: Mapping[UUID, str], contact: UUID | None, field: str) -> str:
    if contact is None:
        return label(field)
    return SAY("of_contact", contact=called.get(contact, str(contact)[:8]), field=label(field))


def _check(check: Any) -> Cell:
    if check is None:
        return Cell(SAY["record_link_never"], tone="warn")
    on = day(check.checked_at.date())
    if check.ok:
        return Cell(SAY("record_link_ok", on=on), tone="good")
    return Cell(SAY("record_link_bad", on=on, status=check.status), tone="bad")
