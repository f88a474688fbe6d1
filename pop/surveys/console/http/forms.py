"""The forms: a list, one of them with its versions, loading, opening and closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.surveys.collecting.actions.surveys import Loaded, SurveyError, close_survey, load_form, open_survey
from pop.surveys.collecting.queries.surveys import Known, listed, surveys
from pop.surveys.console.http.wording import ROLES, SAY, WORDS, day
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.inviting.writing import public_address
from pop.surveys.pages.rendering import root_of

_STATES = {"draft": "survey_draft", "open": "survey_open", "closed": "survey_closed_state"}
_TONES = {"draft": "warn", "open": "good", "closed": "quiet"}


class LoadForm(forms.Form):
    """The file of a form."""

    file = forms.FileField()

    def __init__(self, request: HttpRequest) -> None:
        posted = request.method == "POST"
        super().__init__(request.POST if posted else None, request.FILES if posted else None)
        self.fields["file"].label = SAY["surveys_file"]
        self.fields["file"].error_messages = dict.fromkeys(
            ("required", "invalid", "missing", "empty"), SAY["surveys_file_missing"]
        )


def _state(row: Known) -> Cell:
    return Cell(SAY[_STATES[row.state]], tone=_TONES[row.state])


@staff(*ROLES)
@require_GET
def surveys_list(request: HttpRequest) -> HttpResponse:
    """All versions of all forms."""
    listing = Listing[Known](
        title="surveys_title",
        name="surveys",
        fetch=listed,
        columns=(
            Column(
                "survey_form", lambda row: Cell(row.form_id, href=reverse("survey_one", args=[row.form_id])), "form"
            ),
            Column("survey_name", lambda row: row.title, "title"),
            Column("survey_version", lambda row: row.version),
            Column("survey_state", _state, "state"),
            Column("survey_count", lambda row: str(row.submissions), "submissions", number=True),
            Column("survey_languages", lambda row: ", ".join(row.languages)),
            Column("survey_opened", lambda row: day(row.opened_at)),
            Column("survey_loaded", lambda row: day(row.loaded_at), "loaded"),
        ),
        words=WORDS,
        filters={"state": [(state, SAY[key]) for state, key in _STATES.items()]},
    )
    context = {
        "hint": SAY["surveys_hint"],
        "action_address": reverse("survey_load"),
        "action_label": SAY["surveys_load"],
    }
    return show(request, listing, context)


@staff(*ROLES)
@require_GET
def survey_one(request: HttpRequest, form: str) -> HttpResponse:
    """One form: its versions, and where to go from here."""
    versions = surveys(form)
    if not versions:
        raise Http404
    context = {
        "title": versions[0].title or form,
        "form": form,
        "versions": [{"known": each, "state": _state(each), "day": day(each.loaded_at)} for each in versions],
        "open": any(each.state == "open" for each in versions),
        "public": public_address(root_of(form)),
    }
    return page(request, "surveys/console/form.html", context, words=WORDS)


_MOVES: Mapping[str, Callable[..., Sequence[Loaded]]] = {"open": open_survey, "close": close_survey}


@staff(*ROLES)
@require_POST
def survey_move(request: HttpRequest, form: str, move: str) -> HttpResponse:
    """Open or close one version."""
    if move not in _MOVES:
        raise Http404
    try:
        version = request.POST.get("version", "")
        _MOVES[move](form_id=form, version=version, now=timezone.now(), by=member(request).id)
        tell(request, SAY[f"survey_done_{move}"])
    except SurveyError as error:
        if error.code == "unknown_form":
            raise Http404 from error
        tell(request, SAY[f"survey_refused_{error.code}"], good=False)
    return redirect("survey_one", form)


@staff(*ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def survey_load(request: HttpRequest) -> HttpResponse:
    """Load a form from a file, or show every reason why not."""
    form = LoadForm(request)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            loaded = load_form(name=file.name, data=file.read(), now=timezone.now(), by=member(request).id)
        except RefusedFormError as refused:
            reasons = [str(each) for each in refused.reasons]
        except SurveyError as error:
            form.add_error("file", SAY[f"survey_refused_{error.code}"])
        else:
            said = "surveys_loaded" if loaded.new else "surveys_known"
            tell(request, SAY(said, form=loaded.form_id, version=loaded.version))
            return redirect("survey_one", loaded.form_id)
    return page(request, "surveys/console/load.html", {"form": form, "reasons": reasons}, words=WORDS)
