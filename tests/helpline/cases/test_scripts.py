"""Scripted children: invented, in four languages, and driven by answers and by silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pop.helpline.cases.rules.records import suggested_age_band
from pop.helpline.cases.rules.scripts import ANSWER, SILENCE, Step, due, next_due, scripts
from pop.helpline.conversations.rules.messages import fault_of
from pop.signposting.finder.rules import TILES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def after(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_there_are_scripts_in_each_language_of_the_console() -> None:
    assert {each.language for each in scripts().values()} == {"en", "fr", "es", "ar"}
    assert len(scripts()) >= 6


def test_every_script_can_be_played() -> None:
    for script in scripts().values():
        assert len(script.id) <= 40
        assert script.tile in TILES
        assert script.age in ("", "8-12", "13-17", "18-24")
        assert suggested_age_band(script.age) in ("", "18_24")
        assert len(script.country) == 2
        for text in (script.first, *(step.text for step in script.steps)):
            assert fault_of(text) is None
        assert all(step.after > timedelta(0) for step in script.steps)


def test_one_script_is_in_danger_and_one_hardly_writes() -> None:
    assert any(script.danger for script in scripts().values())
    assert {"silence", "a tester", "danger", "bullying"} <= {script.theme for script in scripts().values()}


def test_an_answer_is_awaited_and_then_some_seconds() -> None:
    step = Step(ANSWER, timedelta(seconds=5), "x")
    assert not due(step, child_at=NOON, staff_at=None, now=after(3600))
    assert not due(step, child_at=NOON, staff_at=after(10), now=after(14))
    assert due(step, child_at=NOON, staff_at=after(10), now=after(15))
    assert not due(step, child_at=after(11), staff_at=after(10), now=after(100))


def test_silence_speaks_only_where_nobody_answered() -> None:
    step = Step(SILENCE, timedelta(seconds=60), "x")
    assert not due(step, child_at=NOON, staff_at=None, now=after(59))
    assert due(step, child_at=NOON, staff_at=None, now=after(60))
    assert not due(step, child_at=NOON, staff_at=after(10), now=after(60))


def test_a_silence_that_was_broken_is_passed_over() -> None:
    steps = (Step(SILENCE, timedelta(seconds=60), "x"), Step(ANSWER, timedelta(seconds=5), "y"))
    assert next_due(steps, 0, child_at=NOON, staff_at=after(10), now=after(12)) is None
    assert next_due(steps, 0, child_at=NOON, staff_at=after(10), now=after(15)) == 1
    assert next_due(steps, 0, child_at=NOON, staff_at=None, now=after(60)) == 0
    assert next_due(steps, 1, child_at=NOON, staff_at=None, now=after(3600)) is None
    assert next_due(steps, 2, child_at=NOON, staff_at=after(1), now=after(3600)) is None
