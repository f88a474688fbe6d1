"""What came in: the list of a form, one submission with its answers, its files."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from pop.people.asking import Ask, Rows
from pop.people.entrance import member, staff
from pop.people.pages.layout import page
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.places.languages import own_name
from pop.surveys.collecting.queries.partners import names as partner_names
from pop.surveys.collecting.queries.submissions import (
    SubmissionFacts,
    attachment_bytes,
    submission,
    submissions,
)
from pop.surveys.collecting.queries.surveys import surveys
from pop.surveys.console.actions import note_respondent_seen
from pop.surveys.console.answers import shown
from pop.surveys.console.http.wording import ROLES, SAY, WORDS, choices, minute, yes_or_no
from pop.surveys.exporting.actions import FORMATS

SOURCES = ("web", "openrosa", "import")
STATES = ("received", "incomplete", "withdrawn")
_TONES = {"received": "good", "incomplete": "warn", "withdrawn": "quiet"}
RESPONDENTS = "editor"
"""Who asks respondents back sees who they are; letting others into the console needs no respondent."""


def _state(row: SubmissionFacts) -> Cell:
    if row.state == "received" and row.replaced_by:
        return Cell(SAY["submission_corrected"], tone="quiet")
    return Cell(SAY[f"state_{row.state}"], tone=_TONES[row.state])


def _fetch(form: str, ask: Ask) -> Rows[SubmissionFacts]:
    wanted = {**ask.filters, "form": form}
    return submissions(Ask(ask.search, wanted, ask.sort, ask.down, ask.first, ask.count))


@staff(*ROLES)
@require_GET
def submissions_list(request: HttpRequest, form: str) -> HttpResponse:
    """All submissions of a form, and the way to take them away."""
    versions = surveys(form)
    if not versions:
        raise Http404
    listing = Listing[SubmissionFacts](
        title="submissions_list",
        name="submissions",
        fetch=partial(_fetch, form),
        columns=(
            Column(
                "submission_received",
                lambda row: Cell(minute(row.received_at), href=reverse("submission_one", args=[row.id])),
                "received",
            ),
            Column("submission_id", lambda row: str(row.id)),
            Column("submission_partner", lambda row: row.partner_name, "partner"),
            Column("survey_version", lambda row: row.version),
            Column("submission_source", lambda row: SAY[f"source_{row.source}"]),
            Column("submission_state", _state),
            Column("submission_faults", lambda row: str(row.faults), number=True),
            Column("submission_missing", lambda row: str(len(row.missing)) if row.missing else ""),
        ),
        words=WORDS,
        filters={
            "survey": [(str(each.id), each.version) for each in versions],
            "state": choices("state", STATES),
            "source": choices("source", SOURCES),
            "partner": partner_names(),
            "faults": yes_or_no(),
            "counts": [("yes", SAY["yes"])],
        },
        template="surveys/console/submissions.html",
    )
    spoken = dict.fromkeys(tag for each in versions for tag in each.languages)
    context = {
        "title": SAY("submissions_title", form=versions[0].title or form),
        "form": form,
        "formats": choices("format", FORMATS),
        "languages": [(tag, own_name(tag)) for tag in spoken],
        "may_respondents": RESPONDENTS in member(request).roles,
        "action_address": "#take",
        "action_label": SAY["export_title"],
    }
    return show(request, listing, context)


@staff(*ROLES)
@require_GET
def submission_one(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """One submission: answers, faults, files, where it is from."""
    return _one(request, submission_id, respondents=False)


@staff(RESPONDENTS)
@require_POST
def submission_respondent(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """The same with what is about the person who answered; that somebody looked is written down first."""
    if submission(submission_id) is None:
        raise Http404
    note_respondent_seen(submission=submission_id, by=member(request).id)
    return _one(request, submission_id, respondents=True)


def _one(request: HttpRequest, submission_id: UUID, *, respondents: bool) -> HttpResponse:
    whole = submission(submission_id)
    if whole is None:
        raise Http404
    facts = whole.facts
    wished = request.GET.get("language", SAY.language)
    there = facts.state != "withdrawn"
    answers = shown(whole, SAY, language=wished, respondents=respondents, now=timezone.now()) if there else None
    context = {
        "title": f"{SAY['submission_title']} {minute(facts.received_at)}",
        "facts": facts,
        "state": _state(facts),
        "told": [
            (SAY["submission_received"], minute(facts.received_at)),
            (SAY["submission_source"], SAY[f"source_{facts.source}"]),
            (SAY["submission_partner"], facts.partner_name),
            (SAY["survey_form"], f"{facts.form_id} {facts.version}"),
            (SAY["submission_id"], str(facts.id)),
            (SAY["submission_instance"], facts.instance_id),
        ],
        "answers": answers,
        "languages": [(tag, own_name(tag)) for tag in answers.languages] if answers else [],
        "faults": [(each["path"], _fault(each["code"])) for each in whole.faults] if there else [],
        "files": [(each.name, f"{each.media_type}, {each.size // 1000} kB") for each in whole.attachments]
        if there
        else [],
        "provenance": [(key, _plain(value)) for key, value in whole.provenance.items()] if there else [],
        "may_respondents": RESPONDENTS in member(request).roles,
    }
    return page(request, "surveys/console/submission.html", context, words=WORDS)


def _fault(code: str) -> str:
    key = f"fault_{code}"
    return SAY[key] if key in SAY else SAY("fault_other", code=code)


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


@staff(*ROLES)
@require_GET
def submission_file(request: HttpRequest, submission_id: UUID, file: str) -> HttpResponse:
    """One file of a submission, as it is kept: a picture without its metadata."""
    whole = submission(submission_id)
    found = [each for each in whole.attachments if each.name == file] if whole else []
    if whole is None or whole.facts.state == "withdrawn" or not found:
        raise Http404
    try:
        data = attachment_bytes(submission_id, file)
    except OSError:
        data = None
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=found[0].media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=file) or "inline"
    return response
