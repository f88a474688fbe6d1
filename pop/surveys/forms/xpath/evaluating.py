"""From a tree of XPath to a function that answers it: made once, when the form is loaded.

A closure for every node of the tree. Arguments of functions are evaluated only when they are needed, so that
if(…, once(random()), …) rolls no dice for the branch that is not taken.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable

from pop.surveys.forms.xpath.functions import FUNCTIONS
from pop.surveys.forms.xpath.grammar import (
    Binary,
    Call,
    Expression,
    Filtered,
    Literal,
    Negated,
    Number,
    Path,
    Step,
    XPathError,
)
from pop.surveys.forms.xpath.nodes import Node
from pop.surveys.forms.xpath.nodesets import check_nodes, gives_nodes, only_nodes
from pop.surveys.forms.xpath.values import Value, differ, equal, number_of, ordered, truth_of
from pop.surveys.forms.xpath.world import Evaluate, World

_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_Walk = Callable[[Node], list[Node]]


def build(tree: Expression) -> Evaluate:
    """Return the function of a tree. Raises XPathError for a function that is unknown or called wrongly."""
    if isinstance(tree, Number | Literal):
        fixed: Value = tree.value if isinstance(tree, Number) else tree.text
        return lambda world, node, position, size: fixed
    if isinstance(tree, Call):
        return _call(tree)
    if isinstance(tree, Binary):
        return _binary(tree)
    if isinstance(tree, Negated):
        operand = build(tree.operand)
        return lambda world, node, position, size: -number_of(operand(world, node, position, size), world.zone)
    if isinstance(tree, Filtered):
        return _filtered(tree)
    return _path(tree)


def _call(tree: Call) -> Evaluate:
    function = FUNCTIONS.get(tree.name)
    if function is None:
        raise XPathError("function_unknown", f"the function {tree.name}() is not supported")
    count = len(tree.arguments)
    if count < function.least or (function.most is not None and count > function.most):
        raise XPathError("function_arguments", f"the function {tree.name}() cannot take {count} arguments")
    check_nodes(tree)
    if function.check is not None:
        function.check(tree)
    return function.make([build(argument) for argument in tree.arguments])


def _need_nodes(tree: Expression, sign: str) -> None:
    if not gives_nodes(tree):
        raise XPathError("expression_types", f"“{sign}” needs questions or groups, not a text or a number")


def _binary(tree: Binary) -> Evaluate:
    left, right, sign = build(tree.left), build(tree.right), tree.operator
    if sign == "or":
        return lambda w, n, p, s: truth_of(left(w, n, p, s)) or truth_of(right(w, n, p, s))
    if sign == "and":
        return lambda w, n, p, s: truth_of(left(w, n, p, s)) and truth_of(right(w, n, p, s))
    if sign == "=":
        return lambda w, n, p, s: equal(left(w, n, p, s), right(w, n, p, s), w.zone)
    if sign == "!=":
        return lambda w, n, p, s: differ(left(w, n, p, s), right(w, n, p, s), w.zone)
    if sign in _ORDERS:
        test = _ORDERS[sign]
        return lambda w, n, p, s: ordered(left(w, n, p, s), right(w, n, p, s), w.zone, test)
    if sign == "|":
        _need_nodes(tree.left, sign)
        _need_nodes(tree.right, sign)
        return lambda w, n, p, s: _in_order(
            [*only_nodes(left(w, n, p, s), "|"), *only_nodes(right(w, n, p, s), "|")],
        )
    sum_of = _ARITHMETIC[sign]
    return lambda w, n, p, s: sum_of(number_of(left(w, n, p, s), w.zone), number_of(right(w, n, p, s), w.zone))


def _divided(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1, right)


def _rest(left: float, right: float) -> float:
    if right == 0 or math.isinf(left) or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.fmod(left, right)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: float(left) + float(right),
    "-": lambda left, right: float(left) - float(right),
    "*": lambda left, right: float(left) * float(right),
    "div": _divided,
    "mod": _rest,
}


def _filtered(tree: Filtered) -> Evaluate:
    _need_nodes(tree.subject, "[…]")
    subject = build(tree.subject)
    predicates = [build(predicate) for predicate in tree.predicates]

    def evaluate(world: World, node: Node, position: int, size: int) -> Value:
        return _kept(world, only_nodes(subject(world, node, position, size), "[…]"), predicates)

    return evaluate


def _kept(world: World, nodes: list[Node], predicates: Iterable[Evaluate]) -> list[Node]:
    """Return the nodes that pass every predicate; a predicate that is a number asks for a place."""
    for predicate in predicates:
        size = len(nodes)
        kept = []
        for place, node in enumerate(nodes, 1):
            answer = predicate(world, node, place, size)
            if (place == answer) if isinstance(answer, float) else truth_of(answer):
                kept.append(node)
        nodes = kept
    return nodes


def _path(tree: Path) -> Evaluate:
    steps = [_step(step) for step in tree.steps]
    if tree.start is None:
        start: Evaluate = lambda world, node, position, size: [node]  # noqa: E731
    elif isinstance(tree.start, str):
        start = lambda world, node, position, size: [world.document]  # noqa: E731
    else:
        _need_nodes(tree.start, "/")
        start = build(tree.start)

    def evaluate(world: World, node: Node, position: int, size: int) -> Value:
        nodes = only_nodes(start(world, node, position, size), "/")
        for step in steps:
            nodes = step(world, nodes)
        return nodes

    return evaluate


def _step(step: Step) -> Callable[[World, list[Node]], list[Node]]:
    walk = _axis(step)
    predicates = [build(predicate) for predicate in step.predicates]
    backwards = step.axis in {"ancestor", "ancestor-or-self", "preceding-sibling"}

    def take(world: World, nodes: list[Node]) -> list[Node]:
        if len(nodes) == 1 and not backwards:
            return _kept(world, walk(nodes[0]), predicates) if predicates else walk(nodes[0])
        found: dict[Node, None] = {}
        for node in nodes:
            found.update(dict.fromkeys(_kept(world, walk(node), predicates)))
        return list(found) if not backwards else _in_order(found)

    return take


def _axis(step: Step) -> _Walk:
    """Return the walk from a node to those of an axis that pass its name test; backward axes come nearest first."""
    name = step.test
    whatever = name in {"*", "node()"}
    if step.axis == "child":
        if whatever:
            return lambda node: list(node.children)
        return lambda node: [child for child in node.children if child.name == name]

    def fits(node: Node) -> bool:
        return whatever or node.name == name

    if step.axis == "self":
        return lambda node: [node] if fits(node) else []
    if step.axis == "parent":
        return lambda node: [node.parent] if node.parent is not None and fits(node.parent) else []
    walks: dict[str, Callable[[Node], Iterable[Node]]] = {
        "descendant": lambda node: node.inside(),
        "descendant-or-self": lambda node: [node, *node.inside()],
        "ancestor": lambda node: _above(node),
        "ancestor-or-self": lambda node: [node, *_above(node)],
        "preceding-sibling": lambda node: reversed(_siblings(node, before=True)),
        "following-sibling": lambda node: _siblings(node, before=False),
    }
    walk = walks[step.axis]
    return lambda node: [found for found in walk(node) if fits(found)]


def _above(node: Node) -> list[Node]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _siblings(node: Node, *, before: bool) -> list[Node]:
    if node.parent is None:
        return []
    place = node.parent.children.index(node)
    return node.parent.children[:place] if before else node.parent.children[place + 1 :]


def _in_order(nodes: Iterable[Node]) -> list[Node]:
    """Return nodes in document order, each once."""

    def place(node: Node) -> tuple[int, ...]:
        line = []
        while node.parent is not None:
            line.append(node.parent.children.index(node))
            node = node.parent
        return tuple(reversed(line))

    return sorted(dict.fromkeys(nodes), key=place)
