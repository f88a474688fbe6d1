"""What is kept of invented data: that this database holds it, and nothing else than it."""

from __future__ import annotations

import uuid

from django.db import models


class Stamp(models.Model):
    """The stamp of a database of demonstration data; a database with real records has none. At most one row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    only = models.BooleanField(default=True, unique=True)
    responses = models.PositiveIntegerField()
    seed = models.BigIntegerField()
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)  # all responses are in

    def __str__(self) -> str:
        return str(self.id)
