"""Lists of choices that are made from tables of the project and never typed: places, languages, the registry's."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from babel.localedata import locale_identifiers

from pop.places.countries import codes, country_name
from pop.places.languages import known_languages, language_name
from pop.registry.directory.rules.tables import AUDIENCES, CHANNELS, RESPONDERS, kinds
from pop.registry.directory.words import REGISTRY
from pop.registry.directory.words.vocabulary import VOCABULARY
from pop.registry.mapping.instruments.sheets import read

SPOKEN = Path(__file__).parent / "shared" / "spoken.md"

# The languages of the instruments, as an XLSForm names them in its columns. The first one is the default.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English (en)",
        "fr": "Français (fr)",
        "es": "Español (es)",
        "ar": "العربية (ar)",
        "zh": "中文 (zh)",
        "ru": "Русский (ru)",
    }
)

_WITH_OTHER_LETTERS = ("ar", "zh", "ru")

# Languages that have a code and no speakers who would ask for help in them.
_NOBODY_ASKS_IN = frozenset(
    {"ae", "cop", "cu", "eo", "gez", "ia", "ie", "io", "jbo", "la", "pi", "prg", "sa", "sh", "tok", "vo"}
)


class Choice(NamedTuple):
    """One row of a list: its id and {language: label}."""

    name: str
    labels: Mapping[str, str]


def words(key: str) -> Mapping[str, str]:
    """Return the registry's own words for one of its ids, in every language. Raises KeyError for an unknown key."""
    return {language: REGISTRY.say(key, language) for language in LANGUAGES}


@functools.cache
def made() -> Mapping[str, Callable[[], tuple[Choice, ...]]]:
    """Return the lists by name, each as a function that makes it."""
    return MappingProxyType(
        {
            "country": _countries,
            "language": _languages,
            "kind": lambda: _registry("kind", (each.id for each in kinds().values() if not each.solution)),
            "operator": lambda: _registry("operator", _named("operator")),
            "audience": lambda: _registry("audience", AUDIENCES),
            "channel": lambda: _registry("channel", CHANNELS),
            "responder": lambda: _registry("responder", RESPONDERS),
        }
    )


@functools.cache
def _countries() -> tuple[Choice, ...]:
    found = (Choice(code, {language: country_name(code, language) for language in LANGUAGES}) for code in codes())
    return tuple(sorted(found, key=_in_order))


@functools.cache
def _languages() -> tuple[Choice, ...]:
    """Return the languages of two letters, and of longer codes those that CLDR has data of or shared/spoken.md names.

    CLDR names over six hundred, and many of them are only read: whoever fills in a form on a slow line would load them
    all. Which have no name is seen where other letters are written: in French and Spanish "luo" is a name, too.
    """
    with_data = {str(identifier).split("_")[0] for identifier in locale_identifiers()}
    also_spoken = {row["tag"] for row in read(SPOKEN.read_text(encoding="utf-8"))["spoken"]}
    in_use = {tag for tag in known_languages() if len(tag) == 2 or tag in with_data | also_spoken} - _NOBODY_ASKS_IN
    tags = (tag for tag in in_use if all(language_name(tag, language) != tag for language in _WITH_OTHER_LETTERS))
    found = (Choice(tag, {language: language_name(tag, language) for language in LANGUAGES}) for tag in tags)
    return tuple(sorted(found, key=_in_order))


def _registry(prefix: str, names: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(name, words(f"{prefix}_{name}")) for name in names)


def _named(prefix: str) -> list[str]:
    return [key.removeprefix(f"{prefix}_") for key in VOCABULARY if key.startswith(f"{prefix}_")]


def _in_order(choice: Choice) -> tuple[str, str]:
    """Order by the English name as an index does: accents and the size of letters count for nothing."""
    plain = unicodedata.normalize("NFD", choice.labels["en"]).casefold()
    return "".join(sign for sign in plain if not unicodedata.combining(sign)), choice.name
