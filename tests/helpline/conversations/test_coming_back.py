"""Six words lead back on any device; a browser that was left opens nothing any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pop.helpline.conversations.actions.entering import (
    answer_questions,
    begin_coming_back,
    child_enters,
    come_back,
    end,
    keep_way_back,
    leave,
    pause,
)
from pop.helpline.conversations.actions.moving import transfer_keys_to_team
from pop.helpline.conversations.actions.sweeping import KeepingDuty, sweep_sessions
from pop.helpline.conversations.models import Answers, CaseKey, ChildSession, Conversation, KeySeal
from pop.helpline.conversations.queries.talks import session_state
from pop.helpline.lines.rules import RefusedError
from pop.privacy.codes import CodeKey, fold
from pop.privacy.keyring import keyring
from tests.helpline.conftest import House, cheap
from tests.helpline.conversations.steps import begin, say, seen_by_child, state_of

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def keys_of(code: str) -> list[tuple[int, CodeKey]]:
    """Derive a typed code for every live pepper."""
    return [(edition, cheap(fold(code, "en"), pepper)) for edition, pepper in keyring().peppers.items()]


def test_the_code_brings_everything_back_on_another_device(house: House) -> None:
    opened = begin(house, "before")
    code = keep_way_back(opened.token, "en", derive=cheap)
    say(opened, "after")
    leave(opened.token)
    token = begin_coming_back()
    assert session_state(token) == "pending"
    assert come_back(token, keys_of(code.upper().replace(" ", " - ")))
    assert [each[2] for each in seen_by_child(token)] == ["before", "after"]
    assert len(code.split()) == 6


def test_a_wrong_code_opens_nothing_and_may_be_tried_again(house: House) -> None:
    opened = begin(house)
    code = keep_way_back(opened.token, "en", derive=cheap)
    token = begin_coming_back()
    assert not come_back(token, keys_of("six words that nobody ever made"))
    assert session_state(token) == "failed"
    assert child_enters(token) is None
    assert come_back(token, keys_of(code))
    with pytest.raises(RefusedError, match="unknown"):
        come_back(token, keys_of(code))


def test_a_new_code_replaces_the_old_one(house: House) -> None:
    opened = begin(house)
    first = keep_way_back(opened.token, "en", derive=cheap)
    second = keep_way_back(opened.token, "en", derive=cheap)
    assert not come_back(begin_coming_back(), keys_of(first))
    assert come_back(begin_coming_back(), keys_of(second))
    assert KeySeal.objects.filter(recipient="code").count() == 1


def test_a_code_that_is_somebody_elses_already_is_not_given_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = begin(house, "of the first"), begin(house, "of the second")
    code = keep_way_back(first.token, "en", derive=cheap)
    made = iter([code, "seven other plain words of nobody"])
    monkeypatch.setattr("pop.helpline.conversations.actions.entering.make_code", lambda _: next(made))
    assert keep_way_back(second.token, "en", derive=cheap) != code
    token = begin_coming_back()
    assert come_back(token, keys_of(code))
    assert seen_by_child(token)[0][2] == "of the first"


def test_a_rush_of_waiting_sessions_is_cleared_away_in_one_go(house: House) -> None:
    before = timezone.now() - timedelta(hours=2)
    ChildSession.objects.bulk_create(
        ChildSession(token_hash=f"{number:064x}", state="failed", public_key=b"-", made_at=before, seen_at=before)
        for number in range(1_000)
    )
    KeepingDuty()()
    assert ChildSession.objects.count() == 0


def test_the_code_opens_epochs_that_began_after_it_was_made_and_two_browsers_do_too(house: House) -> None:
    opened = begin(house, "first epoch")
    code = keep_way_back(opened.token, "en", derive=cheap)
    other = begin_coming_back()
    assert come_back(other, keys_of(code))
    transfer_keys_to_team(conversation=opened.conversation, team=house.team, by=None)
    say(opened, "second epoch")
    third = begin_coming_back()
    assert come_back(third, keys_of(code))
    for token in (opened.token, other, third):
        assert [each[2] for each in seen_by_child(token)] == ["first epoch", "second epoch"]


def test_a_closed_conversation_is_read_by_code_and_not_opened_again(house: House) -> None:
    opened = begin(house, "long over")
    code = keep_way_back(opened.token, "en", derive=cheap)
    end(opened.token)
    token = begin_coming_back()
    assert come_back(token, keys_of(code))
    assert seen_by_child(token)[0][2] == "long over"
    assert state_of(opened.conversation) == "closed"
    assert not CaseKey.objects.filter(lease__isnull=False).exists()


def test_a_left_browser_opens_nothing_and_keeps_no_seal(house: House) -> None:
    opened = begin(house)
    leave(opened.token)
    leave("never existed")
    assert child_enters(opened.token) is None
    assert not KeySeal.objects.filter(recipient="session").exists()
    with pytest.raises(RefusedError, match="unknown"):
        say(opened, "from a stolen cookie")


def test_a_paused_conversation_wakes_when_the_child_writes(house: House) -> None:
    opened = begin(house)
    waited_since = Conversation.objects.get().waiting_since
    pause(opened.token)
    assert state_of(opened.conversation) == "sleeping"
    assert child_enters(opened.token) is not None
    assert not CaseKey.objects.filter(lease__isnull=False).exists()
    say(opened, "here again")
    row = Conversation.objects.get()
    assert (row.state, row.waiting_since) == ("waiting", waited_since)
    assert CaseKey.objects.filter(lease__isnull=False).exists()


def test_sessions_end_when_nobody_used_them_and_their_traces_go(house: House) -> None:
    opened = begin(house)
    begin_coming_back()
    now = timezone.now()
    assert sweep_sessions(now) == 0
    assert sweep_sessions(now + timedelta(hours=2)) == 1
    assert sweep_sessions(now + timedelta(days=31)) == 1
    assert child_enters(opened.token) is None
    assert not KeySeal.objects.filter(recipient="session").exists()
    assert sweep_sessions(now + timedelta(days=32)) == 1
    assert not ChildSession.objects.exists()


def test_the_two_answers_keep_the_week_and_no_conversation(house: House) -> None:
    answer_questions(house.line, 3, None)
    answer_questions(house.line, None, None)
    kept = Answers.objects.get()
    assert (kept.helped, kept.listened, kept.week.weekday()) == (3, None, 0)
    with pytest.raises(RefusedError):
        answer_questions(house.line, 4, None)
