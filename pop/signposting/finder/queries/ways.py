"""Ways to get help, in words: what other parts of the product show beside a page of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from pop.pages.words import SHELL
from pop.places.words import Speaker
from pop.signposting.finder.cards import Reader, cards_of
from pop.signposting.finder.queries.finding import country as country_of
from pop.signposting.finder.queries.finding import find
from pop.signposting.finder.rules import Choice
from pop.signposting.finder.words import FINDER

# What may answer this minute comes first; what is closed is no other way now.
_ORDER = {"open": 0, "always": 0, "unknown": 1}


@dataclass(frozen=True, slots=True)
class OtherWay:
    """One tap to somebody else: a link, its words, a picture's name, and what is known of the hours."""

    name: str
    uri: str
    label: SafeString
    icon: str
    state: str
    outside: bool


def ways_now(country: str, *, language: str, young: bool, now: datetime, most: int = 3) -> tuple[OtherWay, ...]:
    """Return up to `most` ways to get help in a country that are not known to be closed now, the surest first.

    `country` must be one of pop.places.countries.codes(). Empty where none is known.
    """
    moment = int(now.timestamp())
    found = find(Choice(age="" if young else "13-17"), country=country, language=language, now=moment)
    shown = country_of(country, language=language, now=moment)
    reader = Reader(say=Speaker((FINDER, SHELL), language, young=young), country=shown, now=moment)
    cards = [card for card in cards_of([*found.matches, *found.others], reader) if card.ways and card.opening in _ORDER]
    cards.sort(key=lambda card: (_ORDER[card.opening], not card.certain))
    return tuple(
        OtherWay(
            name=card.name,
            uri=card.ways[0].uri,
            label=card.ways[0].label,
            icon=card.ways[0].icon,
            state=card.state,
            outside=card.ways[0].outside,
        )
        for card in cards[:most]
    )
