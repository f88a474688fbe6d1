"""Ready answers: short names that can be typed, and links that can do no harm."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from pop.helpline.conversations.rules.messages import unreadable

MOST_TEXT: Final = 2_000
_MOST_TITLE: Final = 80
_SHORTCUT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Anything that a reader or a program would take for an address with a scheme, and bare addresses that would become one.
_LINK: Final = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z][A-Za-z0-9+.-]*):(?=\S)(\S*)")
_BARE: Final = re.compile(r"(?:^|[\s(<\[])(?://|www\.)\S", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\+?[0-9*#(). -]{2,30}")


def fault(*, language: str, shortcut: str, title: str, text: str) -> str | None:
    """Return what is wrong with a ready answer as a refusal's code, or None."""
    if not _LANGUAGE.fullmatch(language) or len(language) > 16:
        return "canned_language"
    if not _SHORTCUT.fullmatch(shortcut):
        return "canned_shortcut"
    if not title.strip() or len(title) > _MOST_TITLE or unreadable(title):
        return "canned_title"
    if not text.strip() or len(text) > MOST_TEXT or unreadable(text):
        return "canned_text"
    if not links_are_safe(text) or not links_are_safe(title):
        return "canned_link"
    return None


def links_are_safe(text: str) -> bool:
    """Say whether every link in a text is an https address or a telephone number.

    Letters with a colon and no blank after it count as a link of that scheme: a list of bad ones is never complete.
    """
    if _BARE.search(text):
        return False
    for scheme, rest in _LINK.findall(text):
        name = scheme.casefold()
        if name == "https":
            if not _https(rest):
                return False
        elif name == "tel":
            if not _NUMBER.fullmatch(rest.rstrip(".,;)")):
                return False
        else:
            return False
    return True


def _https(rest: str) -> bool:
    try:
        parts = urlsplit("https:" + rest)
        host = parts.hostname
    except ValueError:
        return False
    return rest.startswith("//") and bool(host) and "." in (host or "") and "@" not in parts.netloc
