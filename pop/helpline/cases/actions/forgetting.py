"""Forgetting contact records and practices in their time: never before the conversation that they belong to is gone."""

from __future__ import annotations

from datetime import datetime

from pop.helpline.cases.models import ContactRecord, PracticeRun
from pop.helpline.conversations.actions.forgetting import forget_rows
from pop.helpline.conversations.rules import retention


def forget_contact_records(now: datetime, *, limit: int = 500) -> int:
    """Delete contact records past their time, a few at each call, and return how many went.

    The record of a conversation that is still there stays with it: a legal hold on the one holds the other.
    """
    before = retention.forgotten_before(retention.CONTACT_RECORD, now=now).date()
    due = ContactRecord.objects.filter(conversation=None, week__lt=before)
    return forget_rows(due, kind=retention.CONTACT_RECORD, limit=limit)


def forget_practice_runs(now: datetime, *, limit: int = 500) -> int:
    """Delete practices past their time whose scripted conversation is gone, and return how many went."""
    before = retention.forgotten_before(retention.PRACTICE_RUN, now=now)
    due = PracticeRun.objects.filter(conversation=None, made_at__lt=before)
    return forget_rows(due, kind=retention.PRACTICE_RUN, limit=limit)
