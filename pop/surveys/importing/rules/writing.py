"""A mapping as somebody writes it into one field for each column, and into a few lines: read, and shown again.

A column is `/data/about/name`, `/data/about/topics = family` for one choice of it, `/data/about/place : latitude` for a
half of it, or one of the words `leave_out`, `id`, `sent`, `begun`, `key`, `parent`; nothing is undecided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pop.surveys.importing.rules.mapping import (
    PARTS,
    UNDECIDED,
    ColumnMapping,
    ColumnRule,
    Constant,
    MappingError,
    SheetRule,
)
from pop.surveys.importing.rules.problems import Problem

WORDS = ("leave_out", "id", "sent", "begun", "key", "parent")


def shown(rule: ColumnRule) -> str:
    """Return a column's rule as one line."""
    if rule.use == "choice":
        return f"{rule.to} = {rule.choice}"
    if rule.use == "part":
        return f"{rule.to} : {rule.part}"
    if rule.use == "answer":
        return rule.to
    return "" if rule.use == UNDECIDED else rule.use


def read_column(rule: ColumnRule, said: str) -> ColumnRule:
    """Return a column's rule as a line says it; what it says of values stays. Raises MappingError."""
    said = " ".join(said.split())
    empty = replace(rule, to="", choice="", part="")
    if not said:
        return replace(empty, use=UNDECIDED)
    if said in WORDS:
        return replace(empty, use=said)
    if said.startswith("/"):
        to, equals, choice = said.partition(" = ")
        if equals:
            return replace(empty, use="choice", to=to, choice=choice)
        to, colon, part = said.partition(" : ")
        if colon and part in PARTS:
            return replace(empty, use="part", to=to, part=part)
        if not colon:
            return replace(empty, use="answer", to=said)
    raise MappingError(Problem("no_such_question", rule.sheet, None, rule.column, said[:80]))


def read_sheet(rule: SheetRule, said: str) -> SheetRule:
    """Return a sheet's rule: the path of a repeat, or `leave_out`."""
    said = said.strip()
    return SheetRule(rule.sheet, "" if said == "leave_out" else said or UNDECIDED)


def shown_constants(mapping: ColumnMapping) -> str:
    """Return the constants, a line each: `/data/publish = no | nobody was asked`."""
    return "\n".join(f"{each.to} = {each.value} | {each.reason}" for each in mapping.constants)


def read_constants(text: str) -> tuple[Constant, ...]:
    """Return the constants of such lines. Raises MappingError that names the line."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        head, bar, reason = line.partition("|")
        to, equals, value = head.partition("=")
        if not bar or not equals:
            raise MappingError(Problem("mapping_setting", name=f"constants, line {number}"))
        found.append(Constant(to.strip(), value.strip(), reason.strip()))
    return tuple(found)


def shown_values(mapping: ColumnMapping) -> str:
    """Return what cells say for a choice, a line each: `Is it free? | it is = yes`."""
    return "\n".join(
        f"{rule.column} | {said} = {choice}" for rule in mapping.columns for said, choice in rule.values.items()
    )


def read_values(text: str, columns: tuple[ColumnRule, ...]) -> tuple[ColumnRule, ...]:
    """Return the columns with the values of such lines, and no others. Raises MappingError that names the line."""
    known = {rule.column for rule in columns}
    found: dict[str, dict[str, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        column, bar, rest = line.rpartition(" | ")
        said, equals, choice = rest.rpartition("=")
        if not bar or not equals or column.strip() not in known:
            raise MappingError(Problem("mapping_setting", name=f"values, line {number}"))
        found.setdefault(column.strip(), {})[said.strip()] = choice.strip()
    return tuple(replace(rule, values=found.get(rule.column, {})) for rule in columns)


def with_columns(mapping: ColumnMapping, said: Mapping[int, str]) -> ColumnMapping:
    """Return a mapping with the columns of these numbers as they were written. Raises MappingError with all faults."""
    problems: list[Problem] = []
    columns = list(mapping.columns)
    for number, text in said.items():
        if number >= len(columns):
            continue
        try:
            columns[number] = read_column(columns[number], text)
        except MappingError as error:
            problems += error.problems
    if problems:
        raise MappingError(*problems)
    return replace(mapping, columns=tuple(columns))
