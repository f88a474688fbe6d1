"""Who may be shown to a child."""

from __future__ import annotations

from collections.abc import Collection

PUBLISHED = "published"
CLEAR = "clear"
# On the map and nowhere a child is led to: what a survey brought and no safety decision has cleared yet.
MAPPED_ONLY = "mapped_only"
# Off the map, too, until people have looked at what was reported.
UNDER_REVIEW = "under_review"
ON_MAP = (CLEAR, MAPPED_ONLY)
COORDINATION = "coordination"
YOUTH_LED = "youth_led"
PEER_KINDS = frozenset({"peer_support", "self_help"})
PLATFORM_FEATURE = "platform_feature"
YOUTH_LED_SOLUTION = "youth_led_solution"
AI_DRIVEN_SOLUTION = "ai_driven_solution"
# The kinds of which no record reaches children but by both checks of the safety decision, wherever it came from.
CHECKED_KINDS = PEER_KINDS | {PLATFORM_FEATURE, YOUTH_LED_SOLUTION, AI_DRIVEN_SOLUTION}
_UNGUARDED_KINDS = PEER_KINDS | {YOUTH_LED_SOLUTION, AI_DRIVEN_SOLUTION}
COMPLAINTS = frozenset({"not_a_helpline", "unkind_or_unsafe"})


def reaches_children(state: str, safety: str, audience: Collection[str], kind: str) -> bool:
    """Return whether a child may be shown a service.

    It must be published, no safety decision may be pending, its audience must include the child who needs help, and it
    must be a service that people can turn to, not a body that coordinates others.
    """
    return state == PUBLISHED and safety == CLEAR and "child" in audience and kind != COORDINATION


def suspends_on_complaint(kind: str, operator: str, channels: Collection[str], reason: str) -> bool:
    """Return whether one complaint takes a service from everybody until people have looked at it.

    So it is where young people answer each other or a machine answers: nobody stands between them and a child.
    """
    unguarded = kind in _UNGUARDED_KINDS or operator == YOUTH_LED or "forum" in channels
    return unguarded and reason in COMPLAINTS


def cleared(from_survey: bool, kind: str) -> str:
    """Return the safety that a decision of the registry alone may give: what needs the other decision stays mapped."""
    return MAPPED_ONLY if from_survey or kind in CHECKED_KINDS else CLEAR
