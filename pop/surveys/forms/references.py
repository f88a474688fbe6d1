"""What an expression reads: the paths of a form that its answer hangs on, without places of repeats."""

from __future__ import annotations

from collections.abc import Collection

from pop.surveys.forms.xpath.grammar import Call, Expression, Literal, Path, Step, XPathError, parts

# A context outside the answers: an item of a list.
_LIST = ""


def reads_of(tree: Expression, context: str, paths: Collection[str], current: str | None = None) -> frozenset[str]:
    """Return what an expression reads at the path `context`; `paths` are all that the form has.

    Raises XPathError with the code reference_unknown for a path that is in none of the form's questions and groups.
    `current` is the path of current(), where it is another than the context.
    """
    found: set[str] = set()
    _Reading(paths, context if current is None else current, found).look(tree, context)
    return frozenset(found)


class _Reading:
    def __init__(self, paths: Collection[str], current: str, found: set[str]) -> None:
        self._paths = paths
        self._current = current
        self._found = found

    def look(self, tree: Expression, context: str) -> None:
        """Note all that an expression reads at a context."""
        if isinstance(tree, Path) or (isinstance(tree, Call) and tree.name in {"current", "instance"}):
            for path in self._ends(tree, context):
                self._note(path)
            return
        if isinstance(tree, Call) and tree.name == "jr:choice-name" and isinstance(tree.arguments[1], Literal):
            self._named(tree.arguments[1].text.strip(), context)
        for part in parts(tree):
            self.look(part, context)

    def _named(self, path: str, context: str) -> None:
        """Note the question whose choices give a name; it must be written as a plain path."""
        steps = path.split("/")
        place = context.split("/") if not path.startswith("/") else [""]
        for step in steps if not path.startswith("/") else steps[1:]:
            if step == "..":
                place = place[:-1]
            elif step not in {".", "current()"}:
                place.append(step)
        self._note("/".join(place))

    def _note(self, path: str) -> None:
        if path != _LIST:
            self._found.add(path)

    def _ends(self, tree: Expression, context: str) -> list[str]:
        """Return the paths that an expression may answer with, and note what its predicates read."""
        if isinstance(tree, Call):
            if tree.name == "current":
                return [self._current]
            if tree.name == "instance":
                return [_LIST]
            if tree.name in {"indexed-repeat", "randomize"}:
                self.look(tree, context)
                return self._ends(tree.arguments[0], context)
            self.look(tree, context)
            return []
        if not isinstance(tree, Path):
            self.look(tree, context)
            return []
        if tree.start is None:
            ends = [context]
        elif isinstance(tree.start, str):
            ends = ["/"]
        else:
            ends = self._ends(tree.start, context)
        for step in tree.steps:
            ends = self._step(step, ends)
            self._predicates(step.predicates, ends)
        return ends

    def _predicates(self, predicates: tuple[Expression, ...], ends: list[str]) -> None:
        for predicate in predicates:
            for end in ends:
                self.look(predicate, end)

    def _step(self, step: Step, ends: list[str]) -> list[str]:
        found: dict[str, None] = {}
        for end in ends:
            if end == _LIST:
                found[_LIST] = None
                continue
            reached = self._reach(step, "" if end == "/" else end)
            if not reached and step.axis == "child":
                raise XPathError("reference_unknown", f"the form has no question “{end.rstrip('/')}/{step.test}”")
            found.update(dict.fromkeys(reached))
        return list(found)

    def _reach(self, step: Step, end: str) -> list[str]:
        name = step.test

        def fits(path: str) -> bool:
            return name in {"node()", path.rpartition("/")[2]}

        above = end.rpartition("/")[0]
        if step.axis == "self":
            return [end] if fits(end) else []
        if step.axis == "parent":
            return [above or "/"] if fits(above) else []
        return [path for path in self._paths if path.rpartition("/")[0] == end and fits(path)]
