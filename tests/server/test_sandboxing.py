"""What the line for trying out brings: ready answers, and a second person, so that what needs two can be tried."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from pop.helpline.cases.queries.case import canned_answers
from pop.helpline.cases.rules.canned import fault
from pop.helpline.conversations.actions.opening import Opened, open_conversation
from pop.helpline.lines import queries as lines
from pop.helpline.queue.actions.duty import go_on_duty
from pop.helpline.queue.actions.glass import allow_broken_glass, break_glass, read_through_glass
from pop.helpline.queue.actions.handing import accept_hand_over, hand_over
from pop.helpline.queue.actions.taking import take
from pop.helpline.queue.queries.desk import receivers
from pop.people.models import Staff
from pop.places.words import CONSOLE_LANGUAGES
from pop.server.jobs import preparing
from pop.server.jobs.sandbox_answers import ANSWERS
from pop.server.jobs.sandboxing import PRACTICE, SANDBOX, SECOND_ADDRESS, SECOND_TEAM, make_lines, staff_key_made
from tests.helpline.conftest import Person, form_key, give_key, helpline_keys, keys_directory

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

__all__ = ["helpline_keys", "keys_directory"]


@pytest.fixture
def line(helpline_keys: object) -> UUID:
    """The sandbox line, as a first start makes it."""
    list(make_lines())
    return next(each.id for each in lines.lines() if each.name == SANDBOX)


def comes(person: Staff) -> Person:
    """Let somebody set a password: they have a key, and the worker hears of it."""
    found = Person(person.pk, give_key(person).private)
    staff_key_made({"staff": str(person.pk)})
    return found


@pytest.fixture
def two(line: UUID) -> tuple[Person, Person]:
    """The first person and the second one, both signed in once and on duty."""
    for address in (preparing.FIRST_ADDRESS, SECOND_ADDRESS):
        assert preparing.sign_in_link(address)
    first, second = (comes(Staff.objects.get(email=address)) for address in (preparing.FIRST_ADDRESS, SECOND_ADDRESS))
    for each in (first, second):
        go_on_duty(staff=each.id, line=line, capacity=3, languages=["en"], given=False)
    return first, second


def begin(line: UUID, taken_by: Person) -> Opened:
    opened = open_conversation(line=line, text="Invented words", form_key=form_key(), language="en")
    take(conversation=opened.conversation, staff=taken_by.id, private_key=taken_by.private)
    return opened


def test_the_first_supervisor_brings_ready_answers_in_every_language_of_the_console_once(
    line: UUID, make_staff: Callable[..., Staff]
) -> None:
    counsellor = comes(make_staff("counsellor"))
    assert canned_answers(line=line, staff=counsellor.id) == []
    first, second = comes(make_staff("supervisor")), comes(make_staff("supervisor", "counsellor"))
    for who in (counsellor, first, second):
        found = canned_answers(line=line, staff=who.id)
        assert {each.language for each in found} == set(CONSOLE_LANGUAGES)
        assert len(found) == sum(map(len, ANSWERS.values()))
    practice = next(each.id for each in lines.lines() if each.name == PRACTICE)
    assert len(canned_answers(line=practice, staff=first.id)) == len(found)


def test_every_ready_answer_may_be_kept_and_has_the_same_short_names() -> None:
    assert set(ANSWERS) == set(CONSOLE_LANGUAGES)
    names = {language: [name for name, _, _ in answers] for language, answers in ANSWERS.items()}
    assert len({tuple(each) for each in names.values()}) == 1
    for language, answers in ANSWERS.items():
        for name, title, text in answers:
            assert fault(language=language, shortcut=name, title=title, text=text) is None


def test_a_colleague_gets_a_link_of_their_own_and_no_house_keeping(
    line: UUID, make_staff: Callable[..., Staff]
) -> None:
    first, second = preparing.sign_in_link(), preparing.sign_in_link(SECOND_ADDRESS)
    assert first
    assert second
    assert first != second
    assert "administrator" not in Staff.objects.get(email=SECOND_ADDRESS).roles


def test_a_conversation_is_handed_over_to_the_colleague(line: UUID, two: tuple[Person, Person]) -> None:
    first, second = two
    opened = begin(line, first)
    assert [each.staff for each in receivers(conversation=opened.conversation, staff=first.id)] == [second.id]
    offered = hand_over(
        conversation=opened.conversation,
        by=first.id,
        private_key=first.private,
        to_staff=second.id,
        warm=True,
        note="An invented note",
    )
    accept_hand_over(hand_over=offered, staff=second.id, private_key=second.private)
    assert receivers(conversation=opened.conversation, staff=second.id)[0].staff == first.id


def test_what_goes_to_the_second_team_opens_to_the_first_person_only_with_the_second(
    line: UUID, two: tuple[Person, Person]
) -> None:
    first, second = two
    opened = begin(line, first)
    team = next(each.id for each in lines.teams(line) if each.name == SECOND_TEAM)
    assert [each.staff for each in lines.members(team)] == [second.id]
    hand_over(conversation=opened.conversation, by=first.id, private_key=first.private, to_team=team, note="A note")
    glass = break_glass(conversation=opened.conversation, staff=first.id, reason="imminent_danger")
    allow_broken_glass(glass=glass, staff=second.id, private_key=second.private)
    assert read_through_glass(glass=glass, staff=first.id, private_key=first.private)


def test_a_new_password_opens_both_teams_again(line: UUID, two: tuple[Person, Person]) -> None:
    _, second = two
    before = {each.id for each in lines.teams(line)}
    again = comes(Staff.objects.get(pk=second.id))
    assert {each.id for each in lines.teams(line)} == before
    assert len(lines.team_private_keys(again.id, again.private)) >= 2
