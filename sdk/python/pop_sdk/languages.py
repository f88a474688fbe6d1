"""Language tags: well-formed by BCP 47 (RFC 5646), in its customary case, and when two of them speak alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"  # language, extended language
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # private use
)
_LONGEST = 64
# One language, several codes: those that older phones send (RFC 5646 calls them deprecated, CLDR an alias), and the two
# written forms of Norwegian, which every phone in Norway sends and directories call "no".
_SAME_AS = {"in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "nb": "no", "nn": "no", "tl": "fil"}


def normalised_tag(text: str) -> str | None:
    """Return the tag in its customary case (``pt-BR``, ``zh-Hans``), or None where it is not well-formed.

    Codes that mean the same become one: ``nb-NO`` is ``no-NO``, ``iw`` is ``he``.
    """
    return _normalised(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=4096)
def _normalised(text: str) -> str | None:
    if not text.isascii():
        return None
    folded = text.lower()
    if not _TAG.fullmatch(folded):
        return None
    if "-" not in folded:
        return _SAME_AS.get(folded, folded)
    parts = folded.split("-")
    shown = [_SAME_AS.get(parts[0], parts[0])]
    plain = True  # after a singleton every subtag stays lower-case
    for part in parts[1:]:
        plain = plain and len(part) > 1
        if plain and len(part) == 2:
            shown.append(part.upper())
        elif plain and len(part) == 4 and part.isalpha():
            shown.append(part.title())
        else:
            shown.append(part)
    return "-".join(shown)


def wider_tags(tag: str) -> Iterator[str]:
    """Yield the tag's own prefixes, longest first: ``zh-Hant-TW`` gives ``zh-Hant`` and ``zh``."""
    while "-" in tag:
        tag = tag.rpartition("-")[0]
        yield tag
