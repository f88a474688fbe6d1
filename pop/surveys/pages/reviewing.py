"""Answers in words, for whoever gave them to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from pop.places.words import LANGUAGES, Speaker
from pop.surveys.forms.answering import Answering, Page
from pop.surveys.forms.definition import Question, Repeat
from pop.surveys.pages.fields import anchor, picture_root, place_name, title_of

# A question, its answer or "", and the address of the picture that answers it or "".
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Answered:
    """One page as it was answered; `change` is where it is changed.

    `blocks` are (heading, rows) in order: each row of a repeat has one of its own, the rest stands under "". Rows are
    (question, answer or "", address of the picture that answers it or "").
    """

    number: int
    title: str
    blocks: Sequence[tuple[str, Sequence[Row]]]
    change: str


def answered(answering: Answering, say: Speaker, *, root: str = "") -> Sequence[Answered]:
    """Return all pages as they were answered; `root` is the survey's address, "" where nothing is to be changed."""
    return [
        Answered(
            number,
            title_of(answering, page) or say["page_title"],
            _blocks(answering, page, say),
            f"{root}/{number}?to=review" if root else "",
        )
        for number, page in enumerate(answering.pages(), start=1)
    ]


def _blocks(answering: Answering, page: Page, say: Speaker) -> Sequence[tuple[str, Sequence[Row]]]:
    found: list[tuple[str, list[Row]]] = [("", [])]
    ends = 0
    for place in page.places:
        item = place.item
        if isinstance(item, Repeat):
            number = int(place.path.rpartition("[")[2].rstrip("]"))
            found.append((say("row", label=answering.label(place.path) or say["row_plain"], number=number), []))
            ends = place.depth
        elif found[-1][0] and place.depth <= ends:
            found.append(("", []))
        if isinstance(item, Question) and item.kind != "note":
            label, answer = answering.label(place.path), answer_of(answering, place.path, item, say)
            is_shown = item.kind == "image" and answer
            picture = f"{picture_root(answering.form.id)}/{anchor(place.path)}/file" if is_shown else ""
            found[-1][1].append((label, answer, picture))
    return [(heading, rows) for heading, rows in found if rows]


def answer_of(answering: Answering, path: str, item: Question, say: Speaker) -> str:
    """Return one answer in words, "" where there is none."""
    value = answering.value(path)
    if not value:
        return ""
    if item.choices is not None:
        labels = {choice.name: label for choice, label in answering.choices(path)}
        return "\n".join(labels.get(name, name) for name in value.split())
    if item.kind == "acknowledge":
        return say["yes"]
    if item.kind == "geopoint":
        return place_name(value, say.language)
    if item.kind == "date":
        try:
            language = answering.language if answering.language in LANGUAGES else say.language
            return format_date(date.fromisoformat(value), format="long", locale=language)
        except ValueError:
            return value
    return value
