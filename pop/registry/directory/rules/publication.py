"""Who may be shown to a child."""

from __future__ import annotations

from collections.abc import Collection

PUBLISHED = "published"
CLEAR = "clear"
COORDINATION = "coordination"


def reaches_children(state: str, safety: str, audience: Collection[str], kind: str) -> bool:
    """Return whether a child may be shown a service.

    It must be published, no safety decision may be pending, its audience must include the child who needs help, and it
    must be a service that people can turn to, not a body that coordinates others.
    """
    return state == PUBLISHED and safety == CLEAR and "child" in audience and kind != COORDINATION
