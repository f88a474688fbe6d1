"""Records in codes go in their time, and never before the conversation that they belong to."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from pop.helpline.cases.actions.closing import close_one_tap
from pop.helpline.cases.actions.forgetting import forget_contact_records, forget_practice_runs
from pop.helpline.cases.models import ContactRecord, PracticeRun
from pop.helpline.conversations.actions.forgetting import erase, erase_due, hold
from pop.helpline.conversations.rules.retention import CONTACT_RECORD, COUNTED, PRACTICE_RUN
from pop.helpline.queue.actions.taking import take
from tests.helpline.conftest import House
from tests.helpline.conversations.steps import begin
from tests.helpline.queue.steps import on_duty

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def recorded(house: House) -> UUID:
    """Return a conversation that was closed with a contact record."""
    on_duty(house, house.counsellor)
    opened, who = begin(house), house.counsellor
    take(conversation=opened.conversation, staff=who.id, private_key=who.private)
    close_one_tap(conversation=opened.conversation, staff=who.id, private_key=who.private, contact_type="silent")
    return opened.conversation


def after(kind: str, *, days: int = 0) -> datetime:
    # Records count from the Monday of their week, which is up to six days ago.
    return timezone.now() + timedelta(days=COUNTED[kind] + days)


def test_a_contact_record_goes_after_five_years(house: House) -> None:
    erase(recorded(house), why="retention")
    assert forget_contact_records(after(CONTACT_RECORD, days=-7)) == 0
    assert forget_contact_records(after(CONTACT_RECORD, days=1)) == 1
    assert not ContactRecord.objects.exists()


def test_a_legal_hold_on_a_conversation_holds_its_record(house: House) -> None:
    held = recorded(house)
    hold(held, on=True, by=house.supervisor.id)
    late = after(CONTACT_RECORD, days=400)
    erase_due(late)
    assert forget_contact_records(late) == 0
    hold(held, on=False, by=house.supervisor.id)
    erase_due(late)
    assert forget_contact_records(late) == 1


def test_a_practice_goes_after_two_years_once_its_conversation_is_gone(house: House) -> None:
    opened = begin(house)
    kept = PracticeRun.objects.create(
        conversation_id=opened.conversation, script="en-silent", staff=house.counsellor.id, made_at=timezone.now()
    )
    PracticeRun.objects.create(script="en-silent", staff=house.counsellor.id, made_at=timezone.now())
    assert forget_practice_runs(after(PRACTICE_RUN, days=-1)) == 0
    assert forget_practice_runs(after(PRACTICE_RUN, days=2)) == 1
    assert PracticeRun.objects.get() == kept
