"""The functions of XPath 1.0 and of ODK XForms (https://getodk.github.io/xforms-spec/) that a form may call.

docs/look-up/forms.md lists them all (a test compares). A function that is missing here refuses the form that calls it:
so do those of XPath 1.0 that ODK Collect does not know (floor, ceiling, substring, last).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

from pop.surveys.forms.xpath import nodesets, texts, times
from pop.surveys.forms.xpath.grammar import Call
from pop.surveys.forms.xpath.nodes import Node
from pop.surveys.forms.xpath.values import Value, number_of, text_of, truth_of
from pop.surveys.forms.xpath.world import Evaluate, World


@dataclass(frozen=True)
class Function:
    """How many arguments a function takes (`most` None: any number), and how it is made of their functions.

    `check` looks at a call when the form is loaded and raises XPathError for what could not be answered later.
    """

    least: int
    most: int | None
    make: Callable[[list[Evaluate]], Evaluate]
    check: Callable[[Call], None] | None = None


def _fixed(value: Value) -> Function:
    return Function(0, 0, lambda arguments: lambda w, n, p, s: value)


def _of_number(work: Callable[[float], float]) -> Function:
    def make(arguments: list[Evaluate]) -> Evaluate:
        (argument,) = arguments
        return lambda w, n, p, s: _safely(work, number_of(argument(w, n, p, s), w.zone))

    return Function(1, 1, make)


def _of_numbers(work: Callable[[float, float], float]) -> Function:
    def make(arguments: list[Evaluate]) -> Evaluate:
        left, right = arguments
        return lambda w, n, p, s: _safely(
            work, number_of(left(w, n, p, s), w.zone), number_of(right(w, n, p, s), w.zone)
        )

    return Function(2, 2, make)


def _of_texts(least: int, most: int | None, work: Callable[[list[str]], Value]) -> Function:
    def make(arguments: list[Evaluate]) -> Evaluate:
        return lambda w, n, p, s: work([text_of(argument(w, n, p, s)) for argument in arguments])

    return Function(least, most, make)


def _of_values(least: int, most: int | None, work: Callable[[World, list[Value]], Value]) -> Function:
    def make(arguments: list[Evaluate]) -> Evaluate:
        return lambda w, n, p, s: work(w, [argument(w, n, p, s) for argument in arguments])

    return Function(least, most, make)


def _safely(work: Callable[..., float], *numbers: float) -> float:
    """Return the result, or what ECMAScript's Math gives where Python raises."""
    try:
        return float(work(*numbers))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _log(number: float) -> float:
    return -math.inf if number == 0 else math.log(number)


def _log10(number: float) -> float:
    return -math.inf if number == 0 else math.log10(number)


def _power(base: float, exponent: float) -> float:
    if base == 0 and exponent < 0:
        return math.inf
    return math.nan if math.isnan(exponent) else base**exponent if base >= 0 or exponent.is_integer() else math.nan


def _whole(number: float) -> float:
    return number if math.isnan(number) or math.isinf(number) else float(math.trunc(number))


def _round(world: World, values: list[Value]) -> float:
    number = number_of(values[0], world.zone)
    places = number_of(values[1], world.zone) if len(values) > 1 else 0.0
    if math.isnan(number) or math.isnan(places):
        return math.nan
    if math.isinf(number):
        return number
    try:
        scale = 10.0**places
        return math.copysign(math.floor(abs(number) * scale + 0.5) / scale, number)
    except (OverflowError, ZeroDivisionError):
        return math.nan


def _if(arguments: list[Evaluate]) -> Evaluate:
    condition, then, otherwise = arguments
    return lambda w, n, p, s: then(w, n, p, s) if truth_of(condition(w, n, p, s)) else otherwise(w, n, p, s)


def _coalesce(arguments: list[Evaluate]) -> Evaluate:
    first, second = arguments
    return lambda w, n, p, s: text_of(first(w, n, p, s)) or text_of(second(w, n, p, s))


def _once(arguments: list[Evaluate]) -> Evaluate:
    (argument,) = arguments
    return lambda w, n, p, s: n.string() or text_of(argument(w, n, p, s))


def _here(work: Callable[[World, Value], Value]) -> Function:
    """Return a function of one argument that may be left out for the node itself."""

    def make(arguments: list[Evaluate]) -> Evaluate:
        if not arguments:
            return lambda w, n, p, s: work(w, [n])
        (argument,) = arguments
        return lambda w, n, p, s: work(w, argument(w, n, p, s))

    return Function(0, 1, make)


def _position(arguments: list[Evaluate]) -> Evaluate:
    if not arguments:
        return lambda w, n, p, s: float(p)
    (argument,) = arguments

    def evaluate(world: World, node: Node, position: int, size: int) -> Value:
        nodes = nodesets.only_nodes(argument(world, node, position, size), "position()")
        return float(nodes[0].position()) if nodes else math.nan

    return evaluate


def _numbers(world: World, values: list[Value]) -> list[float]:
    flat = itertools.chain.from_iterable(
        [node.string() for node in value] if isinstance(value, list) else [value] for value in values
    )
    return [number_of(value, world.zone) for value in flat]


def _extreme(pick: Callable[[list[float]], float]) -> Callable[[World, list[Value]], Value]:
    def work(world: World, values: list[Value]) -> Value:
        numbers = _numbers(world, values)
        return math.nan if not numbers or any(map(math.isnan, numbers)) else pick(numbers)

    return work


def _sum(world: World, values: list[Value]) -> float:
    """Return the sum of nodes; of none it is NaN, as ODK's engine has it: nothing was counted, so nothing is said."""
    numbers = [number_of(node.string(), world.zone) for node in nodesets.only_nodes(values[0], "sum()")]
    return sum(numbers) if numbers else math.nan


def _ticked(least: float, most: float, weights: list[tuple[bool, float]]) -> bool:
    """Return whether the weights of what holds lie within two bounds; -1 is no upper bound."""
    if most == -1:
        if least < 1:
            return True
        most = math.inf
    total = 0.0
    for holds, weight in weights:
        if holds:
            total += weight
            if total > most:
                return False
    return total >= least


def _checklist(world: World, values: list[Value]) -> bool:
    least, most = (number_of(value, world.zone) for value in values[:2])
    flat = [holds for value in values[2:] for holds in _truths(value)]
    return _ticked(least, most, [(holds, 1.0) for holds in flat])


def _truths(value: Value) -> list[bool]:
    """Return a value as truths: of nodes each, and a node is true that is not blank."""
    return [node.string().strip() != "" for node in value] if isinstance(value, list) else [truth_of(value)]


def _weighted_checklist(world: World, values: list[Value]) -> bool:
    least, most, *pairs = values
    weights: list[tuple[bool, float]] = []
    for holds, weight in zip(pairs[::2], pairs[1::2], strict=True):
        weights += zip(_truths(holds), _numbers(world, [weight]), strict=False)
    return _ticked(number_of(least, world.zone), number_of(most, world.zone), weights)


def _uuid(world: World, values: list[Value]) -> str:
    def one() -> str:
        bits = world.chance.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | (0x4 << 76) | (0x2 << 62)
        digits = f"{bits:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    if not values:
        return one()
    wanted = number_of(values[0], world.zone)
    if not 0 <= wanted <= texts.LONGEST_UUID:
        return ""
    made = one()
    while len(made) < wanted:
        made += one()
    return made[: int(wanted)]


FUNCTIONS: dict[str, Function] = {
    # Logic
    "true": _fixed(True),
    "false": _fixed(False),
    "not": _of_values(1, 1, lambda w, values: not truth_of(values[0])),
    "boolean": _of_values(1, 1, lambda w, values: truth_of(values[0])),
    "boolean-from-string": _of_texts(1, 1, lambda words: words[0] in {"1", "true"}),
    "if": Function(3, 3, _if),
    "coalesce": Function(2, 2, _coalesce),
    "once": Function(1, 1, _once),
    "checklist": _of_values(3, None, _checklist),
    "weighted-checklist": Function(4, None, _of_values(4, None, _weighted_checklist).make, texts.check_pairs),
    # Numbers
    "number": _here(lambda w, value: times.number(w, value)),
    "int": _of_number(_whole),
    "round": _of_values(1, 2, _round),
    "abs": _of_number(abs),
    "pow": _of_numbers(_power),
    "log": _of_number(_log),
    "log10": _of_number(_log10),
    "exp": _of_number(math.exp),
    "exp10": _of_number(lambda number: 10.0**number),
    "sqrt": _of_number(math.sqrt),
    "sin": _of_number(math.sin),
    "cos": _of_number(math.cos),
    "tan": _of_number(math.tan),
    "asin": _of_number(math.asin),
    "acos": _of_number(math.acos),
    "atan": _of_number(math.atan),
    "atan2": _of_numbers(math.atan2),
    "pi": _fixed(math.pi),
    "random": Function(0, 0, lambda arguments: lambda w, n, p, s: w.chance.random()),
    "min": _of_values(1, None, _extreme(min)),
    "max": _of_values(1, None, _extreme(max)),
    "sum": _of_values(1, 1, _sum),
    # Texts
    "string": _here(lambda w, value: text_of(value)),
    "concat": _of_values(1, None, texts.concat),
    "join": _of_values(1, None, texts.join),
    "substr": _of_values(2, 3, texts.substr),
    "substring-before": _of_texts(2, 2, texts.substring_before),
    "substring-after": _of_texts(2, 2, texts.substring_after),
    "contains": _of_texts(2, 2, lambda words: words[1] in words[0]),
    "starts-with": _of_texts(2, 2, lambda words: words[0].startswith(words[1])),
    "ends-with": _of_texts(2, 2, lambda words: words[0].endswith(words[1])),
    "string-length": _here(lambda w, value: float(texts.length(text_of(value)))),
    "normalize-space": _here(lambda w, value: texts.normalize_space(text_of(value))),
    "translate": _of_texts(3, 3, texts.translate),
    "regex": Function(2, 2, _of_texts(2, 2, texts.regex).make, texts.check_regex),
    "uuid": _of_values(0, 1, _uuid),
    # Answers and choices
    "selected": _of_texts(2, 2, lambda words: words[1].strip() in words[0].split()),
    "selected-at": _of_values(2, 2, texts.selected_at),
    "count-selected": _of_texts(1, 1, lambda words: float(len(words[0].split()))),
    "jr:choice-name": Function(2, 2, nodesets.choice_name, nodesets.check_choice_name),
    "jr:itext": _of_values(1, 1, lambda w, values: w.itext(text_of(values[0]))),
    # Dates and times
    "today": Function(0, 0, times.today),
    "now": Function(0, 0, times.now),
    "date": _of_values(1, 1, times.date),
    "date-time": _of_values(1, 1, times.date),
    "format-date": _of_values(2, 2, times.format_date),
    "format-date-time": _of_values(2, 2, times.format_date_time),
    "decimal-date-time": _of_values(1, 1, times.decimal_date_time),
    "decimal-time": _of_values(1, 1, times.decimal_time),
    # Nodes
    "position": Function(0, 1, _position),
    "count": _of_values(1, 1, lambda w, values: float(len(nodesets.only_nodes(values[0], "count()")))),
    "count-non-empty": _of_values(1, 1, nodesets.count_non_empty),
    "current": Function(0, 0, lambda arguments: lambda w, n, p, s: [w.current]),
    "instance": Function(1, 1, nodesets.instance, nodesets.check_instance),
    "indexed-repeat": Function(3, None, nodesets.indexed_repeat, nodesets.check_indexed_repeat),
    "randomize": _of_values(1, 2, nodesets.randomize),
}

# Functions whose answer changes although nothing that they read has changed.
RESTLESS = frozenset({"random", "uuid", "now", "today"})
