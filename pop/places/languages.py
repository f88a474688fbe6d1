"""Languages: BCP 47 tags, their names, and what a browser prefers."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from babel import Locale, UnknownLocaleError

from pop.places.words import LANGUAGES

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
# CLDR's `sw`, `zh` and so on are what our catalogues are written in.
_LOCALES = {language: language for language in LANGUAGES}


@functools.lru_cache(maxsize=4096)
def language_name(tag: str, language: str) -> str:
    """Return the name of language `tag` as readers of `language` write it; the tag itself where CLDR has none."""
    names = Locale.parse(_LOCALES.get(language, "en")).languages
    return str(names.get(tag) or names.get(tag.split("-")[0]) or tag)


@functools.lru_cache(maxsize=512)
def own_name(tag: str) -> str:
    """Return what a language calls itself ("Kiswahili"), the name to show in a language picker."""
    try:
        name = Locale.parse(tag.split("-")[0]).get_language_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return (name or tag)[0].upper() + (name or tag)[1:]


def preferences(header: str) -> list[tuple[str, str]]:
    """Return [(language, region or "")] of an Accept-Language header, best first; nonsense is left out.

    At most 16 entries and 400 characters are read: the header is a stranger's.
    """
    found: list[tuple[float, int, str, str]] = []
    for position, part in enumerate(header[:400].split(",")[:16]):
        tag, _, parameters = part.strip().partition(";")
        if not _TAG.match(tag):
            continue
        weight = 1.0
        matched = re.match(r"\s*q=([01](?:\.\d{0,3})?)", parameters)
        if matched:
            weight = float(matched[1])
        pieces = tag.split("-")
        region = next((piece.upper() for piece in pieces[1:] if len(piece) == 2 and piece.isalpha()), "")
        if weight > 0:
            found.append((-weight, position, pieces[0].lower(), region))
    return [(language, region) for _, _, language, region in sorted(found)]


def best_language(header: str, offered: Sequence[str] = LANGUAGES) -> str:
    """Return the offered language that the header likes best, English where there is none."""
    return next((language for language, _ in preferences(header) if language in offered), "en")


def guessed_country(header: str, known: Sequence[str] | frozenset[str]) -> str:
    """Return the country of the first entry that names one, or "".

    "en-US" is not a guess: it is what phones and browsers are sold with all over the world, and the wrong country's
    emergency number is worse than one more tap.
    """
    for language, region in preferences(header):
        if (language, region) == ("en", "US"):
            return ""
        if region in known:
            return region
    return ""
