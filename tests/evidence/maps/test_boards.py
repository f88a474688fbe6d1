"""A board is made aside, one at a time, and what may not be shown any more is gone at once meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pop.evidence.maps.boards import Boards

LONG = 10.0


class Workshop:
    """Makes boards (numbers of how often), each only when it is let; a narrowed one is negative."""

    def __init__(self) -> None:
        self.edition = 1
        self.made = self.at_once = self.most_at_once = self.narrowed = self.ended = 0
        self.begun, self.let = threading.Event(), threading.Event()
        self.let.set()
        self.fault: Exception | None = None
        self.boards = Boards[int](
            edition=lambda: (self.edition,), make=self._make, narrow=self._narrow, done=self._done
        )

    def _make(self) -> int:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.set()
        assert self.let.wait(LONG)
        self.at_once -= 1
        if self.fault is not None:
            raise self.fault
        self.made += 1
        return self.made

    def _narrow(self, board: int) -> int:
        self.narrowed += 1
        return -board

    def _done(self) -> None:
        self.ended += 1

    def change(self, *, hold: bool = False) -> None:
        self.edition += 1
        self.begun.clear()
        if hold:
            self.let.clear()


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


def test_a_process_that_answers_one_person_makes_it_in_place(workshop: Workshop) -> None:
    assert [workshop.boards.current(), workshop.boards.current()] == [1, 1]
    workshop.change()
    assert workshop.boards.current() == 2
    assert workshop.narrowed == 0


def test_the_old_one_answers_narrowed_until_the_new_one_is_there(workshop: Workshop) -> None:
    boards = workshop.boards
    boards.make_aside()
    assert boards.current() == 1
    workshop.change(hold=True)
    with ThreadPoolExecutor(8) as people:
        assert set(people.map(lambda _: boards.current(), range(40))) == {-1}
    assert workshop.narrowed == 1
    workshop.let.set()
    boards.wait(LONG)
    assert boards.current() == 2
    assert (workshop.made, workshop.most_at_once, workshop.ended) == (2, 1, 1)


def test_a_change_during_the_making_is_narrowed_anew_and_made_afterwards_and_never_two_at_once(
    workshop: Workshop,
) -> None:
    boards = workshop.boards
    boards.make_aside()
    boards.current()
    workshop.change(hold=True)
    assert boards.current() == -1
    assert workshop.begun.wait(LONG)
    workshop.change(hold=True)
    assert boards.current() == -1
    assert workshop.narrowed == 2
    workshop.let.set()
    boards.wait(LONG)
    assert boards.current() in (-2, 3)
    boards.wait(LONG)
    assert boards.current() == 3
    assert workshop.most_at_once == 1


def test_a_making_that_fails_is_tried_again_by_the_next_who_asks(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    boards = workshop.boards
    boards.make_aside()
    boards.current()
    workshop.fault = RuntimeError("a name that no log may hold")
    workshop.change()
    assert boards.current() == -1
    boards.wait(LONG)
    assert "RuntimeError" in caplog.text
    assert "a name" not in caplog.text
    workshop.fault = None
    assert boards.current() == -1
    boards.wait(LONG)
    assert boards.current() == 2
