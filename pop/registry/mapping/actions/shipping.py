"""Bringing the instruments that ship with the project into the surveys, and opening them where that is wanted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.registry.mapping.instruments import source
from pop.surveys.collecting.actions.surveys import Loaded, load_form, open_survey
from pop.surveys.collecting.queries.surveys import is_loaded, surveys


def load_instrument(name: str, *, now: datetime, opened: bool = False, by: UUID | None = None) -> Loaded | None:
    """Load one of the instruments as it ships now, as a draft; None where exactly this was loaded before.

    `opened` opens it too, unless people closed every earlier version of it: what they closed, a start does not open.
    Raises KeyError for a name that is none (pop.registry.mapping.instruments), and SurveyError where another form has
    its version.
    """
    data = source(name)
    if is_loaded(data):
        return None
    with transaction.atomic():
        loaded = load_form(name=f"{name}.md", data=data, now=now, instrument=name, by=by)
        states = [each.state for each in surveys(loaded.form_id) if each.id != loaded.id]
        if opened and (not states or "open" in states):
            [loaded] = open_survey(form_id=loaded.form_id, version=loaded.version, now=now, by=by)
    return loaded
