"""What invented people write, and the marks by which a message is known again. The lines stand in script.json."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("en", "fr", "es", "ar")
_MARK = re.compile(r"\[([a-z]{3}\d+)\]")
_ROWS = re.compile(r'data-n="(\d+)"(.*?)(?=data-n="|\Z)', re.DOTALL)
_LETTERS = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True, slots=True)
class Lines:
    """A language's lines: with which a child begins, what it says then, what a counsellor says."""

    first: tuple[str, ...]
    child: tuple[str, ...]
    counsellor: tuple[str, ...]


@cache
def lines(language: str) -> Lines:
    """Return the lines of one of LANGUAGES."""
    found = json.loads(Path(__file__).with_name("script.json").read_text(encoding="utf-8"))[language]
    return Lines(**{kind: tuple(several) for kind, several in found.items()})


class Marks:
    """Marks of one run: three letters for the run, then a number. They are plain to see, and in no other message."""

    def __init__(self, chance: random.Random) -> None:
        self._run = "".join(chance.choice(_LETTERS) for _ in range(3))
        self._last = 0

    def next(self) -> str:
        """Return a mark that was not there before."""
        self._last += 1
        return f"{self._run}{self._last}"


def marked(words: str, mark: str) -> str:
    """Return a message's words with its mark."""
    return f"{words} [{mark}]"


def mark_in(text: str) -> str:
    """Return the mark in a message, "" where there is none."""
    found = _MARK.search(text)
    return found[1] if found else ""


def rows(page: str) -> list[tuple[int, str]]:
    """Return what a page shows of a conversation: each message's sequence, and its mark or ""."""
    return [(int(number), mark_in(rest)) for number, rest in _ROWS.findall(page)]
