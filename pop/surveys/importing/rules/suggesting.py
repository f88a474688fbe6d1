"""A first mapping, worked out from headers: names, paths, labels in any language of the form. A person looks at it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from pop.surveys.forms.definition import Form, Question, Repeat
from pop.surveys.importing.rules.mapping import UNDECIDED, ColumnMapping, ColumnRule, SheetRule
from pop.surveys.importing.rules.paths import repeat_of
from pop.surveys.importing.rules.systems import LEFT_OUT, own_columns, system_of
from pop.surveys.importing.rules.tables import MAIN, Book, Table
from pop.surveys.importing.rules.values import ANSWERABLE, ChoiceNames, ValueMistakeError, folded, labels_of

LIKELY: Final = 88.0
_PARTING = re.compile(r"[/.:\-]+")
_HALVES: Final = {
    "latitude": "latitude", "longitude": "longitude", "altitude": "altitude", "accuracy": "accuracy",
    "precision": "accuracy",
}  # fmt: skip


@dataclass(frozen=True)
class Suggestion:
    """A mapping with the columns of which nothing is known (`undecided`: sheet and column) and those that are only
    likely, by how their header reads.
    """

    mapping: ColumnMapping
    undecided: tuple[tuple[str, str], ...]
    likely: tuple[tuple[str, str], ...]

    @property
    def certain(self) -> bool:
        """Whether every column was known by its name."""
        return not self.undecided and not self.likely


def suggest(book: Book, form: Form) -> Suggestion:
    """Return a mapping of what can be known."""
    system = system_of(book)
    names = _Names(form)
    columns: list[ColumnRule] = []
    sheets: list[SheetRule] = []
    undecided: list[tuple[str, str]] = []
    likely: list[tuple[str, str]] = []
    for table in book.tables:
        repeat = None
        if table.name != MAIN:
            repeat = names.repeat(table)
            sheets.append(SheetRule(table.name, repeat.path if repeat else UNDECIDED))
            if repeat is None:
                undecided.append((table.name, ""))
                continue
        found, open_, guessed = _columns(table, repeat, system, names)
        columns += found
        undecided += open_
        likely += guessed
    separator = ";" if system == "microsoft_forms" else " "
    mapping = ColumnMapping(system=system, columns=tuple(columns), sheets=tuple(sheets), separator=separator)
    return Suggestion(mapping, tuple(undecided), tuple(likely))


def _columns(
    table: Table, repeat: Repeat | None, system: str, names: _Names
) -> tuple[list[ColumnRule], list[tuple[str, str]], list[tuple[str, str]]]:
    own = own_columns(system, table)
    exact: dict[str, ColumnRule] = {}
    for column in table.header:
        rule = names.exact(column, table.name, repeat)
        # Microsoft Forms knows no names of questions but their labels.
        told = rule is not None and rule.use != LEFT_OUT and (system != "microsoft_forms" or names.labels(column))
        if column in own and (own[column] != LEFT_OUT or not told):
            exact[column] = ColumnRule(column, own[column], table.name)
        elif column in own and system == "microsoft_forms":
            # Its own “Name” of whoever was signed in, or a question that is called so: a person must say.
            exact[column] = ColumnRule(column, "", table.name)
        elif rule is not None:
            exact[column] = rule
    # Where each choice has a column of its own, those are read: the one that lists them all says the same again.
    split = {rule.to for rule in exact.values() if rule.use == "choice"}
    parted = {rule.to for rule in exact.values() if rule.use == "part"}
    taken: set[str] = set()
    for column, rule in exact.items():
        if rule.use == "answer" and rule.to in split | parted:
            exact[column] = ColumnRule(column, LEFT_OUT, table.name)
        elif rule.use == "answer" and rule.to in taken:
            exact[column] = ColumnRule(column, "", table.name)
        elif rule.use == "answer":
            taken.add(rule.to)
    found, undecided, likely = [], [], []
    for column in table.header:
        known = exact.get(column)
        if known is None:
            known = names.like(column, table.name, repeat, taken)
            if known is not None:
                taken.add(known.to)
                likely.append((table.name, column))
        if known is None or not known.use:
            undecided.append((table.name, column))
            known = ColumnRule(column, UNDECIDED, table.name)
        found.append(known)
    return found, undecided, likely


class _Names:
    """Everything by which a header may call a question of a form."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._choices: dict[str, ChoiceNames] = {}
        self._by_name: dict[str, list[Question]] = {}
        self._by_label: dict[str, list[Question]] = {}
        self._notes: set[str] = set()
        for question in form.questions():
            steps = question.path.split("/")[2:]
            said = {" ".join(steps[place:]) for place in range(len(steps))}
            for each in said:
                self._by_name.setdefault(each.casefold(), []).append(question)
            for label in labels_of(question.label, form.languages):
                self._by_label.setdefault(folded(label), []).append(question)

    def repeat(self, table: Table) -> Repeat | None:
        """Return the repeat whose rows a table holds, by the table's name."""
        wanted = " ".join(_PARTING.split(table.name)).casefold()
        found = [
            item
            for item in self._form.by_path.values()
            if isinstance(item, Repeat)
            and (
                " ".join(item.path.split("/")[2:]).casefold() == wanted
                or item.name.casefold() in (wanted, table.name.casefold())
                or folded(table.name) in [folded(label) for label in labels_of(item.label, self._form.languages)]
            )
        ]
        return found[0] if len(found) == 1 else None

    def exact(self, column: str, sheet: str, repeat: Repeat | None) -> ColumnRule | None:
        """Return the rule of a header that names one question, one choice of it or one part of a place."""
        question = self._question(column, repeat)
        if question is not None:
            if question.kind not in ANSWERABLE:
                # Worked out again, shown only, or of the machine on which it was answered.
                return ColumnRule(column, LEFT_OUT, sheet)
            return ColumnRule(column, "answer", sheet, question.path)
        for head, tail in _split(column):
            question = self._question(head, repeat)
            if question is None:
                continue
            if question.kind == "geopoint" and tail.casefold() in _HALVES:
                return ColumnRule(column, "part", sheet, question.path, part=_HALVES[tail.casefold()])
            if question.kind == "select_multiple" and question.choices is not None:
                names = self._choices.setdefault(
                    question.path, ChoiceNames(question.choices.every, self._form.languages)
                )
                try:
                    return ColumnRule(column, "choice", sheet, question.path, names.find(tail, {}))
                except ValueMistakeError:
                    continue
        return None

    def labels(self, column: str) -> bool:
        """Whether a header is the label of a question: Microsoft Forms knows no other names."""
        return folded(column) in self._by_label

    def like(self, column: str, sheet: str, repeat: Repeat | None, taken: set[str]) -> ColumnRule | None:
        """Return the rule of a header that reads much like one label, and like no other one as much."""
        said = {
            label: questions[0]
            for label, questions in self._by_label.items()
            if len(questions) == 1
            and questions[0].kind in ANSWERABLE
            and questions[0].path not in taken
            and repeat_of(self._form, questions[0].path) is repeat
        }
        best = process.extract(folded(column), list(said), scorer=fuzz.ratio, score_cutoff=LIKELY, limit=2)
        if not best or (len(best) > 1 and best[1][1] >= best[0][1] - 2 and said[best[0][0]] is not said[best[1][0]]):
            return None
        return ColumnRule(column, "answer", sheet, said[best[0][0]].path)

    def _question(self, column: str, repeat: Repeat | None) -> Question | None:
        spoken = " ".join(part for part in _PARTING.split(column) if part).casefold()
        for found in (self._by_name.get(spoken), self._by_label.get(folded(column))):
            fitting = [each for each in found or () if repeat_of(self._form, each.path) is repeat]
            if len(fitting) == 1:
                return fitting[0]
        # A group before a label, as in “Group/Label”.
        last = column.rpartition("/")[2]
        fitting = [
            each
            for each in (self._by_label.get(folded(last)) or () if last != column else ())
            if repeat_of(self._form, each.path) is repeat
        ]
        return fitting[0] if len(fitting) == 1 else None


def _split(column: str) -> Iterator[tuple[str, str]]:
    """Yield a header in two, at each sign that could part a question from its choice, the last one first."""
    for place in range(len(column) - 1, 0, -1):
        if column[place] in "/.:-":
            yield column[:place], column[place + 1 :]


def missing_required(mapping: ColumnMapping, form: Form) -> Sequence[str]:
    """Return the paths of questions outside repeats that always want an answer and get none from a mapping."""
    answered = {rule.to for rule in mapping.columns} | {constant.to for constant in mapping.constants}
    return [
        question.path
        for question in form.questions()
        if question.required is not None
        and question.relevant is None
        and question.path not in answered
        and question.kind in ANSWERABLE
        and repeat_of(form, question.path) is None
    ]
