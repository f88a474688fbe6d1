"""Imports at the console: the list, a file that is brought, the check's report, the start, how far it is, the end."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.people.pages.lists import Cell, Column, Listing, show
from pop.surveys.collecting.queries.surveys import form_of_survey, surveys
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.importing import queries
from pop.surveys.importing.actions.bringing import (
    KEPT,
    ImportRefusedError,
    begin_import,
    discard_import,
    map_import,
    note_to_mend,
    start_import,
)
from pop.surveys.importing.http.wording import RESPONDENTS, ROLES, SAY, WORDS, choices, lines
from pop.surveys.importing.mending import rows_to_mend
from pop.surveys.importing.models import STATES
from pop.surveys.importing.queries import ImportFacts
from pop.surveys.importing.reading.opening import LARGEST_FILE, read_book
from pop.surveys.importing.rules.mapping import ENCODINGS, ColumnMapping, MappingError, mapping_of
from pop.surveys.importing.rules.problems import Problem, RefusedFileError
from pop.surveys.importing.rules.suggesting import suggest
from pop.surveys.importing.wording import place, sentence

_TONES = {"checked": "warn", "unmapped": "warn", "done": "good", "refused": "bad", "discarded": "quiet"}
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
_LOOK_AGAIN = 3
_MOST_SAID = 100
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BringForm(forms.Form):
    """A file, the form that it answers, and how it is to be read."""

    form = forms.ChoiceField()
    file = forms.FileField()
    mapping = forms.ChoiceField(required=False)
    encoding = forms.ChoiceField(required=False)
    delimiter = forms.ChoiceField(required=False)

    def __init__(self, request: HttpRequest) -> None:
        posted = request.method == "POST"
        super().__init__(request.POST if posted else None, request.FILES if posted else None)
        known = surveys()
        form_ids = dict.fromkeys(each.form_id for each in known)
        saved = [(form_id, each.name) for form_id in form_ids for each in queries.saved_mappings(form_id)]
        lists: dict[str, list[tuple[str, str]]] = {
            "form": [(str(each.id), f"{each.title} ({each.form_id} {each.version})") for each in known],
            "mapping": [
                ("", SAY["import_mapping_none"]),
                *((f"{form}/{name}", f"{form}: {name}") for form, name in saved),
            ],
            "encoding": [("", SAY["import_found_out"]), *((name, name) for name in ENCODINGS)],
            "delimiter": [("", SAY["import_found_out"]), *choices("delimiter", _DELIMITERS)],
        }
        for name, field in self.fields.items():
            field.label = SAY[f"import_{name}"]
            if isinstance(field, forms.ChoiceField):
                field.choices = lists[name]
        self.fields["mapping"].help_text = SAY["import_mapping_hint"]
        self.fields["file"].error_messages = dict.fromkeys(
            ("required", "invalid", "missing", "empty"), SAY["import_file_missing"]
        )


def _state(row: ImportFacts) -> Cell:
    return Cell(SAY[f"state_{row.state}"], tone=_TONES.get(row.state, ""))


@staff(*ROLES)
@require_GET
def imports_list(request: HttpRequest) -> HttpResponse:
    """All imports, newest first."""
    listing = Listing[ImportFacts](
        title="imports_title",
        name="imports",
        fetch=queries.imports,
        columns=(
            Column("import_file", lambda row: Cell(row.file_name, href=f"/surveys/imports/{row.id}"), "file"),
            Column("import_form", lambda row: row.form_id, "form"),
            Column("import_state", _state, "state"),
            Column("import_total", lambda row: str(row.total), number=True),
            Column("import_taken", lambda row: str(row.counts["taken"]), number=True),
            Column("import_bad", lambda row: str(row.counts["bad"]), number=True),
            Column("import_mapping", lambda row: row.mapping_name),
            Column("import_brought", lambda row: f"{row.brought_at:%Y-%m-%d %H:%M}", "brought"),
        ),
        words=WORDS,
        filters={"state": choices("state", STATES)},
    )
    context = {
        "hint": SAY["imports_hint"],
        "action_address": "/surveys/imports/new",
        "action_label": SAY["imports_new"],
    }
    return show(request, listing, context)


@staff(*ROLES)
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest) -> HttpResponse:
    """Take a file; with a mapping it is checked at once, without one it waits for somebody to look through it."""
    form = BringForm(request)
    reasons: list[str] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, new = _begin(given, given["file"].name, given["file"].read(), member(request).id)
        except (RefusedFileError, MappingError) as error:
            reasons = lines(error.problems)
        except RefusedFormError:
            reasons = lines([Problem("form_unusable")])
        else:
            if not new:
                tell(request, SAY["import_again"])
            return redirect("import_one", made)
    context = {
        "title": SAY["imports_new"],
        "hint": SAY("imports_new_hint", most=LARGEST_FILE // 1_048_576),
        "form": form,
        "reasons": reasons[:_MOST_SAID],
    }
    return page(request, "surveys/console/import_new.html", context, words=WORDS)


def _begin(given: dict[str, str], file_name: str, data: bytes, by: UUID) -> tuple[UUID, bool]:
    survey = UUID(given["form"])
    now = timezone.now()
    told = ColumnMapping(encoding=given["encoding"], delimiter=_DELIMITERS.get(given["delimiter"], ""))
    if given["mapping"]:
        form_id, _, name = given["mapping"].partition("/")
        saved = queries.saved_mapping(form_id, name)
        mapping = mapping_of(saved.content if saved else None).told(told.encoding, told.delimiter)
        return begin_import(
            survey=survey,
            file_name=file_name,
            data=data,
            now=now,
            hands="worker",
            mapping=mapping,
            mapping_name=name,
            by=by,
        )
    book = read_book(file_name, data, encoding=told.encoding, delimiter=told.delimiter)
    found = suggest(book, form_of_survey(survey))
    made, new = begin_import(survey=survey, file_name=file_name, data=data, now=now, hands="worker", by=by)
    if new:
        mapping = found.mapping.told(told.encoding, told.delimiter)
        map_import(import_id=made, mapping=mapping, mapping_name="", check=found.certain, by=by)
    return made, new


@staff(*ROLES)
@require_GET
def import_one(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """One import, whatever state it is in."""
    facts = _facts(import_id)
    found = queries.findings_of(import_id) if facts.state in ("checked", "importing", "done") else ()
    total = facts.counts["good"] + facts.counts["taken"]
    context = {
        "title": facts.file_name,
        "facts": facts,
        "state": _state(facts),
        "rows": [
            (SAY["import_form"], f"{facts.form_id} {facts.version}"),
            (SAY["import_system"], SAY[f"system_{facts.system}"] if facts.system else ""),
            (SAY["import_mapping"], facts.mapping_name),
            (SAY["import_brought"], f"{facts.brought_at:%Y-%m-%d %H:%M}"),
            (SAY["import_done_at"], f"{facts.finished_at:%Y-%m-%d %H:%M}" if facts.finished_at else ""),
            (SAY["import_sha256"], facts.sha256),
            (SAY["import_total"], facts.total or ""),
            (SAY["import_good"], facts.counts["good"] or ""),
            (SAY["import_taken"], facts.counts["taken"] or ""),
            (SAY["import_there"], facts.counts["there"] or ""),
            (SAY["import_bad"], facts.counts["bad"] or ""),
        ],
        "reasons": lines(facts.problems[:_MOST_SAID]),
        "found": [
            {"place": place(SAY, each.problem, each.rows), "said": sentence(SAY, each.problem), "count": each.count}
            for each in found[:_MOST_SAID]
        ],
        "again": _LOOK_AGAIN if facts.state in ("checking", "importing") else 0,
        "progress": _progress(facts, total),
        "may_start": facts.state == "checked" and facts.counts["good"],
        "may_map": facts.state in ("unmapped", "checked", "refused"),
        "may_discard": facts.state in ("unmapped", "checking", "checked", "refused"),
        "may_mend": facts.counts["bad"] and facts.state in ("checked", "done") and _may_read(request, facts),
        "mend_hint": SAY("import_to_mend_hint", days=KEPT.days),
    }
    return page(request, "surveys/console/import.html", context, words=WORDS)


def _progress(facts: ImportFacts, total: int) -> dict[str, object] | None:
    if facts.state == "checking":
        done, whole = facts.checked, facts.total
    elif facts.state == "importing":
        done, whole = facts.counts["taken"], total
    else:
        return None
    return {"done": done, "total": whole or 1, "said": SAY("import_progress", done=done, total=whole or "?")}


@staff(*ROLES)
@require_POST
def import_start(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Let the good rows come in."""
    try:
        good_only = request.POST.get("good_only") == "yes"
        start_import(import_id=import_id, good_only=good_only, by=member(request).id)
    except ImportRefusedError as error:
        return _refused(request, import_id, error)
    tell(request, SAY["import_done_started"])
    return redirect("import_one", import_id)


@staff(*ROLES)
@require_POST
def import_discard(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Delete a file and its rows before anything came of them."""
    try:
        discard_import(import_id=import_id, now=timezone.now(), by=member(request).id)
    except ImportRefusedError as error:
        return _refused(request, import_id, error)
    tell(request, SAY["import_done_discarded"])
    return redirect("imports_list")


@staff(*ROLES)
@require_GET
def import_to_mend(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """The rows that stay behind as a workbook; the audit notes who took it."""
    facts = _facts(import_id)
    if not _may_read(request, facts):
        raise Http404
    made = queries.file_to_mend(import_id)
    data = queries.file_of(import_id)
    if made is None:
        if data is None or not facts.counts["bad"]:
            raise Http404
        found, problems = queries.behind(import_id), queries.problems_of(import_id)
        made = rows_to_mend(facts.file_name, data, facts.mapping, found, problems, SAY)
    note_to_mend(import_id=import_id, by=member(request).id)
    response = HttpResponse(made, content_type=_XLSX)
    response["Content-Disposition"] = 'attachment; filename="to-mend.xlsx"'
    return response


def _may_read(request: HttpRequest, facts: ImportFacts) -> bool:
    """Whether somebody may read rows of a file, in which stands who answered: who asks them back, or brought it."""
    person = member(request)
    return RESPONDENTS in person.roles or facts.brought_by == person.id


def _facts(import_id: UUID) -> ImportFacts:
    facts = queries.import_facts(import_id)
    if facts is None:
        raise Http404
    return facts


def _refused(request: HttpRequest, import_id: UUID, error: ImportRefusedError) -> HttpResponse:
    if error.code == "unknown":
        raise Http404
    tell(request, SAY[f"import_refused_{error.code}"], good=False)
    return redirect("import_one", import_id)
