"""The table of country risk at the console: the list, one line, and the acts that two people do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pop.evidence.maps import actions, queries
from pop.evidence.maps.console_words import WORDS as RISKS
from pop.evidence.maps.queries import RiskLine
from pop.evidence.maps.rules.hiding import ABOUT, EFFECTS, REASONS
from pop.people.entrance import member, staff
from pop.people.pages.layout import page, speaker, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.places.countries import country_name
from pop.registry.directory.words import REGISTRY

WORDS = (RISKS, REGISTRY)
SAY = speaker(*WORDS)
_TONES = {"proposed": "warn", "holds": "good", "lifting": "warn", "lifted": "quiet", "refused": "quiet"}
_NAMED = ("kind", "operator", "topic")


def _choices(prefix: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, SAY[f"{prefix}_{code}"]) for code in codes]


def _country(code: str) -> str:
    return f"{country_name(code, SAY.language)} ({code})"


def _which(line: RiskLine) -> str:
    return SAY[f"{line.about}_{line.which}"] if line.about in _NAMED else ""


class RiskForm(forms.Form):
    """One proposed line. Which value belongs to what it is about is decided by the action."""

    country = forms.CharField(min_length=2, max_length=2)
    about = forms.ChoiceField()
    which = forms.ChoiceField(required=False)
    effect = forms.ChoiceField()
    reason = forms.ChoiceField()

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data)
        known = queries.accepted().values
        lists: dict[str, list[tuple[str, str]]] = {
            "about": _choices("risk_about", ABOUT),
            "which": [
                ("", "–"),
                *((f"{name}:{id}", SAY[f"{name}_{id}"]) for name in _NAMED for id in known[name]),
            ],
            "effect": _choices("risk_effect", EFFECTS),
            "reason": _choices("risk_reason", REASONS),
        }
        for name, field in self.fields.items():
            field.label = SAY[f"risk_{name}"]
            if isinstance(field, forms.ChoiceField):
                field.choices = lists[name]
        self.fields["country"].help_text = SAY["risk_country_hint"]


def _listing() -> Listing[RiskLine]:
    return Listing[RiskLine](
        title="risks_title",
        name="country-risk",
        fetch=queries.risk_lines,
        columns=(
            Column[RiskLine](
                "risk_country", lambda row: Cell(_country(row.country), href=f"/map-risks/{row.id}"), "country"
            ),
            Column[RiskLine]("risk_about", lambda row: SAY[f"risk_about_{row.about}"], "about"),
            Column[RiskLine]("risk_which", _which),
            Column[RiskLine]("risk_effect", lambda row: SAY[f"risk_effect_{row.effect}"]),
            Column[RiskLine]("risk_reason", lambda row: SAY[f"risk_reason_{row.reason}"]),
            Column[RiskLine](
                "risk_state", lambda row: Cell(SAY[f"risk_state_{row.state}"], tone=_TONES[row.state]), "state"
            ),
            Column[RiskLine]("risk_at", lambda row: row.at.strftime("%Y-%m-%d"), "at"),
        ),
        words=WORDS,
        filters={
            "about": _choices("risk_about", ABOUT),
            "state": _choices("risk_state", ("proposed", "holds", "lifting", "lifted", "refused")),
        },
    )


@staff("editor", "approver")
@require_GET
def risk_list(request: HttpRequest) -> HttpResponse:
    """The whole table."""
    context: dict[str, object] = {
        "hint": SAY["risks_hint"],
        "action_address": "/map-risks/add",
        "action_label": SAY["risk_add"],
    }
    return show(request, _listing(), context)


@staff("editor", "approver")
@require_http_methods(["GET", "HEAD", "POST"])
def risk_add(request: HttpRequest) -> HttpResponse:
    """Propose one line."""
    form = RiskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        about, _, which = given["which"].partition(":")
        try:
            made = actions.propose_risk(
                country=given["country"].upper(),
                about=given["about"],
                which=which if about == given["about"] else "",
                effect=given["effect"],
                reason=given["reason"],
                by=member(request).id,
            )
        except actions.RefusalError as refusal:
            form.add_error(None, SAY[f"risk_refused_{refusal.code}"])
        else:
            tell(request, SAY["risk_done_proposed"])
            return redirect(f"/map-risks/{made}")
    context = {
        "form": form,
        "title": SAY["risk_add"],
        "hint": SAY["risks_hint"],
        "back": "/map-risks",
        "label": SAY["risk_add"],
    }
    return page(request, "console/form.html", context, words=WORDS)


@staff("editor", "approver")
@require_GET
def risk_one(request: HttpRequest, risk_id: UUID) -> HttpResponse:
    """One line, who stands behind it, and what may be done with it."""
    line = queries.risk_line(risk_id)
    if line is None:
        raise Http404
    me = member(request).id
    acts = {"proposed": ("agree", "refuse"), "holds": ("ask-to-lift",), "lifting": ("lift", "keep")}
    began = {"proposed": line.by, "lifting": line.lift_by}.get(line.state)
    context = {
        "title": _country(line.country),
        "line": line,
        "facts": [
            (SAY["risk_about"], SAY[f"risk_about_{line.about}"]),
            (SAY["risk_which"], _which(line)),
            (SAY["risk_effect"], SAY[f"risk_effect_{line.effect}"]),
            (SAY["risk_reason"], SAY[f"risk_reason_{line.reason}"]),
            (SAY["risk_state"], SAY[f"risk_state_{line.state}"]),
            (SAY["risk_by"], line.called),
            (SAY["risk_at"], line.at.strftime("%Y-%m-%d %H:%M")),
            (SAY["risk_agreed"], line.agreed),
            (SAY["risk_lift_by"], line.lift_called),
        ],
        "own": began == me,
        "acts": [
            (act, SAY[f"risk_{act.replace('-', '_')}"], act in ("refuse", "keep"))
            for act in acts.get(line.state, ())
            if began != me or act in ("refuse", "keep")
        ],
    }
    return page(request, "map/console/risk.html", context, words=WORDS)


_ACTS: Mapping[str, Callable[..., None]] = {
    "agree": actions.agree_to_risk,
    "refuse": actions.refuse_risk,
    "ask-to-lift": actions.ask_to_lift_risk,
    "lift": actions.lift_risk,
    "keep": actions.keep_risk,
}


@staff("editor", "approver")
@require_POST
def risk_act(request: HttpRequest, risk_id: UUID, act: str) -> HttpResponse:
    """Do one of the acts."""
    if act not in _ACTS:
        raise Http404
    try:
        _ACTS[act](id=risk_id, by=member(request).id)
        tell(request, SAY[f"risk_done_{act}"])
    except actions.RefusalError as refusal:
        if refusal.code == "unknown":
            raise Http404 from refusal
        tell(request, SAY[f"risk_refused_{refusal.code}"], good=False)
    return redirect(f"/map-risks/{risk_id}")
