"""A mapping held against a form and a file: every column is mapped or left out by name, every target exists."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from pop.surveys.forms.definition import Form, Question, Repeat
from pop.surveys.importing.rules.mapping import UNDECIDED, ColumnMapping, ColumnRule
from pop.surveys.importing.rules.paths import repeat_of, repeats_above, target_of
from pop.surveys.importing.rules.problems import Problem
from pop.surveys.importing.rules.tables import MAIN, Book
from pop.surveys.importing.rules.values import ANSWERABLE, ValueMistakeError, Values


def check_against_form(mapping: ColumnMapping, form: Form) -> list[Problem]:
    """Return what is wrong with a mapping to a form."""
    try:
        ZoneInfo(mapping.zone)
    except (KeyError, ValueError, OSError):
        return [Problem("mapping_setting", name="zone")]
    return [
        *_sheets(mapping, form),
        *_twice(mapping),
        *(problem for rule in mapping.columns for problem in _column(mapping, rule, form)),
        *_constants(mapping, form),
        *_links(mapping),
    ]


def check_against_book(mapping: ColumnMapping, book: Book) -> list[Problem]:
    """Return every column of a file that a mapping does not know, and every one that it knows and the file has not."""
    known = {(rule.sheet, rule.column) for rule in mapping.columns}
    sheets = {rule.sheet: rule for rule in mapping.sheets}
    found: list[Problem] = []
    for table in book.tables:
        if table.name != MAIN:
            if table.name not in sheets:
                found.append(Problem("sheet_not_mapped", table.shown))
                continue
            if not sheets[table.name].to:
                continue
        found += [
            Problem("column_not_mapped", table.shown, 1, column)
            for column in table.header
            if (table.name, column) not in known
        ]
    there = {(table.name, column) for table in book.tables for column in table.header}
    names = {table.name for table in book.tables}
    found += [Problem("sheet_missing", sheet) for sheet, rule in sheets.items() if sheet not in names and rule.to]
    found += [
        Problem("column_missing", rule.sheet, None, rule.column)
        for rule in mapping.columns
        if (rule.sheet, rule.column) not in there and rule.use != "leave_out" and rule.sheet in names
    ]
    return found


def _sheets(mapping: ColumnMapping, form: Form) -> Iterator[Problem]:
    for rule in mapping.sheets:
        if rule.to == UNDECIDED:
            yield Problem("sheet_not_mapped", rule.sheet)
        elif rule.to and not isinstance(form.by_path.get(rule.to), Repeat):
            yield Problem("not_a_repeat", rule.sheet, name=rule.to)


def _twice(mapping: ColumnMapping) -> Iterator[Problem]:
    columns: set[tuple[str, str]] = set()
    targets: dict[tuple[str, str], str] = {}
    for rule in mapping.columns:
        if (rule.sheet, rule.column) in columns:
            yield Problem("column_twice", rule.sheet, None, rule.column)
        columns.add((rule.sheet, rule.column))
        if rule.use in ("answer", "choice", "part"):
            # The halves of one answer share its question; two answers to one do not.
            half = rule.choice if rule.use == "choice" else rule.part
            used = targets.get((rule.to, half))
            others = {use for (to, _), use in targets.items() if to == rule.to}
            if used is not None or (others and others != {rule.use}):
                yield Problem("question_twice", rule.sheet, None, rule.column, rule.to)
            targets[rule.to, half] = rule.use
        elif rule.use in ("id", "sent", "begun", "key", "parent"):
            if (rule.sheet, rule.use) in targets:
                yield Problem("column_twice", rule.sheet, None, rule.column)
            targets[rule.sheet, rule.use] = rule.use
    constants = [constant.to for constant in mapping.constants]
    for to in dict.fromkeys(constants):
        if constants.count(to) > 1 or any(path == to for path, _ in targets):
            yield Problem("question_twice", name=to)


def _column(mapping: ColumnMapping, rule: ColumnRule, form: Form) -> Iterator[Problem]:
    if rule.use == UNDECIDED:
        yield Problem("column_not_mapped", rule.sheet, None, rule.column)
    if rule.use not in ("answer", "choice", "part"):
        return
    target = target_of(form, rule.to)
    if target is None:
        yield Problem("no_such_question", rule.sheet, None, rule.column, rule.to)
        return
    question = target.question
    if question.kind not in ANSWERABLE:
        yield Problem("not_answerable", rule.sheet, None, rule.column, rule.to)
        return
    yield from _choices(rule, question)
    if rule.use == "part" and question.kind != "geopoint":
        yield Problem("no_parts_here", rule.sheet, None, rule.column, rule.to)
    above = repeats_above(form, question.path)
    if rule.sheet == MAIN:
        if {repeat.path for repeat in above} != set(target.rows):
            yield Problem("in_a_repeat", rule.sheet, None, rule.column, rule.to)
    else:
        own = next((sheet.to for sheet in mapping.sheets if sheet.sheet == rule.sheet), "")
        repeat = repeat_of(form, question.path)
        if repeat is None or repeat.path != own or target.rows:
            yield Problem("in_a_repeat", rule.sheet, None, rule.column, rule.to)


def _choices(rule: ColumnRule, question: Question) -> Iterator[Problem]:
    names = {choice.name for choice in question.choices.every} if question.choices else set()
    if rule.use == "choice":
        if question.kind != "select_multiple":
            yield Problem("no_choices_here", rule.sheet, None, rule.column, rule.to)
        elif rule.choice not in names:
            yield Problem("no_such_choice", rule.sheet, None, rule.column, rule.choice)
    if question.choices is not None:
        for name in rule.values.values():
            if name and name not in names:
                yield Problem("no_such_choice", rule.sheet, None, rule.column, name)


def _constants(mapping: ColumnMapping, form: Form) -> Iterator[Problem]:
    values = Values(mapping, form.languages)
    for constant in mapping.constants:
        target = target_of(form, constant.to)
        if target is None or target.question.kind not in ANSWERABLE:
            yield Problem("no_such_question" if target is None else "not_answerable", name=constant.to)
            continue
        if repeats_above(form, target.question.path):
            yield Problem("in_a_repeat", name=constant.to)
        if not constant.reason.strip():
            yield Problem("constant_without_reason", name=constant.to)
        try:
            values.read(target.question, constant.value, {}, "")
        except ValueMistakeError:
            yield Problem("constant_unfit", name=constant.to)


def _links(mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield the tables whose rows could not be put to the rows that they belong to."""
    uses = {(rule.sheet, rule.use) for rule in mapping.columns}
    linked = [rule for rule in mapping.sheets if rule.to not in ("", UNDECIDED)]
    for rule in linked:
        if (rule.sheet, "parent") not in uses:
            yield Problem("no_parent", rule.sheet)
        outer = [other for other in linked if rule.to.startswith(f"{other.to}/")]
        above = max(outer, key=lambda each: len(each.to)).sheet if outer else MAIN
        if not uses & {(above, "key"), (above, "id")}:
            yield Problem("no_key", above)
