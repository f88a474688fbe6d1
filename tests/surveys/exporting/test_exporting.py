"""What came in, taken away: every format holds all that counts, says where it is from, and runs nothing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pop.audit.models import AuditRow
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.actions.withdrawing import withdraw
from pop.surveys.collecting.models import Submission, Survey
from pop.surveys.collecting.queries.surveys import form_of_survey
from pop.surveys.exporting import actions, writing
from pop.surveys.exporting.actions import FORMATS, ExportError, export
from tests.surveys.exporting.lines import answer
from tests.surveys.filled import NOW

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def taken(file_format: str, **asked: Any) -> bytes:
    to = io.BytesIO()
    export(form_id="lines", file_format=file_format, to=to, **asked)
    return to.getvalue()


def sheets(data: bytes) -> dict[str, list[dict[Any, Any]]]:
    found: dict[str, list[dict[Any, Any]]] = {}
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def tables(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


def test_a_workbook_has_a_sheet_per_repeat_and_keys_lead_from_row_to_row(lines: None) -> None:
    first = answer()
    found = sheets(taken("xlsx"))
    assert list(found) == ["submissions", "channel", "channel-hours"]
    [whole] = found["submissions"]
    assert (whole["KEY"], whole["called"], whole["reach/topics"]) == (first, "Lantern Line", "bullying abuse")
    assert whole["reach/staff"] == 12
    assert [(row["PARENT_KEY"], row["KEY"], row["number"]) for row in found["channel"]] == [
        (first, f"{first}/channel[1]", "116"),
        (first, f"{first}/channel[2]", "117"),
    ]
    assert [(row["PARENT_KEY"], row["said"]) for row in found["channel-hours"]] == [
        (f"{first}/channel[1]", "day"),
        (f"{first}/channel[1]", "night"),
    ]


def test_a_column_is_wide_enough_to_read_its_heading_and_stays_in_sight_of_the_next(lines: None) -> None:
    answer()
    sheet = load_workbook(io.BytesIO(taken("xlsx"))).worksheets[0]
    widths = {str(cell.value): sheet.column_dimensions[cell.coordinate.rstrip("0123456789")].width for cell in sheet[1]}
    assert {12, 14} <= set(widths.values())
    assert all(12 <= width <= 40 and width >= min(len(name), 40) for name, width in widths.items())


def test_csv_says_the_same_as_the_workbook(lines: None) -> None:
    answer()
    answer("Second Line", version="2", more="<later>yes</later>")
    book, archive = sheets(taken("xlsx")), tables(taken("csv"))
    assert [f"{name}.csv" for name in book] == list(archive)
    for name, rows in book.items():
        plain = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
        assert plain == archive[f"{name}.csv"]


def test_labels_stand_in_any_language_of_the_form(lines: None) -> None:
    answer()
    [whole] = sheets(taken("xlsx", language="ar"))["submissions"]
    assert whole["عن ماذا؟"] == "التنمر; الإساءة"
    assert whole["في أي بلد؟"] == "كينيا"
    document = json.loads(taken("json", language="ar"))
    assert document["submissions"][0]["answers"]["reach/topics"] == ["التنمر", "الإساءة"]
    assert document["questions"]["/data/reach/country"] == "في أي بلد؟"
    with pytest.raises(ExportError) as refused:
        taken("xlsx", language="fi")
    assert (refused.value.code, refused.value.about) == ("unknown_language", "en, ar")


def test_one_flat_csv_lays_rows_of_repeats_side_by_side(lines: None) -> None:
    answer("A", channels=(("116", ("day",)),))
    answer("B", channels=tuple((str(number), ()) for number in range(1, 12)))
    rows = {row["called"]: row for row in csv.DictReader(io.StringIO(taken("flat").decode(), newline=""))}
    first, second = rows["A"], rows["B"]
    assert (first["channel[1]/number"], first["channel[1]/hours[1]/said"], first["channel[2]/number"]) == (
        "116",
        "day",
        "",
    )
    assert [second[f"channel[{number}]/number"] for number in range(1, 12)] == [str(each) for each in range(1, 12)]
    order = [name for name in first if name.endswith("/number")]
    assert order == [f"channel[{number}]/number" for number in range(1, 12)]


def test_json_nests_rows_and_says_where_each_submission_is_from(lines: None) -> None:
    partner = make_partner(name="Ministry of Invention", now=NOW)
    instance_id = answer(partner=partner)
    [found] = json.loads(taken("json"))["submissions"]
    assert found["answers"]["channel"] == [
        {"number": "116", "hours": [{"said": "day"}, {"said": "night"}]},
        {"number": "117"},
    ]
    assert (found["instance_id"], found["partner"], found["source"]) == (instance_id, "Ministry of Invention", "web")
    assert found["provenance"] == {"file": "=1+1.csv"}


def test_all_versions_come_together_and_each_keeps_its_own_questions(lines: None) -> None:
    answer("Old")
    answer("New", version="2", more="<later>=cmd</later>")
    found = {row["called"]: row for row in sheets(taken("xlsx"))["submissions"]}
    assert (found["Old"]["_version"], found["Old"]["later"]) == ("1", None)
    assert (found["New"]["_version"], found["New"]["later"]) == ("2", "'=cmd")


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-1+1", " =1", "=1"])
def test_no_answer_runs_as_a_formula(lines: None, text: str) -> None:
    answer(text, channels=((text.replace("<", ""), ()),))
    book, archive = sheets(taken("xlsx")), tables(taken("csv"))
    assert book["submissions"][0]["called"] == f"'{text}"
    assert archive["channel.csv"][0]["number"] == f"'{text}"
    assert archive["submissions.csv"][0]["_provenance"] == "file==1+1.csv"
    assert f"'{text}" in taken("flat").decode()


def test_what_was_withdrawn_or_corrected_is_in_no_file(lines: None) -> None:
    gone, old = answer("Gone Line"), answer("Old Line")
    answer("Right Line", corrects=old)
    withdraw(submission=Submission.objects.get(instance_id=gone).id, now=NOW)
    assert [row["called"] for row in sheets(taken("xlsx"))["submissions"]] == ["Right Line"]
    for file_format in ("flat", "json"):
        said = taken(file_format).decode()
        assert "Right Line" in said
        assert "Gone Line" not in said
        assert "Old Line" not in said


@pytest.mark.parametrize("file_format", ["xlsx", "csv", "flat", "json"])
def test_who_answered_is_in_a_file_only_where_that_was_chosen_and_written_down(lines: None, file_format: str) -> None:
    answer()

    def text(data: bytes) -> str:
        if data[:2] != b"PK":
            return data.decode()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist())

    assert not {"Night clerk", "clerk@example.org", "respondent"} & set(text(taken(file_format)).split())
    assert "clerk@example.org" not in text(taken(file_format, language="en"))
    assert "clerk@example.org" in text(taken(file_format, respondents=True))
    written = AuditRow.objects.filter(action="export_submissions").order_by("number")
    assert [row.detail["respondents"] for row in written] == [False, False, True]
    assert {row.object_id for row in written} == {"lines"}


def test_a_form_without_answers_is_a_file_with_headings(lines: None) -> None:
    to = io.BytesIO()
    made = export(form_id="lines", file_format="csv", to=to)
    assert (made.submissions, made.ending) == (0, "zip")
    assert tables(to.getvalue()) == {"submissions.csv": [], "channel.csv": [], "channel-hours.csv": []}


def test_signs_that_no_sheet_can_hold_are_replaced_and_a_long_answer_is_cut_where_it_must_be(lines: None) -> None:
    answer("x" * 40_000, topics="bullying")
    [whole] = sheets(taken("xlsx"))["submissions"]
    assert (len(whole["called"]), whole["called"][-4:]) == (32_767, " […]")
    assert "x" * 40_000 in taken("json").decode()


def test_what_there_is_not_is_refused_by_name(lines: None) -> None:
    for form_id, file_format, code in (("nothing", "xlsx", "unknown_form"), ("lines", "pdf", "unknown_format")):
        with pytest.raises(ExportError) as refused:
            export(form_id=form_id, file_format=file_format, to=io.BytesIO())
        assert refused.value.code == code
    assert not AuditRow.objects.filter(action="export_submissions").exists()


def test_what_no_sheet_holds_is_refused_and_no_answer_stays_on_the_disk(
    lines: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch := tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    answer()
    answer()
    monkeypatch.setattr(writing, "MOST_ROWS", 3)
    monkeypatch.setattr(actions, "MOST_COLUMNS", 5)
    for file_format, refusal in (("xlsx", ("too_long", "channel/hours")), ("flat", ("too_wide", ""))):
        with pytest.raises(ExportError) as refused:
            taken(file_format)
        assert (refused.value.code, refused.value.about) == refusal
    assert list(scratch.iterdir()) == []


def test_a_full_disk_is_an_error_and_no_answer_stays_on_it(
    lines: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch := tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    answer()

    class Full(io.BytesIO):
        refused = False

        def write(self, data: Any) -> int:
            if self.refused:  # whoever closes a file writes its end
                return super().write(data)
            self.refused = True
            raise OSError(28, "No space left on device")

    for file_format in FORMATS:
        with pytest.raises(OSError, match="No space left"):
            export(form_id="lines", file_format=file_format, to=Full())
        assert list(scratch.iterdir()) == []


def test_a_version_that_this_edition_cannot_read_is_named(lines: None) -> None:
    answer(version="1")
    form_of_survey.cache_clear()
    Survey.objects.filter(version="1").update(source=b"no form")
    with pytest.raises(ExportError) as refused:
        taken("json")
    assert (refused.value.code, refused.value.about) == ("unreadable_form", "1")
