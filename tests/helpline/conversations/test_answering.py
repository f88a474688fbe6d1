"""The two questions at the end are answered once, for a week, and nothing tells by whom."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from pop.helpline.conversations.actions.answering import answer_once, forget_marks
from pop.helpline.conversations.actions.entering import end
from pop.helpline.conversations.models import Answers, AnswersGiven, Conversation
from pop.helpline.conversations.queries import answering
from pop.helpline.conversations.queries.answering import has_answered, mark_of
from pop.helpline.lines.rules import RefusedError
from tests.helpline.conftest import House
from tests.helpline.conversations.steps import Opened, begin

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def closed(house: House) -> tuple[Opened, datetime]:
    """A closed conversation, and when it was closed."""
    opened = begin(house)
    end(opened.token)
    at = Conversation.objects.get(pk=opened.conversation).closed_at
    assert at is not None
    return opened, at


def kept() -> list[tuple[int | None, int | None]]:
    return sorted(Answers.objects.values_list("helped", "listened"), key=str)


def test_a_second_answer_changes_nothing(house: House) -> None:
    opened, _ = closed(house)
    answer_once(opened.conversation, 3, None)
    for again in ((1, 1), (None, 2), (3, None)):
        with pytest.raises(RefusedError, match="answered"):
            answer_once(opened.conversation, *again)
    assert kept() == [(3, None)]
    other, _ = closed(house)
    answer_once(other.conversation, 1, 2)
    assert kept() == [(1, 2), (3, None)]


def test_saying_nothing_keeps_nothing_and_takes_no_turn(house: House) -> None:
    opened, _ = closed(house)
    answer_once(opened.conversation, None, None)
    assert not has_answered(opened.conversation)
    answer_once(opened.conversation, None, 3)
    assert kept() == [(None, 3)]


def test_an_answer_that_is_none_takes_no_turn(house: House) -> None:
    opened, _ = closed(house)
    with pytest.raises(RefusedError, match="unknown"):
        answer_once(opened.conversation, 4, None)
    assert not has_answered(opened.conversation)


def test_only_a_conversation_closed_within_a_week_is_asked(house: House) -> None:
    going_on = begin(house).conversation
    opened, at = closed(house)
    with pytest.raises(RefusedError, match="wrong_state"):
        answer_once(going_on, 3, 3)
    with pytest.raises(RefusedError, match="wrong_state"):
        answer_once(opened.conversation, 3, 3, now=at + timedelta(days=7))
    with pytest.raises(RefusedError, match="unknown"):
        answer_once(uuid4(), 3, 3)
    answer_once(opened.conversation, 3, 3, now=at + timedelta(days=7) - timedelta(seconds=1))
    assert kept() == [(3, 3)]


def test_what_says_that_it_answered_leads_to_no_conversation_without_the_root_key(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _ = closed(house)
    answer_once(opened.conversation, 3, 3)
    mark = AnswersGiven.objects.get().mark
    assert mark == mark_of(opened.conversation)
    assert opened.conversation.hex not in mark
    monkeypatch.setattr(answering, "answering_key", lambda: bytes(32))
    assert mark != mark_of(opened.conversation)
    assert not has_answered(opened.conversation)


def test_the_mark_goes_when_nobody_is_asked_any_more(house: House) -> None:
    opened, _ = closed(house)
    now = timezone.now()
    answer_once(opened.conversation, 3, 3, now=now)
    assert forget_marks(now + timedelta(days=7)) == 0
    assert has_answered(opened.conversation)
    assert forget_marks(now + timedelta(days=8)) == 1
    with pytest.raises(RefusedError, match="wrong_state"):
        answer_once(opened.conversation, 1, 1, now=now + timedelta(days=8))
    assert kept() == [(3, 3)]
