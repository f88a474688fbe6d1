"""What every page of a child's is made of: one request, with style and script inside, and the same frame around it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from pop.places.languages import own_name
from pop.places.words import LANGUAGES, Speaker

_ASSETS = Path(__file__).parent / "assets"
_INDENT = re.compile(r"\n\s+")
_COMMENT = re.compile(r"^\s*//.*\n", re.MULTILINE)
_DANGER_KINDS = {"police": "danger_police", "ambulance": "danger_ambulance", "fire": "danger_fire"}


@dataclass(frozen=True, slots=True)
class Look:
    """The style and the script that stand in a page, and the hashes by which the security policy allows them."""

    css: SafeString
    js: SafeString

    @property
    def style_hash(self) -> str:
        """The style's hash, like ``sha256-…``."""
        return _hash(self.css)

    @property
    def script_hash(self) -> str:
        """The script's hash, like ``sha256-…``."""
        return _hash(self.js)


def look(*own: Path) -> Look:
    """Return the shell's style and script, followed by a part's own ``.css`` and ``.js`` files.

    A script of a part's own stands in the same function as the shell's and shares its names.
    """
    styles = [_ASSETS / "shell.css", *(path for path in own if path.suffix == ".css")]
    scripts = [_ASSETS / "shell.js", *(path for path in own if path.suffix == ".js")]
    script = "".join(_text(path) for path in scripts)
    return Look(
        css=mark_safe("".join(_text(path) for path in styles).strip()),  # noqa: S308 - our own files
        js=mark_safe(f'(() => {{\n"use strict";\n{script}}})();'),  # noqa: S308 - our own files
    )


def _text(path: Path) -> str:
    """Return a style sheet or script without comments and indentation."""
    return _INDENT.sub("\n", _COMMENT.sub("", path.read_text(encoding="utf-8"))).strip() + "\n"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def render(template: str, context: Mapping[str, Any], *, verbatim: bool = False) -> bytes:
    """Render a template to bytes, without the templates' own indentation; `verbatim` keeps all space, as people wrote.

    A lone surrogate has no encoding: it is shown as a question mark.
    """
    text = render_to_string(template, dict(context))
    return (text if verbatim else _INDENT.sub("\n", text)).encode("utf-8", "replace")


class EmergencyNumber(Protocol):
    """One emergency number: what is dialled, its ``tel:`` link, and whom it calls (police, ambulance, fire, any)."""

    @property
    def dial(self) -> str:
        """What is dialled."""

    @property
    def uri(self) -> str:
        """The link."""

    @property
    def kind(self) -> str:
        """Whom it calls."""


class Country(Protocol):
    """What a page says of a country: its code, its name in the reader's language, at most two emergency numbers."""

    @property
    def code(self) -> str:
        """ISO 3166-1 alpha-2."""

    @property
    def name(self) -> str:
        """The name in the reader's language."""

    @property
    def emergency(self) -> Sequence[EmergencyNumber]:
        """The numbers, the general one first."""


def frame(
    look: Look,
    say: Speaker,
    country: Country | None,
    *,
    address: str,
    posted: bool = False,
    pick_path: str = "",
) -> dict[str, Any]:
    """Return what the shell needs. `say` speaks SHELL and the page's own words.

    `address` is the page's own with a ``{language}`` to fill; a posted page keeps its state and changes the language by
    a button of its form instead of a link. `pick_path` is where a country is chosen.
    """
    shown = None
    if country is not None:
        numbers = [
            {"uri": number.uri, "dial": number.dial, "label": say[_DANGER_KINDS.get(number.kind, "danger_any")]}
            for number in country.emergency
        ]
        shown = {"code": country.code, "name": country.name, "emergency": numbers}
    return {
        "look": look,
        "say": say,
        "country": shown,
        "posted": posted,
        "pick_path": pick_path or f"/{say.language}",
        "languages": [(tag, own_name(tag), address.replace("{language}", tag)) for tag in LANGUAGES],
        "language_now": say("language_now", language=own_name(say.language)),
    }
