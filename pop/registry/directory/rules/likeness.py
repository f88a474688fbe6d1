"""Which record of the registry something is about that somebody tells of, if any, and why.

A sign alone decides where it hardly ever lies: the same number in the same country, the same website with a like name,
the same name in the same country. What is only alike is said as a reason and decides nothing: a person looks at it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

Key = TypeVar("Key")

SAME_NAME: Final = 95.0
LIKE_NAME: Final = 84.0
_ENOUGH: Final = 60
_POINTS: Final = {"same_number": 60, "same_website": 35, "same_name": 60, "like_name": 30, "same_address": 35}
# Hosts that lend an address to everybody: to share one says nothing.
_SHARED_HOSTS: Final = frozenset(
    {
        *("facebook.com", "m.facebook.com", "instagram.com", "twitter.com", "x.com", "youtube.com", "linkedin.com"),
        *("sites.google.com", "docs.google.com", "wordpress.com", "blogspot.com", "t.me", "wa.me", "linktr.ee"),
        *("play.google.com", "apps.apple.com", "discord.gg", "discord.com", "tiktok.com"),
    }
)


@dataclass(frozen=True)
class Subject(Generic[Key]):
    """One side of a comparison: names as written, the country's code, and signs as `signs_of` makes them."""

    key: Key
    names: tuple[str, ...]
    country: str
    numbers: frozenset[str]
    addresses: frozenset[str]
    host: str


@dataclass(frozen=True)
class Likeness(Generic[Key]):
    """How much a record looks like what was offered: `score` in points, `name` from 0 to 100, reasons as codes."""

    key: Key
    score: int
    name: float
    reasons: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether that is enough to take the two for one."""
        return self.score >= _ENOUGH


def folded(name: str) -> str:
    """Return a name without case, accents and punctuation, its words parted by one blank; in any script."""
    # Letters of mathematics fall apart into capitals, so the parts are put in small letters, and not the whole.
    letters = _without_marks(name).casefold()
    # A Turkish name in capitals has "I" where the same name in small letters has a dotless one.
    kept = (sign if sign.isalnum() else " " for sign in _without_marks(letters).replace("ı", "i"))
    return " ".join("".join(kept).split())


def _without_marks(text: str) -> str:
    """Return a text with its letters taken apart and the marks on them left out."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def likeness_of_names(one: str, other: str) -> float:
    """Return from 0 to 100 how alike two names are, whatever the order of their words; 0 where either says nothing."""
    first, second = folded(one), folded(other)
    if not first or not second:
        return 0.0
    sorted_words = float(token_sort_ratio(first, second))
    if min(len(first.split()), len(second.split())) < 2:
        return sorted_words
    # One name within the other is alike, and never the same: a line's name within that of its country's.
    return max(sorted_words, min(float(token_set_ratio(first, second)), LIKE_NAME + 5))


def host_of(website: str) -> str:
    """Return the host of a web address without www, or "" where it has none of its own."""
    try:
        host = (urlsplit(website.strip()).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return "" if host in _SHARED_HOSTS else host


def signs_of(country: str, contacts: Iterable[Mapping[str, Any]]) -> tuple[frozenset[str], frozenset[str]]:
    """Return (numbers, addresses) by which contacts can be told: a short code holds in its own country only."""
    numbers: set[str] = set()
    addresses: set[str] = set()
    for each in contacts:
        dial = str(each.get("dial") or "")
        if each.get("e164"):
            numbers.add(str(each["e164"]))
        elif each.get("number_kind") == "short" and dial:
            numbers.add(f"{country}:{dial}")
        elif dial and not each.get("number_kind"):
            addresses.add(dial.casefold().rstrip("/"))
    return frozenset(numbers), frozenset(addresses)


def likeness(one: Subject[Any], other: Subject[Key]) -> Likeness[Key]:
    """Return how much two sides look like one service. It is the same in both directions."""
    reasons: list[str] = []
    name = max((likeness_of_names(a, b) for a in one.names for b in other.names), default=0.0)
    at_home = one.country == other.country
    if one.numbers & other.numbers:
        reasons.append("same_number")
    if one.host and one.host == other.host:
        reasons.append("same_website")
    if one.addresses & other.addresses:
        reasons.append("same_address")
    if at_home and name >= SAME_NAME:
        reasons.append("same_name")
    elif name >= LIKE_NAME:
        reasons.append("like_name")
    if not at_home and reasons:
        reasons.append("other_country")
    if "same_number" in reasons and name < LIKE_NAME:
        reasons.append("other_name")
    score = sum(_POINTS.get(reason, 0) for reason in reasons)
    return Likeness(other.key, score, name, tuple(reasons))


def ranked(offered: Subject[Any], known: Iterable[Subject[Key]]) -> list[Likeness[Key]]:
    """Return the records that look like what is offered at all, the likest first, in whatever order they come."""
    found = [each for each in (likeness(offered, other) for other in known) if each.reasons]
    return sorted(found, key=lambda each: (-each.score, -each.name, str(each.key)))
