"""The queue's order: nobody waits for ever, danger goes first, and languages are matched for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from pop.helpline.queue.rules.order import (
    DANGER,
    LANGUAGE_WAIT,
    RAISED,
    USUAL,
    Place,
    Waiting,
    choices,
    in_order,
    may_have,
    place_of,
    shared_out,
    speaks,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CAP = timedelta(minutes=45)


def child(number: int, minutes: float, urgency: int = USUAL, language: str = "") -> Waiting:
    """A child who has waited so many minutes at noon."""
    return Waiting(UUID(int=number), NOON - timedelta(minutes=minutes), urgency, language)


arrivals = st.lists(st.tuples(st.integers(0, 120), st.sampled_from([USUAL, RAISED, DANGER])), min_size=1, max_size=40)


def ids(children: list[Waiting]) -> list[int]:
    return [each.id.int for each in children]


def test_who_is_in_danger_goes_before_everybody_under_the_cap() -> None:
    queue = [child(1, 44), child(2, 20, RAISED), child(3, 0, DANGER)]
    assert ids(in_order(queue, cap=CAP, now=NOON)) == [3, 1, 2]


def test_who_waited_the_longest_wait_goes_before_danger() -> None:
    queue = [child(1, 45), child(2, 44, DANGER), child(3, 60)]
    assert ids(in_order(queue, cap=CAP, now=NOON)) == [3, 1, 2]


def test_raised_urgency_is_worth_half_the_cap_and_no_more() -> None:
    assert ids(in_order([child(1, 20), child(2, 0, RAISED)], cap=CAP, now=NOON)) == [2, 1]
    assert ids(in_order([child(1, 30), child(2, 0, RAISED)], cap=CAP, now=NOON)) == [1, 2]


def test_equal_children_go_by_who_came_first() -> None:
    assert ids(in_order([child(1, 3), child(2, 5), child(3, 4)], cap=CAP, now=NOON)) == [2, 3, 1]


@settings(max_examples=150, deadline=None)
@given(arrivals, st.integers(1, 15), st.integers(5, 60))
def test_every_wait_is_bounded_by_the_cap_and_those_who_were_there(
    stream: list[tuple[int, int]], minutes_each: int, cap_minutes: int
) -> None:
    """One child is taken every `minutes_each`; whatever comes later cannot keep an earlier child waiting for ever."""
    cap, start = timedelta(minutes=cap_minutes), NOON
    coming = [
        Waiting(UUID(int=number), start + timedelta(minutes=minute), urgency)
        for number, (minute, urgency) in enumerate(sorted(stream), start=1)
    ]
    queue: list[Waiting] = []
    bound: dict[UUID, timedelta] = {}
    now, step = start, timedelta(minutes=minutes_each)
    while coming or queue:
        while coming and coming[0].since <= now:
            each = coming.pop(0)
            bound[each.id] = max(cap, timedelta(0)) + step * (len(queue) + 2)
            queue.append(each)
        if queue:
            taken = in_order(queue, cap=cap, now=now)[0]
            assert now - taken.since <= bound[taken.id]
            queue.remove(taken)
        now += step


@given(arrivals, st.integers(1, 60))
def test_a_later_arrival_never_passes_one_over_the_cap(stream: list[tuple[int, int]], cap_minutes: int) -> None:
    cap = timedelta(minutes=cap_minutes)
    queue = [child(number, minutes, urgency) for number, (minutes, urgency) in enumerate(stream, start=1)]
    ordered = in_order(queue, cap=cap, now=NOON)
    for place, each in enumerate(ordered):
        if NOON - each.since >= cap:
            assert all(before.since <= each.since for before in ordered[:place])


@given(arrivals, st.integers(1, 60), st.integers(0, 59))
def test_an_order_changes_with_time_only_for_who_waited_too_long(
    stream: list[tuple[int, int]], cap_minutes: int, later: int
) -> None:
    cap = timedelta(minutes=cap_minutes)
    queue = [child(number, minutes, urgency) for number, (minutes, urgency) in enumerate(stream, start=1)]
    then = NOON + timedelta(minutes=later)
    still = {each.id for each in queue if then - each.since < cap}
    before = [each.id for each in in_order(queue, cap=cap, now=NOON) if each.id in still]
    after = [each.id for each in in_order(queue, cap=cap, now=then) if each.id in still]
    assert before == after


def test_a_place_is_counted_from_one_and_is_none_for_who_does_not_wait() -> None:
    ordered = in_order([child(1, 3), child(2, 5)], cap=CAP, now=NOON)
    assert place_of(UUID(int=2), ordered) == 1
    assert place_of(UUID(int=1), ordered) == 2
    assert place_of(UUID(int=9), ordered) is None


def test_a_region_does_not_part_who_speaks_one_language() -> None:
    assert speaks(["pt"], "pt-BR")
    assert speaks(["zh-Hans"], "zh")
    assert not speaks(["fr"], "ar")
    assert speaks([], "ar")
    assert speaks(["fr"], "")


def test_another_language_is_a_way_out_after_a_while_and_at_once_in_danger() -> None:
    def may(minutes: float, urgency: int) -> bool:
        return may_have(child(1, minutes, urgency, "ar"), ["fr"], cap=CAP, now=NOON)

    usual = LANGUAGE_WAIT.total_seconds() / 60
    assert not may(usual - 0.1, USUAL)
    assert not may(usual - 0.1, RAISED)
    assert may(usual, USUAL)
    assert may(0, DANGER)


def test_a_child_in_danger_whose_language_nobody_speaks_goes_to_whoever_has_room_at_once() -> None:
    places = [Place(UUID(int=1), 0, 3, ("ar",)), Place(UUID(int=2), 1, 2, ("fr",))]
    assert shared_out([child(7, 0, DANGER, "ar")], places, cap=CAP, now=NOON) == [(UUID(int=7), UUID(int=2))]
    # The same child without danger waits a while for the one who speaks its language.
    assert shared_out([child(7, 0, RAISED, "ar")], places, cap=CAP, now=NOON) == []


def test_a_child_in_danger_still_goes_to_who_speaks_its_language_where_they_have_room() -> None:
    places = [Place(UUID(int=1), 3, 0, ("fr",)), Place(UUID(int=2), 1, 2, ("ar",))]
    assert shared_out([child(7, 0, DANGER, "ar")], places, cap=CAP, now=NOON) == [(UUID(int=7), UUID(int=2))]


def test_a_short_cap_ends_the_wait_for_a_language_too() -> None:
    assert may_have(child(1, 2, USUAL, "ar"), ["fr"], cap=timedelta(minutes=2), now=NOON)


def test_a_choice_leaves_out_whom_somebody_else_should_have_first() -> None:
    queue = [child(1, 3, USUAL, "ar"), child(2, 1, USUAL, "fr")]
    assert ids(choices(queue, ["fr"], cap=CAP, now=NOON)) == [2]
    assert ids(choices(queue, ["ar", "fr"], cap=CAP, now=NOON)) == [1, 2]


people = st.lists(
    st.builds(
        Place,
        staff=st.integers(1, 30).map(lambda number: UUID(int=number)),
        room=st.integers(0, 4),
        held=st.integers(0, 4),
        languages=st.sampled_from([(), ("fr",), ("ar", "fr"), ("en",)]),
    ),
    max_size=6,
    unique_by=lambda place: place.staff,
)
children = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from([0, 1, 2]), st.sampled_from(["", "fr", "ar", "en-KE"])), max_size=15
)


@given(children, people)
def test_sharing_out_keeps_to_the_room_and_gives_each_child_once(
    stream: list[tuple[int, int, str]], places: list[Place]
) -> None:
    queue = [child(number, *each) for number, each in enumerate(stream, start=1)]
    pairs = shared_out(queue, places, cap=CAP, now=NOON)
    assert len({each for each, _ in pairs}) == len(pairs)
    for place in places:
        assert sum(staff == place.staff for _, staff in pairs) <= place.room
    left = {each.id for each in queue} - {each for each, _ in pairs}
    used = {place.staff: sum(staff == place.staff for _, staff in pairs) for place in places}
    for each in queue:
        if each.id in left:
            for place in places:
                full = used[place.staff] >= place.room
                assert full or not may_have(each, place.languages, cap=CAP, now=NOON)


def test_who_speaks_the_language_is_asked_before_who_is_less_busy() -> None:
    places = [Place(UUID(int=1), 3, 0, ("fr",)), Place(UUID(int=2), 1, 2, ("ar",))]
    assert shared_out([child(7, 30, USUAL, "ar")], places, cap=CAP, now=NOON) == [(UUID(int=7), UUID(int=2))]


def test_the_least_busy_is_asked_first() -> None:
    places = [Place(UUID(int=1), 2, 2), Place(UUID(int=2), 2, 1)]
    assert shared_out([child(7, 1)], places, cap=CAP, now=NOON) == [(UUID(int=7), UUID(int=2))]
