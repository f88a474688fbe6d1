"""A report from the public that a record is wrong: coded, without an account, never more than a task for a person."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from uuid import UUID

from django.db import transaction

from pop.audit.actions import record
from pop.registry.directory.actions.review.records import put_under_review
from pop.registry.directory.models import Service, Task
from pop.registry.directory.rules.publication import ON_MAP, PUBLISHED, suspends_on_complaint

REASONS = (
    "no_answer",
    "wrong_number",
    "not_a_helpline",
    "costs_money",
    "hours_wrong",
    "closed_for_good",
    "unkind_or_unsafe",
    "website_wrong",
    "other",
)
NUMBER_LENGTH = 30
# A bound per service and hour, kept in the tasks themselves: no sender is ever stored, so none can be counted.
HOURLY_LIMIT = 40
# So many different numbers wait for people at most; later ones are counted without the number.
OPEN_LIMIT = 100

_NUMBER = re.compile(r"[0-9+()\-./*# ]*")


class ReportError(ValueError):
    """A report that cannot be taken; `reason` is `unknown_service`, `unknown_reason`, `not_a_number` or `flood`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def report_number(*, service: UUID, contact: UUID | None, reason: str, number: str, now: datetime) -> None:
    """Keep one report as a task; an equal report that nobody has dealt with yet is counted instead.

    Nothing else changes, a person decides what is shown; only a peer space, and what young people or machines run, is
    shown to nobody from a complaint on until people have looked at it. Raises ReportError.
    """
    if reason not in REASONS:
        raise ReportError("unknown_reason")
    number = "".join(str(unicodedata.decimal(sign, sign)) for sign in " ".join(number[:200].split()))
    if len(number) > NUMBER_LENGTH or not _NUMBER.fullmatch(number) or (number and not re.search(r"[0-9]", number)):
        raise ReportError("not_a_number")
    hour = now.strftime("%Y-%m-%dT%H")
    with transaction.atomic():
        # The record's own row is the lock: two equal reports at once make one task with count 2.
        found = Service.objects.select_for_update().filter(id=service, state=PUBLISHED, safety__in=ON_MAP).first()
        if found is None:
            raise ReportError("unknown_service")
        if contact is not None and not found.contacts.filter(id=contact).exists():
            contact = None
        reports = Task.objects.filter(kind="number_report", service=found)
        if sum(task.detail.get("in_hour", 0) for task in reports.filter(detail__hour=hour)) >= HOURLY_LIMIT:
            raise ReportError("flood")
        waiting = reports.filter(state="open")
        if number and waiting.count() >= OPEN_LIMIT:
            number = ""
        equal = waiting.filter(contact_id=contact, detail__reason=reason, detail__number=number).first()
        if equal is None:
            Task.objects.create(
                kind="number_report",
                service=found,
                contact_id=contact,
                detail={"reason": reason, "number": number, "hour": hour, "in_hour": 1},
            )
        else:
            same_hour = equal.detail.get("hour") == hour
            equal.detail |= {"hour": hour, "in_hour": equal.detail.get("in_hour", 0) + 1 if same_hour else 1}
            equal.count += 1
            equal.save(update_fields=["detail", "count", "last_at"])
        _suspend_for_review(found, reason)
        record(action="report_number", object_type="service", object_id=str(found.id), detail={"reason": reason})


def _suspend_for_review(service: Service, reason: str) -> None:
    """Take a service off every page where a complaint is enough for that. Two people let it back."""
    channels = set(service.contacts.values_list("channel", flat=True))
    if not suspends_on_complaint(service.kind, service.organisation.operator, channels, reason):
        return
    put_under_review(service, via="report_number", reason=reason)
