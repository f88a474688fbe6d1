"""The mapping of one import as a plain form: a field for each column, a hundred to a page, and a few lines more."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from pop.people.entrance import member, staff
from pop.people.pages.layout import page, tell
from pop.surveys.collecting.queries.surveys import form_of_survey
from pop.surveys.forms.definition import Form, Question, Repeat
from pop.surveys.importing import queries
from pop.surveys.importing.actions.bringing import ImportRefusedError, map_import
from pop.surveys.importing.actions.mappings import save_mapping
from pop.surveys.importing.http.wording import ROLES, SAY, WORDS, choices, lines
from pop.surveys.importing.rules.checking import check_against_form
from pop.surveys.importing.rules.mapping import (
    DATE_ORDERS,
    DECIMAL_MARKS,
    UNASKED,
    ColumnMapping,
    MappingError,
    mapping_of,
)
from pop.surveys.importing.rules.values import ANSWERABLE
from pop.surveys.importing.rules.writing import (
    WORDS as USES,
)
from pop.surveys.importing.rules.writing import (
    read_constants,
    read_sheet,
    read_values,
    shown,
    shown_constants,
    shown_values,
    with_columns,
)

COLUMNS: Final = 100
"""Columns of one page; a browser's form has at most 200 fields here."""
_MOST_SAID: Final = 100
_FIELD = re.compile(r"(column|sheet)_([0-9]{1,5})")
_SETTINGS: Final = ("date_order", "decimal_mark", "separator", "zone", "unasked", "source")


@staff(*ROLES)
@require_http_methods(["GET", "POST"])
def import_mapping(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show the mapping; keep what was written, also where it is wrong; with `check` the rows are checked by it."""
    facts = queries.import_facts(import_id)
    if facts is None or facts.state not in ("unmapped", "checked", "refused"):
        raise Http404
    form = form_of_survey(facts.survey)
    mapping = mapping_of(facts.mapping)
    name = request.POST.get("name", facts.mapping_name).strip()
    reasons: list[str] = []
    if request.method == "POST":
        by = member(request).id
        try:
            mapping = _written(mapping, request.POST)
            check = request.POST.get("do") == "check"
            if check:
                save_mapping(form=form, name=name, mapping=mapping, now=timezone.now(), by=by)
            map_import(import_id=import_id, mapping=mapping, mapping_name=name, check=check, by=by)
            tell(request, SAY["import_done_mapped" if check else "import_done_kept"])
            return redirect("import_one", import_id) if check else redirect(request.get_full_path())
        except MappingError as error:
            reasons = lines(error.problems)
        except ImportRefusedError as error:
            tell(request, SAY[f"import_refused_{error.code}"], good=False)
            return redirect("import_one", import_id)
    elif facts.state == "unmapped":
        reasons = lines(check_against_form(mapping, form))
    context = {**_context(request, mapping, form, name, reasons), "facts": facts}
    return page(request, "surveys/console/import_mapping.html", context, words=WORDS)


def _written(mapping: ColumnMapping, posted: QueryDict) -> ColumnMapping:
    """Return the mapping with what was written into the page. Raises MappingError."""
    columns: dict[int, str] = {}
    sheets = list(mapping.sheets)
    for name, value in posted.items():
        match = _FIELD.fullmatch(name)
        if match is None:
            continue
        number = int(match[2])
        if match[1] == "column":
            columns[number] = str(value)
        elif number < len(sheets):
            sheets[number] = read_sheet(sheets[number], str(value))
    changed = with_columns(replace(mapping, sheets=tuple(sheets)), columns)
    plain = changed.plain() | {name: posted[name] for name in _SETTINGS if name in posted}
    changed = mapping_of(plain)
    if "constants" in posted:
        changed = replace(changed, constants=read_constants(str(posted["constants"])))
    if "values" in posted:
        changed = replace(changed, columns=read_values(str(posted["values"]), changed.columns))
    return changed


def _context(
    request: HttpRequest, mapping: ColumnMapping, form: Form, name: str, reasons: list[str]
) -> dict[str, object]:
    asked = request.GET.get("page", "1")
    pages = max(1, -(-len(mapping.columns) // COLUMNS))
    number = min(int(asked), pages) if re.fullmatch(r"[1-9][0-9]{0,3}", asked) else 1
    first = (number - 1) * COLUMNS
    posted = request.POST
    return {
        "title": SAY["mapping_title"],
        "name": name,
        "reasons": reasons[:_MOST_SAID],
        "columns": [
            {
                "number": place,
                "sheet": rule.sheet,
                "column": rule.column,
                "said": posted.get(f"column_{place}", shown(rule)),
            }
            for place, rule in enumerate(mapping.columns[first : first + COLUMNS], first)
        ],
        "sheets": [
            {"number": place, "sheet": rule.sheet, "said": rule.to or "leave_out"}
            for place, rule in enumerate(mapping.sheets)
        ],
        "targets": list(_targets(form)),
        "repeats": [item.path for item in form.by_path.values() if isinstance(item, Repeat)],
        "settings": [
            ("date_order", mapping.date_order, choices("order", DATE_ORDERS)),
            ("decimal_mark", mapping.decimal_mark, [(mark, mark) for mark in DECIMAL_MARKS]),
            ("unasked", mapping.unasked, choices("unasked", UNASKED)),
        ],
        "settings_labels": {each: SAY[f"mapping_{each}"] for each in _SETTINGS},
        "separator": mapping.separator,
        "zone": mapping.zone,
        "source": mapping.source,
        "constants": posted.get("constants", shown_constants(mapping)),
        "values": posted.get("values", shown_values(mapping)),
        "page_number": number,
        "page_count": pages,
    }


def _targets(form: Form) -> list[tuple[str, str]]:
    """Return what a column may be, for the browser to complete: (what is written, what it is)."""
    found: list[tuple[str, str]] = [(word, "") for word in USES]
    for question in form.questions():
        if isinstance(question, Question) and question.kind in ANSWERABLE:
            label = question.label.constant(form.default_language) if question.label else None
            found.append((question.path, (label or "")[:80]))
    return found
