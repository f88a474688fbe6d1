"""One submission in words, for staff: under labels, in the order of the form."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from pop.places.words import Speaker
from pop.surveys.collecting.queries.submissions import Whole
from pop.surveys.collecting.queries.surveys import form_of_survey
from pop.surveys.exporting.rules.tables import about_respondent, is_about_respondent
from pop.surveys.forms.answering import Answering, Page, UnreadableAnswersError
from pop.surveys.forms.definition import Question, Repeat
from pop.surveys.forms.reading import parse_xml
from pop.surveys.forms.refusals import RefusedFormError
from pop.surveys.pages.fields import title_of
from pop.surveys.pages.reviewing import answer_of

Row = tuple[str, str]
"""A question and its answer, "" for none."""


@dataclass(frozen=True)
class Section:
    """What stands under one heading: a page of the form ("" for the one above) and a row of a repeat ("" for none)."""

    title: str
    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Shown:
    """A submission as it is shown. `languages` are the form's; none where this edition cannot read the form.

    `withheld`: something about whoever answered was left out.
    """

    sections: Sequence[Section]
    language: str
    languages: Sequence[str]
    withheld: bool


def shown(whole: Whole, say: Speaker, *, language: str, respondents: bool, now: datetime) -> Shown:
    """Return a submission's answers; `language` is what the reader would like. `respondents`: with who answered."""
    try:
        form = form_of_survey(whole.facts.survey)
        spoken = language if language in form.languages else form.default_language
        # Choices in random order stay in the same order each time somebody looks.
        chance = random.Random(whole.facts.id.int)
        answering = Answering.resume(form, whole.xml, now=now, chance=chance, language=spoken)
    except (RefusedFormError, UnreadableAnswersError):
        return _plain(whole, respondents)
    sections: list[Section] = []
    withheld = False
    for number, each in enumerate(answering.pages(), start=1):
        left_out = [] if respondents else [place.path for place in each.places if _about(place.item)]
        withheld = withheld or any(answering.value(path) for path in left_out)
        title = title_of(answering, each) or f"{say['submission_page']} {number}"
        for heading, rows in _blocks(answering, each, say, frozenset(left_out)):
            sections.append(Section(title, heading, rows))
            title = ""
    return Shown(sections, spoken, form.languages, withheld)


def _about(item: object) -> bool:
    return isinstance(item, Question) and about_respondent(item)


def _blocks(
    answering: Answering, page: Page, say: Speaker, left_out: frozenset[str]
) -> Iterator[tuple[str, Sequence[Row]]]:
    found: list[tuple[str, list[Row]]] = [("", [])]
    ends = 0
    for place in page.places:
        item = place.item
        if isinstance(item, Repeat):
            number = int(place.path.rpartition("[")[2].rstrip("]"))
            label = answering.label(place.path) or say["submission_row_plain"]
            found.append((say("submission_row", label=label, number=number), []))
            ends = place.depth
        elif found[-1][0] and place.depth <= ends:
            found.append(("", []))
        if isinstance(item, Question) and item.kind != "note" and place.path not in left_out:
            label = answering.label(place.path) or item.name
            found[-1][1].append((label, answer_of(answering, place.path, item, say)))
    return ((heading, rows) for heading, rows in found if rows)


def _plain(whole: Whole, respondents: bool) -> Shown:
    """Return the answers under the names of their questions: a form that cannot be read says nothing better."""
    try:
        root = parse_xml(whole.xml)
    except etree.XMLSyntaxError:
        return Shown((), "", (), False)
    rows: list[Row] = []
    withheld = False

    def walk(element: etree._Element, path: str) -> None:
        nonlocal withheld
        for child in element:
            name = str(child.tag).rpartition("}")[2]
            below = f"{path}/{name}"
            if len(child):
                walk(child, below)
            elif child.text and not respondents and is_about_respondent(below):
                withheld = True
            elif child.text:
                rows.append((below.lstrip("/"), child.text))

    walk(root, "")
    return Shown([Section("", "", rows)], "", (), withheld)
