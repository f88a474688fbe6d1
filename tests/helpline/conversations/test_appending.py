"""Each message exactly once, in one order, sealed, within limits; one refusal changes nothing for the others."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.helpline import database
from pop.helpline.conversations.actions.appending import Appended, Sending, append, append_many, notice
from pop.helpline.conversations.actions.opening import Opened, open_conversation
from pop.helpline.conversations.actions.sweeping import audit_sends
from pop.helpline.conversations.models import Conversation, Message
from pop.helpline.conversations.rules.messages import Limits
from pop.helpline.lines.rules import RefusedError
from tests.helpline.conftest import House, Person, client_key, form_key
from tests.helpline.conversations.steps import answer, begin, say, seen_by_child, take

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.mark.parametrize("times", [1, 2, 10])
def test_a_send_repeated_in_one_batch_and_later_is_one_message(house: House, times: int) -> None:
    opened = begin(house)
    sending = Sending(opened.conversation, "child", "only once", client_key(), token=opened.token)
    with database.atomic():
        together = append_many([sending] * times)
    with database.atomic():
        later = append(sending)
    assert all(isinstance(each, Appended) for each in together)
    assert [each.fresh for each in together if isinstance(each, Appended)] == [True] + [False] * (times - 1)
    assert {each[:4] for each in together if isinstance(each, Appended)} == {later[:4]}
    assert not later.fresh
    assert seen_by_child(opened.token) == [(1, "child", "a first message"), (2, "child", "only once")]


def test_the_same_key_with_another_body_is_refused_and_keeps_the_first(house: House) -> None:
    opened = begin(house)
    say(opened, "the first", key="same-key-0")
    with pytest.raises(RefusedError, match="key_reused"):
        say(opened, "another", key="same-key-0")
    assert [each[2] for each in seen_by_child(opened.token)] == ["a first message", "the first"]


def test_a_key_of_the_childs_is_not_the_counsellors(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    say(opened, "the same words", key="same-key-0")
    with pytest.raises(RefusedError, match="key_reused"):
        answer(opened.conversation, house.counsellor, "the same words", key="same-key-0")


def test_a_send_whose_answer_was_lost_is_answered_again_after_the_close(house: House) -> None:
    opened = begin(house)
    sent = say(opened, "did you get this", key="lost-answer")
    Conversation.objects.filter(pk=opened.conversation).update(state="closed")
    assert say(opened, "did you get this", key="lost-answer").sequence == sent.sequence
    with pytest.raises(RefusedError, match="closed"):
        say(opened, "and this")


def test_one_refusal_in_a_batch_leaves_the_others(house: House) -> None:
    first, second = begin(house), begin(house)
    with database.atomic():
        results = append_many(
            [
                Sending(first.conversation, "child", "one", client_key(), token=first.token),
                Sending(first.conversation, "child", "not mine", client_key(), token=second.token),
                Sending(second.conversation, "child", "bad \ud800", client_key(), token=second.token),
                Sending(second.conversation, "child", "two", client_key(), token=second.token),
                Sending(first.conversation, "child", "three", client_key(), token=first.token),
            ]
        )
    assert [each.code if isinstance(each, RefusedError) else each.sequence for each in results] == [
        2,
        "unknown",
        "unreadable",
        2,
        3,
    ]
    assert [each[2] for each in seen_by_child(first.token)] == ["a first message", "one", "three"]


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "empty"), (" \n", "empty"), ("x" * 4_001, "too_long"), ("a\0b", "unreadable"), ("\udfff", "unreadable")],
)
def test_what_cannot_be_kept_is_refused_with_its_reason(house: House, text: str, code: str) -> None:
    opened = begin(house)
    with pytest.raises(RefusedError, match=code):
        say(opened, text)
    with pytest.raises(RefusedError, match=code):
        begin(house, text)
    assert Message.objects.count() == 1


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=600))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everything_else_is_kept_as_written(house: House, text: str) -> None:
    if text.isspace():
        return
    opened = begin(house, text)
    assert seen_by_child(opened.token) == [(1, "child", text)]
    say(opened, text)
    assert seen_by_child(opened.token)[1] == (2, "child", text)


def test_a_client_key_is_compulsory_and_plain(house: House) -> None:
    opened = begin(house)
    for key in ("short", "x" * 65, "a key with spaces", "notice:slept:1", "key\n12345678"):
        with pytest.raises(RefusedError, match="unreadable"):
            say(opened, "words", key=key)


def test_the_twenty_first_message_within_a_minute_waits_a_minute(house: House) -> None:
    opened = begin(house)
    start = timezone.now() + timedelta(minutes=5)

    def write(seconds: float) -> Appended:
        with database.atomic():
            sending = Sending(opened.conversation, "child", "again", client_key(), token=opened.token)
            result = append_many([sending], now=start + timedelta(seconds=seconds))[0]
        if isinstance(result, RefusedError):
            raise result
        return result

    for number in range(20):
        write(number)
    for seconds in (21, 50, 80):
        with pytest.raises(RefusedError, match="slow_down"):
            write(seconds)
    assert write(82).sequence == 22


def test_a_longer_pause_and_a_block_are_told_apart(house: House) -> None:
    opened = begin(house)
    stored = Conversation.objects.filter(pk=opened.conversation)
    stored.update(paused_until=timezone.now() + timedelta(minutes=9))
    with pytest.raises(RefusedError, match="paused"):
        say(opened, "words")
    stored.update(paused_until=None, blocked_at=timezone.now())
    with pytest.raises(RefusedError, match="blocked"):
        say(opened, "words")


def test_only_who_has_the_conversation_writes_in_it(house: House) -> None:
    opened = begin(house)
    stranger = Person(house.line, house.counsellor.private)
    with pytest.raises(RefusedError, match="not_yours"):
        answer(opened.conversation, house.counsellor, "not taken yet")
    take(opened.conversation, house.counsellor)
    with pytest.raises(RefusedError, match="not_yours"):
        answer(opened.conversation, house.colleague, "somebody else's")
    with pytest.raises(RefusedError, match="unknown"):
        answer(opened.conversation, stranger, "not in the team")
    assert answer(opened.conversation, house.counsellor, "mine").sequence == 3


def test_a_supervisor_of_the_team_may_write_and_a_counsellor_may_not_as_one(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    with database.atomic():
        as_supervisor = Sending(opened.conversation, "supervisor", "joining", client_key(), staff=house.supervisor.id)
        as_other = Sending(opened.conversation, "supervisor", "not one", client_key(), staff=house.colleague.id)
        joined, refused = append_many([as_supervisor, as_other])
    assert isinstance(joined, Appended)
    assert isinstance(refused, RefusedError)


def test_what_was_sent_is_one_event_whose_audit_names_no_word(house: House) -> None:
    opened = begin(house)
    OutboxRow.objects.using(database.ALIAS).all().delete()
    with database.atomic():
        sends = [
            Sending(opened.conversation, "child", f"secret {n}", client_key(), token=opened.token) for n in range(3)
        ]
        append_many(sends)
    event = OutboxRow.objects.using(database.ALIAS).get(name="messages_sent")
    assert "secret" not in json.dumps(event.payload)
    audit_sends(event.payload)
    rows = AuditRow.objects.using(database.ALIAS).filter(action="send_message", object_id=str(opened.conversation))
    assert sorted(row.detail["sequence"] for row in rows) == [2, 3, 4]


def test_a_transaction_that_fails_leaves_no_message_and_no_hole(house: House) -> None:
    opened = begin(house)
    sending = Sending(opened.conversation, "child", "lost with the power", client_key(), token=opened.token)
    with database.atomic():
        append(sending)
        transaction.set_rollback(True, using=database.ALIAS)
    assert say(opened, "after it").sequence == 2


def test_a_notice_is_told_once_for_one_key_and_not_where_nothing_opens(house: House) -> None:
    opened = begin(house)
    with database.atomic():
        first = notice(opened.conversation, "joined", client_key="notice:joined:1")
        again = notice(opened.conversation, "joined", client_key="notice:joined:1")
    assert first is not None
    assert again is not None
    assert (first.sequence, again.sequence, again.fresh) == (2, 2, False)
    Conversation.objects.filter(pk=opened.conversation).update(state="sleeping")
    with database.atomic():
        assert notice(opened.conversation, "slept") is None


def test_limits_are_those_that_were_passed(house: House) -> None:
    opened = begin(house)
    sends = [Sending(opened.conversation, "child", "many", client_key(), token=opened.token) for _ in range(50)]
    with database.atomic():
        results = append_many(sends, limits=Limits(messages=1_000))
    assert all(isinstance(each, Appended) for each in results)


def test_the_same_form_gives_the_same_conversation_and_another_body_is_refused(house: House) -> None:
    key = form_key()
    first = begin_with(house, key, "words")
    again = begin_with(house, key, "words")
    assert (again.token, again.conversation, again.fresh) == (first.token, first.conversation, False)
    with pytest.raises(RefusedError, match="key_reused"):
        begin_with(house, key, "other words")
    with pytest.raises(RefusedError, match="key_reused"):
        begin_with(house, key, "words", minutes=11)
    assert Conversation.objects.count() == 1


def begin_with(house: House, key: str, text: str, *, minutes: int = 0) -> Opened:
    now = timezone.now() + timedelta(minutes=minutes)
    return open_conversation(line=house.line, text=text, form_key=key, language="en", now=now)


def test_what_stands_in_clear_of_a_notice_tells_neither_what_was_told_nor_when(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    moment = timezone.now()
    with database.atomic():
        notice(opened.conversation, "danger_steps", {"why": "immediate"}, now=moment)
    keys = Message.objects.filter(conversation=opened.conversation, kind="notice").values_list("client_key", flat=True)
    assert len(keys) == 2
    for key in keys:
        assert not any(told in key for told in ("joined", "danger", str(int(moment.timestamp()))[:7]))
