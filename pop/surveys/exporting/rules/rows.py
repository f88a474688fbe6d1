"""From the XML of one submission to rows, and from an answer to what stands in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from pop.surveys.exporting.rules.tables import Column, said
from pop.surveys.forms.definition import Form, Group, Question, Repeat
from pop.surveys.forms.reading import parse_xml

Value = str | int | float
SEPARATOR = "; "
"""Between the labels of several choices; their names stand apart by blanks, as in the form."""

# A spreadsheet keeps 15 digits of a number. What is longer stays text, and whole.
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?[0-9]{1,10}\.[0-9]{1,5}")


@dataclass(frozen=True)
class AnswerRow:
    """One row: its table's path ("" for the submission's own), its place and its parent's ("" for the submission), and
    its answers by path.
    """

    table: str
    place: str
    parent: str
    answers: Mapping[str, str]


def answer_rows(form: Form, xml: bytes) -> Iterator[AnswerRow]:
    """Yield the rows of a submission, its own first. Raises ValueError for what is no XML."""
    try:
        root = parse_xml(xml)
    except etree.XMLSyntaxError:
        raise ValueError("no XML") from None
    yield from _rows(form.root, root, "", "", "")


def _rows(item: Group | Repeat, element: etree._Element, table: str, place: str, parent: str) -> Iterator[AnswerRow]:
    answers: dict[str, str] = {}
    repeats: list[tuple[Repeat, list[etree._Element], str]] = []
    _gather(item, element, answers, repeats, "")
    yield AnswerRow(table, place, parent, answers)
    for repeat, elements, name in repeats:
        for number, each in enumerate(elements, start=1):
            yield from _rows(repeat, each, repeat.path, f"{place}/{name}[{number}]", place)


def _gather(
    item: Group | Repeat,
    element: etree._Element,
    answers: dict[str, str],
    repeats: list[tuple[Repeat, list[etree._Element], str]],
    above: str,
) -> None:
    there: dict[str, list[etree._Element]] = {}
    for child in element:
        there.setdefault(str(child.tag).rpartition("}")[2], []).append(child)
    for each in item.children:
        found = there.get(each.name)
        if not found:
            continue
        if isinstance(each, Question):
            answers[each.path] = found[0].text or ""
        elif isinstance(each, Group):
            _gather(each, found[0], answers, repeats, f"{above}{each.name}/")
        else:
            repeats.append((each, found, f"{above}{each.name}"))


class Reader:
    """What answers read as: by name and code, or in a language by the labels of the form that they were given to."""

    def __init__(self, form: Form, language: str) -> None:
        """`language` is one of the form's, or "" for codes."""
        self._form, self._language = form, language
        self._labels: dict[str, dict[str, str]] = {}

    def value(self, column: Column, text: str) -> Value:
        """Return what stands in a cell: a number where it is one, labels where choices are."""
        if not text:
            return ""
        # Another version may ask the same in another way: what it was given to says what it means.
        found = self._form.by_path.get(column.path)
        question = found if isinstance(found, Question) else column.question
        if question.kind in ("integer", "decimal", "range"):
            return _number(text)
        if question.choices is None or not self._language:
            return text
        labels = self._labels_of(question)
        return SEPARATOR.join(labels.get(name, name) for name in text.split())

    def _labels_of(self, question: Question) -> Mapping[str, str]:
        known = self._labels.get(question.path)
        if known is None and question.choices is not None:
            known = self._labels[question.path] = {
                choice.name: said(choice.label, self._language, self._form.default_language) or choice.name
                for choice in question.choices.every
            }
        return known or {}


def _number(text: str) -> Value:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
