"""What a form is called in a reader's language. XLSForm knows one title; whoever ships a form may know more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from pop.surveys.collecting.queries.surveys import Known


class Title(NamedTuple):
    """A title and the language that it is in, and for whom the form is, in the same language or ""."""

    text: str
    language: str
    about: str = ""


Ask = Callable[[str, str], "Title | None"]


@dataclass(slots=True)
class _Joined:
    ask: Ask | None = None


_joined = _Joined()


def use_titles(ask: Ask) -> None:
    """Join the titles to whoever knows what one of its instruments is called in a language; None where it does not."""
    _joined.ask = ask


def title_of(known: Known, language: str) -> Title:
    """Return what a form is called in one of the interface's languages, else its own title."""
    found = _joined.ask(known.instrument, language) if _joined.ask is not None and known.instrument else None
    return found or Title(known.title, known.default_language)
