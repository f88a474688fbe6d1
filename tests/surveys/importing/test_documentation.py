"""The page of imports says what the code does."""

from __future__ import annotations

from pathlib import Path

from pop.surveys.importing.http.urls import console_urlpatterns
from pop.surveys.importing.rules.mapping import ENCODINGS, SYSTEMS, USES, ColumnMapping
from pop.surveys.importing.rules.problems import CODES
from pop.surveys.importing.words import PROBLEMS

LOOK_UP = Path(__file__).resolve().parents[3] / "docs" / "look-up"


def test_every_mistake_use_and_setting_is_listed() -> None:
    page = (LOOK_UP / "imports.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"| `{code}` | {PROBLEMS.texts[f'problem_{code}']} |" not in page] == []
    known = (*ColumnMapping().plain(), *USES, *SYSTEMS, *ENCODINGS[1:])
    assert [name for name in known if f"`{name}`" not in page] == []


def test_every_address_is_listed() -> None:
    page = (LOOK_UP / "survey-console.md").read_text(encoding="utf-8")
    addresses = [str(each.pattern).replace("<uuid:import_id>", "{import_id}") for each in console_urlpatterns]
    assert [address for address in addresses if f"| `/{address}` |" not in page] == []
