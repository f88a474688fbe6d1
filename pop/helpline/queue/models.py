"""Who is on duty, how long people waited, and hand-overs."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pop.helpline.conversations.models import Conversation
from pop.helpline.lines.models import Line, Team


class Presence(models.Model):
    """Somebody on duty: their capacity and languages. A browser that dies stops renewing `seen_at`."""

    staff = models.UUIDField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.CASCADE)
    state = models.CharField(max_length=12, default="available")  # available, full, break, away
    capacity = models.PositiveSmallIntegerField(default=3)
    languages = models.JSONField(default=list)
    given = models.BooleanField(default=True)  # takes what the queue gives; otherwise only what they take themselves
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.staff} {self.state}"


class Wait(models.Model):
    """One wait that ended: the real waits from which a child's range is drawn. No conversation stands here."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.CASCADE)
    ended_at = models.DateTimeField(db_index=True)
    seconds = models.PositiveIntegerField()
    urgency = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=16)
    outcome = models.CharField(max_length=12)  # answered, left, missed
    practice = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.seconds} s {self.outcome}"


class HandOver(models.Model):
    """A conversation on its way to a colleague or another team."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="hand_overs")
    by = models.UUIDField()
    to_staff = models.UUIDField(null=True)
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True)
    warm = models.BooleanField(default=False)
    note = models.BinaryField(null=True)  # sealed under the case key
    epoch = models.PositiveIntegerField()  # of the key that sealed the note
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"hand-over of {self.conversation_id}"


class Glance(models.Model):
    """A counsellor asked a supervisor to look, or danger did."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="glances")
    why = models.CharField(max_length=24)  # asked, imminent_danger, complaint, long_wait
    by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    seen_by = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["made_at"], condition=models.Q(seen_at=None), name="unseen_glances")]

    def __str__(self) -> str:
        return f"{self.why} {self.conversation_id}"


class BrokenGlass(models.Model):
    """Emergency access of somebody outside the team, which a second person must allow."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="broken_glass")
    by = models.UUIDField()
    reason = models.CharField(max_length=32)  # a code
    made_at = models.DateTimeField()
    second = models.UUIDField(null=True)
    allowed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    blob = models.BinaryField(null=True)  # the case keys, sealed to `by` by the second person

    def __str__(self) -> str:
        return f"broken glass {self.conversation_id}"
