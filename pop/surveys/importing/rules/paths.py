"""Where an answer of a file belongs: the path of a question, with the rows of repeats that a mapping names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pop.surveys.forms.definition import Form, Item, Question, Repeat

_ROW = re.compile(r"\[([^\[\]/]{1,80})\]")


@dataclass(frozen=True)
class Target:
    """One question, and of each repeat above it the row that was named: a number, or what something in it says."""

    question: Question
    rows: Mapping[str, str]  # {path of the repeat: what stands in the brackets}


def target_of(form: Form, to: str) -> Target | None:
    """Return what a path of a mapping names; None where the form has no such question."""
    plain = _ROW.sub("", to)
    item = form.by_path.get(plain)
    if not isinstance(item, Question):
        return None
    rows: dict[str, str] = {}
    at = ""
    for step in to.split("/")[1:]:
        name, _, rest = step.partition("[")
        at = f"{at}/{name}"
        if rest:
            if not isinstance(form.by_path.get(at), Repeat):
                return None
            rows[at] = rest.removesuffix("]")
    return Target(item, rows)


def repeats_above(form: Form, path: str) -> tuple[Repeat, ...]:
    """Return the repeats that an item stands in, the outermost first."""
    found: list[Item | None] = []
    at = ""
    for step in path.split("/")[1:-1]:
        at = f"{at}/{step}"
        found.append(form.by_path.get(at))
    return tuple(item for item in found if isinstance(item, Repeat))


def repeat_of(form: Form, path: str) -> Repeat | None:
    """Return the innermost repeat that an item stands in, or None."""
    above = repeats_above(form, path)
    return above[-1] if above else None
