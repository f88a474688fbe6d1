"""A problem in words: the place first, then what is wrong and what to do. Nothing that somebody answered is in it."""

from __future__ import annotations

from collections.abc import Sequence

from pop.places.words import Speaker
from pop.surveys.importing.rules.problems import Problem

_LONGEST = 120


def sentence(say: Speaker, problem: Problem) -> str:
    """Return what is wrong, without the place."""
    return say(f"problem_{problem.code}", name=_plain(problem.name))


def place(say: Speaker, problem: Problem, rows: Sequence[int] = ()) -> str:
    """Return where it is: “sheet Answers, row 7, column age”; "" where it is the whole file."""
    parts = [say("place_sheet", sheet=_plain(problem.sheet))] if problem.sheet else []
    said = ", ".join(map(str, rows)) if rows else str(problem.row) if problem.row is not None else ""
    if said:
        parts.append(say("place_row", row=said))
    if problem.column:
        parts.append(say("place_column", column=_plain(problem.column)))
    return ", ".join(parts)


def line(say: Speaker, problem: Problem) -> str:
    """Return a problem in one line."""
    where = place(say, problem)
    return f"{where}: {sentence(say, problem)}" if where else sentence(say, problem)


def _plain(text: str) -> str:
    # A header is a stranger's text: it stays one line that cannot steer a terminal.
    return "".join(sign if sign.isprintable() else "·" for sign in text)[:_LONGEST]
