"""Times of what belongs to a closed conversation, rounded: a stolen database must not tell who was there when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from pop.helpline.conversations.rules.lifecycle import rounded


def round_moments(rows: QuerySet[Any], fields: Iterable[str]) -> None:
    """Round these times of these rows down to a quarter of an hour; rounding twice changes nothing."""
    names = list(fields)
    changed: list[Model] = []
    for row in rows:
        moments = {name: getattr(row, name) for name in names}
        for name, moment in moments.items():
            if moment is not None:
                setattr(row, name, rounded(moment))
        if any(getattr(row, name) != moment for name, moment in moments.items()):
            changed.append(row)
    if changed:
        rows.model._default_manager.bulk_update(changed, names, batch_size=200)
