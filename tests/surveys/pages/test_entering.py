"""What browsers post, made into answers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pop.places.words import Speaker
from pop.surveys.forms.answering import Answering, Page
from pop.surveys.forms.loading import load
from pop.surveys.pages import fields, leafing
from pop.surveys.pages.entering import MOST_BYTES, TooMuchError, given, one, read_posted
from pop.surveys.pages.words import SURVEY
from tests.surveys.filled import NOW

FORM = load("kinds.md", Path(__file__).with_name("kinds.md").read_bytes())
SAY = Speaker((SURVEY,), "en")


def begun() -> Answering:
    return Answering.begin(FORM, now=NOW, chance=random.Random(1), language="en")


def answered(path: str, *values: str) -> str | None:
    answering = begun()
    return next(
        (found[path] for page in answering.pages() if path in (found := given(answering, page, {path: values}))), None
    )


@pytest.mark.parametrize(
    ("path", "values", "answer"),
    [
        ("/data/who/staff", ["12"], "12"),
        ("/data/who/staff", ["1 200"], "1200"),
        ("/data/who/staff", ["１２"], "12"),
        ("/data/who/staff", ["−3"], "-3"),
        ("/data/who/staff", ["some"], "some"),
        ("/data/who/staff", ["1.5.2"], "1.5.2"),
        ("/data/who/share", ["3,5"], "3.5"),
        ("/data/who/share", ["٣٫٥"], "3.5"),
        ("/data/who/name", ["one", "two"], "two"),
        ("/data/who/alone", ["", "no"], "no"),
        ("/data/where/country", ["invented  LAND 07"], "c07"),
        ("/data/where/country", ["Atlantis"], "Atlantis"),
        ("/data/where/country", ["Atlantis", "c09"], "c09"),
        ("/data/where/topics", ["", "t01", "t03"], "t01 t03"),
        ("/data/where/topics", [""], ""),
        ("/data/where/place", ["46.2°, 6.1°"], "46.2 6.1"),
        ("/data/who/hello", ["x"], None),
        ("/data/who/twice", ["x"], None),
    ],
)
def test_answers_are_read_as_they_were_meant(path: str, values: list[str], answer: str | None) -> None:
    assert answered(path, *values) == answer


DIALLED = load(
    "dialled.md",
    b"""
| survey |
| | type | name | label | constraint |
| | text | number | Which number? | regex(., '^[0-9 +]+$') |
| | text | remark | What else? | |
| settings |
| | form_title | form_id | version |
| | Numbers | dialled | 1 |
""",
)


@pytest.mark.parametrize(
    ("written", "number", "remark"),
    [
        ("١١٦ ١١١", "116 111", "١١٦ ١١١"),
        ("\u202a+0 116\u202c", "+0 116", "\u202a+0 116\u202c"),
        ("يوم ٣", "يوم ٣", "يوم ٣"),
    ],
)
def test_a_number_that_a_form_checks_is_taken_in_the_digits_of_every_script(
    written: str, number: str, remark: str
) -> None:
    answering = Answering.begin(DIALLED, now=NOW, chance=random.Random(1))
    posted = {"/data/number": [written], "/data/remark": [written]}
    found = {path: said for each in answering.pages() for path, said in given(answering, each, posted).items()}
    assert found == {"/data/number": number, "/data/remark": remark}


def test_what_was_not_posted_is_not_touched() -> None:
    answering = begun()
    assert given(answering, answering.pages()[0], {"do": ["next"]}) == {}


def test_a_post_is_read_whole_or_not_at_all() -> None:
    assert one(read_posted(b"a=1&a=2&b"), "a") == "2"
    assert one(read_posted(b"a=%C3%A4"), "a") == "ä"
    for body in (b"a" * (MOST_BYTES + 1), b"a&" * 5_000):
        with pytest.raises(TooMuchError):
            read_posted(body)


def page(path: str) -> Page:
    return Page(path, (), ())


@pytest.mark.parametrize(
    ("before", "now", "path", "index"),
    [
        ("abc", "abc", "a", 1),
        ("abc", "abc", "c", 3),
        ("abc", "axbc", "a", 1),
        ("abc", "ac", "b", 1),
        ("abc", "c", "b", 0),
        ("abc", "abc", "z", 0),
    ],
)
def test_the_next_page_is_found_while_pages_come_and_go(before: str, now: str, path: str, index: int) -> None:
    assert leafing.after([page(each) for each in before], [page(each) for each in now], path) == index


@pytest.mark.parametrize(
    ("answers", "index"),
    [
        ({}, 0),
        ({"who/name": "A Line"}, 0),
        ({"who/name": "A Line", "who/alone": "yes"}, 0),
        ({"who/name": "A Line", "who/alone": "yes", "who/staff": "2", "who/share": "3"}, 1),
        ({"who/name": "A Line", "who/alone": "yes", "where/country": "c01"}, 1),
        ({"who/alone": "yes", "where/country": "c01"}, 0),
        (
            {
                "who/name": "A Line",
                "who/alone": "yes",
                "where/country": "c01",
                "where/topics": "t01",
                "where/sure": "OK",
                "contact[1]/number": "0000",
            },
            None,
        ),
    ],
)
def test_whoever_comes_back_goes_on_at_the_page_that_they_left(answers: dict[str, str], index: int | None) -> None:
    answering = begun()
    answering.set_all({f"/data/{path}": value for path, value in answers.items()})
    assert leafing.left_at(answering, begun()) == index


def test_every_kind_has_a_control_and_every_field_a_place_of_its_own() -> None:
    answering = begun()
    answering.set("/data/who/alone", "no")
    shown = [
        each
        for current in answering.pages()
        for each in fields.fields_in(fields.parts_of(answering, current, SAY, faults={}))
    ]
    controls = {each.path.rpartition("/")[2]: each.control for each in shown}
    assert controls == {
        "hello": "note",
        "name": "text",
        "alone": "radios",
        "partners": "area",
        "staff": "number",
        "share": "number",
        "country": "search",
        "second": "select",
        "topics": "boxes",
        "several": "boxes",
        "since": "date",
        "opens": "time",
        "last": "datetime",
        "busy": "radios",
        "place": "place",
        "sure": "tick",
        "number": "text",
        "always": "radios",
        "more": "area",
    }
    assert len({each.id for each in shown}) == len(shown)
    assert {each.path.rpartition("/")[2] for each in shown if each.live} >= {"alone", "staff", "always"}


def test_a_repeat_without_rows_offers_the_first_one_in_its_place() -> None:
    answering = begun()
    answering.remove_repeat("/data/contact", 1)
    last = answering.pages()[-1]
    assert last.path == "/data/contact"
    [adder] = fields.parts_of(answering, last, SAY, faults={})
    assert isinstance(adder, fields.Adder)
    assert (adder.path, adder.label, adder.count) == ("/data/contact", "A way to reach you", 0)
    assert fields.title_of(answering, last) == "A way to reach you"


@pytest.mark.parametrize(
    ("written", "found"),
    [("be", ["Benin", "Belize"]), ("ENI", ["Benin"]), ("Belise", ["Belize"]), ("", []), ("z", ["Belize"])],
)
def test_the_likely_choices_are_found(written: str, found: list[str]) -> None:
    offered = [("BJ", "Benin"), ("BZ", "Belize"), ("KE", "Kenya")]
    assert [label for _, label in fields.nearest(written, offered)] == found


def test_a_place_is_a_country_and_a_point_from_elsewhere_stays_what_it_is() -> None:
    answering = begun()
    where = answering.pages()[1]
    for given_value, name in (
        ("0.6 37.8", "Kenya"),
        ("0.60 37.8 0 0", "Kenya"),
        ("-1.25 36.75 1600.0 5.0", "-1.25 36.75 1600.0 5.0"),
    ):
        answering.set("/data/where/place", given_value)
        assert answering.valid("/data/where/place") is None
        value = answering.value("/data/where/place")
        parts = fields.parts_of(answering, where, SAY, faults={})
        [place] = [each for each in fields.fields_in(parts) if each.control == "place"]
        assert [(each.label, each.value) for each in place.options if each.chosen] == [(name, value)]
        assert fields.place_name(value, "en") == name


def test_every_country_can_be_given_as_a_place() -> None:
    answering = begun()
    parts = fields.parts_of(answering, answering.pages()[1], SAY, faults={})
    [place] = [each for each in fields.fields_in(parts) if each.control == "place"]
    assert len(place.options) == 250
    for each in place.options:
        answering.set("/data/where/place", each.value)
        assert answering.valid("/data/where/place") is None
        assert fields.place_name(answering.value("/data/where/place"), "en") == each.label
