"""What tests of imports stand on: a data directory of their own, and the small form, open."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from pop.surveys.collecting.actions.surveys import load_form, open_survey
from pop.surveys.collecting.queries.surveys import form_of_survey
from tests.surveys.filled import NOW
from tests.surveys.importing.exports import FORM


@pytest.fixture
def survey(db: None, settings, tmp_path: Path) -> UUID:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path
    form_of_survey.cache_clear()
    loaded = load_form(name="service.md", data=FORM.encode(), now=NOW)
    open_survey(form_id="service", now=NOW)
    return loaded.id
