"""The books of a run: they find a planted loss and a planted double, so that "lost 0" means something."""

from __future__ import annotations

import pytest

from pop.simulation.tally import CHILD, STAFF, Tally


@pytest.fixture
def tally() -> Tally:
    """A child's message and a counsellor's, acknowledged, delivered, and read in the end."""
    made = Tally()
    for mark, by, sequence in (("abc1", CHILD, 1), ("abc2", STAFF, 3)):
        made.sent(mark, talk=7, by=by)
        made.acknowledged(mark, seconds=0.02, sequence=sequence)
        reader, other = ("desk 1", STAFF) if by == CHILD else ("7.1", CHILD)
        made.streamed(mark, reader=reader, talk=7, sequence=sequence, by=other)
        made.found(mark, talk=7, sequence=sequence)
    made.read_out(7)
    return made


def test_what_was_delivered_once_is_neither_lost_nor_doubled(tally: Tally) -> None:
    assert tally.result().line() == "sent 2 acknowledged 2 delivered 2 lost 0 doubled 0 p50 20 ms p99 20 ms"
    assert tally.result().whole


def test_an_acknowledged_message_that_is_nowhere_is_lost(tally: Tally) -> None:
    tally.sent("abc3", talk=7, by=CHILD)
    tally.acknowledged("abc3", seconds=0.02, sequence=4)
    assert (tally.result().lost, tally.result().delivered, tally.result().whole) == (1, 2, False)


def test_a_message_that_was_seen_live_and_is_gone_in_the_end_is_lost(tally: Tally) -> None:
    tally.sent("abc3", talk=7, by=CHILD)
    tally.acknowledged("abc3", seconds=0.02, sequence=4)
    tally.streamed("abc3", reader="desk 1", talk=7, sequence=4, by=STAFF)
    assert tally.result().lost == 1


def test_a_message_in_another_place_than_was_acknowledged_is_lost(tally: Tally) -> None:
    tally.sent("abc3", talk=7, by=CHILD)
    tally.acknowledged("abc3", seconds=0.02, sequence=4)
    tally.found("abc3", talk=7, sequence=5)
    assert tally.result().lost == 1


def test_a_message_that_stands_there_twice_is_doubled(tally: Tally) -> None:
    tally.found("abc1", talk=7, sequence=4)
    assert (tally.result().doubled, tally.result().whole) == (1, False)


def test_a_message_that_one_stream_brings_twice_is_doubled(tally: Tally) -> None:
    tally.streamed("abc2", reader="7.1", talk=7, sequence=3, by=CHILD)
    assert tally.result().doubled == 1


def test_another_reader_and_a_page_that_is_read_again_double_nothing(tally: Tally) -> None:
    tally.streamed("abc1", reader="desk 2", talk=7, sequence=1, by=STAFF)
    tally.seen("abc1", sequence=1, by=STAFF)
    tally.seen("abc1", sequence=1, by=STAFF)
    assert tally.result().whole


def test_what_was_never_acknowledged_is_not_lost_and_its_senders_own_echo_delivers_nothing() -> None:
    tally = Tally()
    tally.sent("abc1", talk=1, by=CHILD)
    tally.streamed("abc1", reader="1.1", talk=1, sequence=1, by=CHILD)
    tally.sent("abc2", talk=1, by=CHILD)
    assert (tally.result().delivered, tally.result().lost) == (0, 0)


def test_after_deletion_only_the_childs_own_unseen_words_count_as_lost() -> None:
    tally = Tally()
    for mark, by in (("abc1", CHILD), ("abc2", STAFF)):
        tally.sent(mark, talk=1, by=by)
        tally.acknowledged(mark, seconds=0.1, sequence=1)
    tally.forgotten(1)
    assert tally.result().lost == 1
    tally.found("abc1", talk=1, sequence=1)
    assert tally.result().lost == 0
