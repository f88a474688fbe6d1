"""What the answers to the short risk check mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pop.helpline.cases.rules.risk import IMMINENT, LEVELS, NONE, NOT_KNOWN, QUESTIONS, RAISED, complete, level, why

all_answers = st.fixed_dictionaries({question: st.sampled_from(answers) for question, answers in QUESTIONS.items()})


def answered(**given_: str) -> dict[str, str]:
    found = complete(given_)
    assert found is not None
    return found


def test_danger_now_and_a_suicide_under_way_are_imminent() -> None:
    assert level(answered(immediate_danger="yes")) == IMMINENT
    assert level(answered(suicide="now", immediate_danger="no", abuser_near="no")) == IMMINENT


def test_an_abuser_near_is_imminent_unless_danger_is_ruled_out() -> None:
    assert level(answered(abuser_near="yes")) == IMMINENT
    assert level(answered(abuser_near="yes", immediate_danger="no", suicide="no")) == RAISED
    assert level(answered(abuser_near="yes", immediate_danger="no", suicide="thoughts")) == IMMINENT


def test_thoughts_of_suicide_raise() -> None:
    assert level(answered(suicide="thoughts", immediate_danger="no", abuser_near="no")) == RAISED


def test_a_young_child_of_whom_not_all_is_known_raises() -> None:
    assert level(answered(age="under_10", immediate_danger="no", suicide="no")) == RAISED
    assert level(answered(age="16_17", immediate_danger="no", suicide="no")) == NONE


def test_all_clear_is_no_risk() -> None:
    assert level(answered(immediate_danger="no", suicide="no", abuser_near="no", age="under_10")) == NONE


def test_an_answer_that_is_none_of_ours_is_no_answer() -> None:
    assert complete({"suicide": "maybe"}) is None
    assert complete({"name": "yes"}) is None
    assert complete({}) == dict.fromkeys(QUESTIONS, NOT_KNOWN)


@given(all_answers, st.sampled_from(["immediate_danger", "suicide", "abuser_near"]))
def test_a_worse_answer_never_lowers_the_level(answers: dict[str, str], question: str) -> None:
    options = [each for each in QUESTIONS[question] if each != NOT_KNOWN]
    if answers[question] == NOT_KNOWN:
        answers = {**answers, question: "no"}
    worse = options[options.index(answers[question]) :]
    levels = [LEVELS.index(level({**answers, question: each})) for each in worse]
    assert levels == sorted(levels)


@given(all_answers)
def test_whatever_is_imminent_has_a_reason_to_tell(answers: dict[str, str]) -> None:
    if level(answers) == IMMINENT:
        assert why(answers) in ("danger", "suicide", "abuser_near")
        assert (why(answers) == "danger") == (answers["immediate_danger"] == "yes")
