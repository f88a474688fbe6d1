"""When a snapshot is built: at once when there is none, a minute after a change, every six hours, never for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pop.events.actions import drain, publish
from pop.events.models import OutboxRow
from pop.privacy.keys import KeysError
from pop.signposting.snapshots import worker
from pop.signposting.snapshots.rules import due
from pop.signposting.snapshots.store import read_current
from pop.signposting.snapshots.worker import SnapshotDuty

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
START = int(NOW.timestamp())
HOUR = 3600
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("now", "in_force", "first_change", "answer"),
    [
        (START, None, None, True),
        (START, (START - 10, START + DAY), None, False),
        (START, (START - 10, START), None, True),
        (START, (START - 6 * HOUR + 1, START + DAY), None, False),
        (START, (START - 6 * HOUR, START + DAY), None, True),
        (START, (START - 10, START + DAY), START - 59, False),
        (START, (START - 10, START + DAY), START - 60, True),
        (START, (START + 60, START + DAY), None, False),  # clocks of two machines differ a little
        (START, (START + 61, START + DAY), None, True),
        (START, (START - 10, START + DAY), START + 10, True),  # the clock was set back: nobody waits for it
    ],
)
def test_a_snapshot_is_due(now, in_force, first_change, answer):
    assert due(now=now, in_force=in_force, first_change=first_change) is answer


class Clock:
    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def duty(home, line, clock) -> SnapshotDuty:
    line()
    return SnapshotDuty(now=clock)


pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def news(duty: SnapshotDuty, clock: Clock) -> None:
    publish(name="registry_changed", payload={"countries": ["DK"]})
    OutboxRow.objects.update(sequence=datetime.fromtimestamp(clock.now, UTC))
    drain({"registry_changed": [duty.registry_changed]}, now=datetime.fromtimestamp(clock.now, UTC), limit=10)


def test_the_first_snapshot_is_built_at_once(duty):
    assert duty() == 1
    assert duty() is None


def test_changes_within_a_minute_make_one_snapshot_a_minute_after_the_first(duty, clock):
    duty()
    clock.now += HOUR
    for _ in range(4):
        news(duty, clock)
        assert duty() is None
        clock.now += 14
    clock.now += 3  # 59 s after the first
    assert duty() is None
    clock.now += 1
    assert duty() == 2
    clock.now += 120
    assert duty() is None


def test_a_change_during_a_build_is_served_by_the_next_one(duty, clock, monkeypatch):
    duty()
    clock.now += HOUR
    news(duty, clock)
    clock.now += 60
    build = worker.build_snapshot

    def build_while_it_changes(*, now):
        duty.registry_changed({})
        return build(now=now)

    monkeypatch.setattr(worker, "build_snapshot", build_while_it_changes)
    assert duty() == 2
    monkeypatch.setattr(worker, "build_snapshot", build)
    assert duty() is None
    clock.now += 60
    assert duty() == 3


def test_every_six_hours_hours_and_trust_are_worked_out_anew(duty, clock):
    duty()
    clock.now += 6 * HOUR - 1
    assert duty() is None
    clock.now += 1
    assert duty() == 2


def test_a_lost_snapshot_is_built_again_at_once(duty, home, clock):
    duty()
    (home.snapshots / "current").unlink()
    clock.now += 1
    assert duty() == 2


def test_a_damaged_snapshot_is_replaced_at_once(duty, home, clock):
    duty()
    clock.now += 1
    (home.snapshots / "1.json.gz").write_bytes(b"damaged")
    assert SnapshotDuty(now=clock)() == 2


def test_after_a_restart_a_change_that_was_heard_and_not_served_is_still_served(duty, clock):
    duty()
    clock.now += HOUR
    news(duty, clock)
    clock.now += 10
    successor = SnapshotDuty(now=clock)
    assert successor() is None
    clock.now += 60
    assert successor() == 2


def test_after_a_restart_without_news_nothing_is_built(duty, clock):
    duty()
    clock.now += HOUR
    successor = SnapshotDuty(now=clock)
    for _ in range(5):
        clock.now += 60
        assert successor() is None


def test_a_failed_build_is_tried_again_after_a_minute_and_loses_no_change(duty, home, clock, monkeypatch):
    duty()
    clock.now += HOUR
    news(duty, clock)
    clock.now += 60
    build, tries = worker.build_snapshot, []

    def fail(*, now):
        tries.append(now)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "build_snapshot", fail)
    with pytest.raises(OSError, match="space"):
        duty()
    assert duty() is None
    assert len(tries) == 1
    monkeypatch.setattr(worker, "build_snapshot", build)
    clock.now += 60
    assert duty() == 2
    assert read_current(home.snapshots).version == 2


def test_a_clock_set_back_after_a_failure_does_not_stop_the_worker(duty, clock, monkeypatch):
    build = worker.build_snapshot

    def fail(*, now):
        raise OSError

    monkeypatch.setattr(worker, "build_snapshot", fail)
    with pytest.raises(OSError):  # noqa: PT011 - any refusal of the disk
        duty()
    monkeypatch.setattr(worker, "build_snapshot", build)
    clock.now -= 365 * DAY
    assert duty() == 1


def test_without_a_public_key_the_reason_is_told(duty, home):
    (home.keys / "signing.pub").unlink()
    with pytest.raises(KeysError, match=r"signing\.pub is missing"):
        duty()
    assert duty() is None  # not every second


def test_an_expired_snapshot_is_replaced_at_once_after_a_long_sleep(duty, clock):
    duty()
    clock.now += timedelta(days=40).total_seconds()
    assert duty() == 2
