"""Languages: BCP 47 tags, their names, and what a browser prefers."""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from babel import Locale, UnknownLocaleError

from pop.places.words import LANGUAGES

TABLE = Path(__file__).parent / "tables" / "languages.csv"

# A header is a stranger's text: so much of it is read and no more.
LONGEST_HEADER = 400
MOST_ENTRIES = 16

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,6}\Z")
_WEIGHT = re.compile(r"\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*\Z", re.IGNORECASE)
# Codes that BCP 47 has replaced and old phones still send, and single languages that stand for the one we write in.
_REPLACED = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "arb": "ar",
    "cmn": "zh",
    "swh": "sw",
}


@functools.cache
def known_languages() -> frozenset[str]:
    """Return the primary subtags that are languages: those CLDR names, those our table adds, and older codes."""
    named = {str(key).split("_")[0] for key in Locale.parse("en").languages}
    return frozenset(named | {first for first, _ in _missing()} | set(_REPLACED)) - {"und", "zxx", "mul", "mis", "root"}


@functools.lru_cache(maxsize=4096)
def language_name(tag: str, language: str) -> str:
    """Return the name of language `tag` as readers of `language` write it; the tag itself where CLDR has none.

    A `language` that is not one of the interface's is answered in English. CLDR keys its names with "_" ("zh_Hant").
    """
    if language not in LANGUAGES:
        language = "en"
    names = Locale.parse(language).languages
    first = tag.split("-")[0].lower()
    return str(names.get(tag.replace("-", "_")) or names.get(first) or _missing().get((first, language)) or tag)


@functools.lru_cache(maxsize=512)
def own_name(tag: str) -> str:
    """Return what a language calls itself ("Kiswahili"), the name to show in a language picker; the tag if unknown."""
    first = tag.split("-")[0].lower()
    known = _missing().get((first, "own"))
    if known:
        return known
    try:
        name = Locale.parse(first).get_language_name()
    except (UnknownLocaleError, ValueError):
        return tag
    return name[0].upper() + name[1:] if name else tag


def preferences(header: str) -> list[tuple[str, str]]:
    """Return [(language, region or "")] of an Accept-Language header, best first; nonsense is left out.

    At most `MOST_ENTRIES` entries and `LONGEST_HEADER` characters are read. An entry with a weight that RFC 9110 does
    not allow is nonsense; weight 0 means "not this one".
    """
    parts = header[:LONGEST_HEADER].split(",")
    if len(header) > LONGEST_HEADER:
        parts.pop()  # cut somewhere inside: what is left of it may be another language's tag
    found: list[tuple[float, int, str, str]] = []
    for position, part in enumerate(parts[:MOST_ENTRIES]):
        tag, has_weight, parameter = part.partition(";")
        tag = tag.strip(" \t")
        weight = _WEIGHT.match(parameter) if has_weight else None
        if not _TAG.match(tag) or (has_weight and not weight):
            continue
        value = float(weight[1]) if weight else 1.0
        if value > 0:
            language, region = _split(tag)
            found.append((-value, position, language, region))
    return [(language, region) for _, _, language, region in sorted(found)]


def best_language(header: str, offered: Sequence[str] = LANGUAGES) -> str:
    """Return the offered language that the header likes best, English where there is none."""
    return next((language for language, _ in preferences(header) if language in offered), "en")


def guessed_country(header: str, known: Collection[str]) -> str:
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


@functools.cache
def _missing() -> Mapping[tuple[str, str], str]:
    """Return {(tag, language or "own"): name} of languages that services speak and CLDR has no name for."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["tag"], row["language"]): row["name"] for row in csv.DictReader(file)}


def _split(tag: str) -> tuple[str, str]:
    """Return (language, region or "") of a well-formed tag. After a single letter is neither: u-ca is a calendar."""
    language, *subtags = tag.split("-")
    region = ""
    for subtag in subtags:
        if len(subtag) == 1:
            break
        if len(subtag) == 2 and subtag.isalpha():
            region = subtag.upper()
            break
    language = language.lower()
    return _REPLACED.get(language, language), region
