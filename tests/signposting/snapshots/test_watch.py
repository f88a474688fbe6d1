"""The public processes' view: a good snapshot is taken in, a bad one never replaces it, requests go on meanwhile."""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
from datetime import UTC, datetime

import pop_sdk
import pytest

from pop.privacy.keys import public_keys, rotate_signing
from pop.signposting.snapshots import watch
from pop.signposting.snapshots.actions import build_snapshot
from pop.signposting.snapshots.watch import Watch

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
DAY = 86_400

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watching(home, clock) -> Watch:
    return Watch(home.snapshots, keys=lambda: public_keys(home.keys), now=clock, pause=0.01)


@pytest.fixture
def logged(caplog):
    logging.getLogger("pop").propagate = True
    yield caplog
    logging.getLogger("pop").propagate = False


def build(clock: Clock) -> int:
    return build_snapshot(now=datetime.fromtimestamp(clock.now, UTC))


def test_before_the_first_snapshot_there_is_no_engine(watching):
    assert watching.look() is False
    assert watching.engine is None
    assert watching.files() is None


def test_a_new_snapshot_is_taken_in_with_its_files_and_tag(home, watching, clock, line):
    line()
    build(clock)
    assert watching.look() is True
    assert watching.engine is not None
    data, signature, etag = watching.files()
    assert pop_sdk.load(data, signature, keys=public_keys(home.keys), now=int(clock.now)).version == 1
    assert etag.startswith('"1-')
    assert watching.look() is False


def test_the_next_version_replaces_it(watching, clock, line):
    line()
    build(clock)
    watching.look()
    first = watching.engine
    build(clock)
    assert watching.look() is True
    assert watching.engine is not first
    assert watching.files()[2].startswith('"2-')


def test_a_tampered_snapshot_is_refused_once_and_the_last_good_one_stays(home, watching, clock, line, logged):
    line()
    build(clock)
    watching.look()
    good = watching.engine
    build(clock)
    path = home.snapshots / "2.json.gz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert watching.look() is False
    assert watching.engine is good
    refusals = [each for each in logged.records if "refused" in each.message]
    assert len(refusals) == 1
    assert watching.look() is False
    assert len([each for each in logged.records if "refused" in each.message]) == 1
    assert "BørneTelefonen" not in logged.text


def test_a_snapshot_that_is_already_over_is_refused(watching, clock, line):
    line()
    build(clock)
    clock.now += 36 * DAY
    assert watching.look() is False
    assert watching.engine is None


def test_an_engine_stops_answering_when_its_snapshot_ends(watching, clock, line):
    line()
    build(clock)
    watching.look()
    clock.now += 35 * DAY - 1
    assert watching.engine is not None
    clock.now += 1
    assert watching.engine is None
    assert watching.files() is None


def test_an_old_snapshot_that_somebody_put_back_is_refused(home, watching, clock, line, logged):
    line()
    build(clock)
    clock.now += 3600
    build(clock)
    watching.look()
    newest = watching.engine
    (home.snapshots / "current").unlink()
    (home.snapshots / "current").write_text("1\n")
    assert watching.look() is False
    assert watching.engine is newest
    assert "older" in logged.text


def test_after_the_data_directory_was_lost_the_new_first_version_is_taken(home, watching, clock, line):
    line()
    build(clock)
    build(clock)
    watching.look()
    shutil.rmtree(home.snapshots)
    assert watching.look() is False
    assert watching.engine is not None
    clock.now += 60
    assert build(clock) == 1
    assert watching.look() is True


def test_a_snapshot_refused_for_want_of_a_key_is_taken_when_the_key_is_there(home, watching, clock, line):
    line()
    build(clock)
    key = home.keys / "signing.pub"
    kept = key.read_text()
    key.unlink()
    assert watching.look() is False
    key.write_text(kept)
    assert watching.look() is True


def test_a_rotated_key_needs_no_restart(home, watching, clock, line):
    line()
    build(clock)
    watching.look()
    rotate_signing(home.keys)
    build(clock)
    assert watching.look() is True
    assert watching.files()[2].startswith('"2-')


def test_a_fault_in_looking_never_stops_the_answers(watching, clock, line, monkeypatch, logged):
    line()
    build(clock)
    watching.look()
    good = watching.engine
    build(clock)

    def broken(_snapshot):
        raise MemoryError("a child's words")

    monkeypatch.setattr(watch, "compile_snapshot", broken)
    assert watching.look() is False
    assert watching.engine is good
    assert "MemoryError" in logged.text
    assert "a child's words" not in logged.text


def test_the_first_look_is_done_when_start_returns_and_later_versions_follow(home, watching, clock, line):
    line()
    build(clock)
    current = home.snapshots / "current"
    first = current.read_text()
    build(clock)
    later = shutil.move(current, home.snapshots / "later")
    current.write_text(first)

    async def live() -> tuple[str, str]:
        await watching.start()
        ready = watching.files()[2]
        later.replace(current)
        for _ in range(1000):
            if watching.files()[2] != ready:
                break
            await asyncio.sleep(0.01)
        await watching.stop()
        return ready[:3], watching.files()[2][:3]

    assert asyncio.run(live()) == ('"1-', '"2-')


def test_requests_are_answered_while_a_snapshot_is_compiled(watching, clock, line, monkeypatch):
    line()
    build(clock)
    compiling, go_on = threading.Event(), threading.Event()
    compile_snapshot = watch.compile_snapshot

    def slow(snapshot):
        compiling.set()
        assert go_on.wait(20)
        return compile_snapshot(snapshot)

    monkeypatch.setattr(watch, "compile_snapshot", slow)

    async def live() -> bool:
        starting = asyncio.create_task(watching.start())
        await asyncio.to_thread(compiling.wait, 20)
        answered = watching.engine is None and not starting.done()
        go_on.set()
        await starting
        await watching.stop()
        return answered and watching.engine is not None

    assert asyncio.run(live())
