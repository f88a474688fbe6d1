"""What tests of kept answers stand on: a data directory of their own, and a partner."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.queries.surveys import shape_of_survey
from tests.surveys.filled import NOW


@pytest.fixture
def data_dir(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path
    shape_of_survey.cache_clear()
    return tmp_path


@pytest.fixture
def partner(db: None, data_dir: Path) -> UUID:
    return make_partner(name="Ministry of Invention", country="KE", email="focal@example.org", now=NOW)
