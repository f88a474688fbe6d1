"""The short risk check: four questions, and what their answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pop.helpline.cases.rules import lists

NOT_KNOWN: Final = "not_known"
NONE, RAISED, IMMINENT = "none", "raised", "imminent"
LEVELS: Final = (NONE, RAISED, IMMINENT)

QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "immediate_danger": ("no", NOT_KNOWN, "yes"),
    "suicide": ("no", NOT_KNOWN, "thoughts", "now"),
    "abuser_near": ("no", NOT_KNOWN, "yes"),
    "age": (NOT_KNOWN, *(band.id for band in lists.age_bands())),
}
"""Each question with its answers, from the least to the most alarming (ages aside); no answer is not known."""

_YOUNG: Final = ("under_10", "10_12")
_ABOUT_DANGER: Final = ("immediate_danger", "suicide", "abuser_near")


def complete(answers: Mapping[str, str]) -> dict[str, str] | None:
    """Return the answers to all questions, or None where one is none of ours."""
    if any(answer not in QUESTIONS.get(question, ()) for question, answer in answers.items()):
        return None
    return {question: answers.get(question, NOT_KNOWN) for question in QUESTIONS}


def level(answers: Mapping[str, str]) -> str:
    """Return "none", "raised" or "imminent" for complete answers: in doubt the higher one, for the young above all.

    Imminent: danger now, a suicide under way or prepared, or an abuser near where danger is not ruled out or there are
    thoughts of suicide. Raised: thoughts of suicide, an abuser near, or a young child of whom any of it is not known.
    """
    danger, suicide, abuser = (answers[question] for question in _ABOUT_DANGER)
    if danger == "yes" or suicide == "now":
        return IMMINENT
    if abuser == "yes" and (danger == NOT_KNOWN or suicide == "thoughts"):
        return IMMINENT
    if suicide == "thoughts" or abuser == "yes":
        return RAISED
    if answers["age"] in _YOUNG and NOT_KNOWN in (danger, suicide, abuser):
        return RAISED
    return NONE


def why(answers: Mapping[str, str]) -> str:
    """Return what made it dangerous, as a code: "danger", "suicide" or "abuser_near"."""
    if answers["immediate_danger"] == "yes":
        return "danger"
    return "suicide" if answers["suicide"] in ("thoughts", "now") else "abuser_near"
