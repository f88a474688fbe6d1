"""The speaker of these pages, and what several of them say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pop.people.pages.layout import speaker
from pop.surveys.importing import wording
from pop.surveys.importing.rules.problems import Problem
from pop.surveys.importing.words import IMPORTS, PROBLEMS

WORDS: Final = (IMPORTS, PROBLEMS)
SAY: Final = speaker(*WORDS)
ROLES: Final = ("editor", "administrator")
"""As for all pages of surveys: editors work with what came in, administrators let others in."""
RESPONDENTS: Final = "editor"
"""Who answered is for whoever asks respondents back (pop/surveys/console/http/submissions.py)."""


def choices(prefix: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return (code, words) pairs for a filter or a form."""
    return [(code, SAY[f"{prefix}_{code}"]) for code in codes]


def lines(problems: Sequence[Problem]) -> list[str]:
    """Return problems in words, one line each."""
    return [wording.line(SAY, problem) for problem in problems]
