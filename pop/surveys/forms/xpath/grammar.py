"""The grammar of XPath 1.0 as XForms use it: text in, a tree of frozen values out.

https://www.w3.org/TR/1999/REC-xpath-19991116/ section 3. The tree says everything that a form needs to know before it
opens: which functions an expression calls, which nodes it reads. Nothing is evaluated here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A form's expression is written by a person; what is longer or deeper than this was made to hurt.
LONGEST = 20_000
_DEEPEST = 40
_DEEPEST_TREE = 150

# ODK Collect follows no other step, and refuses `//`, `|`, `*` and (…)[…]: a form that needs them is of no use there.
AXES = frozenset({"child", "parent", "self"})
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<literal>"[^"]*"|'[^']*')
    | (?P<name>[^\W\d][\w.\-]*(?::(?!:)(?:[^\W\d][\w.\-]*|\*))?)
    | (?P<sign>//|::|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*$:])
    )""",
    re.VERBOSE,
)
# Functions that a path may begin with.
_STARTS = frozenset({"instance", "current"})
_OPERATORS = frozenset({"and", "or", "mod", "div"})
# What may stand before a name or a star if that is to be an operand (XPath 1.0, 3.7).
_OPENERS = frozenset({"@", "::", "(", "[", ",", "/", "+", "-", "=", "!=", "<", "<=", ">", ">="})


class XPathError(ValueError):
    """An expression that cannot be used; `code` is one of the reasons of `pop.surveys.forms.refusals`."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Number:
    """A number as written."""

    value: float


@dataclass(frozen=True)
class Literal:
    """A text between quotes."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Binary:
    """Two operands and an operator: or and = != < <= > >= + - * div mod."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Negated:
    """Minus an operand."""

    operand: Expression


@dataclass(frozen=True)
class Step:
    """One step of a path; `test` is a name, or "node()" where the axis is parent or self."""

    axis: str
    test: str
    predicates: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Path:
    """Steps from the root ("/"), from the context (None) or from instance() or current()."""

    start: Call | str | None
    steps: tuple[Step, ...]


Expression = Number | Literal | Call | Binary | Negated | Path


def parse(text: str) -> Expression:
    """Return the tree of an expression. Raises XPathError."""
    if len(text) > LONGEST:
        raise XPathError("expression_too_long", f"the expression is longer than {LONGEST} signs")
    reader = _Reader(_tokens(text))
    tree = reader.either()
    if reader.kind:
        raise XPathError("expression_unreadable", f"“{reader.word}” is not expected here")
    level: tuple[Expression, ...] = (tree,)
    for _ in range(_DEEPEST_TREE):
        level = tuple(part for node in level for part in parts(node))
        if not level:
            return tree
    raise XPathError("expression_too_deep", "the expression strings too many operators together")


def walk(tree: Expression) -> Iterator[Expression]:
    """Yield an expression and all inside it."""
    yield tree
    for part in parts(tree):
        yield from walk(part)


def parts(tree: Expression) -> tuple[Expression, ...]:
    """Return the expressions directly inside one, predicates included."""
    if isinstance(tree, Call):
        return tree.arguments
    if isinstance(tree, Binary):
        return (tree.left, tree.right)
    if isinstance(tree, Negated):
        return (tree.operand,)
    if isinstance(tree, Path):
        start = () if tree.start is None or isinstance(tree.start, str) else (tree.start,)
        return (*start, *(predicate for step in tree.steps for predicate in step.predicates))
    return ()


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise XPathError("expression_unreadable", f"“{text[at : at + 20].strip()}” cannot be read")
        kind, word = match.lastgroup, match.group(match.lastgroup)
        # `a-1` is a name in XPath; a name that ends with a point or a hyphen is not one.
        operand_before = bool(found) and not (found[-1][0] == "operator" or found[-1][1] in _OPENERS)
        if operand_before and ((kind == "name" and word in _OPERATORS) or word == "*"):
            kind = "operator"
        elif kind == "sign" and word in {"$", ":"}:
            raise XPathError("expression_unreadable", f"“{word}” cannot be used in an expression")
        elif kind == "sign" and word in {"//", "|", "*"}:
            raise XPathError("axis_unsupported", f"“{word}” is not supported in a path")
        found.append((kind, word))
        at = match.end()
    found.append(("", ""))
    return found


class _Reader:
    """A recursive descent over the tokens, one method for each level of binding."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def word(self) -> str:
        return self._tokens[self._at][1]

    def either(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise XPathError("expression_too_deep", f"the expression is nested deeper than {_DEEPEST} levels")
        tree = self._chain(0)
        self._depth -= 1
        return tree

    _LEVELS: tuple[frozenset[str], ...] = (
        frozenset({"or"}),
        frozenset({"and"}),
        frozenset({"=", "!="}),
        frozenset({"<", "<=", ">", ">="}),
        frozenset({"+", "-"}),
        frozenset({"*", "div", "mod"}),
    )

    def _chain(self, level: int) -> Expression:
        if level == len(self._LEVELS):
            return self._minus()
        tree = self._chain(level + 1)
        while self.word in self._LEVELS[level] and self.kind in {"operator", "sign"}:
            operator = self._next()
            tree = Binary(operator, tree, self._chain(level + 1))
        return tree

    def _minus(self) -> Expression:
        signs = 0
        while self._takes("-"):
            signs += 1
        tree = self._path()
        for _ in range(signs):
            tree = Negated(tree)
        return tree

    def _path(self) -> Expression:
        if self._takes("/"):
            return Path("/", self._steps() if self._starts_step() else ())
        if not self._starts_operand():
            return Path(None, self._steps())
        tree = self._primary()
        if self.word == "[":
            raise XPathError("axis_unsupported", "“[…]” is not supported after a bracket or a function")
        if self._takes("/"):
            if not isinstance(tree, Call) or tree.name not in _STARTS:
                raise XPathError("axis_unsupported", "a path begins with a name, “/”, instance() or current()")
            return Path(tree, self._steps())
        return tree

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._step()]
        while self._takes("/"):
            steps.append(self._step())
        return tuple(steps)

    def _step(self) -> Step:
        if self._takes("."):
            return Step("self", "node()", self._predicates())
        if self._takes(".."):
            return Step("parent", "node()", self._predicates())
        if self.word == "@":
            raise XPathError("axis_unsupported", "attributes cannot be read in an expression")
        axis = "child"
        if self.kind == "name" and self._tokens[self._at + 1][1] == "::":
            axis = self._next()
            self._next()
            if axis not in AXES:
                raise XPathError("axis_unsupported", f"the axis “{axis}” is not supported")
        if self.kind != "name":
            raise XPathError("expression_unreadable", f"a name is expected instead of “{self.word or 'the end'}”")
        test = self._next()
        if self._takes("("):
            if test != "node" or axis == "child":
                raise XPathError("axis_unsupported", f"the node test “{test}()” is not supported")
            self._expect(")")
            test = "node()"
        return Step(axis, test, self._predicates())

    def _predicates(self) -> tuple[Expression, ...]:
        found = []
        while self._takes("["):
            found.append(self.either())
            self._expect("]")
        return tuple(found)

    def _primary(self) -> Expression:
        kind, word = self.kind, self._next()
        if kind == "number":
            return Number(float(word))
        if kind == "literal":
            return Literal(word[1:-1])
        if word == "(":
            tree = self.either()
            self._expect(")")
            return tree
        self._expect("(")
        arguments: list[Expression] = []
        if not self._takes(")"):
            arguments.append(self.either())
            while self._takes(","):
                arguments.append(self.either())
            self._expect(")")
        return Call(word, tuple(arguments))

    def _starts_operand(self) -> bool:
        """Whether a primary expression stands here: a number, a literal, a bracket or a function call."""
        if self.kind in {"number", "literal"} or self.word == "(":
            return True
        return self.kind == "name" and self._tokens[self._at + 1][1] == "(" and self.word != "node"

    def _starts_step(self) -> bool:
        return self.kind == "name" or self.word in {".", "..", "@"}

    def _next(self) -> str:
        token = self.word
        if not self.kind:
            raise XPathError("expression_unreadable", "the expression ends too early")
        self._at += 1
        return token

    def _takes(self, sign: str) -> bool:
        if self.kind == "sign" and self.word == sign:
            self._at += 1
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise XPathError("expression_unreadable", f"“{sign}” is expected instead of “{self.word or 'the end'}”")
