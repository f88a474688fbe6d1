"""The map is never a target list: where a record may be shown, and which small numbers are not said.

A record is shown in its country, in its world region only, or nowhere. What children and young people lead is shown by
region unless something else is decided; the table of country risk can only move a record further towards hiding.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

ABOUT = ("everything", "kind", "operator", "topic")
EFFECTS = ("region", "hidden")
REASONS = ("unlawful_there", "attacks", "conflict", "surveillance", "asked_by_provider", "other_danger")
# Led by children or young people: who runs it, or what it is.
YOUTH_OPERATORS = frozenset({"youth_led"})
YOUTH_KINDS = frozenset({"youth_led_solution"})
# A number by region below this one is not said: with a language or a topic it could point at one group of young people.
FEWEST = 5

Where = Literal["country", "region", "hidden"]
_ORDER: tuple[Where, ...] = ("country", "region", "hidden")


class Risk(NamedTuple):
    """One line of the table of country risk that holds. `which` is "" where it is about everything."""

    country: str
    about: str
    which: str
    effect: str


class Traits(NamedTuple):
    """What of a record decides where it may be shown."""

    country: str
    kind: str
    operator: str
    topics: Collection[str]


def by_country(risks: Iterable[Risk]) -> Mapping[str, Sequence[Risk]]:
    """Return the lines of each country that has any."""
    found: dict[str, list[Risk]] = {}
    for risk in risks:
        found.setdefault(risk.country, []).append(risk)
    return found


def where_shown(traits: Traits, risks: Iterable[Risk]) -> Where:
    """Return where a record may be shown, given the lines of its country; the strictest one counts."""
    led_by_young = traits.operator in YOUTH_OPERATORS or traits.kind in YOUTH_KINDS
    strictest = 1 if led_by_young else 0
    for risk in risks:
        if _concerns(risk, traits):
            strictest = max(strictest, _ORDER.index("hidden" if risk.effect == "hidden" else "region"))
    return _ORDER[strictest]


def _concerns(risk: Risk, traits: Traits) -> bool:
    if risk.country != traits.country:
        return False
    match risk.about:
        case "everything":
            return True
        case "kind":
            return traits.kind == risk.which
        case "operator":
            return traits.operator == risk.which
        case "topic":
            return risk.which in traits.topics
    return True  # a line of a kind that this version does not know hides rather than shows


def small(count: int) -> int | None:
    """Return a number that may be said about a region, None for one that is too small; nought says nothing of anybody.

    >>> [small(number) for number in (0, 1, 4, 5)]
    [0, None, None, 5]
    """
    return count if count == 0 or count >= FEWEST else None
