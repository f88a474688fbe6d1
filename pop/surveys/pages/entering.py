"""From what a browser posts to answers: forgiving where people write numbers and names in their own way."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from pop.surveys.forms.answering import Answering, Page
from pop.surveys.forms.definition import Question
from pop.surveys.forms.lexical import LONGEST_ANSWER

MOST_BYTES = 524_288
"""Bytes of one posted page: twenty long answers in a script that takes six bytes a letter."""
MOST_FIELDS = 4_000
_LONGEST_NUMBER = 200
_NUMBERS = ("integer", "decimal", "range")
# A note is read; a picture comes by its own page.
_UNWRITTEN = ("note", "image")

Posted = Mapping[str, Sequence[str]]


class TooMuchError(Exception):
    """A posted page that is larger than any page of a form."""


def read_posted(body: bytes) -> Posted:
    """Return the fields of a posted form; what is no text is left out. Raises TooMuchError."""
    if len(body) > MOST_BYTES:
        raise TooMuchError
    try:
        pairs = parse_qsl(
            body.decode("ascii", "replace"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise TooMuchError from None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def one(posted: Posted, name: str) -> str:
    """Return the last value of a field, "" where there is none."""
    values = posted.get(name)
    return values[-1] if values else ""


def given(answering: Answering, page: Page, posted: Posted) -> dict[str, str]:
    """Return the answers to the questions of a page that a post holds, by path. What was not shown is not touched."""
    found: dict[str, str] = {}
    for place in page.places:
        item = place.item
        values = posted.get(place.path)
        if (
            values is None
            or not isinstance(item, Question)
            or item.kind in _UNWRITTEN
            or answering.readonly(place.path)
        ):
            continue
        found[place.path] = _answer(answering, place.path, item, values)
    return found


def _answer(answering: Answering, path: str, item: Question, values: Sequence[str]) -> str:
    said = [value[:LONGEST_ANSWER] for value in values if value.strip()]
    if item.kind == "select_multiple":
        return " ".join(said)[:LONGEST_ANSWER]
    if not said:
        return ""
    if item.kind == "select_one":
        return _chosen(answering, path, said)
    if item.kind in _NUMBERS:
        return _number(said[-1], decimal=item.kind != "integer")
    if item.kind == "geopoint":
        return " ".join(_digits(said[-1]).replace(",", " ").replace("°", " ").split())
    return _dialled(said[-1]) if item.kind == "text" and item.constraint is not None else said[-1]


def _chosen(answering: Answering, path: str, said: Sequence[str]) -> str:
    """Return the choice that somebody meant: by its name from a list, or by its label as it was written."""
    offered = [(choice.name, label) for choice, label in answering.choices(path)]
    names = {name for name, _ in offered}
    labels = {_folded(label): name for name, label in reversed(offered)}
    for value in reversed(said):
        if value in names:
            return value
        if _folded(value) in labels:
            return labels[_folded(value)]
    return said[0]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def _digits(text: str) -> str:
    """Return a text with the digits of every script as ASCII ones."""
    return "".join(
        str(unicodedata.decimal(each)) if unicodedata.category(each) == "Nd" else each
        for each in text[:_LONGEST_NUMBER]
    )


def _dialled(text: str) -> str:
    """Return a telephone number with ASCII digits, without the unseen marks that a copied one carries; else the text.

    Only a text without a letter is taken for one, and only where the form checks what is written.
    """
    plain = "".join(each for each in _digits(text) if unicodedata.category(each) != "Cf")
    is_number = any(map(str.isdigit, plain)) and not any(map(str.isalpha, plain))
    return plain if is_number and len(text) <= _LONGEST_NUMBER else text


def _number(text: str, *, decimal: bool) -> str:
    """Return a number as it is kept; what is none stays as it was written.

    Spaces and apostrophes between digits group them; a comma does where three digits follow, else it is a decimal mark.
    """
    plain = _digits(text).replace("\u2212", "-").replace("\u066c", "").replace("\u066b", ".")
    tight = "".join(each for each in plain if not each.isspace() and each not in "'’_")
    if decimal and tight.count(",") == 1 and "." not in tight:
        tight = tight.replace(",", ".")
    return tight if tight.lstrip("+-").replace(".", "", 1).isdigit() else text
