"""The invented answers: what was published holds of them, nobody is in them, and the same seed gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence

import pytest

from pop.evidence.maps.queries import took_part
from pop.registry.directory.rules.numbers import read_number
from pop.registry.mapping.instruments import NAMES
from pop.simulation.mapping.bringing import form, responses
from pop.simulation.mapping.filling import UnfitError, filled
from pop.simulation.mapping.inventing import SIZES, Response, invented
from pop.simulation.mapping.shares import TABLES, TOPIC_LISTS, Statement, count_of, fulfils, statements

SEEDS = (2026, 1, 7)
PERCENT = re.compile(r"(?:over|more than) (\d+) per cent")
EVERY = [(size, each) for size in SIZES for each in statements(size)]


def carrying(size: int, seed: int = 2026) -> list[Response]:
    """Return the responses that carry the shares: not those that stand beside them."""
    return responses(size, seed=seed)[:size]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", SIZES)
def test_every_published_statement_holds_whatever_the_seed(size: int, seed: int) -> None:
    answers = [each.answers for each in carrying(size, seed)]
    assert [each.id for each in statements(size) if not fulfils(each, answers)] == []


@pytest.mark.parametrize(("size", "statement"), EVERY, ids=[f"{size}-{each.id}" for size, each in EVERY])
def test_a_statement_fails_where_the_answers_do_not_bear_it_out(size: int, statement: Statement) -> None:
    answers = [dict(each.answers) for each in carrying(size)]
    if statement.rule in ("total", "countries"):
        assert not fulfils(statement, [*answers, {**answers[0], "country": "AQ"}])
        return
    questions = TOPIC_LISTS if statement.field == "topics" else (statement.field,)
    for each in answers:
        for question in questions:
            each[question] = ""
    assert not fulfils(statement, answers)
    for each in answers:
        each[questions[0]] = " ".join(statement.values)
    assert fulfils(statement, answers) == (statement.rule in ("half", "leading"))


@pytest.mark.parametrize("statement", [each for each in statements(143) if PERCENT.search(each.said)], ids=str)
def test_a_number_is_the_smallest_over_the_printed_share(statement: Statement) -> None:
    found = PERCENT.search(statement.said)
    assert found is not None
    assert statement.number is not None
    assert statement.number * 100 > int(found[1]) * 143 >= (statement.number - 1) * 100


@pytest.mark.parametrize("size", SIZES)
def test_every_statement_says_where_it_stands(size: int) -> None:
    assert [each.id for each in statements(size) if not (each.said and each.source and each.place and each.note)] == []
    assert {each.year for each in statements(size)} == {"2023" if size == 143 else "2022"}


def test_what_children_said_in_a_poll_is_in_no_data_set() -> None:
    with (TABLES / "shares.csv").open(encoding="utf-8", newline="") as file:
        apart = [row for row in csv.DictReader(file) if row["rule"] == "apart"]
    assert {row["set"] for row in apart} == {"poll"}
    said = " ".join(row["said"] for row in apart)
    assert [share for share in ("76 per", "33 per", "27 per", "24 per", "87 countries") if share not in said] == []
    assert not {each.id for size in SIZES for each in statements(size)} & {row["id"] for row in apart}


def test_all_countries_that_the_report_names_are_there_and_one_more() -> None:
    places = {each.answers["country"] for each in carrying(143)}
    assert len(places) == 83
    assert places > took_part()
    own = [each for each in carrying(143) if each.instrument == "helplines"]
    assert {each.answers["country"] for each in own} == places


def test_the_two_data_sets_are_two() -> None:
    small, large = ({each.instance_id for each in responses(size, seed=1)} for size in SIZES)
    assert not small & large
    with pytest.raises(KeyError):
        list(invented(200, seed=1, countries=took_part(), languages=()))


def test_all_four_instruments_are_filled_and_no_form_faults_its_answers() -> None:
    every = responses(143, seed=2026)
    assert {each.instrument for each in every} == set(NAMES)
    assert len({filled(form(each.instrument), each) for each in every}) == len(every)


def test_an_answer_that_its_form_does_not_take_is_named_without_being_quoted() -> None:
    first = responses(143, seed=2026)[0]
    wrong = Response(
        0, first.instrument, first.instance_id, {**first.answers, "website": "Not An Address"}, first.channels
    )
    with pytest.raises(UnfitError, match="website") as error:
        filled(form(wrong.instrument), wrong)
    assert "Not An Address" not in str(error.value)


def digest(every: Sequence[Response]) -> str:
    return hashlib.sha256(b"".join(filled(form(each.instrument), each) for each in every)).hexdigest()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    once = digest(responses(143, seed=5))
    assert once == digest(responses(143, seed=5))
    assert once != digest(responses(143, seed=6))


def reserved() -> dict[str, str]:
    with (TABLES / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return {row["country"]: row["beginning"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("size", SIZES)
def test_nothing_in_them_can_be_taken_for_somebody(size: int) -> None:
    kept = reserved()
    given: set[str] = set()
    for each in responses(size, seed=2026):
        answers = each.answers
        assert answers["service_name"].startswith("Demonstration ")
        assert answers["organisation_name"].startswith("Demonstration ")
        addresses = [answers["website"], answers["respondent_email"]]
        for row in each.channels:
            addresses += [row[name] for name in ("channel_email", "channel_link") if name in row]
            number = row.get("channel_number")
            if number:
                assert number.startswith(kept[answers["country"]])
                assert number not in given
                given.add(number)
        assert [one for one in addresses if not re.search(r"[@.]example\.org(/|$)", one)] == []
        assert answers.get("respondent_under_18", "no") == "no"
        assert int(answers.get("leader_age_min", "18")) >= 18
        assert len(set(answers["service_name"].split())) == 4
    assert given


@pytest.mark.parametrize("country", sorted(reserved()))
def test_a_number_for_fiction_can_be_read_as_a_number_of_its_country(country: str) -> None:
    found = [each for size in SIZES for each in responses(size, seed=3) if each.answers["country"] == country]
    numbers = [row["channel_number"] for each in found for row in each.channels if row.get("channel_number")]
    assert [one for one in numbers if read_number(one, country).kind == "unparsed"] == []


def test_no_minor_and_no_person_answers_to_a_name() -> None:
    roles = {each.answers["respondent_role"] for size in SIZES for each in responses(size, seed=2026)}
    assert roles == {"Invented role"}
    assert count_of(143, "services") == 143
