"""The waiting room: bounded, fair between sources, honest about how many come before."""

from __future__ import annotations

from copy import deepcopy
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop.privacy.waiting_room import FullError, WaitingRoom

buckets = st.sampled_from("abcd")
moves = st.lists(st.one_of(buckets.map(lambda bucket: ("enter", bucket)), st.just(("next", ""))), max_size=80)


def filled(size: int, *entries: str) -> WaitingRoom[str]:
    room: WaitingRoom[str] = WaitingRoom(size)
    numbers = count(1)
    for bucket in entries:
        room.enter(bucket, f"{bucket}{next(numbers)}")
    return room


def emptied(room: WaitingRoom[str]) -> list[str]:
    out = []
    while (job := room.next()) is not None:
        out.append(job)
    return out


def test_sources_take_turns_and_one_source_keeps_its_order():
    assert emptied(filled(9, *"aaaabbc")) == ["a1", "b5", "c7", "a2", "b6", "a3", "a4"]


def test_an_empty_room_has_nobody():
    room = filled(3)
    assert room.next() is None
    assert len(room) == 0
    assert room.before("a") == 0


def test_a_source_that_fills_the_room_shuts_out_itself_only():
    room = filled(4, *"aaaa")
    with pytest.raises(FullError):
        room.enter("a", "a5")
    assert room.enter("b", "b1") == "a4"
    assert room.enter("c", "c1") == "a3"
    assert room.enter("b", "b2") == "a2"
    with pytest.raises(FullError):
        room.enter("b", "b3")
    assert emptied(room) == ["a1", "b1", "c1", "b2"]


def test_where_all_wait_for_the_same_number_nobody_is_sent_away_for_a_newcomer():
    room = filled(2, *"ab")
    with pytest.raises(FullError):
        room.enter("a", "a2")
    assert emptied(room) == ["a1", "b2"]


def test_a_full_room_says_beforehand_whom_it_turns_away():
    room = WaitingRoom[int](3)
    for number in range(3):
        room.enter("flood", number)
    assert room.is_full("flood")
    assert not room.is_full("child")
    with pytest.raises(FullError):
        room.enter("flood", 3)
    assert room.enter("child", 4) == 2


def test_a_room_without_a_place_refuses_everybody():
    with pytest.raises(FullError):
        WaitingRoom(0).enter("a", "a1")


def test_who_withdraws_is_gone_and_who_is_gone_cannot():
    room = filled(5, *"aab")
    assert room.withdraw("a", "a1") is True
    assert room.withdraw("a", "a1") is False
    assert room.withdraw("c", "c1") is False
    assert len(room) == 2
    assert emptied(room) == ["a2", "b3"]
    assert room.withdraw("a", "a2") is False


@settings(deadline=None, max_examples=150)
@given(moves, st.integers(0, 12))
def test_the_room_never_holds_more_than_its_size_and_loses_nobody_unsaid(played, size):
    room: WaitingRoom[str] = WaitingRoom(size)
    inside: set[str] = set()
    numbers = count()
    for move, bucket in played:
        if move == "next":
            job = room.next()
            assert (job is None) is (not inside)
            inside.discard(job or "")
            continue
        job = f"{bucket}{next(numbers)}"
        try:
            left = room.enter(bucket, job)
        except FullError:
            assert len(inside) == size
            continue
        inside.add(job)
        if left is not None:
            inside.remove(left)
        assert len(room) == len(inside) <= size
    assert set(emptied(room)) == inside


@settings(deadline=None, max_examples=150)
@given(moves)
def test_nobody_who_waits_sees_another_source_served_twice(played):
    room: WaitingRoom[str] = WaitingRoom(1000)
    waiting: dict[str, int] = {}
    served_since: dict[str, list[str]] = {}
    for move, bucket in played:
        if move == "enter":
            room.enter(bucket, bucket)
            if not waiting.get(bucket):
                served_since[bucket] = []
            waiting[bucket] = waiting.get(bucket, 0) + 1
            continue
        job = room.next()
        if job is None:
            continue
        waiting[job] -= 1
        served_since[job] = []
        for other, left in waiting.items():
            if other != job and left:
                served_since[other].append(job)
                assert len(set(served_since[other])) == len(served_since[other])


@settings(deadline=None, max_examples=150)
@given(moves, st.sampled_from("abcde"))
def test_the_number_before_a_newcomer_is_the_number_that_really_comes_before(played, bucket):
    room: WaitingRoom[str] = WaitingRoom(1000)
    for move, each in played:
        if move == "enter":
            room.enter(each, each)
        else:
            room.next()
    said = room.before(bucket)
    later = deepcopy(room)
    later.enter(bucket, "the newcomer")
    assert emptied(later).index("the newcomer") == said
