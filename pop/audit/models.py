"""Who did what to which record, in codes: append-only, without content, each row bound to the one before it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class AuditRow(models.Model):
    """One act of a person or of the system. `detail` holds codes and ids only, never a child's words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    actor = models.UUIDField(null=True)  # a member of staff; null for the system
    action = models.CharField(max_length=64, db_index=True)  # the verb of an action, such as "approve_proposal"
    object_type = models.CharField(max_length=32)
    object_id = models.CharField(max_length=64, db_index=True)
    detail = models.JSONField(default=dict)
    chain = models.UUIDField(editable=False)  # the chain of the thread that wrote it
    number = models.BigIntegerField(editable=False)  # its place in the chain, from 1, without gaps
    previous = models.BinaryField(max_length=32)  # the hash of the row before it in the chain
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("at",)
        constraints = (models.UniqueConstraint(fields=("chain", "number"), name="audit_one_row_per_number"),)

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class AuditChain(models.Model):
    """A chain that exists, and how far a link has bound it: the worker's note, which verification does not rely on."""

    chain = models.UUIDField(primary_key=True)
    linked = models.BigIntegerField(default=0)  # the number of the last row that a link names; 0: none yet
    linked_at = models.DateTimeField(null=True, db_index=True)  # when a link last named it

    def __str__(self) -> str:
        return f"{self.chain} linked up to {self.linked}"


class AuditLink(models.Model):
    """The heads of the chains that moved since the link before; its number and hash also stand outside the database."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    previous = models.BinaryField(max_length=32)
    heads = models.JSONField()  # {chain: [number, hash in hexadecimal]}
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"link {self.number}"


class AuditCut(models.Model):
    """Where old rows and links were taken away for good: always at a link, with the last hashes that went.

    The first row that stays must follow `heads`; the first link that stays must follow the link. A cut counts only
    where a row of the audit holds its hash.
    """

    link = models.BigIntegerField(primary_key=True)
    link_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    heads = models.JSONField()  # {chain: [number, hash in hexadecimal]}: each chain's last row that went

    def __str__(self) -> str:
        return f"cut at link {self.link}"
