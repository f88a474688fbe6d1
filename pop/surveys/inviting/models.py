"""The mails that are to be sent and were: a row for each, made before anything is sent."""

from __future__ import annotations

import uuid

from django.db import models

from pop.surveys.collecting.models import Invitation

MAIL_STATES = ("waiting", "claimed", "sent", "failed", "dropped")

__all__ = ["Mail"]


class Mail(models.Model):
    """One mail about one invitation. `number`: 0 for the invitation itself, 1 and 2 for the reminders."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="mails")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default="waiting")
    due_at = models.DateTimeField(db_index=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, db_index=True)
    reason = models.CharField(max_length=20, blank=True)  # why it failed or was dropped: a code, never an address

    class Meta:
        constraints = (models.UniqueConstraint(fields=("invitation", "number"), name="surveys_one_mail_per_number"),)

    def __str__(self) -> str:
        return str(self.id)
