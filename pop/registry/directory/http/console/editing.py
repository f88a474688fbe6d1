"""Proposing: other facts, another contact, a removal, a new state, a new record. Nothing here changes a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.registry.directory.actions.review import proposing
from pop.registry.directory.actions.review.creating import create_service
from pop.registry.directory.http.console.answering import attempt
from pop.registry.directory.http.console.forms import ContactForm, NewServiceForm, SeenForm, ServiceForm, StateForm
from pop.registry.directory.http.console.wording import SAY, WORDS
from pop.registry.directory.queries.console import record as records
from pop.registry.directory.queries.console.record import ContactRecord, Record
from pop.registry.directory.rules.editing import STATE_KINDS

form_methods = require_http_methods(["GET", "HEAD", "POST"])
AnyForm = TypeVar("AnyForm", bound=SeenForm)


def _record(service_id: UUID) -> Record:
    found = records.record(service_id, now=timezone.now())
    if found is None:
        raise Http404
    return found


def _contact(found: Record, contact_id: UUID) -> ContactRecord:
    contact = next((each for each in found.contacts if each.id == contact_id), None)
    if contact is None:
        raise Http404
    return contact


def _answer(
    request: HttpRequest,
    form: AnyForm,
    found: Record,
    title: str,
    propose: Callable[[AnyForm], UUID],
    *,
    grave: bool = False,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: propose(form))
        if made is not None:
            tell(request, SAY["done_proposed"])
            return redirect(f"/proposals/{made}")
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "hint": found.name,
        "back": f"/services/{found.id}",
        "label": SAY["act_edit"] if not grave else title,
        "wide": True,
        "grave": grave,
    }
    return page(request, "console/form.html", context, words=WORDS)


@staff("editor")
@form_methods
def service_add(request: HttpRequest) -> HttpResponse:
    """Add a record, which waits."""
    form = NewServiceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: create_service(
                country=form.cleaned_data["country"].upper(),
                organisation=form.cleaned_data["organisation"],
                values=form.values(),
                seen=form.seen(),
                by=member(request).id,
            ),
        )
        if made is not None:
            tell(request, SAY["done_created"])
            return redirect(f"/services/{made}")
    context = {
        "form": form,
        "title": SAY["services_add_title"],
        "hint": SAY["services_add_hint"],
        "back": "/services",
        "label": SAY["services_add"],
        "wide": True,
    }
    return page(request, "console/form.html", context, words=WORDS)


@staff("editor")
@form_methods
def service_edit(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Propose other facts about the service itself."""
    found = _record(service_id)
    form = ServiceForm(request.POST if request.method == "POST" else None, initial=ServiceForm.initial_of(found.values))
    return _answer(
        request,
        form,
        found,
        SAY["act_edit"],
        lambda form: proposing.propose_service(
            service_id=service_id, values=form.values(), seen=form.seen(), by=member(request).id
        ),
    )


@staff("editor")
@form_methods
def contact_add(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Propose one more contact."""
    found = _record(service_id)
    form = ContactForm(request.POST if request.method == "POST" else None)
    return _answer(
        request,
        form,
        found,
        SAY["act_contact_add"],
        lambda form: proposing.propose_new_contact(
            service_id=service_id, values=form.values(), seen=form.seen(), by=member(request).id
        ),
    )


@staff("editor")
@form_methods
def contact_edit(request: HttpRequest, service_id: UUID, contact_id: UUID) -> HttpResponse:
    """Propose other facts about a contact."""
    found = _record(service_id)
    contact = _contact(found, contact_id)
    form = ContactForm(
        request.POST if request.method == "POST" else None, initial=ContactForm.initial_of(contact.values)
    )
    return _answer(
        request,
        form,
        found,
        SAY["act_edit"],
        lambda form: proposing.propose_contact(
            service_id=service_id, contact_id=contact_id, values=form.values(), seen=form.seen(), by=member(request).id
        ),
    )


@staff("editor")
@form_methods
def contact_remove(request: HttpRequest, service_id: UUID, contact_id: UUID) -> HttpResponse:
    """Propose that a contact is shown to nobody any more."""
    found = _record(service_id)
    _contact(found, contact_id)
    form = StateForm(request.POST if request.method == "POST" else None)
    return _answer(
        request,
        form,
        found,
        SAY["act_contact_remove"],
        lambda form: proposing.propose_removal(
            service_id=service_id, contact_id=contact_id, seen=form.seen(), by=member(request).id
        ),
        grave=True,
    )


@staff("editor")
@form_methods
def service_state(request: HttpRequest, service_id: UUID, kind: str) -> HttpResponse:
    """Propose to publish, to end a suspension, or to close for good."""
    if kind not in STATE_KINDS:
        raise Http404
    found = _record(service_id)
    form = StateForm(request.POST if request.method == "POST" else None)
    return _answer(
        request,
        form,
        found,
        SAY[f"act_{kind}"],
        lambda form: proposing.propose_state(service_id=service_id, kind=kind, seen=form.seen(), by=member(request).id),
        grave=kind == "defunct",
    )
