"""What the helpline's lines tell the registry: their hours and languages, as proposals that people decide about."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pop.helpline.lines import queries as lines
from pop.registry.directory.actions.review.providing import propose_from_provider

SOURCE = "The helpline's own line: {name}"


def line_changed(payload: Mapping[str, object]) -> None:
    """Hear "line_changed" {line}: propose what the line says where its record says otherwise. Hearing it twice is one.

    Lines for practice and for trying out have nothing to tell; that a line is closed for some hours is no news either.
    """
    line = lines.line(UUID(str(payload["line"])))
    if line is None or line.service_id is None or line.practice or line.sandbox:
        return
    propose_from_provider(
        service_id=line.service_id,
        provider=line.id,
        source=SOURCE.format(name=line.name),
        hours=line.hours,
        zone=line.timezone,
        languages=line.languages,
    )
