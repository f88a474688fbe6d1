"""Countries in the order in which a reader of each language looks for them, under the letters of that language."""

from __future__ import annotations

import functools
import unicodedata
from bisect import bisect_right

from pop.places.countries import codes, country_name

# Where most readers of a language live, in order of their number: the first few taps. Not a claim about any country.
LIKELY: dict[str, tuple[str, ...]] = {
    "ar": ("EG", "DZ", "SD", "IQ", "MA", "SA", "YE", "SY", "TN", "JO", "LB", "PS"),
    "en": ("NG", "IN", "US", "GB", "GH", "KE", "ZA", "PH", "PK", "UG", "CA", "AU"),
    "es": ("MX", "CO", "ES", "AR", "PE", "VE", "CL", "EC", "GT", "BO", "CU", "DO"),
    "fr": ("CD", "FR", "CI", "CM", "SN", "ML", "BF", "NE", "GN", "HT", "BJ", "BE"),
    "pt": ("BR", "AO", "MZ", "PT", "GW", "TL", "CV", "ST"),
    "ru": ("RU", "UA", "KZ", "BY", "UZ", "KG", "TJ", "MD", "GE", "AM"),
    "sw": ("TZ", "KE", "CD", "UG", "RW", "BI", "MZ", "KM"),
    "zh": ("CN", "TW", "HK", "MY", "SG", "MO"),
}
# Chinese readers look by the first letter of the sound. GB 2312 orders its common characters by sound, so the first
# character of each letter is a border; the few country names that begin with a rare character, or with one that sounds
# otherwise in a name, are listed one by one.
_BORDERS = (
    ("A", 0xB0A1),
    ("B", 0xB0C5),
    ("C", 0xB2C1),
    ("D", 0xB4EE),
    ("E", 0xB6EA),
    ("F", 0xB7A2),
    ("G", 0xB8C1),
    ("H", 0xB9FE),
    ("J", 0xBBF7),
    ("K", 0xBFA6),
    ("L", 0xC0AC),
    ("M", 0xC2E8),
    ("N", 0xC4C3),
    ("O", 0xC5B6),
    ("P", 0xC5BE),
    ("Q", 0xC6DA),
    ("R", 0xC8BB),
    ("S", 0xC8F6),
    ("T", 0xCBFA),
    ("W", 0xCDDA),
    ("X", 0xCEF4),
    ("Y", 0xD1B9),
    ("Z", 0xD4D1),
)
_RARE = {"瑙": ("N", 0xC4D6), "梵": ("F", 0xB7B2), "斐": ("F", 0xB7CA), "秘": ("B", 0xB1CA)}
_COMMON_END = 0xD7FA

Rows = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def likely(language: str) -> list[tuple[str, str]]:
    """Return [(code, name)] of the countries to offer first."""
    return [(code, country_name(code, language)) for code in LIKELY.get(language, ()) if code in codes()]


@functools.cache
def by_letter(language: str) -> Rows:
    """Return ((letter, ((code, name), …)), …) of all countries, in the order of the language."""
    keyed = sorted((_key(country_name(code, language), language), code) for code in codes())
    rows: dict[str, list[tuple[str, str]]] = {}
    for (letter, _), code in keyed:
        rows.setdefault(letter, []).append((code, country_name(code, language)))
    return tuple((letter, tuple(row)) for letter, row in rows.items())


def _key(name: str, language: str) -> tuple[str, str]:
    """Return (letter, key to sort by)."""
    if language == "zh":
        letter, first = _sound(name[0])
        return letter, f"{first:04x}{name}"
    folded = name.replace("ё", "е").replace("Ё", "Е")
    if language != "ru":  # Russian й is a letter of its own
        plain = unicodedata.normalize("NFKD", folded)
        folded = "".join(sign for sign in plain if not unicodedata.combining(sign))
    folded = "".join(sign for sign in folded.casefold() if sign.isalnum() or sign == " ").strip()
    if language == "ar" and name.startswith("ال"):
        # Readers of Arabic look for a country by the letter after the article.
        folded = folded.removeprefix("ال")
    return folded[:1].upper(), folded


def _sound(sign: str) -> tuple[str, int]:
    if sign in _RARE:
        return _RARE[sign]
    try:
        high, low = sign.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return "#", 0xFFFF
    number = high << 8 | low
    if number > _COMMON_END:
        return "#", number
    return _BORDERS[bisect_right([start for _, start in _BORDERS], number) - 1][0], number
