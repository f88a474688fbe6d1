"""Tables as forms take them: rows of repeats in one line, dates and numbers as people write them, any file at all."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.registry.mapping.instruments import source
from pop.surveys.forms.definition import Form
from pop.surveys.forms.loading import load
from pop.surveys.importing.reading.opening import read_book
from pop.surveys.importing.rules.checking import check_against_book, check_against_form
from pop.surveys.importing.rules.filling import Filled, Filling
from pop.surveys.importing.rules.gathering import Gathering
from pop.surveys.importing.rules.mapping import ColumnMapping, ColumnRule
from pop.surveys.importing.rules.problems import RefusedFileError
from pop.surveys.importing.rules.suggesting import suggest
from tests.surveys.importing.exports import form

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def filled(wanted: Form, text: str, mapping: ColumnMapping) -> list[Filled]:
    book = read_book("a.csv", text.encode())
    assert [*check_against_form(mapping, wanted), *check_against_book(mapping, book)] == []
    filling = Filling(wanted, mapping)
    gathering = Gathering(book, mapping, filling.plan, space="x", languages=wanted.languages)
    return [filling.fill(each.rows, instance_id=each.instance_id, moments=each.moments, now=NOW) for each in gathering]


def columns(*rules: tuple[str, str]) -> tuple[ColumnRule, ...]:
    return tuple(ColumnRule(column, "answer", to=to) for column, to in rules)


def test_rows_of_a_repeat_that_stand_in_one_line_become_rows() -> None:
    mapping = ColumnMapping(
        columns=columns(
            ("name", "/data/about/name"), ("first", "/data/way[1]/number"), ("second", "/data/way[2]/number"),
            ("at night", "/data/way[2]/night"),
        )
    )  # fmt: skip
    both, one = filled(form(), "name,first,second,at night\na,116,chat,yes\nb,,117,no\n", mapping)
    assert b"<way><number>116</number><night/></way><way><number>chat</number><night>yes</night></way>" in both.xml
    assert one.xml.count(b"<way>") == 1
    assert b"<number>117</number>" in one.xml


def test_a_row_that_the_form_makes_is_found_by_what_it_says() -> None:
    helplines = load("helplines.md", source("helplines"))
    number = "/data/channel[{}]/channel_page/channel_{}"
    mapping = ColumnMapping(
        columns=columns(
            ("channels", "/data/ways/channels"),
            ("telephone", number.format("phone", "number")),
            ("mail", number.format("email", "email")),
        )
    )
    good, lost = filled(
        helplines, "channels,telephone,mail\nphone email,116111,a@example.org\nemail,116111,a@example.org\n", mapping
    )
    assert b"<channel_number>116111</channel_number>" in good.xml
    assert b"<channel_email>a@example.org</channel_email>" in good.xml
    assert [problem.code for problem in lost.problems] == ["no_such_row"]


@pytest.mark.parametrize(
    ("column", "said", "settings", "kept"),
    [
        ("since", "2020-02-01", {}, "2020-02-01"),
        ("since", "01.02.2020", {"date_order": "dmy"}, "2020-02-01"),
        ("since", "2/1/2020", {"date_order": "mdy"}, "2020-02-01"),
        ("since", "٢٠٢٠-٠٢-٠١", {}, "2020-02-01"),
        ("since", "1/2/20", {"date_order": "dmy"}, "bad_date"),
        ("since", "2020-02-31", {}, "bad_date"),
        ("budget", "1 234,5", {"decimal_mark": ","}, "1234.5"),
        ("budget", "1,234.5", {}, "1234.5"),
        ("budget", "1,5", {}, "bad_number"),
        ("staff", "12.0", {}, "12"),
        ("staff", "12.5", {}, "bad_number"),
        ("name", "2.547E+11", {}, "shortened_number"),
        ("free", "OUI", {}, "yes"),
        ("topics", "Family; On the move", {"separator": ";"}, "family on_the_move"),
        ("topics", "Bullying at school", {}, "bullying"),
        ("place", "91 200", {}, "bad_place"),
    ],
)
def test_cells_are_read_as_people_write_them_or_refused(
    column: str, said: str, settings: dict[str, str], kept: str
) -> None:
    mapping = replace(ColumnMapping(columns=columns((column, f"/data/about/{column}"))), **settings)  # type: ignore[arg-type]
    [row] = filled(form(), f'{column}\n"{said}"\n', mapping)
    if row.problems:
        assert [problem.code for problem in row.problems] == [kept]
    else:
        assert f"<{column}>{kept}</{column}>".encode() in row.xml


@given(data=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.xlsx", "a.zip", "a.xls", "a.txt", "a"]))
def test_whatever_a_file_holds_it_is_a_table_or_refused(data: bytes, name: str) -> None:
    for each in (data, b"PK\x03\x04" + data, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + data):
        # Anything else that is raised fails this test.
        with contextlib.suppress(RefusedFileError):
            suggest(read_book(name, each), form())
