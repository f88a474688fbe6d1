"""The worker's loop: it outlives failures, keeps slow duties away from the outbox, and stops when it is asked to."""

from __future__ import annotations

import logging
import os
import signal
import threading

import pytest

from pop.events import worker
from pop.events.actions import publish
from pop.events.queries import waiting
from pop.events.worker import run_worker, stop_on_signals


@pytest.fixture
def logged(caplog):
    logging.getLogger("pop").propagate = True
    yield caplog
    logging.getLogger("pop").propagate = False


@pytest.fixture
def no_outbox(monkeypatch):
    """Leave the database out: what is tested is the loop."""
    monkeypatch.setattr(worker, "drain", lambda *_, **__: 0)
    monkeypatch.setattr(worker, "forget_done", lambda **_: 0)


def run(stop: threading.Event, **arguments) -> None:
    """Run the worker in a thread of its own, for at most as long as a test may take."""
    thread = threading.Thread(target=run_worker, args=(stop,), kwargs={"subscribers": {}, "pause": 0.001, **arguments})
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_duties_are_done_again_and_again_until_the_worker_is_stopped(no_outbox):
    stop, rounds = threading.Event(), []

    def duty() -> None:
        rounds.append(1)
        if len(rounds) == 5:
            stop.set()

    run(stop, duties=[duty])
    assert len(rounds) == 5


def test_a_worker_that_is_stopped_before_it_begins_does_nothing(no_outbox):
    stop = threading.Event()
    stop.set()
    run(stop, duties=[lambda: pytest.fail("a duty was done")])


def test_a_failing_duty_is_logged_by_its_type_and_done_again(no_outbox, logged):
    stop, rounds = threading.Event(), []

    def duty() -> None:
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise ValueError("the words of a child")

    run(stop, duties=[duty])
    assert len(rounds) == 3
    assert logged.text.count("ValueError") == 3
    assert "the words of a child" not in logged.text


def test_a_failing_outbox_stops_neither_the_worker_nor_its_duties(monkeypatch, logged):
    stop, rounds = threading.Event(), []
    enough = threading.Event()

    def away(*_, **__):
        rounds.append(1)
        if len(rounds) == 3:
            enough.set()
        raise ConnectionError

    monkeypatch.setattr(worker, "drain", away)

    def duty() -> None:
        if enough.is_set():
            stop.set()

    run(stop, duties=[duty])
    assert len(rounds) >= 3
    assert "ConnectionError" in logged.text


def test_a_slow_duty_does_not_hold_up_the_outbox(monkeypatch):
    stop, drained, building = threading.Event(), threading.Event(), threading.Event()

    def drain(*_, **__):
        if building.is_set():
            drained.set()
        return 0

    monkeypatch.setattr(worker, "drain", drain)
    monkeypatch.setattr(worker, "forget_done", lambda **_: 0)

    def slow() -> None:
        building.set()
        assert drained.wait(20)
        stop.set()

    run(stop, duties=[slow])
    assert drained.is_set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_the_worker_to_stop(no_outbox, number):
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop = stop_on_signals()
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        run_worker(stop, subscribers={}, pause=0.001)
        assert stop.is_set()
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@pytest.mark.storage
@pytest.mark.django_db(transaction=True)
def test_an_event_reaches_its_subscriber_through_the_loop():
    stop, heard = threading.Event(), []
    publish(name="registry_changed", payload={"countries": ["KE"]})

    def subscriber(payload) -> None:
        heard.append(payload)
        stop.set()

    # In this thread, because SQLite's tests lie in one connection's memory.
    watchdog = threading.Timer(30, stop.set)
    watchdog.start()
    run_worker(stop, subscribers={"registry_changed": [subscriber]}, pause=0.001)
    watchdog.cancel()
    assert heard == [{"countries": ["KE"]}]
    assert waiting() == 0
