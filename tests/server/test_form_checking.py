"""`pop survey check`: ok, or why not, for each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop.server.commands import main
from pop.surveys.forms.workbooks import LARGEST_FILE

GOLDEN = Path(__file__).parents[1] / "surveys" / "forms" / "forms"


def checked(capsys: pytest.CaptureFixture[str], *files: Path) -> tuple[int, list[str]]:
    code = main(["survey", "check", *map(str, files)])
    return code, capsys.readouterr().out.splitlines()


def test_a_form_that_can_be_used_is_ok(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(GOLDEN.glob("*.md"))
    assert checked(capsys, *files) == (0, [f"{path}: ok" for path in files])


def test_each_reason_is_a_line_and_one_refusal_is_enough_for_a_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.md"
    bad.write_text(
        "| survey |\n| | type | name | label |\n| | video | a | A |\n| | text | b | B |\n| | audio | c | C |\n"
    )
    code, lines = checked(capsys, GOLDEN / "visit.md", bad)
    assert code == 1
    assert lines == [
        f"{GOLDEN / 'visit.md'}: ok",
        f"{bad}: refused: survey, row 2, column type: the type “video” is not supported",
        f"{bad}: refused: survey, row 4, column type: the type “audio” is not supported",
    ]


def test_a_file_that_cannot_be_read_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = checked(capsys, tmp_path / "nowhere.xlsx", tmp_path)
    assert code == 1
    assert [line.rpartition(": ")[0].rpartition("refused: ")[2] for line in lines] == ["the file cannot be read"] * 2


def test_a_file_that_is_far_too_large_is_not_read_at_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    huge = tmp_path / "huge.xlsx"
    with huge.open("wb") as file:
        file.truncate(LARGEST_FILE * 1000)  # a hole: it has the size and no content
    code, lines = checked(capsys, huge)
    assert (code, len(lines)) == (1, 1)
    assert "MB" in lines[0]
