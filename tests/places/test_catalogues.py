"""Which texts a catalogue must hold: the public's in every language, the console's in the console's."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from pop.places.words import CONSOLE_LANGUAGES, LANGUAGES

TOOL = Path(__file__).resolve().parents[2] / "tools" / "catalogues.py"


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def parts(texts: list[tuple[str, str]]) -> set[str]:
    return {context.partition(".")[0] for context, _ in texts}


def test_what_staff_read_is_translated_into_the_consoles_languages_and_no_other(catalogues: ModuleType) -> None:
    for language in LANGUAGES:
        held = parts(catalogues.wanted(language))
        assert {"finder", "registry"} <= held
        assert ("people" in held) == (language in CONSOLE_LANGUAGES)


def test_the_template_holds_everything_once(catalogues: ModuleType) -> None:
    contexts = [context for context, _ in catalogues.wanted()]
    assert len(contexts) == len(set(contexts))
    assert parts(catalogues.wanted()) == parts(catalogues.wanted("fr"))
