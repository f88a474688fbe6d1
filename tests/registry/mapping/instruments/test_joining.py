"""Joining: the same bytes each time, and a named error for whatever is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pop.registry.mapping.instruments import NAMES, InstrumentError, joining, source
from pop.registry.mapping.instruments.sheets import read, written

CACHED = (joining.joined, joining.piece, joining.translations)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Copy the instruments, so that a test can spoil them."""
    for path in joining.FOLDER.rglob("*.md"):
        copy = tmp_path / path.relative_to(joining.FOLDER)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(joining, "FOLDER", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    for each in CACHED:
        each.cache_clear()


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_files_give_the_same_bytes(name: str) -> None:
    first = source(name)
    forget()
    assert source(name) == first


def test_an_instrument_that_does_not_exist_is_refused() -> None:
    for name in ("shared/reach", "../instruments/helplines", "", "HELPLINES"):
        with pytest.raises(KeyError):
            source(name)


def test_a_question_without_a_translation_is_named(folder: Path) -> None:
    spoil(folder / "translations" / "ar.md", "| | operator |", "| | somebody_else |")
    with pytest.raises(InstrumentError, match="survey operator has no label in ar"):
        source("helplines")


def test_a_hint_without_a_translation_is_named(folder: Path) -> None:
    spoil(folder / "translations" / "zh.md", "公众所知的名称。", "")
    with pytest.raises(InstrumentError, match="survey service_name has no hint in zh"):
        source("helplines")


def test_a_choice_without_a_translation_is_named(folder: Path) -> None:
    spoil(folder / "translations" / "ru.md", "| | hours | set |", "| | hours | gone |")
    with pytest.raises(InstrumentError, match=r"choices hours\.set has no label in ru"):
        source("helplines")


def test_a_message_without_a_translation_is_named(folder: Path) -> None:
    spoil(folder / "translations" / "es.md", "| | email |", "| | gone |")
    with pytest.raises(InstrumentError, match="messages email has no label in es"):
        source("helplines")


def test_a_missing_piece_list_message_or_label_is_named(folder: Path) -> None:
    for old, new, said in (
        ("shared/reach", "shared/nowhere", "there is no piece shared/nowhere"),
        ("select_one kind", "select_one nothing", "there is no list nothing"),
        ("| | network | none | |", "| | network | nobody | |", r"network\.nobody has no label"),
    ):
        spoil(folder / "helplines.md", old, new)
        forget()
        with pytest.raises(InstrumentError, match=said):
            source("helplines")
        spoil(folder / "helplines.md", new, old)
    spoil(folder / "shared" / "identity.md", "web_address", "web_adress")
    forget()
    with pytest.raises(InstrumentError, match="there is no message web_adress"):
        source("helplines")


def test_an_include_lays_its_condition_on_the_groups_of_the_piece_and_keeps_theirs() -> None:
    rows = {row["name"]: row.get("relevant") for row in joining.rows_of("platforms") if "name" in row}
    gate = "selected(${in_product_help}, 'people')"
    own = "(${time_given} = 'full' or ${channels} != '')"
    assert [rows[name] for name in ("ways", "channel", "people")] == [gate, gate, f"({gate}) and {own}"]
    assert rows["channels"] is None
    assert joining._limited({"type": "begin group", "relevant": "a"}, "b")["relevant"] == "(b) and (a)"


def test_a_table_is_read_as_it_was_written() -> None:
    rows = [{"type": "text", "name": "one"}, {"type": "note"}]
    text = written({"survey": (("type", "name"), rows), "choices": (("list_name",), [])})
    assert read(text) == {"survey": rows, "choices": []}


def test_a_row_with_too_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 columns"):
        read("| survey | type | name |\n| | text |\n")


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_french_breaks_before_its_marks(name: str) -> None:
    text = source(name).decode()
    assert " ?" not in text
    assert "\u00a0?" in text
