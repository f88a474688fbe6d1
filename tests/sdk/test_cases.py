"""Every question of sdk/cases, asked of the SDK."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pop_sdk.need import Need, NeedError, from_json, from_query

from tests.sdk.asked import CASES, FILES, Case, built, engine
from tests.sdk.expectations import CHECKS, problems
from tests.sdk.questions import query_of

LEAST = 170

# Databases are made ready only for tests that are marked so; the snapshots of all are built in one.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def snapshots(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        built()


def need_of(case: Case) -> Need:
    return from_json(json.dumps(case.question).encode(), vocabulary=engine(case.file).vocabulary, now=case.now)


def answer_to(case: Case) -> dict[str, Any]:
    return engine(case.file).answer(need_of(case), now=case.now)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_sdk_answers_rightly(case: Case) -> None:
    if "refused" in case.expect:
        with pytest.raises(NeedError) as refusal:
            need_of(case)
        assert refusal.value.parameter == case.expect["refused"]
        return
    answer = answer_to(case)
    assert problems(case.expect, answer) == []


ANSWERED = [case for case in CASES if "refused" not in case.expect]


def test_an_answer_does_not_hang_on_the_order_of_the_records() -> None:
    for case in ANSWERED:
        need = need_of(case)
        said = engine(case.file).match(need, now=case.now)
        assert engine(case.file, turned=True).match(need, now=case.now) == said, str(case)


def test_the_same_question_gets_the_same_bytes_whatever_was_asked_before() -> None:
    first = {str(case): engine(case.file).match(need_of(case), now=case.now) for case in ANSWERED}
    again = {str(case): engine(case.file).match(need_of(case), now=case.now) for case in reversed(ANSWERED)}
    assert again == first


def test_a_query_string_and_a_body_ask_the_same() -> None:
    for case in ANSWERED:
        asked = from_query(query_of(case.question), vocabulary=engine(case.file).vocabulary, now=case.now)
        assert asked == need_of(case), str(case)


def test_nothing_in_any_answer_to_a_child_is_for_somebody_else() -> None:
    """Whatever was asked: two lines for those worried about their own behaviour, a body that coordinates others, one
    that says that it is no helpline yet; and a line for everybody only where it says that nothing for children fits."""
    never = {"Stop It Now!", "Te Guío", "Higher Council for Childhood", "Ghana Internet Safety Foundation"}
    for case in ANSWERED:
        if case.question.get("audience", "child") != "child":
            continue
        answer = answer_to(case)
        every = [*answer["matches"], *((answer["gap"] or {}).get("nearest", ()))]
        assert never.isdisjoint(match["service"]["name"] for match in every), str(case)
        for match in every:
            if match["service"]["name"] == "ERAN":
                assert "general_public_service" in match["reasons"], str(case)


def test_the_set_is_as_large_as_promised_and_no_question_stands_in_it_twice() -> None:
    assert len(CASES) >= LEAST
    names = [(case.file, case.name) for case in CASES]
    assert len(set(names)) == len(names)
    asked = [(case.file, case.now, json.dumps(case.question, sort_keys=True)) for case in CASES]
    assert [each for each in asked if asked.count(each) > 1] == []


@pytest.mark.parametrize("file", FILES)
def test_a_file_holds_what_the_readme_says_and_each_question_expects_something(file: str) -> None:
    content = FILES[file]
    assert set(content) == {"about", "created", "changes", "cases"}
    for each in content["cases"]:
        assert set(each) - {"now"} == {"name", "question", "expect"}
        assert each["expect"]
        assert set(each["expect"]) <= {*CHECKS, "refused"}


# For every word of `expect` a right expectation of the answer below, and wrong ones that must be noticed.
ANSWER: dict[str, Any] = {
    "need": {"country": "XA", "age": {"min": 8, "max": 12}},
    "emergency": [{"dial": "112", "uri": "tel:112", "kind": "any"}],
    "matches": [
        {
            "service": {"name": "One"},
            "open": "closed",
            "contacts": [
                {
                    "channel": "phone",
                    "dial": "1",
                    "languages": ["da"],
                    "open": "closed",
                    "opens_at": None,
                    "free": True,
                },
                {"channel": "phone", "dial": "1", "languages": ["uk"], "open": "open", "opens_at": None, "free": None},
            ],
            "reasons": ["free"],
            "cautions": ["holiday"],
            "verification": {"stage": "desk_checked", "on": None},
        },
        {"service": {"name": "Two"}, "open": "open", "contacts": [], "reasons": [], "cautions": []},
    ],
    "gap": {"reason": "no_child_service_known", "nearest": [{"service": {"name": "Three"}, "open": "always"}]},
}
RIGHT: dict[str, list[Any]] = {
    "first": ["One"],
    "order": [["One", "Two"], ["Two"]],
    "count": [2],
    "includes": [["Two"]],
    "excludes": [["Four"]],
    "open": [{"One": "closed", "Three": "always"}],
    "contact": [{"One": [{"dial": "1", "languages": ["uk"], "open": "open", "free": None}]}],
    "no_contact": [{"One": [{"channel": "sms"}, {"dial": "1", "languages": ["en"]}]}],
    "reasons": [{"One": {"has": ["free"], "not": ["open_now"]}}],
    "cautions": [{"One": {"has": ["holiday"], "not": ["lead_only"]}}],
    "verification": [{"One": {"stage": "desk_checked", "on": None}}],
    "emergency": [["112"]],
    "gap": [
        {"reason": "no_child_service_known"},
        {"reason": "no_child_service_known", "nearest": ["Three"]},
    ],
    "need": [{"age": {"min": 8, "max": 12}}],
}
WRONG: dict[str, list[Any]] = {
    "first": ["Two", "Four"],
    "order": [["Two", "One"], ["One", "Four"]],
    "count": [1, 3],
    "includes": [["One", "Three"]],
    "excludes": [["One"], ["Three"]],
    "open": [{"One": "open"}, {"Four": "open"}, {"Three": "closed"}],
    "contact": [
        {"One": [{"dial": "1", "languages": ["uk"], "open": "closed"}]},
        {"One": [{"dial": "1", "languages": ["uk"], "free": False}]},
        {"One": [{"dial": "1", "languages": ["da"], "free": 1}]},
        {"One": [{"dial": "1", "languages": ["uk"], "closes_at": None}]},
        {"One": [{"dial": "1"}]},
        {"One": [{"dial": "2"}]},
        {"Four": [{"dial": "1"}]},
    ],
    "no_contact": [{"One": [{"channel": "phone"}]}, {"Four": [{"channel": "sms"}]}],
    "reasons": [{"One": {"has": ["open_now"]}}, {"One": {"not": ["free"]}}, {"Four": {"not": ["free"]}}],
    "cautions": [{"One": {"has": ["lead_only"]}}, {"One": {"not": ["holiday"]}}],
    "verification": [{"One": {"stage": "test_contacted"}}, {"One": {"on": "2026-01-01"}}],
    "emergency": [[], ["112", "110"], ["110"]],
    "gap": [
        None,
        {"reason": "no_valid_snapshot"},
        {"reason": "no_child_service_known", "nearest": []},
    ],
    "need": [{"country": "XB"}, {"limit": 5}],
}


def test_every_word_of_expect_has_a_negative_control() -> None:
    assert set(WRONG) == set(RIGHT) == set(CHECKS)


@pytest.mark.parametrize("key", CHECKS)
def test_a_right_expectation_passes_and_a_wrong_one_is_noticed(key: str) -> None:
    for right in RIGHT[key]:
        assert problems({key: right}, ANSWER) == []
    for wrong in WRONG[key]:
        assert problems({key: wrong}, ANSWER) != [], wrong


def test_an_expected_gap_is_noticed_where_there_is_none_and_a_wrong_link_of_an_emergency_number_too() -> None:
    full = copy.deepcopy(ANSWER) | {"gap": None}
    assert problems({"gap": None}, full) == []
    assert problems({"gap": {"reason": "no_child_service_known"}}, full) != []
    full["emergency"][0]["uri"] = "tel:110"
    assert problems({"emergency": ["112"]}, full) != []


def test_a_word_that_is_not_known_is_an_error_and_no_expectation() -> None:
    with pytest.raises(KeyError):
        problems({"frist": "One"}, ANSWER)


def test_a_question_that_should_be_refused_and_is_not_is_noticed() -> None:
    case = next(case for case in ANSWERED)
    with pytest.raises(pytest.fail.Exception):
        test_the_sdk_answers_rightly(Case(case.file, case.name, case.question, case.now, {"refused": "at"}))
