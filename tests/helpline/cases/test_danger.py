"""The risk check in a conversation, the line's own steps, and ready answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pop.helpline.cases.actions.canned import add_canned_answer, change_canned_answer, end_canned_answer
from pop.helpline.cases.actions.risk import check_risk, do_danger_step
from pop.helpline.cases.queries.case import canned_answers, danger_steps_of, risk_of
from pop.helpline.conversations.actions.entering import child_enters
from pop.helpline.conversations.queries.talks import messages_after
from pop.helpline.lines import actions as line_actions
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.queries.board import board
from tests.helpline.conftest import House, Person
from tests.helpline.conversations.steps import Opened, begin, seen_by_child
from tests.helpline.queue.steps import on_duty, other_team, refused, row

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

STEPS = [
    {"id": "call", "text": "Call the emergency contact.", "told": "A second person calls for help."},
    {"id": "stay", "text": "Stay with the child."},
]


@pytest.fixture
def opened(house: House) -> Opened:
    """A conversation that the counsellor has."""
    line_actions.change_line(line=house.line, by=house.supervisor.id, settings_of_line={"danger_steps": STEPS})
    on_duty(house, house.counsellor)
    made = begin(house)
    take(conversation=made.conversation, staff=house.counsellor.id, private_key=house.counsellor.private)
    return made


def check(house: House, opened: Opened, **answers: str) -> str:
    return check_risk(
        conversation=opened.conversation,
        staff=house.counsellor.id,
        private_key=house.counsellor.private,
        answers=answers,
    )


def test_imminent_danger_calls_supervisors_comes_first_and_tells_the_child_why(house: House, opened: Opened) -> None:
    assert check(house, opened, immediate_danger="yes") == "imminent"
    kept = row(opened.conversation)
    assert (kept.danger, kept.urgency) == (True, 2)
    assert [each.why for each in board(line=house.line, staff=house.supervisor.id).glances] == ["imminent_danger"]
    inside = child_enters(opened.token)
    assert inside is not None
    told = messages_after(opened.conversation, 0, inside.keys)[-1].notice
    # Of what staff do, the child is told what is written for a child.
    steps = [{"id": "call", "text": "A second person calls for help."}]
    assert told == {"code": "danger_steps", "why": "danger", "steps": steps}


def test_a_later_check_lowers_nothing(house: House, opened: Opened) -> None:
    check(house, opened, suicide="now")
    assert check(house, opened, immediate_danger="no", suicide="no", abuser_near="no") == "none"
    kept = row(opened.conversation)
    assert (kept.danger, kept.urgency) == (True, 2)
    shown = risk_of(opened.conversation, house.colleague.id)
    assert (shown.level, shown.checks) == ("none", 2)


def test_a_danger_that_the_child_knows_of_is_not_told_again(house: House, opened: Opened) -> None:
    def told() -> list[str]:
        inside = child_enters(opened.token)
        assert inside is not None
        said = messages_after(opened.conversation, 0, inside.keys)
        return [str(each.notice["why"]) for each in said if each.notice.get("code") == "danger_steps"]

    check(house, opened, immediate_danger="yes")
    check(house, opened, immediate_danger="yes", age="13_15")
    assert told() == ["danger"]
    check(house, opened, immediate_danger="no", suicide="now")
    assert told() == ["danger", "suicide"]
    check(house, opened, immediate_danger="no", suicide="no", abuser_near="no")
    assert told() == ["danger", "suicide"]
    check(house, opened, suicide="now")
    assert told() == ["danger", "suicide", "suicide"]


def test_a_raised_risk_raises_urgency_and_tells_the_child_nothing(house: House, opened: Opened) -> None:
    before = seen_by_child(opened.token)
    assert check(house, opened, suicide="thoughts", immediate_danger="no", abuser_near="no") == "raised"
    assert row(opened.conversation).urgency == 1
    assert seen_by_child(opened.token) == before
    assert board(line=house.line, staff=house.supervisor.id).glances == []


def test_a_check_is_for_who_has_the_child_and_its_supervisors(
    house: House, opened: Opened, person: Callable[..., Person]
) -> None:
    _, supervisor, stranger = other_team(house, person)
    for each, code in [(house.colleague, "not_yours"), (supervisor, "unknown"), (stranger, "unknown")]:
        with refused(code):
            check_risk(conversation=opened.conversation, staff=each.id, private_key=each.private, answers={})
        with refused(code):
            do_danger_step(conversation=opened.conversation, staff=each.id, step="call")
    with refused("unknown"):
        risk_of(opened.conversation, stranger.id)
    with refused("risk_answers"):
        check(house, opened, suicide="perhaps")


def test_the_lines_own_steps_are_ticked_once(house: House, opened: Opened) -> None:
    do_danger_step(conversation=opened.conversation, staff=house.counsellor.id, step="stay")
    do_danger_step(conversation=opened.conversation, staff=house.supervisor.id, step="stay")
    shown = danger_steps_of(opened.conversation, house.counsellor.id)
    assert [(each.id, each.text, each.done_at is not None) for each in shown] == [
        ("call", "Call the emergency contact.", False),
        ("stay", "Stay with the child.", True),
    ]
    with refused("danger_step"):
        do_danger_step(conversation=opened.conversation, staff=house.counsellor.id, step="run")


HELLO = {"language": "fr", "shortcut": "hello", "title": "Hello", "text": "Hello, I am here for you."}


def test_supervisors_keep_ready_answers_for_everybody_of_the_line(house: House, person: Callable[..., Person]) -> None:
    with refused("unknown"):
        add_canned_answer(line=house.line, staff=house.counsellor.id, **HELLO)
    made = add_canned_answer(line=house.line, staff=house.supervisor.id, **HELLO)
    with refused("canned_twice"):
        add_canned_answer(line=house.line, staff=house.supervisor.id, **HELLO)
    with refused("canned_link"):
        add_canned_answer(
            line=house.line, staff=house.supervisor.id, **{**HELLO, "shortcut": "x", "text": "http://x.example"}
        )
    add_canned_answer(line=house.line, staff=house.supervisor.id, **{**HELLO, "language": "en"})
    shown = canned_answers(line=house.line, staff=house.counsellor.id, language="fr-CA")
    assert [each.id for each in shown] == [made]
    assert len(canned_answers(line=house.line, staff=house.counsellor.id)) == 2
    assert canned_answers(line=house.line, staff=person("counsellor").id) == []


def test_a_ready_answer_changes_and_ends(house: House) -> None:
    made = add_canned_answer(line=house.line, staff=house.supervisor.id, **HELLO)
    change_canned_answer(answer=made, staff=house.supervisor.id, **{**HELLO, "text": "Hello."})
    assert [each.text for each in canned_answers(line=house.line, staff=house.counsellor.id)] == ["Hello."]
    with refused("unknown"):
        end_canned_answer(answer=made, staff=house.counsellor.id)
    end_canned_answer(answer=made, staff=house.supervisor.id)
    end_canned_answer(answer=made, staff=house.supervisor.id)
    assert canned_answers(line=house.line, staff=house.counsellor.id) == []
    with refused("unknown"):
        change_canned_answer(answer=made, staff=house.supervisor.id, **HELLO)
    add_canned_answer(line=house.line, staff=house.supervisor.id, **HELLO)
