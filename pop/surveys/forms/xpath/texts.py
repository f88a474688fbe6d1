"""Functions on texts. Lengths and places count UTF-16 units, as ECMAScript and Java do."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as patterns  # type: ignore[attr-defined]
from typing import Any

from pop.surveys.forms.xpath.grammar import Call, Literal, XPathError
from pop.surveys.forms.xpath.values import Value, number_of, text_of
from pop.surveys.forms.xpath.world import World

LONGEST_UUID = 4096
_MANY = 64
# The longest answer that a pattern is tried on. One that is bound to the beginning and repeats without end at most once
# takes its time in step with the answer; any other may take the square of it.
_LONGEST_SQUARE = 2_000
_SPACE = re.compile(r"[ \t\r\n]+")
_PLAIN_DOLLAR = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)


def length(text: str) -> int:
    """Return the number of UTF-16 units of a text."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def concat(world: World, values: list[Value]) -> str:
    """Return all values behind one another; of several nodes each."""
    return "".join(_each(values))


def join(world: World, values: list[Value]) -> str:
    """Return the values after the first, with the first between them."""
    return text_of(values[0]).join(_each(values[1:]))


def substr(world: World, values: list[Value]) -> str:
    """Return a part of a text from a 0-based place to another; a negative place counts from the end."""
    text = _units(text_of(values[0]))
    size = len(text)
    start = _place(number_of(values[1], world.zone), size)
    end = _place(number_of(values[2], world.zone), size) if len(values) > 2 else size
    return _joined(text[start:end]) if start <= end else ""


def substring_before(words: list[str]) -> str:
    """Return what stands before a mark, "" without it."""
    before, mark, _ = words[0].partition(words[1]) if words[1] else ("", "", "")
    return before if mark else ""


def substring_after(words: list[str]) -> str:
    """Return what stands behind a mark, "" without it."""
    return words[0].partition(words[1])[2] if words[1] else words[0]


def normalize_space(text: str) -> str:
    """Return a text with single blanks, and none at its ends."""
    return _SPACE.sub(" ", text).strip(" ")


def translate(words: list[str]) -> str:
    """Return a text with every sign of a list replaced by the one at its place in another, or left out."""
    table: dict[int, str | None] = {}
    for place, sign in enumerate(words[1]):
        table.setdefault(ord(sign), words[2][place] if place < len(words[2]) else None)
    return words[0].translate(table)


def selected_at(world: World, values: list[Value]) -> str:
    """Return the choice at a 0-based place of an answer with several."""
    chosen = text_of(values[0]).split()
    place = number_of(values[1], world.zone)
    return chosen[int(place)] if 0 <= place < len(chosen) else ""


def regex(words: list[str]) -> bool:
    """Whether a pattern is found in a text; its signs ^ and $ bind it to the ends. In a text far too long it is not."""
    pattern, in_step = _pattern(words[1])
    return (in_step or len(words[0]) <= _LONGEST_SQUARE) and pattern.search(words[0]) is not None


def check_regex(call: Call) -> None:
    """Raise XPathError for a pattern that is not written out, cannot be read, or could run away on a long answer."""
    written = call.arguments[1]
    if not isinstance(written, Literal):
        raise XPathError("regex_unusable", "the pattern of regex() must stand there as a text")
    try:
        _pattern(written.text)
        parsed = patterns.parse(_in_python(written.text))
    except (re.error, OverflowError, RecursionError, ValueError):
        raise XPathError("regex_unusable", f"the pattern “{written.text}” cannot be read") from None
    if _may_run_away(parsed, inside=False):
        raise XPathError("regex_unusable", f"the pattern “{written.text}” repeats what already repeats")


def check_pairs(call: Call) -> None:
    """Raise XPathError if a weighted checklist lacks a weight."""
    if len(call.arguments) % 2:
        raise XPathError("function_arguments", f"the function {call.name}() needs a weight for each of its answers")


@functools.lru_cache(maxsize=1024)
def _pattern(text: str) -> tuple[re.Pattern[str], bool]:
    """Return a pattern, and whether its search takes its time in step with the text."""
    plain = _in_python(text)
    endless = sum(_is_endless(code, given) for code, given in _all_codes(patterns.parse(plain)))
    return re.compile(plain, re.ASCII), endless == 0 or (endless == 1 and plain.startswith("^"))


def _in_python(text: str) -> str:
    """Return a pattern whose $ is the very end, as it is in ECMAScript; Python's also stands before a last newline."""
    return _PLAIN_DOLLAR.sub(lambda found: r"\Z" if found.group() == "$" else found.group(), text)


def _may_run_away(parsed: Any, *, inside: bool) -> bool:
    """Whether something that repeats, or that has several ways to match, stands inside something that never ends."""
    for code, given in parsed:
        endless = _is_endless(code, given)
        if inside and (endless or code is codes.BRANCH):
            return True
        if any(_may_run_away(part, inside=inside or endless) for part in _inner(code, given)):
            return True
    return False


def _is_endless(code: Any, given: Any) -> bool:
    if code not in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
        return False
    return bool(given[1] == codes.MAXREPEAT or given[1] > _MANY)


def _inner(code: Any, given: Any) -> list[Any]:
    """Return the patterns inside a part of a pattern."""
    if code in {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}:
        return [given[2]]
    if code is codes.SUBPATTERN:
        return [given[-1]]
    if code is codes.BRANCH:
        return list(given[1])
    return [given[1]] if code in {codes.ASSERT, codes.ASSERT_NOT} else []


def _all_codes(parsed: Any) -> Iterator[tuple[Any, Any]]:
    for code, given in parsed:
        yield code, given
        for part in _inner(code, given):
            yield from _all_codes(part)


def _each(values: list[Value]) -> list[str]:
    found: list[str] = []
    for value in values:
        found.extend([node.string() for node in value] if isinstance(value, list) else [text_of(value)])
    return found


def _units(text: str) -> list[str]:
    """Return the UTF-16 units of a text."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(raw), 2)]


def _joined(units: list[str]) -> str:
    """Return a text of UTF-16 units; half a pair becomes the sign for what cannot be shown."""
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _place(number: float, size: int) -> int:
    if math.isnan(number):
        return 0
    place = size if number == math.inf else 0 if number == -math.inf else math.trunc(number)
    return min(max(0, place + size if place < 0 else place), size)
