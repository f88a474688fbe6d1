"""Invitations and reminders at the console, the forms that are a partner's own, and the way to what may be shared."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, speaker, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.surveys.collecting.actions.assigning import set_forms
from pop.surveys.collecting.actions.partners import PartnerError
from pop.surveys.collecting.queries.partners import assigned_forms, partner
from pop.surveys.collecting.queries.surveys import offered, surveys
from pop.surveys.inviting.actions.asking import invite_by_mail, remind
from pop.surveys.inviting.console_words import WORDS as INVITING
from pop.surveys.inviting.posting import post
from pop.surveys.inviting.queries import MAILS, STEPS, Asked, invited, not_invited, reminders_due
from pop.surveys.inviting.sharing import code_of
from pop.surveys.inviting.writing import public_address
from pop.surveys.pages.rendering import root_of

WORDS: Final = (INVITING,)
SAY: Final = speaker(*WORDS)
ROLES: Final = ("editor", "administrator")
# A form of the console holds at most 200 fields.
MOST_AT_ONCE: Final = 150
_STEP_TONES = {"answered": "good", "not_opened": "warn", "revoked": "quiet"}
_MAIL_TONES = {"sent": "good", "waits": "warn", "stopped": "quiet", "refused": "bad", "failed": "bad"}


def _choices(prefix: str, codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code, SAY[f"{prefix}_{code}"]) for code in codes]


@staff(*ROLES)
@require_GET
def reminders_list(request: HttpRequest) -> HttpResponse:
    """Every link, how far it led, and what was written about it."""
    listing = Listing[Asked](
        title="reminders_title",
        name="reminders",
        fetch=invited,
        columns=(
            Column(
                "reminder_partner",
                lambda row: Cell(row.partner_name, href=reverse("partner_one", args=[row.partner])),
                "partner",
            ),
            Column("reminder_form", lambda row: row.form_id, "form"),
            Column("reminder_made", lambda row: f"{row.made_at:%Y-%m-%d}", "made"),
            Column("reminder_step", lambda row: Cell(SAY[f"step_{row.step}"], tone=_STEP_TONES.get(row.step, ""))),
            Column("reminder_mails", lambda row: Cell(SAY[f"mails_{row.mails}"], tone=_MAIL_TONES.get(row.mails, ""))),
            Column("reminder_sent", lambda row: str(row.sent), number=True),
            Column("reminder_last", lambda row: f"{row.sent_at:%Y-%m-%d %H:%M}" if row.sent_at else "", "sent"),
        ),
        words=WORDS,
        filters={
            "form": [(each, each) for each in dict.fromkeys(known.form_id for known in surveys())],
            "step": _choices("step", STEPS),
            "mails": _choices("mails", MAILS),
        },
        template="inviting/console/reminders.html",
    )
    due = reminders_due(now=timezone.now(), days=settings.REMINDER_DAYS, everybody=True)
    context = {
        "hint": SAY["reminders_hint"],
        "trouble": _trouble(),
        "due": sum(1 for _ in due),
        "action_address": reverse("reminders_ask"),
        "action_label": SAY["reminders_ask"],
    }
    return show(request, listing, context)


def _trouble() -> str:
    """Return what is to be said of how mails leave, "" where a server takes them."""
    if post() is None:
        return SAY["reminders_no_mail"]
    return "" if settings.SMTP_URL else SAY["reminders_files"]


@staff(*ROLES)
@require_POST
def reminders_send(request: HttpRequest) -> HttpResponse:
    """Make the reminders that are due; the worker sends them."""
    if post() is None:
        tell(request, SAY["reminders_no_mail"], good=False)
    else:
        made = remind(now=timezone.now(), everybody=True, by=member(request).id)
        tell(request, SAY("reminders_made", count=len(made)))
    return redirect("reminders_list")


@staff(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders_ask(request: HttpRequest) -> HttpResponse:
    """Invite partners to a form by mail."""
    known = {each.form_id: each.title for each in offered()}
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("form", "")
    form_id = chosen if chosen in known else next(iter(known), "")
    found = not_invited(form_id, most=MOST_AT_ONCE) if form_id else []
    if request.method == "POST" and form_id:
        return _ask(request, form_id, {str(key) for key, _ in found})
    context = {
        "title": SAY["reminders_ask"],
        "hint": SAY("ask_hint", most=MOST_AT_ONCE),
        "trouble": _trouble(),
        "forms": sorted(known.items()),
        "form": form_id,
        "partners": found,
        "back": reverse("reminders_list"),
    }
    return page(request, "inviting/console/ask.html", context, words=WORDS)


def _ask(request: HttpRequest, form_id: str, offered_now: set[str]) -> HttpResponse:
    ticked = [UUID(each) for each in request.POST.getlist("partner") if each in offered_now]
    if post() is None or not ticked:
        tell(request, SAY["ask_none_ticked" if post() is not None else "reminders_no_mail"], good=False)
        return redirect(f"{reverse('reminders_ask')}?form={form_id}")
    done = 0
    for each in ticked:
        try:
            invite_by_mail(partner=each, form_id=form_id, now=timezone.now(), by=member(request).id)
        except PartnerError:
            continue  # stopped, answered or refused at this moment
        done += 1
    tell(request, SAY("ask_done", count=done))
    if done < len(ticked):
        tell(request, SAY("ask_left", count=len(ticked) - done), good=False)
    return redirect("reminders_list")


class FormsForm(forms.Form):
    """The forms that a partner's telephones offer."""

    forms = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, request: HttpRequest, known: list[tuple[str, str]], chosen: frozenset[str]) -> None:
        super().__init__(request.POST if request.method == "POST" else None, initial={"forms": sorted(chosen)})
        field = self.fields["forms"]
        field.label = SAY["forms_label"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = known


@staff(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_forms(request: HttpRequest, partner_id: UUID) -> HttpResponse:
    """Tick the forms that a partner's addresses offer; none ticked is all that are open."""
    found = partner(partner_id)
    if found is None:
        raise Http404
    chosen = assigned_forms(partner_id)
    titles = {each.form_id: each.title for each in reversed(surveys()) if each.state != "draft"}
    known = sorted((key, f"{key}: {titles[key]}" if titles.get(key) else key) for key in {*titles, *chosen})
    form = FormsForm(request, known, chosen)
    back = reverse("partner_one", args=[partner_id])
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["forms"]
        set_forms(partner=partner_id, forms=wanted, now=timezone.now(), by=member(request).id)
        tell(request, SAY["forms_saved"])
        return redirect(back)
    context = {"form": form, "title": SAY("forms_title", partner=found.name), "hint": SAY["forms_hint"]}
    return page(request, "console/form.html", {**context, "back": back, "label": SAY["forms_save"]}, words=WORDS)


@staff(*ROLES)
@require_GET
def survey_share(request: HttpRequest, form: str) -> HttpResponse:
    """Say where the open link of a form is, with its code and the page that anybody may pass on."""
    if not surveys(form):
        raise Http404
    address = public_address(root_of(form))
    context = {
        "title": SAY("shared_title", form=form),
        "form": form,
        "address": address,
        "share": f"{address}/share",
        "code": code_of(address),
        "open": bool(offered(form)),
        "back": reverse("survey_one", args=[form]),
    }
    return page(request, "inviting/console/share.html", context, words=WORDS)
