"""The tables of an export: one of the submissions, and one of each repeat, with the questions as columns.

Columns are named as ODK Central names them where it has a name for them (`SubmissionDate`, `KEY`, `PARENT_KEY`): what
reads its files reads ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pop.surveys.forms.definition import Form, Group, Item, Question, Repeat, Text

KEY, PARENT_KEY = "KEY", "PARENT_KEY"
BEFORE = ("SubmissionDate", KEY)
"""What stands before the answers of a submission."""
AFTER = ("_id", "_version", "_source", "_partner", "_corrects", "_faults", "_files", "_provenance")
"""What stands after them: where they came from."""

# What a device tells of its owner is theirs as much as what they write about themselves.
_OF_DEVICES = frozenset({"deviceid", "username", "email", "phonenumber"})
_RESPONDENT = "respondent"
_NOT_KEPT = frozenset({"note", "uid"})
_GAP = "…"


@dataclass(frozen=True)
class Column:
    """One question: `path` is its path in the form, `name` the same from its table on."""

    path: str
    name: str
    question: Question


@dataclass(frozen=True)
class Table:
    """The submissions (`path` is ""), or the rows of one repeat by its path in the form; `name` is what lists say."""

    path: str
    name: str
    label: Text | None
    columns: tuple[Column, ...]


def about_respondent(question: Question) -> bool:
    """Return whether an answer is about the person who answered, as their place says, or what their device tells."""
    return question.kind in _OF_DEVICES or is_about_respondent(question.path)


def is_about_respondent(path: str) -> bool:
    """Return whether what stands here is about the person who answered: in a group `respondent`, or `respondent_…`."""
    *groups, name = path.split("/")
    return name.startswith(f"{_RESPONDENT}_") or _RESPONDENT in groups


def tables_of(forms: Sequence[Form], *, respondents: bool) -> tuple[Table, ...]:
    """Return the tables of all versions of a form, the newest first; what only older ones ask stands at the end."""
    found: dict[str, tuple[Table, dict[str, Column]]] = {}
    for form in forms:
        for table in _tables(form, respondents):
            kept = found.setdefault(table.path, (table, {}))[1]
            for column in table.columns:
                kept.setdefault(column.path, column)
    return tuple(Table(table.path, table.name, table.label, tuple(kept.values())) for table, kept in found.values())


def _tables(form: Form, respondents: bool) -> Iterator[Table]:
    waiting: list[tuple[str, Group | Repeat]] = [("", form.root)]
    while waiting:
        path, item = waiting.pop(0)
        columns, repeats = [], []
        for each in _inside(item):
            if isinstance(each, Repeat):
                repeats.append((each.path, each))
            elif isinstance(each, Question) and _exported(each, respondents):
                columns.append(Column(each.path, each.path.removeprefix(f"{item.path}/"), each))
        name = path.removeprefix(f"{form.root.path}/") or "submissions"
        yield Table(path, name, item.label if path else None, tuple(columns))
        waiting[:0] = repeats


def _exported(question: Question, respondents: bool) -> bool:
    return question.kind not in _NOT_KEPT and (respondents or not about_respondent(question))


def _inside(item: Group | Repeat) -> Iterator[Item]:
    """Yield the questions of one table and the repeats right below it, in the order of the form."""
    for each in item.children:
        if isinstance(each, Group):
            yield from _inside(each)
        else:
            yield each


def said(text: Text | None, language: str, fallback: str) -> str:
    """Return a text in a language, else in `fallback`; what depends on answers is left out as “…”, "" for no text."""
    if text is None:
        return ""
    parts = text.parts.get(language) or text.parts.get(fallback, ())
    return " ".join("".join(part if isinstance(part, str) else _GAP for part in parts).split())


def heads(table: Table, language: str, fallback: str) -> list[str]:
    """Return what stands above the questions of a table: their names, or in a language their labels.

    Two of the same label are told apart by their names.
    """
    if not language:
        return [column.name for column in table.columns]
    labels = [said(column.question.label, language, fallback) or column.name for column in table.columns]
    return [
        label if labels.count(label) == 1 else f"{label} ({column.name})"
        for label, column in zip(labels, table.columns, strict=True)
    ]
