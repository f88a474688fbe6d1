"""Whatever is answered, in whatever order: nothing breaks, nothing is lost, and everything that must follow has."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pop.surveys.forms.answering import Answering, ReadOnlyError, TooManyRowsError
from pop.surveys.forms.definition import Form, Question, Repeat
from tests.surveys.forms.writing import NOW, begun, golden

NAMES = ("visit", "team", "choosing", "beginnings")
FORMS = {name: golden(name) for name in NAMES}
WORDS = st.one_of(
    st.sampled_from(["", "yes", "no", "2", "-1", "0.5", "north", "south", "aland beland", "quiet other", "2026-02-28"]),
    st.text(max_size=20),
)


def walked(form: Form, data: st.DataObject, most: int = 12) -> Answering:
    """Answer a form at random: questions, rows, languages."""
    answering = begun(form)
    for _ in range(data.draw(st.integers(0, most))):
        repeats = [path for path, item in form.by_path.items() if isinstance(item, Repeat) and path.count("/") == 2]
        if repeats and data.draw(st.integers(0, 3)) == 0:
            path = data.draw(st.sampled_from(repeats))
            try:
                if answering.count(path) and data.draw(st.booleans()):
                    answering.remove_repeat(path, data.draw(st.integers(1, answering.count(path))))
                elif answering.count(path) < 4:
                    answering.add_repeat(path)
            except TooManyRowsError:
                pass
            continue
        path = data.draw(st.sampled_from(answering.paths()))
        value = data.draw(WORDS) if not path.endswith("/days") else data.draw(st.sampled_from(["", "0", "2", "3"]))
        try:
            answering.set(path, value)
        except ReadOnlyError:
            continue
    return answering


def state(answering: Answering) -> dict[str, tuple[object, ...]]:
    """Return all that can be asked about each question."""
    return {
        path: (
            answering.relevant(path),
            answering.seen(path),
            answering.required(path),
            answering.valid(path),
            answering.label(path),
            tuple(choice.name for choice, _ in answering.choices(path)),
        )
        for path in answering.paths()
    }


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_draft_is_the_same_answering_again(name: str, data: st.DataObject) -> None:
    answering = walked(FORMS[name], data)
    again = Answering.resume(FORMS[name], answering.draft_xml(), now=NOW, chance=random.Random(4))
    assert state(again) == state(answering)
    assert again.submission_xml() == answering.submission_xml()
    assert again.draft_xml() == answering.draft_xml()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_is_sent_is_what_is_relevant(name: str, data: st.DataObject) -> None:
    answering = walked(FORMS[name], data)
    root = etree.fromstring(answering.submission_xml())
    count = sum(1 for element in root.iter() if not len(element) and element.tag not in _holders(FORMS[name]))
    assert count == sum(answering.relevant(path) for path in answering.paths())


def _holders(form: Form) -> set[str]:
    return {item.name for item in form.by_path.values() if not isinstance(item, Question)}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_fault_is_of_a_relevant_question_and_gone_with_it(name: str, data: st.DataObject) -> None:
    answering = walked(FORMS[name], data)
    for fault in answering.faults():
        assert answering.relevant(fault.path)
        assert answering.valid(fault.path) == fault
    for path in answering.paths():
        assert answering.relevant(path) or answering.valid(path) is None


@settings(max_examples=40, deadline=None)
@given(st.permutations(["/data/place", "/data/open", "/data/inside/rooms", "/data/agreed"]))
def test_the_order_of_answers_does_not_matter(order: list[str]) -> None:
    values = {"/data/place": "The Lodge", "/data/open": "yes", "/data/inside/rooms": "4", "/data/agreed": "OK"}
    one, other = begun(FORMS["visit"]), begun(FORMS["visit"])
    one.set_all(values)
    for path in order:
        other.set(path, values[path])
    assert state(one) == state(other)
    assert one.submission_xml() == other.submission_xml()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_giving_an_answer_and_taking_it_back_leaves_no_trace(data: st.DataObject) -> None:
    answering = walked(FORMS["visit"], data)
    before = state(answering)
    place = answering.value("/data/place")
    answering.set("/data/place", data.draw(WORDS))
    answering.set("/data/place", place)
    assert state(answering) == before
