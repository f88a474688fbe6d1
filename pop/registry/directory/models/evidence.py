"""How we know a fact: evidence per field, link checks, texts and the history of every change."""

from __future__ import annotations

import uuid

from django.db import models

from pop.registry.directory.models.services import Contact, Service


class Evidence(models.Model):
    """One observation of one field: where, when, and by which stage of checking."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="evidence")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="evidence")
    field = models.CharField(max_length=40)
    value = models.TextField(blank=True)  # the value observed, as text
    source = models.CharField(max_length=300, blank=True)
    observed_on = models.DateField(null=True)
    stage = models.CharField(max_length=24)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.UUIDField(null=True)

    class Meta:
        ordering = ("field", "-observed_on")

    def __str__(self) -> str:
        return f"{self.field}: {self.stage} {self.observed_on}"


class Change(models.Model):
    """One change of one field of a record, kept for ever: the record's history."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="changes")
    contact_id = models.UUIDField(null=True)
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by = models.UUIDField(null=True)  # null: a load or the system
    via = models.CharField(max_length=40)  # the action that made it, such as "load" or "apply_proposal"

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.field} by {self.via}"


class LinkCheck(models.Model):
    """The last check of a web address. It is a link for a child for 90 days after a good one."""

    url = models.CharField(max_length=300, primary_key=True)
    checked_at = models.DateTimeField()
    ok = models.BooleanField()
    status = models.CharField(max_length=40)  # HTTP status or a coded failure
    final_url = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.url}: {self.status}"


class RegistryText(models.Model):
    """A text of a record in one language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="texts")
    field = models.CharField(max_length=40)  # name, summary, what_happens
    language = models.CharField(max_length=16)
    text = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("service", "field", "language"), name="one_text_per_language"),)

    def __str__(self) -> str:
        return f"{self.field} [{self.language}]"
