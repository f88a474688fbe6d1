"""Joining an instrument: shared pieces, its own questions, lists, messages and translations become one XLSForm.

A piece is a Markdown table with the English texts. Two things in it are ours and not XLSForm's: a row of type
``include`` stands for all rows of another piece (its ``relevant`` is laid on each group of that piece), and
``constraint_message`` names a row of ``shared/messages.md``. `joined` resolves both.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from pop.places.words import tied
from pop.registry.mapping.instruments import lists
from pop.registry.mapping.instruments.lists import LANGUAGES, Choice
from pop.registry.mapping.instruments.sheets import Row, read, written

FOLDER = Path(__file__).parent
ENGLISH = "label::English (en)"
ENGLISH_HINT = "hint::English (en)"
SETTINGS = ("form_id", "form_title", "version", "default_language")
_TEXTS = ("label", "hint", "constraint_message")
_LOGIC = ("relevant", "required", "constraint", "appearance", "calculation", "default", "repeat_count")
# The list whose labels any other list may use.
ANY = "any"


class InstrumentError(Exception):
    """An instrument cannot be joined; the argument says which row lacks what."""


@functools.cache
def joined(name: str) -> bytes:
    """Return an instrument as XLSForm Markdown in UTF-8. Raises InstrumentError."""
    own = piece(name)
    survey = [_translated(row) for row in rows_of(name)]
    asked = dict.fromkeys(row["type"].split()[1] for row in survey if row["type"].startswith("select_"))
    choices = [
        {"list_name": each, "name": choice.name, **_columns("label", choice.labels)}
        for each in asked
        for choice in choices_of(name, each)
    ]
    languages = LANGUAGES.values()
    texts = [f"{text}::{language}" for text in _TEXTS for language in languages]
    return written(
        {
            "settings": (SETTINGS, own["settings"]),
            "survey": (["type", "name", *texts, *_LOGIC], survey),
            "choices": (["list_name", "name", *(f"label::{language}" for language in languages)], choices),
        }
    ).encode()


@functools.cache
def piece(name: str) -> Mapping[str, list[Row]]:
    """Return the sheets of a piece, such as "helplines" or "shared/reach". Raises InstrumentError."""
    path = FOLDER / f"{name}.md"
    if not path.is_file():
        raise InstrumentError(f"there is no piece {name}")
    return read(path.read_text(encoding="utf-8"))


def rows_of(name: str) -> Iterator[Row]:
    """Yield the rows of a piece's survey, each include replaced by the rows that it stands for."""
    for row in piece(name)["survey"]:
        if row["type"] != "include":
            yield row
            continue
        depth = 0
        for inner in rows_of(row["name"]):
            depth -= inner["type"].startswith("end ")
            yield _limited(inner, row["relevant"]) if "relevant" in row and depth == 0 else inner
            depth += inner["type"].startswith("begin ")


def choices_of(name: str, list_name: str) -> tuple[Choice, ...]:
    """Return a list of an instrument: made from tables, its own or shared. Raises InstrumentError if there is none."""
    if list_name in lists.made():
        return lists.made()[list_name]()
    for sheets in (piece(name), piece("shared/lists")):
        found = [row for row in sheets.get("choices", []) if row["list_name"] == list_name]
        if found:
            return tuple(Choice(row["name"], _choice_labels(row)) for row in found)
    raise InstrumentError(f"there is no list {list_name}")


@functools.cache
def translations(language: str) -> Mapping[tuple[str, str], Row]:
    """Return {(sheet, key): {"label": …, "hint": …}} of a language; the key of a choice is "list.name"."""
    sheets = read((FOLDER / "translations" / f"{language}.md").read_text(encoding="utf-8"))
    return {
        (sheet, ".".join(filter(None, (row.get("list_name"), row["name"])))): {
            column.split("::")[0]: tied(cell, language) for column, cell in row.items() if "::" in column
        }
        for sheet, rows in sheets.items()
        for row in rows
    }


def _limited(row: Row, relevant: str) -> Row:
    """Return a row that is asked only where `relevant` holds too."""
    if row["type"].startswith("end "):
        return row
    own = row.get("relevant")
    return {**row, "relevant": f"({relevant}) and ({own})" if own else relevant}


def _translated(row: Row) -> Row:
    """Return a row of a survey with its texts in every language."""
    texts: dict[str, str] = {}
    for text, column in (("label", ENGLISH), ("hint", ENGLISH_HINT)):
        if column in row:
            texts |= _columns(text, _said("survey", row["name"], text, row[column]))
    if "constraint_message" in row:
        texts |= _columns("constraint_message", _message(row["constraint_message"]))
    logic = {column: row[column] for column in ("type", "name", *_LOGIC) if column in row}
    return {**logic, **texts}


def _message(name: str) -> Mapping[str, str]:
    for row in piece("shared/messages")["messages"]:
        if row["name"] == name:
            return _said("messages", name, "label", row[ENGLISH])
    raise InstrumentError(f"there is no message {name}")


def _choice_labels(row: Row) -> Mapping[str, str]:
    if "words" in row:
        return lists.words(row["words"])
    if ENGLISH in row:
        return _said("choices", f"{row['list_name']}.{row['name']}", "label", row[ENGLISH])
    for each in piece("shared/lists")["choices"]:
        if each["list_name"] == ANY and each["name"] == row["name"]:
            return _said("choices", f"{ANY}.{row['name']}", "label", each[ENGLISH])
    raise InstrumentError(f"the choice {row['list_name']}.{row['name']} has no label")


def _said(sheet: str, key: str, text: str, english: str) -> Mapping[str, str]:
    """Return {language: text} of one text. Raises InstrumentError where a translation is missing."""
    said = {"en": english}
    for language in LANGUAGES:
        if language == "en":
            continue
        found = translations(language).get((sheet, key), {}).get(text)
        if not found:
            raise InstrumentError(f"{sheet} {key} has no {text} in {language}")
        said[language] = found
    return said


def _columns(text: str, said: Mapping[str, str]) -> dict[str, str]:
    return {f"{text}::{name}": said[language] for language, name in LANGUAGES.items()}
