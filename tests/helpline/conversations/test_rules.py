"""The states, the limits and the times, as pure functions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.helpline.conversations.rules import lifecycle, retention
from pop.helpline.conversations.rules.messages import Pace, fault_of, paced, valid_client_key, valid_form_key

STATES = st.sampled_from(lifecycle.STATES)
MOMENTS = st.integers(0, 10**9).map(lambda seconds: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))


@given(other=STATES)
def test_a_closed_conversation_never_opens_again(other: str) -> None:
    assert not lifecycle.may_become("closed", other)


@given(state=STATES.filter(lambda each: each != "closed"))
def test_every_other_state_can_end_and_can_be_answered(state: str) -> None:
    assert lifecycle.may_become(state, "closed")
    assert state == "active" or lifecycle.may_become(state, "active")


@given(state=STATES.filter(lambda each: each != "closed"), line_open=st.booleans(), has_room=st.booleans())
def test_a_child_who_writes_is_never_left_asleep(state: str, line_open: bool, has_room: bool) -> None:
    after = lifecycle.after_child_wrote(state, line_open=line_open, has_room=has_room)
    assert after in {"waiting", "active", "message_left"}
    assert (after == "message_left") <= (not line_open)
    assert after == state or lifecycle.may_become(state, after)


@given(urgency=st.integers(0, 9))
def test_raising_never_lowers(urgency: int) -> None:
    assert lifecycle.raised(urgency) >= max(1, urgency)


@given(moment=MOMENTS)
def test_a_rounded_time_is_the_quarter_of_an_hour_it_lies_in(moment: datetime) -> None:
    rounded = lifecycle.rounded(moment)
    assert timedelta(0) <= moment - rounded < timedelta(minutes=15)
    assert (rounded.minute % 15, rounded.second, rounded.microsecond) == (0, 0, 0)
    assert lifecycle.rounded(rounded) == rounded


@given(gaps=st.lists(st.floats(0, 30), max_size=80))
def test_no_window_of_a_minute_holds_more_than_twenty_messages(gaps: list[float]) -> None:
    now, pace, window, kept = datetime(2026, 11, 22, tzinfo=UTC), Pace(None, 0), None, 0
    for gap in gaps:
        now += timedelta(seconds=gap)
        following = paced(pace, now=now)
        if following is None:
            assert pace.number == 20
            continue
        kept = kept + 1 if following.since == window else 1
        window, pace = following.since, following
        assert kept <= 20


def test_a_clock_set_back_a_year_does_not_silence_a_child() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert paced(Pace(now, 20), now=now - timedelta(days=365)) == Pace(now - timedelta(days=365), 1)
    assert lifecycle.lease_is_due(now + timedelta(days=365), now=now)


def test_a_lease_is_written_anew_at_most_once_a_minute() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    until = lifecycle.lease_until(now)
    assert not lifecycle.lease_is_due(until, now=now + timedelta(seconds=59))
    assert lifecycle.lease_is_due(until, now=now + timedelta(seconds=61))
    assert lifecycle.lease_is_due(None, now=now)


@pytest.mark.parametrize(
    "text", ["a", "x" * 4_000, "\u202ereversed", "👩‍👩‍👧", "<script>", "'; DROP TABLE", "\x1b[31m"]
)
def test_what_is_written_strangely_is_kept(text: str) -> None:
    assert fault_of(text) is None


def test_keys_have_their_form() -> None:
    assert valid_client_key("abcdefgh")
    assert not valid_client_key("abcdefg")
    assert not valid_client_key("notice:slept")
    assert valid_form_key("A" * 22)
    assert not valid_form_key("A" * 21)
    assert not valid_form_key("A" * 22 + "=")


def test_a_class_of_record_says_the_day_and_an_unknown_one_says_so() -> None:
    assert retention.erase_after("brief", closed_on=date(2026, 11, 22)) == date(2026, 12, 22)
    with pytest.raises(KeyError):
        retention.erase_after("forever", closed_on=date(2026, 11, 22))
