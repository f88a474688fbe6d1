"""Several people at the same moment: nobody gets the same child, nobody gets more than they have room for."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connections

from pop.helpline import ringing
from pop.helpline.conversations.models import Conversation
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.taking import give_out, take, take_next
from pop.helpline.queue.models import Wait
from tests.helpline.conftest import House, Person
from tests.helpline.queue.steps import begin, on_duty

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True)]


@contextmanager
def in_files(folder: Path) -> Iterator[None]:
    """Let threads meet on SQLite as processes do, in files: databases in memory know no waiting for a lock."""
    moved = [each for each in connections.all() if each.vendor == "sqlite" and each.is_in_memory_db()]  # type: ignore[attr-defined]
    names = {each.alias: each.settings_dict["NAME"] for each in moved}
    for each in moved:
        each.ensure_connection()
        with closing(sqlite3.connect(folder / each.alias)) as file:
            each.connection.backup(file)
        each.settings_dict["NAME"] = str(folder / each.alias)
    try:
        yield
    finally:
        for each in moved:
            each.settings_dict["NAME"] = names[each.alias]
            with closing(sqlite3.connect(folder / each.alias)) as file:
                file.backup(each.connection)


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """No bell: on PostgreSQL it keeps a connection of its own, which would outlive the tests' database."""
    monkeypatch.setattr(ringing, "send", lambda *_: None)


@pytest.fixture
def at_once(tmp_path: Path) -> Callable[..., list[object]]:
    """``at_once(act, act, …)``: do these in threads that begin together; what each gave, a refusal as its code."""

    def run(*acts: Callable[[], object]) -> list[object]:
        start = Barrier(len(acts))

        def one(act: Callable[[], object]) -> object:
            try:
                start.wait(20)
                return act()
            except RefusedError as refused:
                return refused.code
            finally:
                connections.close_all()

        with in_files(tmp_path), ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(one, acts))

    return run


AtOnce = Callable[..., list[object]]


def taking(who: Person) -> Callable[[], object]:
    return lambda: take_next(staff=who.id, private_key=who.private)


def more_people(house: House, person: Callable[..., Person], number: int) -> list[Person]:
    found = [person("counsellor") for _ in range(number)]
    for each in found:
        line_actions.admit(
            team=house.team,
            staff=each.id,
            role="counsellor",
            by=house.supervisor.id,
            by_key=house.supervisor.private,
        )
    return found


def test_two_who_take_at_once_get_different_children(
    house: House, person: Callable[..., Person], at_once: AtOnce
) -> None:
    people = [house.counsellor, house.colleague, *more_people(house, person, 2)]
    on_duty(house, *people)
    opened = {begin(house).conversation for _ in range(4)}
    assert set(at_once(*(taking(each) for each in people))) == opened
    assert Wait.objects.count() == 4


def test_one_child_goes_to_one_of_many(house: House, person: Callable[..., Person], at_once: AtOnce) -> None:
    people = [house.counsellor, house.colleague, *more_people(house, person, 2)]
    on_duty(house, *people)
    only = begin(house).conversation
    got = at_once(*(taking(each) for each in people))
    assert sorted(got, key=str) == sorted([only, None, None, None], key=str)


def test_choosing_the_same_child_at_once_gives_it_to_one(house: House, at_once: AtOnce) -> None:
    on_duty(house, house.counsellor, house.colleague)
    only = begin(house).conversation

    def choosing(who: Person) -> Callable[[], object]:
        return lambda: take(conversation=only, staff=who.id, private_key=who.private)

    assert sorted(map(str, at_once(choosing(house.counsellor), choosing(house.colleague)))) == ["None", "taken"]
    assert Wait.objects.count() == 1


def test_one_person_in_two_windows_takes_no_more_than_there_is_room_for(house: House, at_once: AtOnce) -> None:
    on_duty(house, house.counsellor, capacity=1)
    for _ in range(3):
        begin(house)
    got = at_once(*[taking(house.counsellor)] * 3)
    assert sorted(str(each) for each in got if not isinstance(each, UUID)) == ["full", "full"]
    assert Conversation.objects.filter(state="active").count() == 1


def test_the_queue_gives_while_people_take_and_each_child_goes_once(house: House, at_once: AtOnce) -> None:
    on_duty(house, house.counsellor, house.colleague, capacity=4, given=True)
    for _ in range(6):
        begin(house)
    at_once(
        taking(house.counsellor),
        taking(house.colleague),
        lambda: give_out(house.line),
        lambda: give_out(house.line),
    )
    give_out(house.line)
    held = list(Conversation.objects.filter(state="active").values_list("assignee", flat=True))
    assert len(held) == 6
    assert max(held.count(each) for each in held) <= 4
    assert Wait.objects.count() == 6
