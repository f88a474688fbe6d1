"""Files, mappings and rows that cannot be used: each said by its place, never by what stands there; nothing half in."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook

from pop.places.words import Speaker
from pop.surveys.collecting.models import Submission
from pop.surveys.importing.actions.bringing import ImportRefusedError, start_import
from pop.surveys.importing.mending import to_mend
from pop.surveys.importing.queries import file_of, file_to_mend, findings_of
from pop.surveys.importing.reading.opening import LARGEST_FILE, read_book
from pop.surveys.importing.rules.checking import check_against_form
from pop.surveys.importing.rules.mapping import ColumnRule, Constant, MappingError, mapping_of, read_mapping
from pop.surveys.importing.rules.problems import CODES, Problem, RefusedFileError
from pop.surveys.importing.wording import line
from pop.surveys.importing.words import PROBLEMS
from tests.surveys.importing.bringing import brought, checked, suggested
from tests.surveys.importing.exports import CSV, KOBO_HEADER, KOBO_ROWS, KOBO_WAYS, form, kobo, xlsx, zipped

SAY = Speaker((PROBLEMS,), "en")


def refusal(name: str, data: bytes) -> tuple[Problem, ...]:
    with pytest.raises(RefusedFileError) as caught:
        read_book(name, data)
    return caught.value.problems


def workbook(change: str) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "staff"])
    sheet.append(["Line of Hope", 12])
    sheet.append(["Quiet Door", 3])
    if change == "merged":
        sheet.merge_cells("A2:B2")
    elif change == "row":
        sheet.row_dimensions[3].hidden = True
    elif change == "column":
        sheet.column_dimensions["B"].hidden = True
    elif change == "formula":
        sheet["B2"] = "=6*2"
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, old.read(name)))
        for name, text in parts.items():
            new.writestr(name, text)
    return kept.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"
_BOMB = b"<worksheet>" + b" " * 200_000_000


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"", "file_empty"),
        ("a.csv", b" \n ", "file_empty"),
        ("a.csv", b"name,staff\n", "file_empty"),
        ("a.xlsx", b"PK\x03\x04 nothing of it", "file_corrupt"),
        ("a.xlsx", kobo()[:-400], "file_corrupt"),
        ("a.xlsx", b"<html>", "file_corrupt"),
        ("a.xls", b"<html>", "file_old_xls"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_old_xls"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        ("a.ods", zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "file_ods"),
        ("a.xlsx", repacked(kobo(), **{"xl/vbaProject.bin": b"x"}), "file_macros"),
        ("a.xlsx", repacked(kobo(), **{_SHEET: b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'}),
         "file_hostile"),
        ("a.xlsx", repacked(kobo(), **{_SHEET: _BOMB}), "file_too_large"),
        ("a.zip", zipped({"a.csv": b" " * 200_000_000}), "file_too_large"),
        ("a.csv", b"a" * (LARGEST_FILE + 1), "file_too_large"),
        ("a.zip", zipped({"a.csv": CSV, "media/b.jpg": b"x"}), "files_in_archive"),
        ("a.zip", zipped({}), "header_missing"),
        ("a.pdf", b"%PDF-1.7", "file_type"),
        ("a.csv", "name;staff\nPorte discrète;1\n".encode("cp1252"), "file_encoding_unknown"),
        ("a.csv", b"\xff\xfen\x00a", "file_encoding"),
        ("a.csv", b"name,staff\na\x00b,2\n", "file_control_characters"),
        ("a.csv", b'name,staff\n"never closed,2\n', "file_corrupt"),
        ("a.csv", b"name,name\na,2\n", "header_duplicate"),
        ("a.csv", b"name,,staff\na,b,2\n", "header_blank"),
        ("a.csv", b"a,b;c\n1,2;3\n", "file_delimiter"),
        ("a.xlsx", workbook("merged"), "merged_cells"),
        ("a.xlsx", workbook("row"), "hidden_rows"),
        ("a.xlsx", workbook("column"), "hidden_columns"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_by_what_it_is(name: str, data: bytes, code: str) -> None:
    found = refusal(name, data)
    assert [problem.code for problem in found] == [code]
    assert line(SAY, found[0])


def test_every_problem_has_its_sentence() -> None:
    assert {f"problem_{code}" for code in CODES} == {key for key in PROBLEMS.texts if key.startswith("problem_")}
    for code in CODES:
        assert "{" not in line(SAY, Problem(code, "Sheet", 3, "column", "name"))


def test_a_formula_counts_by_its_value_and_is_said_where_it_has_none() -> None:
    table = read_book("a.xlsx", workbook("formula")).main
    assert [row.bad for row in table.rows] == [{1: "formula_without_value"}, {}]
    data = repacked(
        kobo(), **{_SHEET: b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                   b'<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'
                   b'<row r="2"><c r="A2" t="str"><f>1+1</f><v>two</v></c></row>'
                   b'<row r="3"><c r="A3" t="e"><v>#REF!</v></c></row></sheetData></worksheet>'},
    )  # fmt: skip
    table = read_book("a.xlsx", data).main
    assert [(row.cells, row.bad) for row in table.rows] == [(("two",), {}), (("#REF!",), {0: "cell_error"})]


@pytest.mark.storage
@pytest.mark.django_db
def test_a_column_that_is_neither_mapped_nor_left_out_refuses_the_file_by_its_name(survey: UUID) -> None:
    mapping = suggested("a.csv", CSV.encode())
    half = replace(mapping, columns=mapping.columns[:2])
    facts = checked(survey, "a.csv", CSV.encode(), half)
    assert facts.state == "refused"
    assert [(each.code, each.column) for each in facts.problems] == [
        ("column_not_mapped", "free"), ("column_not_mapped", "topics"), ("column_not_mapped", "publish"),
    ]  # fmt: skip
    assert "column free" in line(SAY, facts.problems[0])
    with pytest.raises(ImportRefusedError):
        start_import(import_id=facts.id, good_only=True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"columns": (ColumnRule("a", "answer", to="/data/nothing"),)}, "no_such_question"),
        ({"columns": (ColumnRule("a", "answer", to="/data/thanks"),)}, "not_answerable"),
        ({"columns": (ColumnRule("a", "answer", to="/data/way/number"),)}, "in_a_repeat"),
        ({"columns": (ColumnRule("a", "choice", to="/data/about/topics", choice="none"),)}, "no_such_choice"),
        ({"columns": (ColumnRule("a", "choice", to="/data/about/name", choice="x"),)}, "no_choices_here"),
        ({"columns": (ColumnRule("a", "part", to="/data/about/name", part="latitude"),)}, "no_parts_here"),
        (
            {"columns": tuple(ColumnRule(name, "answer", to="/data/about/name") for name in "ab")},
            "question_twice",
        ),
        ({"columns": (ColumnRule("a", "id"), ColumnRule("a", "leave_out"))}, "column_twice"),
        ({"constants": (Constant("/data/publish", "yes", " "),)}, "constant_without_reason"),
        ({"constants": (Constant("/data/publish", "perhaps", "asked by mail"),)}, "constant_unfit"),
        ({"zone": "Nowhere/At_all"}, "mapping_setting"),
    ],
)
def test_a_mapping_that_does_not_fit_the_form_is_refused(change: dict[str, object], code: str) -> None:
    mapping = replace(suggested("a.csv", b"staff\n1\n"), columns=())
    assert code in [problem.code for problem in check_against_form(replace(mapping, **change), form())]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "[]", "null", "{" * 5_000, '{"columns": 1}', '{"columns": [1]}', '{"columns": [{"use": "answer"}]}',
        '{"columns": [{"column": "a", "use": "fly"}]}', '{"date_order": "dym"}', '{"unknown": "x"}', '{"zone": 3}',
        '{"columns": [{"column": "a", "use": "part", "to": "/data/about/place"}]}', '{"sheets": [{"to": "/data/way"}]}',
        '{"columns": [{"column": "a", "use": "answer", "values": {"a": 1}}]}', '{"constants": [{"to": "/data/x"}]}',
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(MappingError):
        read_mapping(text)


def test_a_mapping_says_the_same_after_it_was_written_and_read() -> None:
    mapping = suggested("service.xlsx", kobo())
    assert read_mapping(mapping.text()) == mapping == mapping_of(mapping.plain())


def mistaken() -> bytes:
    """Three good rows would be there, had two of them no mistake; the words in them are to be seen nowhere."""
    header = ("name", "staff", "since", "free", "price", "topics", "publish")
    return xlsx(
        {
            "Answers": (
                header,
                ("Line of Hope", 3, "2020-02-01", "no", "a little", "family", "yes"),
                ("Quiet Door", "a-secret-word", "31.31.2020", "perhaps", "", "family flying", "yes"),
                ("Third Window", 1, "", "yes", "a-secret-price", "", "no"),
            )
        }
    )


@pytest.mark.storage
@pytest.mark.django_db
def test_mistakes_are_said_by_sheet_row_and_column_and_never_by_what_was_answered(survey: UUID) -> None:
    facts = checked(survey, "a.xlsx", mistaken(), suggested("a.xlsx", mistaken()))
    found = [each.problem for each in findings_of(facts.id)]
    assert {(each.code, each.row, each.column) for each in found} == {
        ("bad_number", 3, "staff"), ("bad_date", 3, "since"), ("unknown_choice", 3, "free"),
        ("unknown_choice", 3, "topics"), ("not_asked", 4, "price"),
    }  # fmt: skip
    said = " ".join(line(SAY, each) for each in found)
    assert "sheet Answers, row 3, column staff" in said
    assert "secret" not in said
    assert (facts.counts["good"], facts.counts["bad"]) == (1, 2)


@pytest.mark.storage
@pytest.mark.django_db
def test_rows_with_mistakes_stay_behind_only_when_somebody_says_so_and_come_again_mended(survey: UUID) -> None:
    mapping = suggested("a.xlsx", mistaken())
    facts = checked(survey, "a.xlsx", mistaken(), mapping)
    with pytest.raises(ImportRefusedError) as caught:
        start_import(import_id=facts.id, good_only=False)
    assert caught.value.code == "has_mistakes"
    assert not Submission.objects.exists()
    facts = brought(survey, "a.xlsx", mistaken(), mapping, good_only=True)
    assert (facts.counts["taken"], facts.counts["bad"], Submission.objects.count()) == (1, 2, 1)
    assert file_of(facts.id) is None
    made = file_to_mend(facts.id)
    assert made is not None
    rows = read_book("mended.xlsx", made).main.rows
    assert [row.cells[0] for row in rows] == ["Quiet Door", "Third Window"]
    problems = load_workbook(io.BytesIO(made))["_problems"]
    # The rows as this workbook counts them: in the file they were the third and the fourth.
    assert {str(cell.value).partition(", column")[0] for cell in problems["A"]} == {
        "sheet Answers, row 2",
        "sheet Answers, row 3",
    }
    assert checked(survey, "mended.xlsx", made, mapping).counts["bad"] == 2


@pytest.mark.storage
@pytest.mark.django_db
def test_what_the_form_does_not_ask_is_left_out_only_when_the_mapping_says_so(survey: UUID) -> None:
    data = xlsx({"A": (("name", "free", "price", "publish"), ("Third Window", "yes", "nothing", "no"))})
    mapping = suggested("a.xlsx", data)
    assert checked(survey, "a.xlsx", data, mapping).counts["bad"] == 1
    assert checked(survey, "a.xlsx", data, replace(mapping, unasked="leave_out")).counts["good"] == 1


@pytest.mark.storage
@pytest.mark.django_db
def test_rows_that_belong_to_nothing_and_ids_that_come_twice_are_mistakes(survey: UUID) -> None:
    twice = (*KOBO_ROWS, (*KOBO_ROWS[0][:-1], 3))
    lost = (*KOBO_WAYS, ("nobody", None, 4, "service", 77, "x"))
    data = xlsx({"service": (KOBO_HEADER, *twice), "way": lost})
    facts = checked(survey, "a.xlsx", data, suggested("a.xlsx", data))
    assert {(each.problem.code, each.problem.row) for each in findings_of(facts.id)} == {
        ("id_twice", 4), ("parent_missing", 5),
    }  # fmt: skip


@pytest.mark.storage
@pytest.mark.django_db
def test_other_answers_under_the_same_id_are_never_overwritten(survey: UUID) -> None:
    brought(survey, "service.xlsx", kobo())
    kept = {row.instance_id: bytes(row.xml) for row in Submission.objects.all()}
    other = ("x", "Another name", *KOBO_ROWS[0][2:])
    data = xlsx({"service": (KOBO_HEADER, (KOBO_ROWS[0][0], *other[1:])), "way": KOBO_WAYS[:3]})
    facts = checked(survey, "b.xlsx", data, suggested("b.xlsx", data))
    assert [each.problem.code for each in findings_of(facts.id)] == ["other_answers"]
    assert {row.instance_id: bytes(row.xml) for row in Submission.objects.all()} == kept


def test_what_is_to_be_mended_is_text_and_nothing_else() -> None:
    data = xlsx({"A": (("name", "publish"), ("-1+1", "yes"), ("@here", "no"))})
    mapping = suggested("a.xlsx", data)
    made = to_mend(read_book("a.xlsx", data), mapping, {("A", 2), ("A", 3)}, [Problem("bad_number", column="=1+1")])
    book = load_workbook(io.BytesIO(made))
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s"}
    assert [row.cells for row in read_book("b.xlsx", made).main.rows] == [("-1+1", "yes"), ("@here", "no")]
