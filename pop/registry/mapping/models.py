"""What is kept between a submission and the registry: one finding for each submission, and the steps of safety."""

from __future__ import annotations

import uuid

from django.db import models

STATES = ("received", "compared", "proposed", "rejected", "replaced", "withdrawn")

__all__ = ["Finding", "SafetyStep"]


class Finding(models.Model):
    """One submission as the fields of a record, what it was compared with, and what became of it.

    It holds nothing about the respondent; those answers stay in the submission. A withdrawn one holds no answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    submission = models.UUIDField(unique=True)  # of the surveys
    instrument = models.CharField(max_length=40)
    source = models.CharField(max_length=300)  # as evidence names it: instrument, date, and which submission
    received_on = models.DateField()
    invited = models.BooleanField(default=False)  # came through a partner's own address, not the open link
    name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True, db_index=True)
    values = models.JSONField(default=dict)  # {field: value}
    contacts = models.JSONField(default=list)  # columns of contacts that the registry's rules can read
    unread = models.JSONField(default=list)  # [{"channel", "as_stated", "code"}]: those that they cannot
    consents = models.JSONField(default=dict)  # {field: may it be published}
    unplaced = models.BooleanField(default=False)  # no page may name its country
    state = models.CharField(max_length=12, default="received", db_index=True)
    verdict = models.CharField(max_length=12, blank=True)  # new, update, duplicate
    reasons = models.JSONField(default=list)
    score = models.PositiveSmallIntegerField(default=0)
    stale = models.BooleanField(default=False, db_index=True)  # the registry has changed since it was compared
    match = models.ForeignKey("registry.Service", on_delete=models.SET_NULL, null=True, related_name="+")
    service = models.ForeignKey("registry.Service", on_delete=models.SET_NULL, null=True, related_name="+")
    proposal = models.OneToOneField("registry.Proposal", on_delete=models.SET_NULL, null=True, related_name="+")
    choices = models.JSONField(default=dict)  # {field: take, keep, ask} as the reviewer chose
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replaced_by")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)  # of a rejection
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-received_on", "-made_at")

    def __str__(self) -> str:
        return str(self.id)


class SafetyStep(models.Model):
    """One step of a record's safety decision, by one person. A later one of the same kind takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey("registry.Service", on_delete=models.CASCADE, related_name="safety_steps")
    step = models.CharField(max_length=8)  # desk, call
    outcome = models.CharField(max_length=32)
    source = models.CharField(max_length=300)  # where the body, or the number that was called, stands
    number_source = models.CharField(max_length=24, blank=True)
    digest = models.CharField(max_length=16)  # of what was checked: a record that has moved on was not checked
    by = models.UUIDField()
    at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ("-at",)
        constraints = (
            models.UniqueConstraint(
                fields=("service", "step"), condition=models.Q(current=True), name="mapping_one_current_step"
            ),
        )

    def __str__(self) -> str:
        return f"{self.step}: {self.outcome}"
