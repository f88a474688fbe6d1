"""The audit is cut in its time, in short pieces, and never past a conversation that is still there."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from pop.audit.actions import link_heads, record
from pop.audit.models import AuditLink, AuditRow
from pop.audit.queries import oldest_link, verify
from pop.helpline import database
from pop.helpline.conversations.actions import sweeping
from pop.helpline.conversations.actions.forgetting import erase, hold
from pop.helpline.conversations.actions.sweeping import KeepingDuty
from pop.helpline.conversations.models import Conversation
from pop.helpline.conversations.rules.retention import AUDIT, COUNTED
from pop.server import forgetting
from pop.server.forgetting import forget_audit
from pop.server.wiring import FORGETTING
from tests.helpline.conftest import House
from tests.helpline.conversations.steps import begin

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def anchor_dir(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.ANCHOR_DIR = tmp_path / "anchors"


def write(count: int) -> None:
    """Write so many rows into the helpline's audit, a link for each."""
    for number in range(count):
        database.record(action="an_act", object_type="thing", object_id=str(number))
        link_heads(using=database.ALIAS)


def rows() -> int:
    return AuditRow.objects.using(database.ALIAS).filter(action="an_act").count()


def years_later() -> datetime:
    return timezone.now() + timedelta(days=COUNTED[AUDIT] + 2)


def test_the_audit_is_cut_after_six_years_and_the_rest_is_whole() -> None:
    write(5)
    assert forget_audit(timezone.now() + timedelta(days=COUNTED[AUDIT] - 1)) == 0
    assert forget_audit(years_later()) == 4
    assert rows() == 1
    verdict = verify(using=database.ALIAS)
    assert verdict.ok, verdict.findings


def test_one_call_cuts_a_few_short_pieces_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "CUT_LINKS", 2)
    monkeypatch.setattr(forgetting, "CUT_ROUNDS", 2)
    write(10)
    assert [forget_audit(years_later()) for _ in range(3)] == [4, 4, 1]


def test_nothing_is_cut_since_the_oldest_conversation_that_is_still_there(house: House) -> None:
    write(2)
    opened = begin(house)
    hold(opened.conversation, on=True, by=house.supervisor.id)
    between = timezone.now()
    Conversation.objects.update(opened_at=between)
    write(3)
    forget_audit(years_later())
    assert oldest_link(using=database.ALIAS) >= between  # type: ignore[operator]
    assert rows() == 3
    hold(opened.conversation, on=False, by=house.supervisor.id)
    erase(opened.conversation, why="retention")
    forget_audit(years_later())
    assert rows() == 1


def test_every_database_is_cut() -> None:
    for using in django_settings.DATABASES:
        for _ in range(3):
            record(action="an_act", object_type="thing", object_id="1", using=using)
            link_heads(using=using)
    forget_audit(years_later())
    for using in django_settings.DATABASES:
        assert AuditLink.objects.using(using).count() == 1


def test_the_workers_own_duty_cuts_the_audit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    Conversation.objects.all().delete()
    write(3)
    later = years_later()
    monkeypatch.setattr(sweeping, "timezone", SimpleNamespace(now=lambda: later))
    KeepingDuty(also=FORGETTING)()
    assert rows() == 1
