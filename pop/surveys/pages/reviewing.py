"""Answers in words, for whoever gave them to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from pop.places.words import LANGUAGES, Speaker
from pop.surveys.forms.answering import Answering, Page
from pop.surveys.forms.definition import Question
from pop.surveys.pages.fields import title_of


@dataclass(frozen=True)
class Answered:
    """One page as it was answered: (question, answer or "", depth) in order; `change` is where it is changed."""

    number: int
    title: str
    rows: Sequence[tuple[str, str, int]]
    change: str


def answered(answering: Answering, say: Speaker, *, root: str = "") -> Sequence[Answered]:
    """Return all pages as they were answered; `root` is the survey's address, "" where nothing is to be changed."""
    return [
        Answered(
            number,
            title_of(answering, page) or say["page_title"],
            list(_rows(answering, page, say)),
            f"{root}/{number}?to=review" if root else "",
        )
        for number, page in enumerate(answering.pages(), start=1)
    ]


def _rows(answering: Answering, page: Page, say: Speaker) -> Sequence[tuple[str, str, int]]:
    return [
        (answering.label(place.path), answer_of(answering, place.path, place.item, say), place.depth)
        for place in page.places
        if isinstance(place.item, Question) and place.item.kind != "note"
    ]


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
    if item.kind == "date":
        try:
            language = answering.language if answering.language in LANGUAGES else say.language
            return format_date(date.fromisoformat(value), format="long", locale=language)
        except ValueError:
            return value
    return value
