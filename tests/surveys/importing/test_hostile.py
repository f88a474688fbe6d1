"""Workbooks that somebody made to hold up whoever reads them: refused or read, at once, and no import stands still."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from pop.surveys.collecting.models import Submission
from pop.surveys.importing.queries import file_to_mend
from pop.surveys.importing.reading import workbooks
from pop.surveys.importing.reading.opening import read_book
from pop.surveys.importing.rules.mapping import ColumnRule
from pop.surveys.importing.rules.problems import RefusedFileError
from tests.surveys.importing.bringing import brought, suggested
from tests.surveys.importing.exports import kobo
from tests.surveys.importing.test_mistakes import repacked

_BEGUN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_HEADER = ("name", "id", "free", "publish")


def sheet(*rows: tuple[int, Sequence[str]]) -> bytes:
    body = _BEGUN
    for number, cells in rows:
        inside = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
        body += f'<row r="{number}">{inside}</row>'.encode()
    return book(body + b"</sheetData></worksheet>")


def book(body: bytes) -> bytes:
    empty = _BEGUN + b"</sheetData></worksheet>"
    return repacked(kobo(), **{"xl/worksheets/sheet1.xml": body, "xl/worksheets/sheet2.xml": empty})


# Twice as much would take four times as long, were a tag looked at from each of its signs on: hours, not a moment.
@pytest.mark.parametrize("unfinished", [b"<c " + b' r="A1"' * 400_000, b"<row " * 400_000, b"<mergeCell " * 400_000])
def test_a_sheet_of_one_unfinished_tag_is_refused_without_looking_at_it_again_and_again(unfinished: bytes) -> None:
    with pytest.raises(RefusedFileError):
        read_book("a.xlsx", book(_BEGUN + unfinished))


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        (b'<c r="B2"><f/></c>', b"B2"),
        (b'<x:c s="1" r="B2" t="str"><x:f t="shared" si="0"/><x:v/></x:c>', b"B2"),
        (b'<c r="B2"><f>6*2</f> <v></v></c>', b"B2"),
        (b'<c r="B2"><f>6*2</f><v>12</v></c>', None),
        (b'<c r="B2"><f t="shared" si="0"/><v>12</v></c>', None),
        (b'<c r="A2"/><c r="B2"><v>12</v></c>', None),
    ],
)
def test_a_formula_without_a_value_is_found_however_it_is_written(tag: bytes, found: bytes | None) -> None:
    match = workbooks._UNCOUNTED.search(tag)
    named = re.search(rb'\br="([A-Z0-9]+)"', match[1]) if match else None
    assert (named[1] if named else None) == found


@pytest.mark.parametrize("number", [10**22, 1_048_577, 1, 0, -5])
def test_a_row_of_a_number_that_no_sheet_has_refuses_the_file(number: int) -> None:
    with pytest.raises(RefusedFileError) as caught:
        read_book("a.xlsx", sheet((1, _HEADER), (number, ("Line of Hope", "1", "yes", "yes"))))
    assert [problem.code for problem in caught.value.problems] == ["file_corrupt"]


@pytest.mark.storage
@pytest.mark.django_db
@pytest.mark.parametrize("sign", ["_x0000_", "_xD800_", "_xFFFE_", "\ufffd"])
def test_no_sign_in_a_cell_makes_an_import_stand_still(survey: UUID, sign: str) -> None:
    data = sheet(
        (1, (*_HEADER, f"more{sign}")),
        (2, (f"Line{sign}", f"x{sign}", "yes", "yes", "")),
        (3, ("Quiet Door", "y", f"perhaps{sign}", f"yes{sign}", f"a{sign}")),
    )
    mapping = suggested("a.xlsx", data)
    columns = [ColumnRule(each.column, "leave_out") if not each.to else each for each in mapping.columns]
    columns[1] = ColumnRule("id", "id")
    facts = brought(survey, "a.xlsx", data, replace(mapping, columns=tuple(columns)), good_only=True)
    assert (facts.state, facts.counts["taken"], facts.counts["bad"]) == ("done", 1, 1)
    assert Submission.objects.count() == 1
    assert file_to_mend(facts.id)


@pytest.mark.storage
@pytest.mark.django_db
def test_what_stays_behind_of_a_text_file_can_be_taken_whatever_signs_it_holds(survey: UUID) -> None:
    data = "name,free,publish\nLine\uffff,perhaps\ufffe,yes\n".encode()
    facts = brought(survey, "a.csv", data, good_only=True)
    assert (facts.state, facts.counts["bad"]) == ("done", 1)
    made = file_to_mend(facts.id)
    assert made is not None
    assert read_book("a.xlsx", made).main.rows[0].cells == ("Line", "perhaps", "yes")
