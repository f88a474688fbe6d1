"""Which emergency numbers of a country are shown, and in which order.

A wrong emergency number costs more than none: a number that only a library knows never leads, nothing is assumed to
work everywhere, and where nothing is known nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

TWO_SOURCES = "two_sources_agree"
ONE_SOURCE = "secondary_source"
UNCONFIRMED = "unconfirmed"
# What a row of the table says of its evidence, and the stage we keep.
EVIDENCE = {
    "two sources agree": TWO_SOURCES,
    "secondary source only": ONE_SOURCE,
    "phonenumbers only": UNCONFIRMED,
}
# What a row says of its kind, and the service that answers first there.
KINDS = {
    "general": "any",
    "police": "police",
    "fire+police": "police",
    "ambulance+police": "police",
    "ambulance": "ambulance",
    "ambulance+fire": "ambulance",
    "fire": "fire",
    "unknown": "unknown",
}
_EUROPEAN_GENERAL = "112"
_SHOWN = 2
_ORDER = ("police", "ambulance", "fire")


class Known(NamedTuple):
    """One number of one country as the table has it."""

    dial: str
    kind: str  # any, police, ambulance, fire, unknown
    stage: str  # two_sources_agree, secondary_source, unconfirmed


class Ranked(NamedTuple):
    """One number with its place: 1 and 2 are shown in this order, 0 is not shown."""

    dial: str
    kind: str
    stage: str
    rank: int


def rank_numbers(known: Sequence[Known]) -> list[Ranked]:
    """Return one country's numbers with their ranks, in the order they came.

    112 is the general number wherever two sources agree that it works, whatever kind they give it. Otherwise a general
    number leads; otherwise the police, then the ambulance. Numbers with one source are shown only where none has two,
    and a fire brigade's only where no general number is known.
    """
    agreed = [number for number in known if number.stage == TWO_SOURCES]
    candidates = agreed or [number for number in known if number.stage == ONE_SOURCE]
    general = _general(candidates)
    others = [number for number in candidates if number.dial != general and number.kind in _ORDER]
    others.sort(key=lambda number: _ORDER.index(number.kind))
    if general:
        others = [number for number in others if number.kind != "fire"]
    shown = ([general] if general else []) + [number.dial for number in others]
    places = {dial: place for place, dial in enumerate(shown[:_SHOWN], 1)}
    return [
        Ranked(number.dial, "any" if number.dial == general else number.kind, number.stage, places.get(number.dial, 0))
        for number in known
    ]


def _general(candidates: Sequence[Known]) -> str:
    """Return the general number among those that may be shown, or ""."""
    if any(n.dial == _EUROPEAN_GENERAL and n.stage == TWO_SOURCES for n in candidates):
        return _EUROPEAN_GENERAL
    return next((number.dial for number in candidates if number.kind == "any"), "")
