"""Who reviews, and an open instrument."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from pop.evidence.maps.queries import hidden_in_country
from pop.registry.directory.queries.shield import use_shield
from pop.surveys.collecting.actions import surveys as actions
from pop.surveys.collecting.queries import surveys
from pop.surveys.collecting.queries.surveys import shape_of_survey
from tests.registry.mapping.filling import form, keep_form
from tests.registry.mapping.leading import home_at


@pytest.fixture
def data_dir(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path
    shape_of_survey.cache_clear()
    return tmp_path


@pytest.fixture
def home(settings, tmp_path: Path) -> SimpleNamespace:  # type: ignore[no-untyped-def]
    """Keys and snapshots in a directory of the test's own."""
    found = home_at(tmp_path)
    settings.KEYS_DIR = found.keys
    settings.DATA_DIR = tmp_path
    return found


@pytest.fixture
def people(make_staff) -> SimpleNamespace:  # type: ignore[no-untyped-def]
    """An editor who takes findings up, two who agree, and two who make safety checks."""
    return SimpleNamespace(
        editor=make_staff("editor", name="Ed").pk,
        ann=make_staff("approver", name="Ann").pk,
        bo=make_staff("approver", name="Bo").pk,
        dee=make_staff("editor", name="Dee").pk,
        cal=make_staff("approver", name="Cal").pk,
    )


@pytest.fixture(autouse=True)
def _shielded() -> None:
    """Know what the map hides, as both doors do: until somebody does, every page hides all that is unchecked."""
    use_shield(hidden_in_country)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each instrument once in the whole run: every test keeps it under another id, and it takes seconds."""
    monkeypatch.setattr(actions, "load", lambda name, data: form(name.removesuffix(".md")))
    monkeypatch.setattr(surveys, "load", lambda name, data: form(name.removesuffix(".md")))


@pytest.fixture
def helplines(db: None, data_dir: Path) -> None:
    """Instrument A, open."""
    keep_form("helplines")
