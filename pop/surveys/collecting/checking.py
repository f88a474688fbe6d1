"""What our own engine says of a submission that came from elsewhere: coded faults, for the reviewer to see."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID


def faults_of(survey: UUID, xml: bytes, *, now: datetime) -> list[dict[str, str]]:
    """Return [{"path", "code"}] of what the form's own rules find wrong; never a value that somebody answered."""
    del survey, xml, now
    return []
