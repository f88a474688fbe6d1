"""The forms through which a ministry's focal point proposes. Nothing here changes a record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from pop.people.entrance import member, staff
from pop.people.models import FOCAL_POINT
from pop.people.pages.layout import page, tell
from pop.registry.directory.actions.review import national as actions
from pop.registry.directory.http.console.answering import attempt
from pop.registry.directory.http.console.editing import form_methods
from pop.registry.directory.http.console.national import found_record, spoken_for
from pop.registry.directory.http.console.national_forms import (
    NationalContactForm,
    NationalEmergencyForm,
    NationalRemovalForm,
    NationalServiceForm,
)
from pop.registry.directory.http.console.national_wording import SAY, WORDS
from pop.registry.directory.http.console.wording import country
from pop.registry.directory.queries.console import national as queries

AnyForm = TypeVar("AnyForm", NationalContactForm, NationalEmergencyForm, NationalRemovalForm, NationalServiceForm)


@staff(FOCAL_POINT)
@form_methods
def service_correct(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Propose other facts about a service."""
    found = found_record(request, service_id)
    form = NationalServiceForm(
        request.POST if request.method == "POST" else None,
        initial=NationalServiceForm.initial_of(found.values),
        stays_in=found.facts.country,
        left_out=("website",) if "website" not in found.values else (),
    )

    def propose(form: NationalServiceForm) -> UUID:
        return actions.correct_service(
            service_id=service_id, values=form.values(), said=form.said(), by=member(request).id
        )

    back = f"/country/services/{service_id}"
    return _answer(request, form, propose, SAY["national_act_edit"], hint=found.facts.name, back=back)


@staff(FOCAL_POINT)
@form_methods
def contact_add(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Propose one more contact, where contacts are shown."""
    found = found_record(request, service_id)
    if found.facts.mapped_only:
        raise Http404
    form = NationalContactForm(request.POST if request.method == "POST" else None, stays_in=found.facts.country)

    def propose(form: NationalContactForm) -> UUID:
        return actions.add_contact(service_id=service_id, values=form.values(), said=form.said(), by=member(request).id)

    back = f"/country/services/{service_id}"
    return _answer(request, form, propose, SAY["act_contact_add"], hint=found.facts.name, back=back)


@staff(FOCAL_POINT)
@form_methods
def contact_correct(request: HttpRequest, service_id: UUID, contact_id: UUID) -> HttpResponse:
    """Propose other facts about a contact."""
    found = found_record(request, service_id)
    columns = found.contacts.get(contact_id)
    if columns is None:
        raise Http404
    form = NationalContactForm(
        request.POST if request.method == "POST" else None,
        initial=NationalContactForm.initial_of(columns),
        stays_in=found.facts.country,
    )

    def propose(form: NationalContactForm) -> UUID:
        return actions.correct_contact(
            service_id=service_id, contact_id=contact_id, values=form.values(), said=form.said(), by=member(request).id
        )

    back = f"/country/services/{service_id}"
    return _answer(request, form, propose, SAY["act_edit"], hint=found.facts.name, back=back)


@staff(FOCAL_POINT)
@form_methods
def contact_remove(request: HttpRequest, service_id: UUID, contact_id: UUID) -> HttpResponse:
    """Propose that a contact is shown to nobody any more."""
    found = found_record(request, service_id)
    if contact_id not in found.contacts:
        raise Http404
    form = NationalRemovalForm(request.POST if request.method == "POST" else None, stays_in=found.facts.country)

    def propose(form: NationalRemovalForm) -> UUID:
        return actions.remove_contact(
            service_id=service_id, contact_id=contact_id, said=form.said(), by=member(request).id
        )

    back = f"/country/services/{service_id}"
    return _answer(request, form, propose, SAY["act_contact_remove"], hint=found.facts.name, back=back, grave=True)


@staff(FOCAL_POINT)
@form_methods
def emergency_add(request: HttpRequest) -> HttpResponse:
    """Propose one more emergency number."""
    form = NationalEmergencyForm(request.POST if request.method == "POST" else None, countries=spoken_for(request))

    def propose(form: NationalEmergencyForm) -> UUID:
        given = form.cleaned_data
        return actions.add_emergency(
            country=given["country"], dial=given["dial"], kind=given["kind"], said=form.said(), by=member(request).id
        )

    title = SAY["national_emergency_add"]
    return _answer(request, form, propose, title, hint=SAY["emergency_rules"], back="/country/emergency")


@staff(FOCAL_POINT)
@form_methods
def emergency_correct(request: HttpRequest, number_id: UUID) -> HttpResponse:
    """Propose what answers at an emergency number; its country and digits are what it is."""
    line = queries.emergency_number(number_id, countries=spoken_for(request))
    if line is None:
        raise Http404
    form = NationalEmergencyForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": line.kind},
        countries=spoken_for(request),
        known=True,
    )

    def propose(form: NationalEmergencyForm) -> UUID:
        return actions.correct_emergency(
            number_id=number_id, kind=form.cleaned_data["kind"], said=form.said(), by=member(request).id
        )

    title = f"{line.dial}, {country(line.country)}"
    return _answer(request, form, propose, title, hint=SAY["emergency_rules"], back="/country/emergency")


def _answer(
    request: HttpRequest,
    form: AnyForm,
    propose: Callable[[AnyForm], UUID],
    title: str,
    *,
    hint: str,
    back: str,
    grave: bool = False,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        made = attempt(form, lambda: propose(form), say=SAY)
        if made is not None:
            tell(request, SAY["done_proposed"])
            return redirect(f"/country/proposals/{made}")
    context = {"form": form, "title": title, "hint": hint, "back": back, "label": title, "wide": True, "grave": grave}
    return page(request, "console/form.html", context, words=WORDS)
