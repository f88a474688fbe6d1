"""Conversations, their sealed messages and keys. What stands here in clear is codes, times and counts: never words."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from pop.helpline.lines.models import Line, Team

WAITING, ACTIVE, SLEEPING, PROMISED, MESSAGE_LEFT, CLOSED = (
    "waiting",
    "active",
    "sleeping",
    "promised",
    "message_left",
    "closed",
)
STATES = (WAITING, ACTIVE, SLEEPING, PROMISED, MESSAGE_LEFT, CLOSED)


class Conversation(models.Model):
    """One conversation. Times are rounded to 15 minutes once it is closed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="conversations")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="conversations")
    channel = models.CharField(max_length=16, default="webchat")  # webchat, phone, whatsapp, …
    practice = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default=WAITING)
    state_since = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # What the child ticked; nothing of it is compulsory.
    language = models.CharField(max_length=16)
    country = models.CharField(max_length=2, blank=True)
    age = models.CharField(max_length=8, blank=True)  # "8-12", "13-17", "18-24" or not said
    tile = models.CharField(max_length=24, blank=True)
    danger = models.BooleanField(default=False)  # ticked by the child, or found by the risk check
    # The queue.
    waiting_since = models.DateTimeField(null=True)
    urgency = models.PositiveSmallIntegerField(default=0)  # 0 usual, 1 raised, 2 danger (pop.helpline.queue.rules)
    assignee = models.UUIDField(null=True)
    assigned_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)  # when staff first wrote
    promised_for = models.DateTimeField(null=True)
    promised_by = models.UUIDField(null=True)
    # Messages and keys.
    last_sequence = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=1)
    last_child_at = models.DateTimeField(null=True)
    last_staff_at = models.DateTimeField(null=True)
    child_seen_at = models.DateTimeField(null=True)  # a stream or a page of the child, to the minute
    lease_until = models.DateTimeField(null=True, db_index=True)
    code_lookup = models.BinaryField(null=True, unique=True)
    code_pepper = models.PositiveSmallIntegerField(null=True)
    code_public = models.BinaryField(null=True)
    # Protection against abuse, without addresses.
    window_at = models.DateTimeField(null=True)  # when the child's running minute of messages began
    window_count = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    blocked_at = models.DateTimeField(null=True)
    # How it ends.
    ended_by = models.CharField(max_length=12, blank=True)  # child, staff, system
    retention = models.CharField(max_length=16, default="usual")  # class of record (pop.helpline.conversations.rules)
    erase_after = models.DateField(null=True, db_index=True)
    legal_hold = models.BooleanField(default=False)
    # Copied from the contact record, for the lists of closed conversations; unlike the record they go with it.
    contact_type = models.CharField(max_length=32, blank=True)
    topic_group = models.CharField(max_length=32, blank=True)
    age_band = models.CharField(max_length=8, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["line", "state", "waiting_since"], name="conversation_queue"),
            # With what lists are filtered by behind the order, so that a rare code is looked for in the index alone.
            models.Index(
                fields=["team", "state", "practice", "closed_at", "id", "channel", "country", "age_band", "danger"],
                name="conversation_of_team",
            ),
            models.Index(
                fields=["team", "state", "practice", "language", "closed_at", "id"], name="closed_by_language"
            ),
            models.Index(
                fields=["team", "state", "practice", "contact_type", "closed_at", "id"], name="closed_by_type"
            ),
            models.Index(
                fields=["team", "state", "practice", "topic_group", "closed_at", "id"], name="closed_by_topic"
            ),
            models.Index(fields=["assignee", "state"], name="conversation_of_staff"),
            models.Index(fields=["state", "state_since"], name="conversation_state"),
        ]

    def __str__(self) -> str:
        return f"conversation {self.id}"


class CaseKey(models.Model):
    """One epoch of a conversation's case key. The key itself is nowhere in clear."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="case_keys")
    epoch = models.PositiveIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    lease = models.BinaryField(null=True)  # the key under the root key: only in `waiting` and `active`
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["conversation", "epoch"], name="an_epoch_once")]

    def __str__(self) -> str:
        return f"epoch {self.epoch} of {self.conversation_id}"


class KeySeal(models.Model):
    """A case key, sealed to one recipient's public key."""

    id = models.BigAutoField(primary_key=True)
    case_key = models.ForeignKey(CaseKey, on_delete=models.CASCADE, related_name="seals")
    recipient = models.CharField(max_length=8)  # team, code, escrow, session
    recipient_id = models.CharField(max_length=64, blank=True)  # the team's id, the session's hash
    edition = models.PositiveIntegerField(default=0)  # of the team's key
    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case_key", "recipient", "recipient_id"], name="a_case_key_sealed_once")
        ]

    def __str__(self) -> str:
        return f"{self.recipient} seal of {self.case_key_id}"


class ChildSession(models.Model):
    """A browser of the child's. The token is in its cookie only; here are its hash and a public key made from it."""

    token_hash = models.CharField(max_length=64, primary_key=True)  # SHA-256 in hex
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="sessions", null=True)
    state = models.CharField(max_length=8, default="open")  # open, pending (a code is being tried), failed, ended
    public_key = models.BinaryField()
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return "a child's session"


class Message(models.Model):
    """One sealed message. `kind` text: words; notice: a code of ours (JSON), shown in the reader's language."""

    id = models.BigAutoField(primary_key=True)
    # Found by the constraint on (conversation, sequence): an index of its own would be written with every message.
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False)
    sequence = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    author = models.CharField(max_length=12)  # child, counsellor, supervisor, system
    staff = models.UUIDField(null=True)
    kind = models.CharField(max_length=8, default="text")
    client_key = models.CharField(max_length=64)  # the sender's idempotency key
    body_mark = models.BinaryField()  # keyed hash of the body (from the case key): another body gets 409
    blob = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "sequence"], name="a_sequence_once"),
            models.UniqueConstraint(fields=["conversation", "client_key"], name="a_client_key_once"),
        ]

    def __str__(self) -> str:
        return f"message {self.sequence} of {self.conversation_id}"


class Complaint(models.Model):
    """A child's complaint: sealed to supervisors who are not concerned, and to the child's own code or session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT)
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, related_name="complaints")
    concerns = models.JSONField(default=list)  # staff who had to do with the conversation: none of them may open it
    state = models.CharField(max_length=12, default="open")  # open, answered
    made_at = models.DateTimeField()
    due_on = models.DateField()
    client_key = models.CharField(max_length=64)
    blob = models.BinaryField()
    answer = models.BinaryField(null=True)
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "client_key"], name="a_complaint_once"),
        ]

    def __str__(self) -> str:
        return f"complaint {self.id}"


class ComplaintSeal(models.Model):
    """A complaint's key, sealed to one reader: a supervisor's own key, the child's code or session, the escrow."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="seals")
    recipient = models.CharField(max_length=12)  # supervisor, code, session, escrow
    recipient_id = models.CharField(max_length=64, blank=True)
    blob = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.recipient} seal of {self.complaint_id}"


class Answers(models.Model):
    """The two optional questions at the end. Nothing here leads back to a conversation: line, week and answers only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT)
    week = models.DateField()  # its Monday
    helped = models.PositiveSmallIntegerField(null=True)  # 1 no, 2 a little, 3 yes
    listened = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"answers of {self.week}"


class AnswersGiven(models.Model):
    """That a conversation has answered the two questions, for the week in which it may: nothing here says how."""

    mark = models.CharField(max_length=64, primary_key=True)  # HMAC of the conversation's id under the root key
    day = models.DateField()

    def __str__(self) -> str:
        return f"answered by {self.day}"


class FirstMessages(models.Model):
    """How many first messages a line takes still: one row for those who ticked danger, one for all others."""

    id = models.BigAutoField(primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.CASCADE)
    danger = models.BooleanField()
    left = models.FloatField()
    at = models.DateTimeField()
    turned_away_at = models.DateTimeField(null=True)  # when somebody was last asked to try again, to ten seconds

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "danger"], name="a_flow_once_a_line_and_danger")
        ]

    def __str__(self) -> str:
        return f"first messages of {self.line_id}"
