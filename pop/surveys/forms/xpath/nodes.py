"""The tree that expressions read: one class for the answers of a form and for its lists of choices."""

from __future__ import annotations

from collections.abc import Iterator


class Node:
    """An element without attributes: a name, and either a text or children.

    `text` is what an expression sees: blank while a node is not relevant. `held` is the answer as it was given, kept
    so that it comes back when the node is relevant again. `relevant` includes what the node inherits.
    """

    __slots__ = ("children", "held", "name", "parent", "relevant", "text")

    def __init__(self, name: str, parent: Node | None = None, text: str = "") -> None:
        self.name = name
        self.parent = parent
        self.children: list[Node] = []
        self.text = text
        self.held = text
        self.relevant = True

    def string(self) -> str:
        """Return the string value as XPath defines it: the node's text, or that of all inside it."""
        if not self.children:
            return self.text
        return "".join(child.string() for child in self.children)

    def inside(self) -> Iterator[Node]:
        """Yield all nodes below this one, in document order."""
        for child in self.children:
            yield child
            yield from child.inside()

    def child(self, name: str) -> Node | None:
        """Return the first child of a name, or None."""
        for child in self.children:
            if child.name == name:
                return child
        return None

    def position(self) -> int:
        """Return the 1-based place among the node's siblings of the same name."""
        if self.parent is None:
            return 1
        place = 0
        for sibling in self.parent.children:
            if sibling.name == self.name:
                place += 1
            if sibling is self:
                break
        return place
