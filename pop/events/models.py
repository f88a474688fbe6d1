"""News that must not be lost: the outbox, written in the transaction of the act that it tells of."""

from __future__ import annotations

import uuid

from django.db import models


class OutboxRow(models.Model):
    """One event that waits for, or has had, its subscribers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sequence = models.DateTimeField(auto_now_add=True, db_index=True)
    name = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True, db_index=True)
    last_error = models.CharField(max_length=200, blank=True)  # the exception's type only: its text could quote people

    class Meta:
        ordering = ("sequence",)

    def __str__(self) -> str:
        return self.name
