"""XPath 1.0 with the functions of ODK XForms: read once, checked whole, then only called.

Not libxml2's XPath, although `lxml` reads the files: there a date compares as NaN, arguments are never lazy, and
nothing says what an expression reads. All three decide whether this engine agrees with ODK's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pop.surveys.forms.xpath.evaluating import build
from pop.surveys.forms.xpath.functions import RESTLESS
from pop.surveys.forms.xpath.grammar import Call, Expression, XPathError, parse, walk
from pop.surveys.forms.xpath.nodes import Node
from pop.surveys.forms.xpath.values import Value, number_of, text_of, truth_of
from pop.surveys.forms.xpath.world import Evaluate, World

__all__ = ["Compiled", "Node", "World", "XPathError", "compile_xpath", "number_of", "text_of", "truth_of"]


@dataclass(frozen=True)
class Compiled:
    """An expression: its text, its tree, and whether it answers differently although nothing has changed."""

    source: str
    tree: Expression
    restless: bool
    _evaluate: Evaluate = field(repr=False, compare=False)

    def value(self, world: World, node: Node) -> Value:
        """Return the answer at a node."""
        world.current = node
        return self._evaluate(world, node, 1, 1)

    def text(self, world: World, node: Node) -> str:
        """Return the answer as a string."""
        return text_of(self.value(world, node))

    def truth(self, world: World, node: Node) -> bool:
        """Return the answer as a boolean."""
        return truth_of(self.value(world, node))


def compile_xpath(source: str) -> Compiled:
    """Return an expression ready to be asked. Raises XPathError with the code of the reason."""
    tree = parse(source)
    restless = any(isinstance(part, Call) and part.name in RESTLESS for part in walk(tree))
    return Compiled(source, tree, restless, build(tree))
