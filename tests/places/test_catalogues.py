"""Which texts a catalogue must hold: the public's in every language, the console's in the console's."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Message

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


def test_a_text_that_only_moved_keeps_its_translation_in_its_own_wording(catalogues: ModuleType) -> None:
    def message(text: str) -> Message:
        return Message("English", text)

    known = {
        ("desk.state", "State"): message("État"),
        ("talk.hello.young", "Hello"): message("Coucou"),
        ("talk.hello.teen", "Hello"): message("Bonjour"),
        ("desk.stays", "Same"): message("Pareil"),
        ("desk.empty", "Empty"): message(""),
    }
    texts = [("staff.label_state", "State"), ("talk.greeting.young", "Hello"), ("desk.stays", "Same")]
    moved = {key: each.string for key, each in catalogues.left_behind(known, texts).items()}
    assert moved == {("", "State"): "État", ("young", "Hello"): "Coucou", ("teen", "Hello"): "Bonjour"}
