"""What was published about the answers, as statements that a set of answers fulfils or not.

The statements stand in tables/shares.csv, each with its source, its place there, its year, and what was decided where
sources conflict. A share is told by a whole number of services; a statement without a number keeps to its words. Those
of the set "poll" are about children, whose answers are not invented: they stand there so that none is missing.
"""

from __future__ import annotations

import csv
import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

TABLES: Final = Path(__file__).parent / "tables"
# Topics are asked for on four lists; a statement is about all of them.
TOPIC_LISTS: Final = ("topics_violence", "topics_online", "topics_wellbeing", "topics_life")
_OPEN: Final = frozenset({"benefits", "challenges"})


class Statement(NamedTuple):
    """One published statement. `number` is None where its source prints no number.

    `rule` is total, countries, all or any (so many name all, or any, of the values), half (more than half name any of
    them), leading (each is named by more than any other value), second (one other is named by more), some (some do
    and some do not).
    """

    id: str
    field: str
    values: tuple[str, ...]
    rule: str
    number: int | None
    said: str
    source: str
    place: str
    year: str
    note: str


@functools.cache
def statements(size: int) -> Sequence[Statement]:
    """Return the statements about the data set of so many responses: 143 or 1700."""
    with (TABLES / "shares.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.pop("set") == str(size)]
    return tuple(
        Statement(
            id=row["id"],
            field=row["field"],
            values=(row["values"],) if row["field"] in _OPEN else tuple(row["values"].split()),
            rule=row["rule"],
            number=int(row["count"]) if row["count"] else None,
            said=row["said"],
            source=row["source"],
            place=row["place"],
            year=row["year"],
            note=row["note"],
        )
        for row in rows
    )


def count_of(size: int, statement: str) -> int:
    """Return the number that a statement prints. Raises KeyError for one that is not there or prints none."""
    found = {each.id: each.number for each in statements(size)}[statement]
    if found is None:
        raise KeyError(statement)
    return found


def fulfils(statement: Statement, answers: Sequence[Mapping[str, str]]) -> bool:
    """Say whether responses, each {question: answer}, fulfil a statement."""
    named = [_named(each, statement.field) for each in answers]
    wanted = set(statement.values)
    with_any = sum(1 for each in named if wanted & each)
    found = Counter(value for each in named for value in each)
    others = max((count for value, count in found.items() if value not in wanted), default=0)
    match statement.rule:
        case "total":
            return len(answers) == statement.number
        case "countries":
            return len(found) == statement.number
        case "all":
            return sum(1 for each in named if wanted <= each) == statement.number
        case "any":
            return with_any == statement.number
        case "half":
            return with_any * 2 > len(answers)
        case "leading":
            return min(found[value] for value in wanted) > others
        case "second":
            return [value for value, _ in found.most_common(2)][1:] == [*wanted]
        case "some":
            return 0 < with_any < len(answers)
    raise KeyError(statement.rule)


def _named(answers: Mapping[str, str], field: str) -> set[str]:
    if field in _OPEN:
        return {answers[field]} if field in answers else set()
    questions = TOPIC_LISTS if field == "topics" else (field,)
    return {value for question in questions for value in answers.get(question, "").split()}
