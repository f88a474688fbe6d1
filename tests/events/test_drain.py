"""The outbox: news is brought round at least once, one bad event stops no other, and nothing of a person is kept."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from pop.audit.actions import record
from pop.audit.models import AuditRow
from pop.events import actions, queries
from pop.events.models import OutboxRow

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def later(**step: float) -> datetime:
    # Rows are stamped by the database's clock, so that tests ask from a moment that is surely after it.
    return datetime.now(UTC) + timedelta(minutes=1, **step)


def test_subscribers_hear_an_event_once_with_its_payload():
    heard = []
    actions.publish(name="registry_changed", payload={"countries": ["KE"]})
    subscribers = {"registry_changed": [heard.append]}
    assert actions.drain(subscribers, now=later(), limit=10) == 1
    assert actions.drain(subscribers, now=later(), limit=10) == 0
    assert heard == [{"countries": ["KE"]}]
    assert queries.waiting() == 0


def test_an_event_that_was_rolled_back_is_never_heard():
    heard = []
    with transaction.atomic():
        actions.publish(name="registry_changed")
        transaction.set_rollback(True)
    assert actions.drain({"registry_changed": [heard.append]}, now=later(), limit=10) == 0
    assert heard == []


def test_events_come_in_the_order_in_which_they_were_published():
    heard = []
    for number in range(5):
        actions.publish(name="counted", payload={"number": number})
    actions.drain({"counted": [lambda payload: heard.append(payload["number"])]}, now=later(), limit=3)
    assert heard == [0, 1, 2]
    actions.drain({"counted": [lambda payload: heard.append(payload["number"])]}, now=later(), limit=3)
    assert heard == [0, 1, 2, 3, 4]


def test_an_event_that_nobody_wants_is_done_at_once():
    actions.publish(name="unheard")
    assert actions.drain({}, now=later(), limit=10) == 1
    assert queries.waiting() == 0


def failing(_payload):
    raise ValueError("the words of a child")


def test_a_failure_waits_longer_each_time_and_is_never_given_up():
    actions.publish(name="broken")
    now = later()
    for wait in [1, 10, 60, 600, 3600, 3600, 3600]:
        assert actions.drain({"broken": [failing]}, now=now, limit=10) == 1
        almost = now + timedelta(seconds=wait) - timedelta(milliseconds=1)
        assert actions.drain({"broken": [failing]}, now=almost, limit=10) == 0
        now += timedelta(seconds=wait)
    heard = []
    actions.drain({"broken": [heard.append]}, now=now, limit=10)
    assert heard == [{}]


def test_what_is_kept_and_logged_of_a_failure_is_its_type_only(caplog):
    actions.publish(name="broken")
    logging.getLogger("pop").propagate = True
    try:
        actions.drain({"broken": [failing]}, now=later(), limit=10)
    finally:
        logging.getLogger("pop").propagate = False
    assert OutboxRow.objects.get().last_error == "ValueError"
    assert "ValueError" in caplog.text
    assert "the words of a child" not in caplog.text


def test_one_bad_event_does_not_hold_up_those_behind_it():
    heard = []
    actions.publish(name="broken")
    actions.publish(name="good")
    assert actions.drain({"broken": [failing], "good": [heard.append]}, now=later(), limit=10) == 2
    assert heard == [{}]
    assert queries.waiting() == 1


def test_what_a_subscriber_wrote_is_undone_when_a_later_one_fails():
    def write(_payload):
        record(action="written", object_type="test", object_id="1")

    actions.publish(name="both")
    actions.drain({"both": [write, failing]}, now=later(), limit=10)
    assert not AuditRow.objects.exists()
    actions.drain({"both": [write]}, now=later(seconds=2), limit=10)
    assert AuditRow.objects.count() == 1


def test_done_events_are_forgotten_after_seven_days_and_waiting_ones_never():
    now = later()
    actions.publish(name="old")
    actions.drain({}, now=now, limit=1)
    actions.publish(name="broken")
    actions.drain({"broken": [failing]}, now=now, limit=1)
    assert actions.forget_done(now=now + timedelta(days=7)) == 0
    assert actions.forget_done(now=now + timedelta(days=7, seconds=1)) == 1
    assert [row.name for row in OutboxRow.objects.all()] == ["broken"]


def test_a_change_is_remembered_after_it_was_served():
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert not queries.published_since(name="registry_changed", moment=before)
    actions.publish(name="registry_changed")
    actions.drain({}, now=later(), limit=1)
    assert queries.published_since(name="registry_changed", moment=before)
    assert not queries.published_since(name="registry_changed", moment=later())
    assert not queries.published_since(name="other", moment=before)


def test_an_empty_outbox_takes_no_transaction(django_assert_num_queries):
    with django_assert_num_queries(1) as seen:
        assert actions.drain({}, now=later(), limit=500) == 0
    assert seen.captured_queries[0]["sql"].upper().startswith("SELECT")


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_worker_holds_is_left_to_it():
    if not connection.features.has_select_for_update_skip_locked:
        # SQLite has one writer: a second worker waits for the first one's transaction and then finds the row done.
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        return
    actions.publish(name="held")
    actions.publish(name="free")
    heard = []
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM events_outboxrow WHERE name = 'held' FOR UPDATE")
            cursor.fetchall()
            subscribers = {"held": [lambda _: heard.append("held")], "free": [lambda _: heard.append("free")]}
            actions.drain(subscribers, now=later(), limit=1)
        assert heard == ["free"]
        other.rollback()
    finally:
        other.close()
    actions.drain(subscribers, now=later(), limit=5)
    assert heard == ["free", "held"]
