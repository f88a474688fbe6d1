"""Checking rows."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.csv_lines import FileRefusedError, read_table
from pop.registry.directory.rules.facts import read_facts
from pop.registry.directory.rules.rows import (
    kind_of_table,
    read_emergency,
    read_hotlines,
    read_services,
)
from tests.hostile import NAUGHTY
from tests.registry.directory.seed import A_ROW, HEADER, SEED, TODAY, written


def refusals(**change: str) -> list[str]:
    table = read_table(written([A_ROW | change]))
    rows, refused, _ = read_services(table, TODAY)
    if "\n" not in "".join(change.values()):
        assert len(rows) + len(table.refused) + len(refused) == 1
    return [str(refusal) for refusal in (*table.refused, *refused)]


def test_the_shipped_tables_are_read_without_a_refusal():
    services, refused, unread = read_services(read_table((SEED / "services.csv").read_bytes()), TODAY)
    assert (len(services), refused, unread) == (203, [], [])
    hotlines, refused, unread = read_hotlines(read_table((SEED / "hotlines.csv").read_bytes()))
    assert (len(hotlines), refused, unread) == (43, [], [])
    facts, refused, unread = read_facts(read_table((SEED / "facts.csv").read_bytes()))
    assert (len(facts) > 80, refused, unread) == (True, [], [])


def test_an_ordinary_row_is_taken():
    assert refusals() == []


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("timezone", "Afrika/Nairobi", "timezone 'Afrika/Nairobi' is not an IANA zone"),
        ("timezone", "", "opening hours without a timezone cannot be read"),
        ("country", "XX", "country 'XX' is not an ISO 3166-1 code"),
        ("country", "ke", "country 'ke' is not an ISO 3166-1 code"),
        ("name", "", "the row has no name"),
        ("name", "—", "the row has no name"),
        ("kind", "child_line", "kind 'child_line' is not one of: "),
        ("status", "checked", "status 'checked' is not one of: desk_checked, directory_listed, "),
        ("website", "javascript:alert(1)", "is not an http or https address"),
        ("website", "http://childline@evil.example/", "is not an http or https address"),
        ("website", "https://" + "a" * 400 + ".example", "website is 416 signs long, more than 300"),
        ("website", "http://[", "is not an address"),
        ("source_url", "ftp://directory.example", "source_url 'ftp://directory.example' is not"),
        ("email", "not an address", "email 'not an address' is not an address"),
        ("languages", "en,english language", "language 'english language' is not a BCP 47 tag"),
        ("source_modified", "12.05.2022", "'12.05.2022' is not a date (YYYY-MM-DD)"),
        ("source_modified", "2027-01-01", "the date 2027-01-01 is in the future"),
        ("remarks", "x" * 5000, "remarks is 5000 signs long"),
        ("name", "Child\u202eline", "name holds the control character U+202E"),
        ("voice", "116\x07", "voice holds the control character U+0007"),
        ("voice", ";".join(["116"] * 13), "voice holds 13 numbers"),
    ],
)
def test_a_broken_cell_is_refused_with_its_line_its_name_and_the_reason(column, value, reason):
    (refusal,) = refusals(**{column: value})
    assert refusal.startswith("line 2 (")
    assert reason in refusal


def test_the_reason_names_the_service():
    assert refusals(timezone="Afrika/Nairobi") == [
        "line 2 (KE, Childline Kenya): timezone 'Afrika/Nairobi' is not an IANA zone"
    ]


def test_a_second_row_of_the_same_service_is_refused():
    rows, refused, _ = read_services(read_table(written([A_ROW, A_ROW | {"voice": "117"}])), TODAY)
    assert [row.numbers for row in rows] == [("116",)]
    assert str(refused[0]) == "line 3 (KE, Childline Kenya): this country and name stand on line 2 already"


def test_names_that_differ_in_blanks_or_composition_only_are_the_same_service():
    twice = [A_ROW | {"name": "Línea  106"}, A_ROW | {"name": "Li\u0301nea 106"}]
    rows, refused, _ = read_services(read_table(written(twice)), TODAY)
    assert ([row.name for row in rows], len(refused)) == (["Línea 106"], 1)


def test_a_header_without_what_is_needed_is_refused_and_an_unknown_column_is_named():
    with pytest.raises(FileRefusedError, match="lacks the column kind, timezone"):
        read_services(read_table(b"country,name,voice,status\n"), TODAY)
    table = read_table(written([A_ROW | {"hourz": "x"}], HEADER + ",hourz"))
    assert read_services(table, TODAY)[2] == ["hourz"]


def test_remarks_are_for_people_and_only_one_word_of_them_counts():
    def row(remarks: str):
        return read_services(read_table(written([A_ROW | {"remarks": remarks}])), TODAY)[0][0]

    plain, marked = row("age:8-24;subnational:Nairobi;general_public"), row("EMPTY_page;do_not_publish")
    assert (plain.facts, plain.do_not_publish) == ((), False)
    assert marked.do_not_publish


def test_facts_may_stand_in_columns_of_ones_own_table():
    header = HEADER + ",audience,age_max,subdivisions"
    own = {"audience": "own_behaviour", "age_max": "18", "subdivisions": "KE-30"}
    rows, refused, unread = read_services(read_table(written([A_ROW | own], header)), TODAY)
    assert (refused, unread) == ([], [])
    assert {fact.field: fact.value for fact in rows[0].facts} == own


@pytest.mark.parametrize(
    ("contact", "field", "value", "reason"),
    [
        ("", "audience", "children", "audience 'children' is not one of"),
        ("", "topics", "everything", "topics 'everything' is not one of"),
        ("", "subdivisions", "US-NJ", "is not an ISO 3166-2 code of KE"),
        ("", "age_max", "-3", "is not an age"),
        ("", "age_max", "٣", "is not an age"),
        ("", "opens", "x", "field 'opens' is not a fact about a service"),
        ("116", "audience", "child", "field 'audience' is not a fact about a contact"),
        ("116", "free", "perhaps", "free 'perhaps' is not one of: no, yes"),
        ("116", "alternative", "0800 111", "is not a full number"),
        ("116", "language_hours", "day and night", "is not languages and their hours"),
        ("pigeon", "offered", "yes", "contact 'pigeon' is not one of"),
        ("", "kind", "", "kind has no value"),
    ],
)
def test_a_fact_of_another_shape_is_refused(contact, field, value, reason):
    header = "country,name,contact,field,value,note"
    row = {"country": "KE", "name": "Childline Kenya", "contact": contact, "field": field, "value": value}
    facts, refused, _ = read_facts(read_table(written([row], header)))
    assert facts == []
    assert reason in str(refused[0])


def test_emergency_rows_are_short_numbers_of_known_kinds():
    header = "country,dial,kind,evidence"
    good = {"country": "KE", "dial": "112", "kind": "general", "evidence": "two sources agree"}
    bad = [{"dial": "+112"}, {"kind": "helpline"}, {"evidence": "somebody said"}, {"country": "AC"}, {}]
    table = read_table(written([good, *(good | change for change in bad)], header))
    rows, refused, _ = read_emergency(table, TODAY)
    assert [(row.dial, row.kind, row.stage) for row in rows] == [("112", "any", "two_sources_agree")]
    assert [refusal.line for refusal in refused] == [3, 4, 5, 6, 7]


def test_a_table_is_known_by_its_header():
    for name in ("services", "hotlines", "emergency", "facts"):
        assert kind_of_table(read_table((SEED / f"{name}.csv").read_bytes()).header) == name
    with pytest.raises(FileRefusedError, match="no table we know"):
        kind_of_table(("a", "b"))


@pytest.mark.parametrize("column", HEADER.split(","))
def test_naughty_strings_are_taken_or_refused_with_a_reason(column):
    for naughty in NAUGHTY:
        for refusal in refusals(**{column: naughty}):
            assert refusal.isprintable() or "\n" in naughty
