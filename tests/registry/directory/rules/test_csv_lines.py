"""Reading tables that are broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop.registry.directory.rules.csv_lines import FileRefusedError, read_table

HEAD = b"country,name,voice\n"


def read(body: bytes) -> tuple[list[tuple[str, ...]], list[str]]:
    table = read_table(HEAD + body)
    return [line.cells for line in table.lines], [str(refusal) for refusal in table.refused]


def test_cells_may_hold_commas_quotes_and_line_ends():
    cells, refused = read(b'KE,"My Voice, ""My"" Safety",116\r\nUG,"two\nlines",116\n')
    assert cells == [("KE", 'My Voice, "My" Safety', "116"), ("UG", "two\nlines", "116")]
    assert refused == []


def test_a_forgotten_quotation_mark_costs_its_own_line_only():
    cells, refused = read(b'KE,"Childline,116\nUG,Sauti,116\nTZ,"C, Sema",116\n')
    assert cells == [("UG", "Sauti", "116"), ("TZ", "C, Sema", "116")]
    assert refused == ["line 2 (KE, Childline): its quotation marks do not close"]


def test_a_line_with_too_few_or_too_many_cells_is_refused_by_name():
    cells, refused = read(b"KE,Childline\nUG,Sauti,116\nTZ,Sema,116,more\n")
    assert cells == [("UG", "Sauti", "116")]
    assert refused == [
        "line 2 (KE, Childline): the line has 2 cells where the header has 3",
        "line 4 (TZ, Sema): the line has 4 cells where the header has 3",
    ]


def test_bytes_that_are_no_text_cost_their_own_line_only():
    cells, refused = read("KE,Línea,116\n".encode("latin-1") + b"UG,Sau\0ti,116\nTZ,Sema,116\n")
    assert cells == [("TZ", "Sema", "116")]
    assert refused == ["line 2: byte 5 of the line is not UTF-8", "line 3: the line holds a NUL byte"]


def test_a_byte_order_mark_and_old_line_ends_do_not_matter():
    assert read_table(b"\xef\xbb\xbfcountry,name\rKE,Childline\r").lines[0].cells == ("KE", "Childline")
    assert read_table(b"\xef\xbb\xbfcountry,name\r\nKE,Childline").header == ("country", "name")


def test_empty_lines_are_no_rows_and_numbers_stay_those_of_the_file():
    table = read_table(HEAD + b"\n   \nKE,Childline,116\n")
    assert [line.number for line in table.lines] == [4]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a header"),
        (b"\n\n", "not a header"),
        (b"\0\0\0", "not a header"),
        ("country,name\nKE,x\n".encode("utf-16"), "UTF-16"),
        (b"country,name,country\n", "names a column twice: country"),
        (b'"country,name\n', "not a header"),
    ],
)
def test_a_file_without_a_header_to_read_is_refused_whole(data, reason):
    with pytest.raises(FileRefusedError, match=reason):
        read_table(data)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_and_no_line_is_lost(body):
    table = read_table(HEAD + b"KE,first,116\n" + body + b"\nKE,last,116\n")
    names = {line.cells[1] for line in table.lines}
    assert "first" in names
    # The last line stands by itself unless a cell that was opened before it runs over it.
    assert "last" in names or any("last" in cell for line in table.lines for cell in line.cells)
    assert all(refusal.reason for refusal in table.refused)
