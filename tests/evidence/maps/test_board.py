"""What the board counts, and what it never says."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from pop.evidence.maps.rules.board import Board, Selection
from pop.evidence.maps.rules.filters import Filter
from pop.evidence.maps.rules.hiding import FEWEST, Risk, Traits, where_shown
from pop.evidence.maps.rules.matrix import matrix_of
from pop.places.regions import EDITIONS, regions_of
from pop.registry.directory.queries.mapped import HoursKey, MappedRecord, lists
from tests.evidence.maps.making import TODAY, made

REGIONS = {edition: regions_of(edition) for edition in EDITIONS}


def board(*records: MappedRecord, risks: tuple[Risk, ...] = (), took_part: tuple[str, ...] = ()) -> Board[MappedRecord]:
    return Board(records, risks=risks, took_part=took_part, regions=REGIONS)


def ask(found: Board[MappedRecord], states: dict[Any, str] | None = None, **chosen: str) -> Selection[MappedRecord]:
    edition = chosen.pop("edition", "m49")
    return Selection(
        found,
        Filter({name: tuple(value.split()) for name, value in chosen.items()}, edition),
        today=TODAY,
        states=states or {},
    )


def test_values_widen_and_facts_narrow() -> None:
    found = board(
        made(1, topics=("bullying",), channels=("phone",)),
        made(2, topics=("anxiety",), channels=("phone", "sms")),
        made(3, topics=("family",), channels=("sms",), country="TZ"),
    )
    assert ask(found).total == 3
    assert ask(found, topic="bullying anxiety").total == 2
    assert ask(found, topic="bullying anxiety", channel="sms").total == 1
    assert ask(found, region="africa", country="TZ").by_country == {"TZ": 1}


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"language": "pt"}, 1),
        ({"language": "pt-br"}, 1),
        ({"language": "pt-pt"}, 0),
        ({"language": "not_known"}, 1),
        ({"age": "11"}, 1),
        ({"age": "18-24"}, 1),
        ({"age": "25"}, 0),
        ({"age": "not_known"}, 1),
        ({"topic": "general"}, 1),
        ({"operator": "not_known"}, 1),
        ({"channel": "not_known"}, 1),
        ({"evidence": "year"}, 1),
        ({"evidence": "undated"}, 1),
        ({"subdivision": "KE-30"}, 2),
        ({"subdivision": "KE-01"}, 1),
    ],
)
def test_what_is_not_known_is_never_counted_as_a_no(chosen: dict[str, str], count: int) -> None:
    known = made(1, languages=("pt-BR",), age_min=6, age_max=18, subdivisions=("KE-30",))
    bare = made(
        2, languages=(), age_max=None, topics=(), general=True, operator="", channels=(), stage_on=None, hours=()
    )
    assert ask(board(known, bare), **chosen).total == count


def test_open_now_is_what_the_stated_hours_say() -> None:
    day, night = (HoursKey(text, "UTC", "KE", "", "open") for text in ("day", "night"))
    found = board(made(1, hours=(day,)), made(2, hours=(night,)), made(3, hours=()), made(4, hours=(day, night)))
    states = {day: "open", night: "closed"}
    assert {each.name for each in ask(found, states, open="now").all()} == {"Line 1", "Line 4"}
    assert {each.name for each in ask(found, states, open="closed").all()} == {"Line 2"}
    assert {each.name for each in ask(found, states, open="not_known").all()} == {"Line 3"}
    assert ask(found, states, open="now closed not_known").total == 4


def test_no_service_no_answer_and_not_shown_are_three_things() -> None:
    found = board(made(1, country="KE"), risks=(Risk("EG", "everything", "", "hidden"),), took_part=("FR",))
    answer = ask(found, topic="anxiety")
    assert answer.state("KE") == "none_known"
    assert answer.state("FR") == "none_known"
    assert answer.state("NO") == "no_answer"
    assert answer.state("EG") == "suppressed"
    assert ask(found, country="KE").state("NO") == "outside"
    assert ask(found).state("KE") == "number"


def test_not_shown_is_said_whether_or_not_there_is_anything_to_hide() -> None:
    risk = Risk("KE", "topic", "gender_or_sexuality", "hidden")
    hides = board(made(1, topics=("gender_or_sexuality",)), risks=(risk,))
    empty = board(risks=(risk,))
    assert ask(hides).state("KE") == ask(empty).state("KE") == "suppressed"
    assert ask(hides).total == 0
    assert ask(hides, topic="gender_or_sexuality").state("KE") == "suppressed"


def test_what_young_people_lead_is_counted_by_world_region_only_and_not_below_five() -> None:
    young = [made(number, operator="youth_led", country=country) for number, country in enumerate(("KE", "TZ") * 3)]
    found = board(*young, made(90))
    answer = ask(found)
    assert answer.total == 1
    assert answer.by_country == {"KE": 1}
    assert [(each.region, each.count) for each in answer.by_region_only()] == [("africa", 6)]
    few = board(*young[: FEWEST - 1])
    assert [(each.region, each.count) for each in ask(few).by_region_only()] == [("africa", None)]
    for closer in ({"country": "KE"}, {"subdivision": "KE-30"}, {"edition": "itu", "region": "africa"}):
        assert ask(found, **closer).by_region_only() == ()
    assert "youth_led" not in {each.operator for each in answer.all()}


@pytest.mark.parametrize(
    ("risk", "where"),
    [
        (Risk("KE", "everything", "", "region"), "region"),
        (Risk("KE", "kind", "shelter", "hidden"), "hidden"),
        (Risk("KE", "operator", "faith", "hidden"), "country"),
        (Risk("KE", "topic", "bullying", "region"), "region"),
        (Risk("TZ", "everything", "", "hidden"), "country"),
        (Risk("KE", "of a later version", "", "hidden"), "hidden"),
    ],
)
def test_a_line_of_country_risk_moves_a_record_towards_hiding(risk: Risk, where: str) -> None:
    traits = Traits("KE", "shelter", "civil_society", ("bullying",))
    assert where_shown(traits, [risk]) == where


def test_of_two_lines_the_stricter_counts_and_none_shows_more() -> None:
    hidden, region = Risk("KE", "everything", "", "hidden"), Risk("KE", "kind", "shelter", "region")
    assert where_shown(Traits("KE", "shelter", "", ()), [hidden, region]) == "hidden"
    assert where_shown(Traits("KE", "helpline", "youth_led", ()), []) == "region"
    assert where_shown(Traits("KE", "helpline", "youth_led", ()), [region]) == "region"


def test_the_matrix_counts_every_topic_and_shows_noughts() -> None:
    found = board(made(1, topics=("bullying", "anxiety")), made(2, topics=(), channels=("sms",), general=True))
    known = lists()
    matrix = matrix_of(ask(found), "channel", topics=known.topics, channels=known.channels)
    lines = {line.topic: line for line in matrix.lines}
    assert len(lines) == len(known.topics) + 2
    assert lines["bullying"].counts[matrix.columns.index("phone")] == 1
    assert lines["general"].counts[matrix.columns.index("sms")] == 1
    assert lines["eating"].total == 0
    assert matrix.total == 2
    by_region = matrix_of(ask(found), "region", topics=known.topics, channels=known.channels)
    assert set(by_region.columns) == {"africa", "americas", "asia", "europe", "oceania"}
    assert sum(by_region.totals) == 2


def test_pages_of_records_hold_each_record_once_in_one_order() -> None:
    found = board(*(made(number, name=f"Line {number % 7}", country="KE") for number in range(40)))
    answer = ask(found)
    pages = [each.id for first in range(0, 40, 7) for each in answer.page(first, 7)]
    assert pages == [each.id for each in answer.all()]
    assert len(set(pages)) == 40


def test_evidence_ages_from_the_day_it_was_made() -> None:
    found = board(made(1, stage_on=date(2025, 11, 22)), made(2, stage_on=date(2025, 11, 21)), made(3, stage_on=None))
    assert [ask(found, evidence=age).total for age in ("year", "three_years", "older", "undated")] == [1, 1, 0, 1]


def test_a_narrowed_board_shows_nothing_that_a_new_one_would_hide() -> None:
    chance = random.Random(11)
    kinds, operators = ("helpline", "shelter", "youth_led_solution"), ("civil_society", "youth_led", "government")
    for _ in range(60):
        records = [
            made(number, country=chance.choice(("KE", "TZ", "FR")), kind=chance.choice(kinds), operator=operator)
            for number in range(1, 40)
            for operator in (chance.choice(operators),)
        ]
        before = (Risk("KE", "kind", "shelter", "region"),) if chance.random() < 0.5 else ()
        effect = chance.choice(("region", "hidden"))
        after = (Risk(chance.choice(("KE", "TZ")), "kind", chance.choice(kinds), effect),)
        left = [each for each in records if chance.random() < 0.8]
        old = board(*records, risks=before)
        whole = len(old.records)
        gone = {each.id for each in records} - {each.id for each in left}
        found, fresh = old.narrowed(gone, after), board(*left, risks=after)
        shown, may = ask(found), ask(fresh)
        assert {each.id for each in shown.all()} <= {each.id for each in may.all()}
        assert all(shown.by_country[code] <= may.by_country[code] for code in shown.by_country)
        regional = {each.id for number, each in enumerate(found.records) if found.regional >> number & 1}
        assert regional <= {each.id for each in fresh.records}
        assert found.guarded >= fresh.guarded
        assert found.known <= fresh.known
        assert not any(found.listed_record(id) for id in gone)
        assert len(old.records) == whole
        assert {each.id for each in ask(old).all()} >= {each.id for each in shown.all()}
