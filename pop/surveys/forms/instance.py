"""The tree of one person's answers, built from the form, and how its nodes are addressed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pop.surveys.forms.definition import Form, Group, Item, Question, Repeat
from pop.surveys.forms.xpath import Node

_STEP = re.compile(r"([^\[\]/]+)(?:\[([1-9]\d{0,5})\])?\Z", re.ASCII)


class NoSuchPathError(LookupError):
    """A path that the form does not have, or a place that a repeat does not have."""


class AnswerNode(Node):
    """A node of the answers, with what the engine remembers of it.

    `own` is its own relevance, without what it inherits. `wrong` is what the person gave if it is not in the form of
    its kind. `calculated` is what its calculation gave last. `offered` are the names of its choices, in their order,
    or None if it has none. `noted` holds the triggers' answers as they were last seen.
    """

    __slots__ = ("calculated", "item", "noted", "offered", "own", "wrong")

    children: list[Node]

    def __init__(self, item: Item, parent: Node | None) -> None:
        super().__init__(item.name, parent)
        self.item = item
        self.own = True
        self.wrong: str | None = None
        self.calculated: str | None = None
        self.offered: tuple[str, ...] | None = None
        self.noted: dict[int, str] = {}


def plant(form: Form) -> tuple[Node, AnswerNode]:
    """Return the document and the root of new answers: defaults, and the rows that the form comes with."""
    document = Node("")
    root = grow(form.root, document, written=True)
    document.children.append(root)
    return document, root


def grow(item: Item, parent: Node, *, written: bool) -> AnswerNode:
    """Return a new node with all inside it, not yet among its parent's children.

    `written` for what the form itself comes with, which brings the rows of its repeats. A row that is added later
    comes without rows of the repeats directly in it, but with those of the repeats in its groups: so the form compiler
    has it.
    """
    node = AnswerNode(item, parent)
    if isinstance(item, Question):
        node.held = item.default
        return node
    for child in item.children:
        if isinstance(child, Repeat):
            rows = child.initial if written and child.count is None else 0
            node.children += [grow(child, node, written=True) for _ in range(rows)]
        else:
            node.children.append(grow(child, node, written=written or isinstance(child, Group)))
    return node


def rows_of(parent: Node, repeat: Repeat) -> list[AnswerNode]:
    """Return the instances of a repeat under a node."""
    return [node for node in parent.children if isinstance(node, AnswerNode) and node.item is repeat]


def put_row(row: AnswerNode) -> None:
    """Put a new row behind the last of its repeat, or where the form has its first."""
    parent = row.parent
    if not isinstance(parent, AnswerNode) or isinstance(parent.item, Question):
        raise TypeError("a row stands in a group or in a row")
    order = {item.path: place for place, item in enumerate(parent.item.children)}
    before = [
        place
        for place, node in enumerate(parent.children)
        if isinstance(node, AnswerNode) and order[node.item.path] <= order[row.item.path]
    ]
    parent.children.insert(before[-1] + 1 if before else 0, row)


def below(node: Node) -> Iterator[AnswerNode]:
    """Yield a node and all answers inside it, in document order."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, AnswerNode):
            yield each
        if each.children:
            waiting.extend(reversed(each.children))


def find(root: AnswerNode, path: str) -> AnswerNode:
    """Return the node at a path with places. Raises NoSuchPathError."""
    name, steps = _steps(path)
    if name != root.name:
        raise NoSuchPathError(path)
    node = root
    for step, place in steps:
        same = [child for child in node.children if child.name == step]
        found = same[place - 1] if place <= len(same) else None
        if not isinstance(found, AnswerNode):
            raise NoSuchPathError(path)
        node = found
    return node


def find_repeat(root: AnswerNode, path: str) -> tuple[AnswerNode, Repeat]:
    """Return the node that a repeat stands in, and the repeat, of a path without its last place.

    Raises NoSuchPathError.
    """
    above, _, name = path.rpartition("/")
    parent = find(root, above)
    if isinstance(parent.item, Question):
        raise NoSuchPathError(path)
    for item in parent.item.children:
        if isinstance(item, Repeat) and item.name == name:
            return parent, item
    raise NoSuchPathError(path)


def address(node: AnswerNode) -> str:
    """Return the path of a node with the places of repeats."""
    steps = []
    at: Node | None = node
    while isinstance(at, AnswerNode):
        steps.append(f"{at.name}[{at.position()}]" if isinstance(at.item, Repeat) else at.name)
        at = at.parent
    return "/" + "/".join(reversed(steps))


def _steps(path: str) -> tuple[str, list[tuple[str, int]]]:
    words = path.split("/")
    if len(words) < 2 or words[0]:
        raise NoSuchPathError(path)
    steps = []
    for word in words[1:]:
        match = _STEP.match(word)
        if match is None:
            raise NoSuchPathError(path)
        steps.append((match.group(1), int(match.group(2) or 1)))
    return steps[0][0], steps[1:]
