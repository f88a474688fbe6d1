"""The form `lines`, open in two versions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pop.surveys.collecting.actions.surveys import load_form, open_survey
from pop.surveys.collecting.queries.surveys import form_of_survey, shape_of_survey
from tests.surveys.exporting.lines import source
from tests.surveys.filled import NOW


@pytest.fixture
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    shape_of_survey.cache_clear()
    form_of_survey.cache_clear()
    return tmp_path


@pytest.fixture
def lines(db: None, data_dir: Path) -> None:
    """The form `lines`, open in both versions."""
    for version in ("1", "2"):
        load_form(name="lines.md", data=source(version), now=NOW)
        open_survey(form_id="lines", version=version, now=NOW)
