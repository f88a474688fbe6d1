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
    Literal,
    Negated,
    Number,
    Path,
    Step,
    XPathError,
)
from pop.surveys.forms.xpath.nodes import Node
from pop.surveys.forms.xpath.nodesets import check_nodes, only_nodes
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

    def take(world: World, nodes: list[Node]) -> list[Node]:
        if len(nodes) == 1:
            return _kept(world, walk(nodes[0]), predicates) if predicates else walk(nodes[0])
        found: dict[Node, None] = {}
        for node in nodes:
            found.update(dict.fromkeys(_kept(world, walk(node), predicates)))
        return list(found)

    return take


def _axis(step: Step) -> _Walk:
    """Return the walk from a node to those of an axis that pass its name test."""
    name = step.test
    if step.axis == "child":
        return lambda node: [child for child in node.children if child.name == name]

    def fits(node: Node) -> bool:
        return name in {"node()", node.name}

    if step.axis == "self":
        return lambda node: [node] if fits(node) else []
    return lambda node: [node.parent] if node.parent is not None and fits(node.parent) else []
