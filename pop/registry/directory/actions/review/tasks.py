"""Finishing a task with a coded outcome. A task changes nothing by itself: a proposal or a suspension does."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from pop.registry.directory.actions.review.permission import RefusalError, require, trace
from pop.registry.directory.models import Task

OUTCOMES = (
    "record_is_right",
    "change_proposed",
    "suspended",
    "provider_asked",
    "cannot_be_checked",
    "duplicate",
    "another_service",
    "misuse",
)


@transaction.atomic
def finish_task(*, task_id: UUID, outcome: str, by: UUID) -> None:
    """Close a task. RefusalError: unknown, decided (somebody else was quicker), outcome_wrong."""
    require(by, "editor", "approver")
    if outcome not in OUTCOMES:
        raise RefusalError("outcome_wrong")
    task = Task.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise RefusalError("unknown")
    if task.state != "open":
        raise RefusalError("decided")
    task.state, task.outcome, task.done_by, task.done_at = "done", outcome, by, timezone.now()
    task.save(update_fields=["state", "outcome", "done_by", "done_at", "last_at"])
    trace("finish_task", "task", task.pk, by, {"outcome": outcome, "kind": task.kind})
