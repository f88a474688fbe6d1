"""Who did what to which record, in codes: append-only, without content."""

from __future__ import annotations

import uuid

from django.db import models


class AuditRow(models.Model):
    """One act of a person or of the system. `detail` holds codes and ids only, never a child's words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.UUIDField(null=True)  # a member of staff; null for the system
    action = models.CharField(max_length=64, db_index=True)  # the verb of an action, such as "approve_proposal"
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64, db_index=True)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
