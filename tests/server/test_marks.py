"""What demonstration data looks like in each format: still whole, still readable, and saying what it is."""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
import zlib

import openpyxl
import pytest
from lxml import etree

from pop.pages.words import DEMONSTRATION
from pop.places.words import LANGUAGES
from pop.server import marks


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_it_in_its_own_language_first_of_all(language: str) -> None:
    source = f'<!doctype html><html lang="{language}"><head></head><body class="x"><main>M</main></body>'
    said = marks.page(source.encode()).decode()
    begun = said.index('<body class="x">') + len('<body class="x">')
    assert said[begun:].startswith('<aside class="demonstration-data"')
    assert DEMONSTRATION.say("title", language) in said
    assert DEMONSTRATION.say("text", language) in said
    assert f"<style>{marks.STYLE}</style></head>" in said
    assert said.endswith("<main>M</main></body>")


def test_a_page_of_a_language_that_we_do_not_speak_says_it_in_english() -> None:
    assert b'lang="en"' in marks.page(b'<html lang="xx-../../etc"><head></head><body></body></html>')


def test_a_piece_of_a_page_goes_into_a_page_that_says_it_already() -> None:
    assert marks.page(b"<li>one</li>") == b"<li>one</li>"


@pytest.mark.parametrize("body", ["{}", "{ }", '{"a":1}', ' {"a": {"b": []}}'])
def test_a_document_keeps_its_fields_behind_the_first_one(body: str) -> None:
    found = json.loads(marks.document(body.encode()))
    assert next(iter(found)) == marks.FIELD
    assert {name: value for name, value in found.items() if name != marks.FIELD} == json.loads(body)


@pytest.mark.parametrize("body", [b"[1]", b"", b"no json {", b"null"])
def test_what_is_no_object_comes_out_as_it_went_in(body: bytes) -> None:
    assert marks.document(body) == body


def test_a_heading_full_of_other_signs_parts_no_cell_and_a_cell_that_is_too_long_breaks_nothing() -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["a", "How often; and why; and where; or never?"], ["'=1+1", "2"]])
    rows = list(csv.reader(io.StringIO(marks.table(out.getvalue().encode()).decode(), newline="")))
    assert rows == [["a", "How often; and why; and where; or never?", marks.COLUMN], ["'=1+1", "2", marks.CELL]]
    long = b"a,b\n1," + b"x" * (csv.field_size_limit() + 1) + b"\n"
    assert marks.table(long) == long


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_gets_one_more_column_whatever_stands_between_its_cells(delimiter: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([["a", "b"], ["1,;\t", 'two "lines"\nhere'], ["", ""]])
    marked = marks.table(("\ufeff" + out.getvalue()).encode()).decode()
    assert marked.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(marked[1:], newline=""), delimiter=delimiter))
    expected = [["a", "b", marks.COLUMN], ["1,;\t", 'two "lines"\nhere', marks.CELL], ["", "", marks.CELL]]
    assert rows == expected


def test_a_line_of_tags_gets_a_tag() -> None:
    marked = marks.table(b"country,records\n#country+code,#service+num\nKE,2\n").decode()
    assert marked.splitlines() == [
        f"country,records,{marks.COLUMN}",
        f"#country+code,#service+num,{marks.TAG}",
        f"KE,2,{marks.CELL}",
    ]


@pytest.mark.parametrize(
    "head", ['viewBox="0 0 200 100"', 'viewBox="-10 -5.5 200 100"', 'width="410" height="410" class="x"']
)
def test_a_drawing_says_it_below_what_is_drawn(head: str) -> None:
    source = f'<svg xmlns="http://www.w3.org/2000/svg" {head}><g><svg viewBox="0 0 1 1"/></g></svg>'.encode()
    marked = etree.fromstring(marks.drawing(source))
    assert marks.SHORT in "".join(str(each) for each in marked.itertext())
    before = etree.fromstring(source)
    assert [each.tag for each in marked][: len(before)] == [each.tag for each in before]
    if "viewBox" in head:
        assert float(marked.get("viewBox").split()[3]) > 100
    else:
        assert float(marked.get("height")) > 410


def test_a_drawing_without_a_size_comes_out_as_it_went_in() -> None:
    assert marks.drawing(b"<svg><g/></svg>") == b"<svg><g/></svg>"


def chunks(body: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks of a PNG file, each proved by its checksum."""
    found, at = [], 8
    while at < len(body):
        size = int.from_bytes(body[at : at + 4])
        held = body[at + 4 : at + 8 + size]
        assert int.from_bytes(body[at + 8 + size : at + 12 + size]) == zlib.crc32(held)
        found.append((held[:4], held[4:]))
        at += 12 + size
    return found


def test_a_picture_keeps_every_point_of_it() -> None:
    kept = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x7f")),
        (b"IEND", b""),
    ]
    source = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held)) for name, held in kept
    )
    found = chunks(marks.picture(source))
    assert found == [kept[0], (b"tEXt", b"Comment\0" + marks.SAID.encode()), *kept[1:]]


def test_a_workbook_begins_with_a_sheet_that_says_it() -> None:
    book = openpyxl.Workbook()
    book.active.title = "answers"
    book.active.append(["number", 7])
    out = io.BytesIO()
    book.save(out)
    found = openpyxl.load_workbook(io.BytesIO(marks.workbook(out.getvalue())))
    assert found.sheetnames == ["Demonstration data", "answers"]
    assert found.worksheets[0]["A1"].value == marks.SAID
    assert [cell.value for cell in found.worksheets[1][1]] == ["number", 7]


def test_an_archive_keeps_its_files_and_gets_a_text() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as files:
        files.writestr("answers.csv", "a\n1\n")
    with zipfile.ZipFile(io.BytesIO(marks.archive(out.getvalue()))) as found:
        assert found.namelist() == ["DEMONSTRATION-DATA.txt", "answers.csv"]
        assert found.testzip() is None
        assert found.read("answers.csv").decode().splitlines() == [f"a,{marks.COLUMN}", f"1,{marks.CELL}"]


def test_xml_keeps_its_declaration_first_and_a_form_its_bytes() -> None:
    marked = marks.xml(b"<?xml version='1.0' encoding='UTF-8'?><list><one/></list>")
    assert marked.startswith(b"<?xml")
    assert marks.SAID.encode() in marked
    assert etree.fromstring(marked).tag == "list"
    form = b'<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="x"/>'
    assert marks.xml(form) == form


@pytest.mark.parametrize("media_type", sorted(marks.BY_MEDIA_TYPE))
@pytest.mark.parametrize("body", [b"\x00\xff\xfe", b"PK\x03\x04 and no archive", b'"', b"<", b"{"])
def test_what_is_not_what_it_claims_to_be_is_no_error(media_type: str, body: bytes) -> None:
    assert body in marks.BY_MEDIA_TYPE[media_type](body) or media_type == "text/csv"
