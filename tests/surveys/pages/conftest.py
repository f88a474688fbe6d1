"""What tests of the survey pages stand on: invented forms that are open, and a browser at the public door."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from django.test import Client

from pop.privacy.codes import CodeKey, fold
from pop.privacy.sealing import derive, pair_from_seed
from pop.surveys.collecting.actions.surveys import load_form, open_survey
from pop.surveys.collecting.queries.surveys import form_of_survey, shape_of_survey
from pop.surveys.pages import deriving
from tests.surveys.filled import NOW
from tests.surveys.pages.filling import Filler

FORMS = ("kinds", "short")


def cheap(_: object, words: str, language: str) -> Sequence[CodeKey]:
    """Derive a code's key without what makes it slow."""
    folded = fold(words, language)
    if not folded:
        return ()
    secret = derive(b"the pepper of these tests, 32 b.", f"cheap {folded}")
    return [CodeKey(derive(secret, "id"), pair_from_seed(derive(secret, "pair")))]


@pytest.fixture
def data_dir(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(deriving, "keys_of", cheap)
    shape_of_survey.cache_clear()
    form_of_survey.cache_clear()
    return tmp_path


@pytest.fixture
def filler(db: None, data_dir: Path, public: Client) -> Filler:
    """A browser at the public door, where the forms `kinds` and `short` are open."""
    for name in FORMS:
        data = Path(__file__).with_name(f"{name}.md").read_bytes()
        loaded = load_form(name=f"{name}.md", data=data, now=NOW)
        open_survey(form_id=loaded.form_id, now=NOW)
    return Filler(public)
