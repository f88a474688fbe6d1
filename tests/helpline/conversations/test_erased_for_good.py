"""What a child had erased stays erased, even when a backup from before brings it back."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from pop.events.actions import drain
from pop.helpline import database
from pop.helpline.conversations.actions.forgetting import ERASED, forget, hold
from pop.helpline.conversations.models import CaseKey, Conversation, Message
from pop.helpline.lines.rules import RefusedError
from pop.privacy.erasures import erased_since, note_erased, replay
from pop.server.wiring import ERASERS, SUBSCRIBERS
from tests.helpline.conftest import House
from tests.helpline.conversations.steps import begin

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _journal(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.DATA_DIR = tmp_path


def test_an_erased_conversation_stands_in_the_journal(house: House) -> None:
    opened = begin(house)
    forget(opened.token)
    drain(
        {ERASED: SUBSCRIBERS[ERASED]},
        now=timezone.now() + timezone.timedelta(minutes=1),
        limit=100,
        using=database.ALIAS,
    )
    assert [(each.kind, each.id) for each in erased_since()] == [("conversation", opened.conversation)]


def test_what_a_restored_backup_brought_back_is_erased_again(house: House) -> None:
    back, kept = begin(house), begin(house)
    note_erased([back.conversation, uuid.uuid4(), back.conversation])
    done = replay(ERASERS)
    assert (done.left, done.unreadable) == ({}, 0)
    assert list(Conversation.objects.values_list("id", flat=True)) == [kept.conversation]
    for model in (CaseKey, Message):
        assert set(model.objects.values_list("conversation", flat=True)) == {kept.conversation}


def test_a_conversation_that_a_backup_knows_as_held_is_kept_and_told(house: House, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    opened = begin(house)
    hold(opened.conversation, on=True, by=house.supervisor.id)
    told: list[str] = []
    monkeypatch.setattr("pop.server.forgetting.logger.warning", told.append)
    note_erased([opened.conversation])
    replay(ERASERS)
    assert Conversation.objects.filter(pk=opened.conversation).exists()
    assert len(told) == 1
    assert str(opened.conversation) not in told[0]
    with pytest.raises(RefusedError, match="held"):
        forget(opened.token)
