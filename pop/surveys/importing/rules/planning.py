"""What is to be done with each cell, worked out once for a file: which question it answers, alone or with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pop.surveys.forms.definition import Form, Question, Repeat
from pop.surveys.importing.rules.mapping import PARTS, ColumnMapping, ColumnRule
from pop.surveys.importing.rules.paths import Target, target_of
from pop.surveys.importing.rules.problems import Problem
from pop.surveys.importing.rules.tables import Row, Table
from pop.surveys.importing.rules.values import NO, YES, ValueMistakeError, Values


@dataclass(frozen=True)
class Rows:
    """One row with the rows that belong to it, by the path of their repeat."""

    table: Table
    row: Row
    inside: Mapping[str, Sequence[Rows]] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """One answer of the file, and where it stands there."""

    question: Question
    value: str = field(repr=False)
    sheet: str
    row: int
    column: str

    def problem(self, code: str) -> Problem:
        """Return a problem with this answer."""
        return Problem(code, self.sheet, self.row, self.column, self.question.path)


@dataclass(frozen=True)
class Late:
    """An answer that belongs into a row which the form makes once it knows the others."""

    question: Question
    rows: Mapping[str, str]
    given: Given


@dataclass(frozen=True)
class _Step:
    """One column: its place in the table, its rule, and the question that it answers."""

    place: int
    rule: ColumnRule
    target: Target


class Plan:
    """What each table's columns answer."""

    def __init__(self, form: Form, mapping: ColumnMapping, values: Values) -> None:
        self._form = form
        self._mapping = mapping
        self._values = values
        self.tables = {rule.to: rule.sheet for rule in mapping.sheets if rule.to}
        self._steps: dict[str, list[_Step]] = {}
        self._targets: dict[str, Target] = {}
        self._places: dict[str, dict[str, int]] = {}

    def place(self, table: Table, use: str) -> int | None:
        """Return where the column with a use of its own stands (id, sent, begun, key, parent), or None.

        Where no column is the key, other tables name a row by its id.
        """
        if table.name not in self._places:
            where = {column: place for place, column in enumerate(table.header)}
            self._places[table.name] = {
                rule.use: where[rule.column]
                for rule in self._mapping.columns
                if rule.sheet == table.name and rule.column in where
            }
        places = self._places[table.name]
        return places.get("id") if use == "key" and use not in places else places.get(use)

    def answers(self, rows: Rows, problems: list[Problem], late: list[Late]) -> dict[str, Given]:
        """Return the answers of one row by path: /data/name, or /data/contact[2]/name in the main table."""
        table, row = rows.table, rows.row
        steps = self._planned(table)
        for place, code in row.bad.items():
            column = table.header[place] if place < len(table.header) else ""
            if not column or any(step.place == place for step in steps):
                problems.append(Problem(code, table.shown, row.number, column))
        found: dict[str, Given] = {}
        chosen: dict[str, list[str]] = {}
        points: dict[str, dict[str, str]] = {}
        for step in steps:
            said = row.cells[step.place]
            rule, question = step.rule, step.target.question
            # Most columns of a wide export say nothing: a blank, or a choice that was not ticked.
            if not said or (said == "0" and rule.use == "choice" and not rule.values):
                continue
            given = Given(question, "", table.shown, row.number, rule.column)
            if step.place in row.bad:
                continue
            if rule.use == "part":
                points.setdefault(rule.to, {})[rule.part] = said
                found.setdefault(rule.to, given)
                continue
            try:
                value = self._ticked(rule, said) if rule.use == "choice" else self._value(question, rule, said)
            except ValueMistakeError as mistake:
                problems.append(given.problem(mistake.code))
                continue
            if rule.use == "choice":
                chosen.setdefault(rule.to, [])
                if value:
                    chosen[rule.to].append(value)
                found.setdefault(rule.to, given)
            else:
                found[rule.to] = Given(question, value, table.shown, row.number, rule.column)
        for to, names in chosen.items():
            every = found[to].question.choices
            ordered = [choice.name for choice in (every.every if every else ()) if choice.name in names]
            found[to] = _with(found[to], " ".join(ordered))
        for to, parts in points.items():
            found[to] = self._point(found[to], parts, problems)
        return self._apart(found, late)

    def flat(self, repeat: Repeat, answers: Mapping[str, Given]) -> list[dict[str, Given]]:
        """Return the rows of a repeat that stand in one row of the main table, those that say something."""
        numbered: dict[int, dict[str, Given]] = {}
        for to, given in answers.items():
            target = self._targets.get(to)
            if target is None or list(target.rows) != [repeat.path] or not given.value:
                continue
            numbered.setdefault(int(target.rows[repeat.path]), {})[given.question.path] = given
        return [numbered[number] for number in sorted(numbered)]

    def _planned(self, table: Table) -> list[_Step]:
        if table.name not in self._steps:
            where = {column: place for place, column in enumerate(table.header)}
            steps = []
            for rule in self._mapping.columns:
                target = target_of(self._form, rule.to) if rule.use in ("answer", "choice", "part") else None
                if rule.sheet == table.name and rule.column in where and target is not None:
                    steps.append(_Step(where[rule.column], rule, target))
            self._steps[table.name] = steps
            self._targets |= {step.rule.to: step.target for step in steps}
        return self._steps[table.name]

    def _value(self, question: Question, rule: ColumnRule, said: str) -> str:
        return self._values.read(question, said, rule.values, rule.separator)

    def _ticked(self, rule: ColumnRule, said: str) -> str:
        """Return the choice of a column of its own where it was ticked: 1, yes, the choice's name or its label."""
        said = rule.values.get(said, said)
        if said.casefold() in NO:
            return ""
        if said.casefold() in YES or said == rule.choice:
            return rule.choice
        question = self._targets[rule.to].question
        if self._values.choices(question).find(said, {}) == rule.choice:
            return rule.choice
        raise ValueMistakeError("unknown_choice")

    def _point(self, given: Given, parts: Mapping[str, str], problems: list[Problem]) -> Given:
        said = [parts.get(part, "").strip() for part in PARTS]
        if not any(said):
            return given
        while said and not said[-1]:
            said.pop()
        try:
            place = " ".join(each.replace(",", ".") or "0" for each in said)
            return _with(given, self._values.read(given.question, place, {}, ""))
        except ValueMistakeError as mistake:
            problems.append(given.problem(mistake.code))
            return given

    def _apart(self, found: Mapping[str, Given], late: list[Late]) -> dict[str, Given]:
        """Put apart what belongs into rows that the form itself makes, or that are named by what they say."""
        kept: dict[str, Given] = {}
        for to, given in found.items():
            rows = self._targets[to].rows
            repeats = [self._form.by_path[path] for path in rows]
            numbered = all(number.isascii() and number.isdigit() for number in rows.values())
            own = len(rows) == 1 and isinstance(repeats[0], Repeat) and repeats[0].count is None and numbered
            if not rows or own:
                kept[to] = given
            elif given.value:
                late.append(Late(given.question, rows, given))
        return kept


def _with(given: Given, value: str) -> Given:
    return Given(given.question, value, given.sheet, given.row, given.column)
