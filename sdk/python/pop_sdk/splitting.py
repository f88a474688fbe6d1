"""What goes before openness in the order of an answer: language, then needs, then place. Nothing is left out here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pop_sdk.phrases import LANGUAGE_OTHER, LANGUAGE_SPOKEN, LANGUAGE_UNKNOWN
from pop_sdk.place import Place

ADULT: Final = 18  # years: from here on the upper bound of a service's ages matters


def by_language(place: Place, languages: Iterable[str], fit: int, standing: int) -> Iterator[tuple[int, int]]:
    """Yield those who speak the first language asked for, the second …, then not known, then other languages.

    Lazily: most answers are full before the last group.
    """
    for tag in languages:
        speaking = fit & place.speaking(tag)
        if speaking:
            yield speaking, standing | LANGUAGE_SPOKEN
            fit ^= speaking
    unknown = fit & place.masks.language_unknown
    if unknown:
        yield unknown, standing | LANGUAGE_UNKNOWN
    if fit != unknown:
        yield fit ^ unknown, standing | LANGUAGE_OTHER


def split(groups: Iterable[tuple[int, int]], bits: int, inside: int = 0, outside: int = 0) -> Iterator[tuple[int, int]]:
    """Yield every group in two: first what is in ``bits``, then the rest, each with its bits of standing."""
    for group, standing in groups:
        first = group & bits
        if first:
            yield first, standing | inside
        if first != group:
            yield group ^ first, standing | outside
