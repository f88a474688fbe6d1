"""Stamping a database as demonstration data."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.simulation.models import Stamp


def stamp(*, id: UUID, responses: int, seed: int, now: datetime) -> None:
    """Stamp the database. Raises IntegrityError where it is stamped already."""
    with transaction.atomic():
        Stamp.objects.create(id=id, responses=responses, seed=seed, made_at=now)


def finish(*, now: datetime) -> None:
    """Note that all responses are in."""
    Stamp.objects.filter(finished_at=None).update(finished_at=now)
