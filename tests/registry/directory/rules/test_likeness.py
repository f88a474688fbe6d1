"""When two sides are one service: rules that hold for whatever is written, and the doubles of the shipped table."""

from __future__ import annotations

import csv
import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.registry.directory.actions.load import SEED
from pop.registry.directory.rules.likeness import (
    SAME_NAME,
    Subject,
    folded,
    host_of,
    likeness,
    likeness_of_names,
    ranked,
    signs_of,
)
from pop.registry.directory.rules.numbers import read_number

NAMES = st.text(st.characters(categories=("L", "M", "N", "P", "Zs")), max_size=40)
COUNTRIES = st.sampled_from(["KE", "UG", "DK"])
SUBJECTS = st.builds(
    Subject[str],
    key=st.uuids().map(str),
    names=st.tuples(NAMES),
    country=COUNTRIES,
    numbers=st.frozensets(st.sampled_from(["KE:116", "UG:116", "+254800720111", "+4535555555"]), max_size=2),
    addresses=st.frozensets(st.sampled_from(["help@line.example", "https://chat.example"]), max_size=1),
    host=st.sampled_from(["", "line.example", "other.example"]),
)


def side(
    name: str, country: str = "KE", *, numbers: tuple[str, ...] = (), host: str = "", key: str = ""
) -> Subject[str]:
    return Subject(key or name, (name,), country, frozenset(numbers), frozenset(), host)


@given(SUBJECTS, SUBJECTS)
def test_it_is_the_same_in_both_directions(one: Subject[str], other: Subject[str]) -> None:
    there, back = likeness(one, other), likeness(other, one)
    assert (there.score, there.name, there.reasons) == (back.score, back.name, back.reasons)


@given(SUBJECTS)
def test_whatever_says_something_is_like_itself(one: Subject[str]) -> None:
    found = likeness(one, one)
    if folded(one.names[0]):
        assert found.name == 100
        assert found.same
    if one.numbers:
        assert found.same


@given(NAMES, NAMES)
def test_names_are_alike_from_0_to_100_whatever_the_order_of_their_words(one: str, other: str) -> None:
    found = likeness_of_names(one, other)
    assert 0 <= found <= 100
    turned = " ".join(reversed(folded(one).split()))
    assert likeness_of_names(turned, folded(other)) == pytest.approx(likeness_of_names(folded(one), other))


@given(NAMES)
def test_a_folded_name_stays_as_it_is_folded_again(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@given(SUBJECTS, st.lists(SUBJECTS, max_size=6, unique_by=lambda each: each.key), st.randoms())
def test_the_order_of_the_registry_decides_nothing(
    one: Subject[str], known: list[Subject[str]], chance: random.Random
) -> None:
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert ranked(one, known) == ranked(one, shuffled)


@given(SUBJECTS, SUBJECTS)
def test_without_any_sign_in_common_nothing_is_taken_for_the_same(one: Subject[str], other: Subject[str]) -> None:
    found = likeness(one, other)
    apart = not (one.numbers & other.numbers or one.addresses & other.addresses) and one.host != other.host
    if apart and (found.name < SAME_NAME or one.country != other.country):
        assert not found.same


def test_accents_case_and_punctuation_are_no_difference() -> None:
    assert likeness_of_names("Línea 123 – ¿Hablamos?", "LINEA 123: hablamos") == 100
    assert likeness_of_names("ÇOCUK DESTEK HATTI", "Çocuk Destek Hattı") == 100
    assert likeness_of_names("خَطّ نجدة الطفل", "خط نجدة الطفل") == 100
    assert likeness_of_names("Child Helpline Kenya", "Kenya Child Helpline") == 100


def test_one_name_within_another_is_alike_and_never_the_same() -> None:
    assert likeness_of_names("Child Helpline", "Child Helpline of the Eastern Province") < SAME_NAME
    assert not likeness(side("Child Helpline"), side("Child Helpline of the Eastern Province")).same


def test_a_short_code_is_one_number_in_one_country_only() -> None:
    at_home, _ = signs_of("KE", [{"number_kind": "short", "dial": "116", "e164": ""}])
    next_door, _ = signs_of("UG", [{"number_kind": "short", "dial": "116", "e164": ""}])
    assert not at_home & next_door


def test_the_same_number_under_another_name_is_said_to_be_so() -> None:
    found = likeness(side("Lantern Line", numbers=("KE:116",)), side("Childline", numbers=("KE:116",)))
    assert found.same
    assert found.reasons == ("same_number", "other_name")


def test_a_shared_website_alone_is_not_enough() -> None:
    assert not likeness(side("Lantern Line", host="red.example"), side("Night Shelter", host="red.example")).same
    assert likeness(side("Lantern Line", host="red.example"), side("The Lantern Line", host="red.example")).same
    assert host_of("https://www.facebook.com/lantern") == ""
    assert host_of("https://www.red.example/x") == "red.example"
    assert host_of("http://[") == ""


def shipped() -> list[Subject[str]]:
    """The shipped services, each as one side."""
    with (SEED / "services.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    made = []
    for row in rows:
        read = read_number(row["voice"], row["country"])
        contact = {"number_kind": read.kind, "e164": read.e164, "dial": read.dial if read.kind != "unparsed" else ""}
        numbers, addresses = signs_of(row["country"], [contact])
        key = f"{row['country']}|{row['name']}"
        made.append(Subject(key, (row["name"],), row["country"], numbers, addresses, host_of(row["website"])))
    return made


def test_every_shipped_service_is_found_again_as_itself() -> None:
    known = shipped()
    for one in known:
        best = ranked(one, known)[0]
        assert best.same
        found = next(each for each in ranked(one, known) if each.key == one.key)
        assert (found.score, found.name) == (best.score, best.name), one.key


def test_the_doubles_of_the_shipped_table_are_those_that_are_known() -> None:
    """One body's line in two countries, with one website: nothing else in the table looks the same."""
    pairs = {
        " = ".join(sorted((one.key, other.key)))
        for one, other in combinations(shipped(), 2)
        if likeness(one, other).same
    }
    assert pairs == {"CH|Pro Juventute Beratung + Hilfe 147 = LI|Pro Juventute 147"}
