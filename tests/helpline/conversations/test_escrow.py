"""A complaint that no supervisor may open is opened, and answered, by any two of the three people of escrow."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.actions.complaining import (
    answer_complaint,
    complain,
    complaints_for,
    complaints_of,
    open_complaint,
)
from pop.helpline.conversations.actions.entering import begin_coming_back, come_back, keep_way_back, leave
from pop.helpline.conversations.actions.escrow import answer_as_escrow, open_as_escrow
from pop.helpline.conversations.actions.reading import read
from pop.helpline.conversations.queries.escrow import waiting_for_escrow
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.actions import staff_left
from pop.helpline.lines.rules import RefusedError
from pop.people.models import Staff
from pop.privacy.codes import fold
from pop.privacy.keyring import keyring
from pop.privacy.keys import escrow_pair
from pop.privacy.sealing import new_pair
from tests.helpline.conftest import House, Person, cheap, client_key, give_key
from tests.helpline.conversations.steps import begin

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def privates(helpline_keys: Path) -> dict[str, bytes]:
    """The private keys of the three, from their files."""
    return {seat: escrow_pair(helpline_keys / f"escrow-{seat}.key").private for seat in "abc"}


def about_everybody(house: House) -> tuple[str, UUID]:
    """A complaint that concerns the line's only supervisor; return the child's token and the complaint."""
    opened, boss = begin(house), house.supervisor
    read(opened.conversation, staff=boss.id, private_key=boss.private, how="supervise")
    return opened.token, complain(opened.token, "nobody may read this", client_key())


def told() -> list[tuple[str, dict[str, object]]]:
    rows = AuditRow.objects.using(database.ALIAS).filter(object_type="complaint", actor=None).order_by("number")
    return [(row.action, row.detail) for row in rows if row.action != "complain"]


@pytest.mark.parametrize("seats", list(combinations("abc", 2)))
def test_any_two_of_three_open_it_and_both_seats_are_recorded_first(
    house: House, privates: dict[str, bytes], seats: tuple[str, str]
) -> None:
    _, complaint = about_everybody(house)
    opened = open_as_escrow(complaint=complaint, privates={seat: privates[seat] for seat in seats})
    assert opened.text == "nobody may read this"
    assert told() == [("open_complaint", {"escrow": list(seats)})]


def test_one_alone_three_at_once_and_a_stranger_open_nothing(house: House, privates: dict[str, bytes]) -> None:
    _, complaint = about_everybody(house)
    for keys in (
        {"a": privates["a"]},
        privates,
        {},
        {"a": privates["a"], "b": privates["a"]},
        {"a": privates["a"], "b": new_pair().private},
        {"b": privates["a"], "c": privates["b"]},
    ):
        with pytest.raises(RefusedError, match="locked"):
            open_as_escrow(complaint=complaint, privates=keys)
        with pytest.raises(RefusedError, match="locked"):
            answer_as_escrow(complaint=complaint, text="an invented answer", privates=keys)
    assert told() == []


def test_a_complaint_that_is_not_there_is_unknown(house: House, privates: dict[str, bytes]) -> None:
    with pytest.raises(RefusedError, match="unknown"):
        open_as_escrow(complaint=uuid4(), privates={"a": privates["a"], "b": privates["b"]})


def test_the_child_finds_the_dated_answer_by_its_six_words(house: House, privates: dict[str, bytes]) -> None:
    token, complaint = about_everybody(house)
    code = keep_way_back(token, "en", derive=cheap)
    leave(token)
    two = {"a": privates["a"], "c": privates["c"]}
    answer_as_escrow(complaint=complaint, text="an invented answer", privates=two)
    token = begin_coming_back()
    assert come_back(token, [(n, cheap(fold(code, "en"), pepper)) for n, pepper in keyring().peppers.items()])
    [found] = complaints_of(token)
    assert (found.text, found.answer) == ("nobody may read this", "an invented answer")
    assert found.answered_at is not None
    assert told()[-1] == ("answer_complaint", {"escrow": ["a", "c"]})
    with pytest.raises(RefusedError, match="answered"):
        answer_as_escrow(complaint=complaint, text="another one", privates=two)


@pytest.mark.parametrize(("text", "why"), [(" ", "empty"), ("x" * 4_001, "too_long"), ("a\0b", "unreadable")])
def test_an_answer_that_cannot_be_kept_is_refused(
    house: House, privates: dict[str, bytes], text: str, why: str
) -> None:
    _, complaint = about_everybody(house)
    with pytest.raises(RefusedError, match=why):
        answer_as_escrow(complaint=complaint, text=text, privates={"a": privates["a"], "b": privates["b"]})


def test_only_what_nobody_else_can_open_waits_for_the_escrow(
    house: House, privates: dict[str, bytes], person: Callable[..., Person]
) -> None:
    assert waiting_for_escrow() == []
    somebody_can = complain(begin(house).token, "for the supervisor", client_key())
    _, nobody_can = about_everybody(house)
    [waiting] = waiting_for_escrow()
    assert (waiting.id, waiting.line) == (nobody_can, "Line")
    # Whoever comes later has no seal of either; whoever leaves takes theirs along.
    second = person("supervisor")
    boss = house.supervisor
    line_actions.admit(team=house.team, staff=second.id, role="supervisor", by=boss.id, by_key=boss.private)
    assert [each.id for each in waiting_for_escrow()] == [nobody_can]
    staff_left({"staff": str(boss.id)})
    assert {each.id for each in waiting_for_escrow()} == {somebody_can, nobody_can}
    two = {"b": privates["b"], "c": privates["c"]}
    for complaint in (somebody_can, nobody_can):
        answer_as_escrow(complaint=complaint, text="an invented answer", privates=two)
    assert waiting_for_escrow() == []


def test_what_a_supervisor_answered_waits_for_nobody(house: House) -> None:
    complaint = complain(begin(house).token, "for the supervisor", client_key())
    boss = house.supervisor
    answer_complaint(complaint=complaint, text="an invented answer", by=boss.id, private_key=boss.private)
    staff_left({"staff": str(boss.id)})
    assert waiting_for_escrow() == []


def test_a_supervisor_with_a_new_key_opens_nothing_that_was_sealed_to_the_old_one(house: House) -> None:
    complaint = complain(begin(house).token, "for the supervisor", client_key())
    assert waiting_for_escrow() == []
    fresh = give_key(Staff.objects.get(pk=house.supervisor.id)).private
    with pytest.raises(RefusedError, match="unknown"):
        open_complaint(complaint=complaint, by=house.supervisor.id, private_key=fresh)
    assert [each.id for each in waiting_for_escrow()] == [complaint]
    assert [each.mine for each in complaints_for(house.supervisor.id, house.line)] == [False]
    complain(begin(house).token, "sealed to the new key", client_key())
    assert [each.id for each in waiting_for_escrow()] == [complaint]
