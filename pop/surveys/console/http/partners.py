"""Partners: the list, one of them with addresses and links, and what is shown once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.places.countries import codes, country_name
from pop.places.languages import own_name
from pop.places.words import LANGUAGES
from pop.surveys.collecting.actions.inviting import invite, revoke_invitation
from pop.surveys.collecting.actions.partners import PartnerError, change_partner, make_partner, make_token, revoke_token
from pop.surveys.collecting.queries import invitations, partners
from pop.surveys.collecting.queries.invitations import Invited
from pop.surveys.collecting.queries.partners import PartnerFacts, tokens
from pop.surveys.collecting.queries.surveys import surveys
from pop.surveys.console.http.wording import ROLES, SAY, WORDS, country, day, minute, yes_or_no
from pop.surveys.inviting.writing import public_address

_LED_TONES = {"unopened": "warn", "opened": "", "started": "", "answered": "good", "revoked": "quiet"}
_FIELD_OF = {
    "bad_name": "name",
    "name_taken": "name",
    "unknown_country": "country",
    "bad_email": "email",
    "unknown_language": "language",
}


class PartnerForm(forms.Form):
    """What is kept of a partner; the action decides what is right."""

    name = forms.CharField(max_length=200)
    country = forms.CharField(required=False, max_length=2)
    email = forms.CharField(required=False, max_length=254)
    language = forms.ChoiceField(required=False)

    def __init__(self, data: Mapping[str, str] | None = None, initial: Mapping[str, str] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        for name, field in self.fields.items():
            field.label = SAY[f"partner_{name}"]
        for name in ("country", "email"):
            self.fields[name].help_text = SAY[f"partner_{name}_hint"]
        language = self.fields["language"]
        if isinstance(language, forms.ChoiceField):
            language.choices = [("", SAY["partner_language_own"]), *((tag, own_name(tag)) for tag in LANGUAGES)]

    def given(self) -> dict[str, str]:
        """Return what was written; a country's code in capitals."""
        found = {name: str(self.cleaned_data[name]).strip() for name in ("name", "country", "email", "language")}
        return {**found, "country": found["country"].upper()}

    def refuse(self, error: PartnerError) -> None:
        """Say at its field what the action refused."""
        self.add_error(_FIELD_OF.get(error.code), SAY[f"partner_refused_{error.code}"])


@staff(*ROLES)
@require_GET
def partners_list(request: HttpRequest) -> HttpResponse:
    """All partners, with how much came from each."""
    listing = Listing[PartnerFacts](
        title="partners_title",
        name="partners",
        fetch=partners.partners,
        columns=(
            Column("partner_name", lambda row: Cell(row.name, href=reverse("partner_one", args=[row.id])), "name"),
            Column("partner_country", lambda row: country(row.country), "country"),
            Column("partner_email", lambda row: row.email),
            Column("partner_tokens", lambda row: str(row.tokens), number=True),
            Column("partner_submissions", lambda row: str(row.submissions), "submissions", number=True),
            Column("partner_last", lambda row: day(row.last_at), "last"),
        ),
        words=WORDS,
        filters={
            "country": sorted(((code, country_name(code, SAY.language)) for code in codes()), key=lambda each: each[1]),
            "answered": yes_or_no(),
        },
    )
    context = {
        "hint": SAY["partners_hint"],
        "action_address": reverse("partner_add"),
        "action_label": SAY["partner_add"],
    }
    return show(request, listing, context)


@staff(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_add(request: HttpRequest) -> HttpResponse:
    """Add a partner."""
    form = PartnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_partner(**form.given(), now=timezone.now(), by=member(request).id)
        except PartnerError as error:
            form.refuse(error)
        else:
            tell(request, SAY["partner_added"])
            return redirect("partner_one", made)
    return _form(request, form, title="partner_add", back=reverse("partners_list"))


@staff(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_edit(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Change what is kept of a partner."""
    found = _found(partner_id)
    kept = {"name": found.name, "country": found.country, "email": found.email, "language": found.language}
    form = PartnerForm(request.POST if request.method == "POST" else None, kept)
    if request.method == "POST" and form.is_valid():
        try:
            change_partner(partner=partner_id, **form.given(), by=member(request).id)
        except PartnerError as error:
            form.refuse(error)
        else:
            tell(request, SAY["partner_saved"])
            return redirect("partner_one", partner_id)
    return _form(request, form, title="partner_edit", back=reverse("partner_one", args=[partner_id]))


def _form(request: HttpRequest, form: PartnerForm, *, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": SAY[title], "back": back, "label": SAY["save"]}
    return page(request, "console/form.html", context, words=WORDS)


def _found(partner_id: UUID) -> PartnerFacts:
    found = partners.partner(partner_id)
    if found is None:
        raise Http404
    return found


@staff(*ROLES)
@require_GET
def partner_one(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """One partner: what came, addresses and links."""
    found = _found(partner_id)
    links = invitations.invitations(partner=partner_id)
    forms_known = {each.form_id: each.title for each in reversed(surveys()) if each.state != "closed"}
    context = {
        "title": found.name,
        "partner": found,
        "told": [
            (SAY["partner_country"], country(found.country)),
            (SAY["partner_email"], found.email),
            (SAY["partner_language"], own_name(found.language) if found.language else ""),
            (SAY["partner_submissions"], str(found.submissions)),
            (SAY["partner_last"], minute(found.last_at)),
        ],
        "tokens": [
            {"id": each.id, "made": day(each.made_at), "ended": day(each.revoked_at)} for each in tokens(partner_id)
        ],
        "links": [
            {
                "id": each.id,
                "form": each.form_id,
                "made": day(each.made_at),
                "led": _led(each),
                "ended": each.revoked_at,
            }
            for each in links
        ],
        "forms": sorted(forms_known.items()),
    }
    return page(request, "surveys/console/partner.html", context, words=WORDS)


def _led(row: Invited) -> Cell:
    step, _ = row.led
    return Cell(SAY[f"led_{step}"], tone=_LED_TONES[step])


@staff(*ROLES)
@require_POST
def token_make(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Make an address and show it, once: nothing but this answer holds it."""
    found = _found(partner_id)
    made = make_token(partner=partner_id, now=timezone.now(), by=member(request).id)
    return _once(request, found, SAY("once_token", name=found.name), f"/openrosa/{made.token}")


@staff(*ROLES)
@require_POST
def link_make(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Make a link to a form and show it, once."""
    found, form = _found(partner_id), request.POST.get("form", "")
    try:
        made = invite(partner=partner_id, form_id=form, now=timezone.now(), by=member(request).id)
    except PartnerError as error:
        tell(request, SAY[f"partner_refused_{error.code}"], good=False)
        return redirect("partner_one", partner_id)
    return _once(request, found, SAY("once_link", name=found.name, form=form), f"/survey/i/{made.token}")


def _once(request: HttpRequest, partner: PartnerFacts, title: str, path: str) -> HttpResponse:
    known = not settings.PRODUCTION or settings.PUBLIC_URL
    context = {
        "title": title,
        "partner": partner,
        "address": public_address(path) if known else path,
        "whole": known,
    }
    return page(request, "surveys/console/once.html", context, words=WORDS)


@staff(*ROLES)
@require_POST
def token_revoke(request: HttpRequest, partner_id: UUID, token_id: UUID) -> HttpResponse:
    """End an address at once."""
    return _revoke(request, partner_id, lambda now, by: revoke_token(token=token_id, now=now, by=by))


@staff(*ROLES)
@require_POST
def link_revoke(request: HttpRequest, partner_id: UUID, link_id: UUID) -> HttpResponse:
    """End a link at once."""
    return _revoke(request, partner_id, lambda now, by: revoke_invitation(invitation=link_id, now=now, by=by))


def _revoke(request: HttpRequest, partner_id: UUID, run: Callable[..., bool]) -> HttpResponse:
    try:
        ended = run(timezone.now(), member(request).id)
    except PartnerError as error:
        raise Http404 from error
    tell(request, SAY["revoked" if ended else "revoked_before"])
    return redirect("partner_one", partner_id)
