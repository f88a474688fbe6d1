"""In which order a form's expressions are worked out: none sees what is about to change. Circles are refused."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator, Mapping

from pop.surveys.forms.definition import Duty, Item, Question, Repeat
from pop.surveys.forms.references import reads_of
from pop.surveys.forms.xpath import Compiled, XPathError


class UnusableError(Exception):
    """An expression that cannot be used: which item's, in which column, and why."""

    def __init__(self, path: str, column: str, error: XPathError) -> None:
        super().__init__(str(error))
        self.path = path
        self.column = column
        self.error = error


_COLUMNS = {
    "relevant": "relevant",
    "calculate": "calculation",
    "choices": "choice_filter",
    "count": "repeat_count",
    "first": "default",
    "change": "calculation",
}


# What one item's own duties wait for.
_BEFORE = {"first": ("choices",), "calculate": ("choices", "first"), "change": ("choices", "first")}


def duties_of(items: Mapping[str, Item]) -> tuple[Duty, ...]:
    """Return what has to be done again when answers change, in an order in which it can be done.

    Raises UnusableError for a path that the form does not have, and for expressions that hang on each other in a
    circle: also of a row that reads what another row of its repeat works out, because ODK Collect refuses that too.
    """
    duties = [duty for item in items.values() for duty in _duties(item, items)]
    setters: dict[str, list[int]] = {}
    for number, duty in enumerate(duties):
        for path in _set_by(duty, items):
            setters.setdefault(path, []).append(number)
    order: graphlib.TopologicalSorter[int] = graphlib.TopologicalSorter()
    for number, duty in enumerate(duties):
        before = {other for path in duty.reads for other in setters.get(path, ())}
        before |= set(_relevance_above(duty, duties))
        order.add(number, *sorted(before))
    try:
        return tuple(duties[number] for number in order.static_order())
    except graphlib.CycleError as error:
        circle = [duties[number] for number in error.args[1]]
        names = " → ".join(dict.fromkeys(duty.path.rpartition("/")[2] for duty in circle))
        first = circle[0]
        raise UnusableError(
            first.path, _COLUMNS[first.what], XPathError("cycle", f"these hang on each other in a circle: {names}")
        ) from None


def _duties(item: Item, items: Mapping[str, Item]) -> Iterator[Duty]:
    wanted: list[tuple[str, Compiled | None]] = [("relevant", item.relevant)]
    if isinstance(item, Repeat):
        wanted.append(("count", item.count))
    if isinstance(item, Question):
        wanted += [("first", item.first), ("calculate", item.calculate)]
        wanted.append(("choices", item.choices.nodes if item.choices else None))
    for what, expression in wanted:
        if expression is not None:
            reads = _reads(item.path, what, expression, items)
            yield Duty(what, item.path, expression, reads, frozenset() if what == "first" else reads)
    if isinstance(item, Question):
        for change in item.on_change:
            reads = _reads(item.path, "change", change.value, items)
            yield Duty("change", item.path, change.value, reads | {change.trigger}, frozenset({change.trigger}))


def _reads(path: str, what: str, expression: Compiled, items: Mapping[str, Item]) -> frozenset[str]:
    return check_reads(path, _COLUMNS[what], expression, items)


def check_reads(path: str, column: str, expression: Compiled, items: Mapping[str, Item]) -> frozenset[str]:
    """Return what an expression of an item reads. Raises UnusableError for what the form does not have."""
    try:
        return reads_of(expression.tree, path, items)
    except XPathError as error:
        raise UnusableError(path, column, error) from None


def _set_by(duty: Duty, items: Mapping[str, Item]) -> list[str]:
    """Return the paths whose value or number a duty may change."""
    if duty.what in {"relevant", "count"}:
        return [path for path in items if path == duty.path or path.startswith(f"{duty.path}/")]
    return [duty.path]


def _relevance_above(duty: Duty, duties: list[Duty]) -> Iterator[int]:
    """Yield the relevance that must be known first: the item's own and that of all it stands in."""
    for number, other in enumerate(duties):
        if other.what in {"relevant", "count"} and other is not duty:
            own = other.path == duty.path and duty.what != "relevant" and other.what == "relevant"
            if own or duty.path.startswith(f"{other.path}/"):
                yield number
        elif other.path == duty.path and other.what in _BEFORE.get(duty.what, ()):
            yield number
