"""Saving mappings under a name."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.surveys.forms.definition import Form
from pop.surveys.importing.models import SavedMapping
from pop.surveys.importing.rules.checking import check_against_form
from pop.surveys.importing.rules.mapping import ColumnMapping, MappingError, is_name
from pop.surveys.importing.rules.problems import Problem


def save_mapping(*, form: Form, name: str, mapping: ColumnMapping, now: datetime, by: UUID | None = None) -> UUID:
    """Keep a mapping to a form under a name, in the place of what it was before; return its id.

    Raises MappingError for a name that is none, and for a mapping that does not fit the form.
    """
    if not is_name(name):
        raise MappingError(Problem("mapping_name"))
    problems = check_against_form(mapping, form)
    if problems:
        raise MappingError(*problems)
    with transaction.atomic():
        row, _ = SavedMapping.objects.update_or_create(
            form_id=form.id,
            name=name,
            defaults={"content": mapping.plain(), "sha256": mapping.sha256, "saved_at": now, "saved_by": by},
        )
        detail: dict[str, object] = {"form": form.id, "sha256": mapping.sha256}
        record(action="save_mapping", object_type="mapping", object_id=str(row.id), actor=by, detail=detail)
    return row.id
