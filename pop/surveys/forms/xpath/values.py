"""The four types of XPath, how one becomes another, and how two are compared.

Numbers are written as ECMAScript writes them (String(1.5) is "1.5", 5.0 is "5"), because the peers of this engine do;
the string of NaN is "", as JavaRosa has it, so that a calculation without its numbers is blank.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import tzinfo
from decimal import Decimal

from pop.surveys.forms.xpath.dates import Moment, days_of
from pop.surveys.forms.xpath.nodes import Node

Value = str | float | bool | list[Node]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
# As they are written where a calculation ends in one.
_ENDLESS = {"Infinity": math.inf, "-Infinity": -math.inf}


def text_of(value: Value) -> str:
    """Return a value as a string; of several nodes it is the first one's."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].string() if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Moment):
        return value.text
    return number_text(value)


def number_of(value: Value, zone: tzinfo) -> float:
    """Return a value as a number; a date or a time stamp counts as days since 1970 in `zone`, anything else is NaN."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    if isinstance(value, float):
        return value
    if isinstance(value, list):
        return number_of(value[0].string(), zone) if value else math.nan
    text = value.strip()
    if _NUMBER.match(text):
        return float(text)
    if text in _ENDLESS:
        return _ENDLESS[text]
    days = days_of(text, zone)
    return math.nan if days is None else days


def truth_of(value: Value) -> bool:
    """Return a value as a boolean: a number that is neither 0 nor NaN, a text or a node-set that is not empty."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def number_text(value: float) -> str:
    """Return a number as ECMAScript writes it; NaN is blank."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e21:
        return f"{Decimal(repr(value)):.0f}"
    digits, _, power = repr(value).partition("e")
    if not power:
        return digits
    exponent = int(power)
    if -6 <= exponent < 0:
        sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
        return f"{sign}0.{'0' * (-exponent - 1)}{digits.replace('.', '')}"
    return f"{digits}e{'+' if exponent > 0 else '-'}{abs(exponent)}"


def equal(left: Value, right: Value, zone: tzinfo) -> bool:
    """Return left = right, as XPath 1.0 (3.4) says: node-sets by any of their nodes."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) == truth_of(right)
    return _any_pair(left, right, lambda a, b: _same(a, b, zone))


def differ(left: Value, right: Value, zone: tzinfo) -> bool:
    """Return left != right: with node-sets, whether any pair differs."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth_of(left) != truth_of(right)
    return _any_pair(left, right, lambda a, b: not _same(a, b, zone))


def ordered(left: Value, right: Value, zone: tzinfo, test: Callable[[float, float], bool]) -> bool:
    """Return whether any pair of numbers of two values passes a test."""
    return _any_pair(left, right, lambda a, b: test(number_of(a, zone), number_of(b, zone)))


def _same(left: Value, right: Value, zone: tzinfo) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        return number_of(left, zone) == number_of(right, zone)
    return left == right


def _any_pair(left: Value, right: Value, test: Callable[[Value, Value], bool]) -> bool:
    if isinstance(left, list):
        return any(_any_pair(node.string(), right, test) for node in left)
    if isinstance(right, list):
        return any(test(left, node.string()) for node in right)
    return test(left, right)
