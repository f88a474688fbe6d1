"""Letting answers settle: when something has changed, all that hangs on it is done again, once, in the form's order.

The rules are ODK's own (https://getodk.github.io/xforms-spec/): what is not relevant is blank to every expression but
keeps its answer; a calculation writes when its result has changed, so that an answer given over it stays until then.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from pop.surveys.forms.definition import Duty, Form, Question, Repeat
from pop.surveys.forms.instance import AnswerNode, below, grow, put_row, rows_of
from pop.surveys.forms.lexical import worked_out
from pop.surveys.forms.xpath import Node, World, number_of
from pop.surveys.forms.xpath.grammar import Call, Expression, walk

# No form needs more rows of one repeat; a count beyond it stays here.
MOST_ROWS = 500
MOST_NODES = 20_000


class Settling:
    """The answers of one person and what keeps them true."""

    def __init__(self, form: Form, world: World, root: AnswerNode) -> None:
        self._form = form
        self._world = world
        self._root = root
        self._index: dict[str, list[AnswerNode]] | None = None
        self._changed: set[str] = set()
        self._woken: set[str] = set()
        self._regiven: set[str] = set()
        self._fresh: dict[str, list[AnswerNode]] = {}
        self._new: set[AnswerNode] = set()
        self._size = 0
        self._fixed: dict[str, tuple[str, ...]] = {}
        self._once = frozenset(
            duty.path for duty in form.duties if duty.what == "calculate" and _calls(duty.expression.tree, "once")
        )

    def nodes(self, path: str) -> list[AnswerNode]:
        """Return all nodes of a path without places, in document order."""
        if self._index is None:
            self._index = {}
            for node in below(self._root):
                self._index.setdefault(node.item.path, []).append(node)
        return self._index.get(path, [])

    def welcome(self, new: AnswerNode) -> None:
        """Take note of a new node and all inside it; `settle` makes them true."""
        self._index = None
        for node in below(new):
            parent = node.parent
            node.relevant = parent is None or parent.relevant
            self._fresh.setdefault(node.item.path, []).append(node)
            self._new.add(node)
            self._size += 1
            self._changed.add(node.item.path)
            if isinstance(node.item, Question):
                if node.item.choices is not None and node.item.choices.nodes is None:
                    node.offered = self._all_choices(node.item)
                node.text = self._shown(node)

    def farewell(self, old: AnswerNode) -> None:
        """Take note of a node that is gone, and all inside it."""
        self._index = None
        for node in below(old):
            self._changed.add(node.item.path)
            self._size -= 1

    @property
    def full(self) -> bool:
        """Whether there are as many answers as one person may have: rows in rows multiply."""
        return self._size >= MOST_NODES

    def answered(self, node: AnswerNode) -> None:
        """Take note of an answer that was given; what is worked out once hangs on its own answer too."""
        self._show(node)
        if node.item.path in self._once:
            self._regiven.add(node.item.path)

    def touch(self, paths: Iterable[str]) -> None:
        """Count paths as changed."""
        self._changed.update(paths)

    def settle(self, *, creating: bool) -> None:
        """Do again what hangs on what has changed. `creating`: new nodes get the defaults that are worked out."""
        for number, duty in enumerate(self._form.duties):
            again = bool(duty.wakes & self._changed) or duty.path in self._regiven
            # A count is worked out for the node that the repeat stands in.
            path = duty.path.rpartition("/")[0] if duty.what == "count" else duty.path
            nodes = self.nodes(path) if again or duty.path in self._woken else self._fresh.get(path, [])
            for node in list(nodes):
                self._do(duty, number, node, again=again, creating=creating)
        self._changed.clear()
        self._woken.clear()
        self._regiven.clear()
        self._fresh.clear()
        self._new.clear()

    def _do(self, duty: Duty, number: int, node: AnswerNode, *, again: bool, creating: bool) -> None:
        fresh = node in self._new
        if duty.what == "relevant":
            self._decide(node, own=duty.expression.truth(self._world, node))
        elif duty.what == "choices":
            self._offer(node)
        elif duty.what == "count":
            self._count(duty, node)
        elif duty.what == "calculate":
            # Dice that were rolled before are not rolled again because somebody goes on with a draft.
            self._calculate(duty, node, again=(again or fresh) and creating)
        elif duty.what == "first":
            if fresh and creating and node.relevant:
                self._write(node, duty.expression.text(self._world, node))
        else:
            self._follow(duty, number, node)

    def _decide(self, node: AnswerNode, *, own: bool) -> None:
        """Set a node's own relevance, and with it that of all inside it."""
        node.own = own
        self._inherit(node)

    def _inherit(self, node: AnswerNode) -> None:
        relevant = node.own and (node.parent is None or node.parent.relevant)
        if relevant == node.relevant:
            return
        node.relevant = relevant
        path = node.item.path
        self._changed.add(path)
        if relevant:
            self._woken.add(path)
        if isinstance(node.item, Question):
            node.text = self._shown(node)
        for child in node.children:
            if isinstance(child, AnswerNode):
                self._inherit(child)

    def _offer(self, node: AnswerNode) -> None:
        """Find the choices that are offered now."""
        choices = node.item.choices if isinstance(node.item, Question) else None
        if choices is None or choices.nodes is None:
            return
        found = choices.nodes.value(self._world, node)
        items = found if isinstance(found, list) else []
        offered = tuple(choices.by_node[item].name for item in items if item in choices.by_node)
        if offered != node.offered:
            node.offered = offered
            self._show(node)

    def _count(self, duty: Duty, parent: AnswerNode) -> None:
        """Give a repeat as many rows as its count says; a count that is blank changes nothing."""
        repeat = self._form.by_path[duty.path]
        if not isinstance(repeat, Repeat):
            return
        wanted = number_of(duty.expression.value(self._world, AnswerNode(repeat, parent)), self._world.zone)
        if math.isnan(wanted):
            return
        count = MOST_ROWS if math.isinf(wanted) and wanted > 0 else min(max(0, math.trunc(wanted)), MOST_ROWS)
        rows = rows_of(parent, repeat)
        for place in range(len(rows), count):
            if self.full:
                break
            row = grow(repeat, parent, written=place < repeat.initial)
            put_row(row)
            self.welcome(row)
        for row in rows[count:]:
            parent.children.remove(row)
            self.farewell(row)

    def _calculate(self, duty: Duty, node: AnswerNode, *, again: bool) -> None:
        if not node.relevant:
            return
        woken = node.item.path in self._woken
        if not again and node.calculated is not None and duty.expression.restless:
            result = node.calculated
        else:
            result = duty.expression.text(self._world, node)
        if woken or result != node.calculated:
            self._write(node, result)
        node.calculated = result

    def _follow(self, duty: Duty, number: int, node: AnswerNode) -> None:
        """Write what a trigger asks for, if its answer is another than it was."""
        (trigger,) = duty.wakes
        source = _source(node, trigger)
        seen = source.text if source is not None else ""
        if node.noted.setdefault(number, seen) != seen:
            node.noted[number] = seen
            self._write(node, duty.expression.text(self._world, node))

    def _write(self, node: AnswerNode, text: str) -> None:
        node.held = worked_out(node.item.kind, text) if isinstance(node.item, Question) else text
        node.wrong = None
        self._show(node)

    def _show(self, node: AnswerNode) -> None:
        shown = self._shown(node)
        if shown != node.text:
            node.text = shown
            self._changed.add(node.item.path)

    def _shown(self, node: AnswerNode) -> str:
        """Return what expressions see of an answer: nothing while it is not relevant, and only choices on offer."""
        if not node.relevant:
            return ""
        if node.offered is None or not node.held:
            return node.held
        if isinstance(node.item, Question) and node.item.kind == "select_multiple":
            return " ".join(name for name in node.held.split() if name in node.offered)
        return node.held if node.held in node.offered else ""

    def _all_choices(self, question: Question) -> tuple[str, ...]:
        if question.path not in self._fixed:
            every = question.choices.every if question.choices else ()
            self._fixed[question.path] = tuple(choice.name for choice in every)
        return self._fixed[question.path]


def _calls(tree: Expression, name: str) -> bool:
    """Whether an expression calls a function."""
    return any(isinstance(part, Call) and part.name == name for part in walk(tree))


def _source(node: AnswerNode, path: str) -> Node | None:
    """Return the node of a path that a node hangs on: in a repeat, that of the same row."""
    at: Node = node
    while isinstance(at, AnswerNode) and at.parent is not None and not path.startswith(f"{at.item.path}/"):
        at = at.parent
    found: Node | None = at
    rest = path[len(at.item.path) + 1 :] if isinstance(at, AnswerNode) else path[1:]
    for name in rest.split("/"):
        found = None if found is None else found.child(name)
    return found
