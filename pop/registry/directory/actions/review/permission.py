"""Who may do what, asked inside every action: a page may forget, an action does not."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pop.audit import actions as audit
from pop.events.actions import publish
from pop.people import queries as people


class RefusalError(Exception):
    """An act that may not happen. `code` is a key of the console's words: ``refused_<code>``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def require(by: UUID, *roles: str) -> None:
    """Raise RefusalError("not_allowed") unless `by` is active staff with one of `roles` at this moment."""
    if not people.holds(by, *roles):
        raise RefusalError("not_allowed")


def require_focal_point(by: UUID, country: str) -> None:
    """Raise RefusalError("not_allowed") unless `by` speaks for the ministry of `country` at this moment."""
    if country not in people.spoken_for(by):
        raise RefusalError("not_allowed")


def trace(
    action: str, object_type: str, object_id: object, by: UUID, detail: Mapping[str, object] | None = None
) -> None:
    """Add the act to the audit, inside the act's transaction."""
    audit.record(action=action, object_type=object_type, object_id=str(object_id), actor=by, detail=detail)


def announce(country: str) -> None:
    """Tell that what may be shown in a country has changed."""
    publish(name="registry_changed", payload={"countries": [country]})
