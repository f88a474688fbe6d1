"""Functions on nodes: the lists of a form, its repeats, the names of choices."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

from pop.surveys.forms.xpath.grammar import Call, Expression, Literal, Path, XPathError
from pop.surveys.forms.xpath.nodes import Node
from pop.surveys.forms.xpath.values import Value, number_of, text_of
from pop.surveys.forms.xpath.world import Evaluate, World

_GIVE_NODES = frozenset({"instance", "current", "indexed-repeat", "randomize"})
# Where a function needs nodes: the places of those arguments.
_NEED_NODES = {
    "count": (0,),
    "count-non-empty": (0,),
    "sum": (0,),
    "position": (0,),
    "randomize": (0,),
    "indexed-repeat": (0, 1, 3, 5),
}
_LARGEST = 2_147_483_647


def gives_nodes(tree: Expression) -> bool:
    """Whether an expression answers with nodes."""
    return isinstance(tree, Path) or (isinstance(tree, Call) and tree.name in _GIVE_NODES)


def check_nodes(call: Call) -> None:
    """Raise XPathError for a call that gives a text or a number where its function needs nodes."""
    for place in _NEED_NODES.get(call.name, ()):
        if place < len(call.arguments) and not gives_nodes(call.arguments[place]):
            raise XPathError("expression_types", f"the function {call.name}() needs a question or a group there")


def only_nodes(value: Value, what: str) -> list[Node]:
    """Return a node-set; the forms that would give anything else were refused."""
    if isinstance(value, list):
        return value
    raise XPathError("expression_types", f"{what} needs nodes")


def count_non_empty(world: World, values: list[Value]) -> float:
    """Return how many nodes are not blank."""
    return float(sum(node.string() != "" for node in only_nodes(values[0], "count-non-empty()")))


def instance(arguments: list[Evaluate]) -> Evaluate:
    """Return the function that answers with a list of the form."""
    (name,) = arguments

    def evaluate(world: World, node: Node, position: int, size: int) -> Value:
        found = world.lists.get(text_of(name(world, node, position, size)))
        return [] if found is None else [found]

    return evaluate


def check_instance(call: Call) -> None:
    """Raise XPathError for a list whose name is worked out: it could not be checked."""
    if not isinstance(call.arguments[0], Literal):
        raise XPathError("function_arguments", "the name of the list of instance() must stand there as a text")


def choice_name(arguments: list[Evaluate]) -> Evaluate:
    """Return the function that answers with the label of a choice, in the language of the person who answers."""
    value, path = arguments
    return lambda world, node, position, size: world.choice_name(
        text_of(value(world, node, position, size)), text_of(path(world, node, position, size)).strip(), node
    )


def check_choice_name(call: Call) -> None:
    """Raise XPathError if the question of jr:choice-name() is worked out: it could not be checked."""
    if not isinstance(call.arguments[1], Literal):
        raise XPathError("function_arguments", "the question of jr:choice-name() must stand there as a text")


def check_indexed_repeat(call: Call) -> None:
    """Raise XPathError for a repeat without its index."""
    if len(call.arguments) % 2 == 0 or len(call.arguments) > 7:
        raise XPathError("function_arguments", "the function indexed-repeat() needs an index for each repeat")


def indexed_repeat(arguments: list[Evaluate]) -> Evaluate:
    """Return the function of a question in one instance of each repeat around it."""
    target, *rest = arguments
    pairs = list(zip(rest[::2], rest[1::2], strict=True))

    def evaluate(world: World, node: Node, position: int, size: int) -> Value:
        found: list[tuple[list[Node], float]] = []
        for repeat, index in pairs:
            place = number_of(index(world, node, position, size), world.zone)
            rows = only_nodes(repeat(world, node, position, size), "indexed-repeat()")
            if math.isnan(place) or not rows:
                return []
            found.append((rows, place))
        found.sort(key=lambda pair: _depth(pair[0][0]))
        holder: Node | None = None
        for rows, place in found:
            inside = rows if holder is None else [row for row in rows if _is_inside(row, holder)]
            if not (place.is_integer() and 1 <= place <= len(inside)):
                return []
            holder = inside[int(place) - 1]
        nodes = only_nodes(target(world, node, position, size), "indexed-repeat()")
        return [found_node for found_node in nodes if holder is not None and _is_inside(found_node, holder)]

    return evaluate


def randomize(world: World, values: list[Value]) -> list[Node]:
    """Return nodes in another order: with a seed always the same one, that of JavaRosa (Park-Miller, inside-out)."""
    nodes = only_nodes(values[0], "randomize()")
    roll = world.chance.random if len(values) == 1 else _rolls(_seed(world, values[1]))
    mixed: list[Node] = []
    for place, node in enumerate(nodes):
        other = int(roll() * (place + 1))
        mixed.append(node)
        mixed[place] = mixed[other]
        mixed[other] = node
    return mixed


def _seed(world: World, value: Value) -> int:
    number = number_of(value, world.zone)
    if math.isnan(number):
        text = text_of(value)
        digest = hashlib.sha256(text.encode()).digest()[:8]
        return int.from_bytes(digest, "big", signed=True) if text else 0
    if math.isinf(number):
        return 2**63 - 1 if number > 0 else -(2**63)
    return math.trunc(number)


def _rolls(seed: int) -> Callable[[], float]:
    state = int(math.fmod(seed, _LARGEST)) if abs(seed) < 2**53 else abs(seed) % _LARGEST * (1 if seed > 0 else -1)
    if state <= 0:
        state += _LARGEST - 1

    def roll() -> float:
        nonlocal state
        state = state * 16_807 % _LARGEST
        return (state - 1) / (_LARGEST - 1)

    return roll


def _depth(node: Node) -> int:
    depth = 0
    while node.parent is not None:
        depth, node = depth + 1, node.parent
    return depth


def _is_inside(node: Node, holder: Node) -> bool:
    above = node.parent
    while above is not None:
        if above is holder:
            return True
        above = above.parent
    return False
