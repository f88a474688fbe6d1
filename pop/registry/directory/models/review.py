"""Changes that wait for people, and the tasks that bring people to them."""

from __future__ import annotations

import uuid

from django.db import models

from pop.registry.directory.models.emergency import EmergencyNumber
from pop.registry.directory.models.services import Service


class Proposal(models.Model):
    """A change of a record that waits for its approvals: two different people where a published number changes.

    It is about a service, or (kind "emergency") about a country's emergency number: a known one, or one to be added.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="proposals")
    emergency = models.ForeignKey(EmergencyNumber, on_delete=models.CASCADE, null=True, related_name="proposals")
    country = models.CharField(max_length=2, blank=True)  # of an emergency number; blank where a service says it
    kind = models.CharField(max_length=24)  # edit, publish, unsuspend, defunct, emergency, mapping
    changes = models.JSONField(default=list)  # [{"contact": id|null, "field": …, "before": …, "after": …}]
    source = models.CharField(max_length=300, blank=True)
    observed_on = models.DateField(null=True)
    stage = models.CharField(max_length=24, blank=True)
    needs = models.PositiveSmallIntegerField(
        default=1
    )  # approvals by people other than the proposer, fixed when proposed
    proposed_by = models.UUIDField()
    # By somebody of the ministry of the record's country; it counts only while they speak for that country.
    from_focal_point = models.BooleanField(default=False)
    proposed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=12, default="waiting", db_index=True
    )  # waiting, applied, rejected, withdrawn, outdated
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("proposed_at",)

    def __str__(self) -> str:
        return f"{self.kind} of {self.service_id or self.country}"


class Approval(models.Model):
    """One person's yes or no to a proposal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="approvals")
    by = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    yes = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("proposal", "by"), name="one_approval_per_person"),)

    def __str__(self) -> str:
        return f"{'yes' if self.yes else 'no'} to {self.proposal_id}"


class Task(models.Model):
    """Something a person must look at. Reports from the public are codes, never free text (they could be a child's)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32, db_index=True)  # number_report, load_conflict, new_service, link_lapsed
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="tasks")
    contact_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)  # equal reports raise it instead of adding rows
    created_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)
    state = models.CharField(max_length=12, default="open", db_index=True)  # open, done
    done_by = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
