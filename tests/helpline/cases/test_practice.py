"""Practice: scripted children in the real console, apart from every real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from pop.helpline import database
from pop.helpline.cases.actions.closing import close_with_record
from pop.helpline.cases.actions.practice import (
    advance_all_practice,
    advance_practice,
    give_feedback,
    start_practice,
)
from pop.helpline.cases.models import ContactRecord, PracticeRun
from pop.helpline.cases.queries.practice import practices, run_of, script_cards
from pop.helpline.cases.queries.weekly import weekly_counts
from pop.helpline.cases.rules.records import Record
from pop.helpline.cases.rules.scripts import scripts
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.actions.reading import read
from pop.helpline.queue.actions.duty import return_lost
from pop.helpline.queue.models import Wait
from pop.helpline.queue.queries.board import board
from pop.helpline.queue.queries.desk import my_desk
from pop.helpline.queue.queries.waiting import waiting
from tests.helpline.conftest import House, Person, client_key, make_house
from tests.helpline.queue.steps import begin, refused, row

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

SCRIPT = "en-bullying-bus"


@dataclass
class Practice:
    """A practice that the counsellor of a practice line has begun."""

    house: House
    conversation: UUID
    now: datetime

    def child_lines(self) -> list[str]:
        who = self.house.counsellor
        said = read(self.conversation, staff=who.id, private_key=who.private, how="answer")
        return [each.text for each in said if each.author == "child"]

    def answer(self) -> None:
        who, self.now = self.house.counsellor, self.now + timedelta(seconds=5)
        with database.atomic():
            append(
                Sending(
                    self.conversation, "counsellor", "an answer", client_key(), staff=who.id, private_key=who.private
                ),
                now=self.now,
            )

    def wait(self, seconds: int) -> bool:
        self.now += timedelta(seconds=seconds)
        return advance_practice(self.conversation, self.now)


def start(house: House, script: str = SCRIPT) -> Practice:
    now = timezone.now()
    who = house.counsellor
    conversation = start_practice(script=script, staff=who.id, private_key=who.private, now=now)
    return Practice(house, conversation, now)


@pytest.fixture
def school(helpline_keys: object, person: Callable[..., Person]) -> House:
    """A line for practice."""
    return make_house(person, practice=True)


def test_a_scripted_child_writes_to_who_practises_at_once(school: House) -> None:
    run = start(school)
    kept = row(run.conversation)
    assert (kept.practice, kept.state, kept.assignee) == (True, "active", school.counsellor.id)
    assert run.child_lines() == [scripts()[SCRIPT].first]
    assert [(each.id, each.practice) for each in my_desk(school.counsellor.id).cards] == [(run.conversation, True)]
    assert run_of(run.conversation) is not None


def test_it_waits_for_an_answer_and_then_goes_on_once(school: House) -> None:
    run = start(school)
    assert not run.wait(600)
    run.answer()
    assert not run.wait(1)
    assert run.wait(10)
    assert not run.wait(0)
    assert run.child_lines()[-1] == scripts()[SCRIPT].steps[0].text


def test_silence_makes_it_ask_and_an_answer_in_time_does_not(school: House) -> None:
    asking = scripts()[SCRIPT].steps[1].text
    quiet, quick = start(school), start(school)
    for run in (quiet, quick):
        run.answer()
        assert run.wait(10)
    assert quiet.wait(91)
    assert quiet.child_lines()[-1] == asking
    quick.answer()
    assert quick.wait(91)
    assert asking not in quick.child_lines()


@pytest.mark.parametrize("script", sorted(scripts()))
def test_every_script_plays_to_its_end_for_who_answers(school: House, script: str) -> None:
    run = start(school, script)
    told = scripts()[script]
    for _ in told.steps:
        if row(run.conversation).state == "closed":
            break
        run.answer()
        run.wait(150)
    last = [each.text for each in told.steps if each.when == "answer"]
    assert run.child_lines()[1:] == last
    assert (row(run.conversation).state == "closed") == told.steps[-1].end
    assert not run.wait(1_000)


def test_the_worker_goes_through_all_that_run(school: House) -> None:
    first, second = start(school), start(school)
    first.answer()
    assert advance_all_practice(first.now + timedelta(seconds=30)) == 1
    assert second.child_lines() == [scripts()[SCRIPT].first]


def test_practice_needs_a_line_for_it_and_a_script(house: House, school: House) -> None:
    with refused("practice_line"):
        start(house)
    with refused("practice_script"):
        start(school, "nobody")


def test_practice_counts_nowhere(school: House) -> None:
    run = start(school)
    counsellor, supervisor = school.counsellor, school.supervisor
    assert waiting(staff=counsellor.id).total == 0
    shown = board(line=school.line, staff=supervisor.id)
    assert (shown.waiting, shown.active, shown.going_on) == (0, 0, [])
    assert return_lost(timezone.now() + timedelta(hours=1)) == 0
    close_with_record(
        conversation=run.conversation,
        staff=counsellor.id,
        private_key=counsellor.private,
        record=Record("child_self", ("violence.bullying",)),
    )
    assert ContactRecord.objects.get().practice
    assert not Wait.objects.exists()
    counts = weekly_counts(line=school.line, week=timezone.now().date(), staff=supervisor.id)
    assert counts.contacts == 0


def test_a_real_conversation_is_never_advanced(house: House) -> None:
    opened = begin(house)
    assert not advance_practice(opened.conversation, timezone.now() + timedelta(hours=1))
    assert run_of(opened.conversation) is None


def test_somebody_else_who_supervises_gives_feedback(school: House, house: House) -> None:
    start(school)
    run = PracticeRun.objects.get()
    with refused("unknown"):
        give_feedback(run=run.pk, staff=school.colleague.id, text="well done")
    with refused("unknown"):
        give_feedback(run=run.pk, staff=house.supervisor.id, text="well done")
    with refused("feedback_text"):
        give_feedback(run=run.pk, staff=school.supervisor.id, text=" ")
    PracticeRun.objects.update(staff=school.supervisor.id)
    with refused("feedback_own"):
        give_feedback(run=run.pk, staff=school.supervisor.id, text="well done")
    PracticeRun.objects.update(staff=school.counsellor.id)
    give_feedback(run=run.pk, staff=school.supervisor.id, text="You waited well.")
    for who in (school.counsellor, school.supervisor):
        assert [each.feedback for each in practices(who.id)] == ["You waited well."]
    assert practices(school.colleague.id) == []


def test_scripts_are_offered_by_language() -> None:
    assert {each.language for each in script_cards("fr-CA")} == {"fr"}
    assert len(script_cards()) == len(scripts())
