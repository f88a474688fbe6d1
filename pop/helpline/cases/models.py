"""Contact records in codes, risk checks, and sealed notes and identities."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pop.helpline.conversations.models import Conversation
from pop.helpline.lines.models import Line


class ContactRecord(models.Model):
    """What a contact was about, in codes of an edition: closing a conversation needs one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT)
    conversation = models.OneToOneField(
        Conversation, on_delete=models.SET_NULL, null=True, related_name="contact_record"
    )
    practice = models.BooleanField(default=False)
    week = models.DateField(db_index=True)  # its Monday: the finest time that statistics see
    channel = models.CharField(max_length=16)
    language = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    edition = models.CharField(max_length=16)  # of the lists that the codes below come from
    contact_type = models.CharField(max_length=32)
    categories = models.JSONField(default=list)
    actions_taken = models.JSONField(default=list)
    age_band = models.CharField(max_length=8, blank=True)
    vulnerable_groups = models.JSONField(default=list)
    living_situation = models.CharField(max_length=32, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True)  # rounded to 15
    waited_minutes = models.PositiveSmallIntegerField(null=True)
    staff = models.UUIDField()
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["line", "week"], name="records_of_a_week")]

    def __str__(self) -> str:
        return f"contact record {self.id}"


class RiskCheck(models.Model):
    """One short risk check, in codes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="risk_checks")
    staff = models.UUIDField()
    at = models.DateTimeField()
    answers = models.JSONField(default=dict)  # {"immediate_danger": "yes|no|not_known", "suicide": …, …}
    level = models.CharField(max_length=12)  # none, raised, imminent

    def __str__(self) -> str:
        return f"risk check {self.level}"


class DangerStep(models.Model):
    """One of the line's written steps in imminent danger, done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="danger_steps")
    step = models.CharField(max_length=40)
    staff = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.step


class Note(models.Model):
    """A private note of staff, sealed under the case key; never shown to the child, gone with the conversation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="notes")
    epoch = models.PositiveIntegerField()
    staff = models.UUIDField()
    at = models.DateTimeField()
    blob = models.BinaryField()

    def __str__(self) -> str:
        return f"note of {self.conversation_id}"


class Identity(models.Model):
    """Name, phone, address under a key of its own: the assignee and the escrow only.

    Whoever hands the conversation over seals the key to the next assignee too; only the present one may use theirs.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True)
    blob = models.BinaryField()
    assignee = models.UUIDField()
    assignee_seal = models.BinaryField()
    escrow_seal = models.BinaryField()
    next_assignee = models.UUIDField(null=True)
    next_seal = models.BinaryField(null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"identity of {self.conversation_id}"


class CannedAnswer(models.Model):
    """A ready answer or link of a line, in one language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="canned_answers")
    language = models.CharField(max_length=16)
    shortcut = models.CharField(max_length=24)
    title = models.CharField(max_length=80)
    text = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "language", "shortcut"], condition=models.Q(ended_at=None), name="a_shortcut_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class PracticeRun(models.Model):
    """A scripted child whom a counsellor answers to learn, with a supervisor's feedback."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.OneToOneField(Conversation, on_delete=models.SET_NULL, null=True, related_name="practice_run")
    script = models.CharField(max_length=40)
    step = models.PositiveSmallIntegerField(default=0)
    staff = models.UUIDField()
    made_at = models.DateTimeField()
    feedback = models.TextField(blank=True)
    feedback_by = models.UUIDField(null=True)
    feedback_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"practice {self.script}"
