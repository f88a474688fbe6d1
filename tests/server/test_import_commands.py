"""`pop survey import …` as somebody types it: what comes in is counted, what is refused is said by its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.served import environment, pop
from tests.surveys.importing.exports import CSV, FORM, kobo


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("imports")
    env = environment(folder / "var")
    (folder / "service.md").write_text(FORM)
    assert pop("survey", "load", str(folder / "service.md"), env=env).returncode == 0
    return env


def test_a_mapping_is_worked_out_looked_through_saved_and_used(env: dict[str, str], tmp_path: Path) -> None:
    file, mapping = tmp_path / "odd.csv", tmp_path / "mapping.json"
    file.write_text(
        CSV.replace("name,", "Secret note,name,").replace("\nLine", "\nx,Line").replace("\nQuiet", "\ny,Quiet")
    )
    refused = pop("survey", "import", "service", str(file), env=env)
    assert refused.returncode == 1
    assert "column Secret note: The mapping says nothing about this column" in refused.stderr
    said = pop("survey", "import", "service", str(file), "--suggest", str(mapping), env=env)
    assert "to decide: sheet odd.csv, column Secret note" in said.stdout
    assert "File exists" in pop("survey", "import", "service", str(file), "--suggest", str(mapping), env=env).stderr
    assert "Map it, or leave it out" in pop("survey", "mapping", "service", "by mail", str(mapping), env=env).stderr
    plain = json.loads(mapping.read_text())
    plain["columns"][0]["use"] = "leave_out"
    mapping.write_text(json.dumps(plain))
    assert "saved, 6 columns" in pop("survey", "mapping", "service", "by mail", str(mapping), env=env).stdout
    assert pop("survey", "mapping", "service", env=env).stdout.startswith("by mail\t")
    checked = pop("survey", "import", "service", str(file), "--mapping", "by mail", "--check", env=env)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert "2 rows: 2 good" in checked.stderr
    done = pop("survey", "import", "service", str(file), "--mapping", "by mail", env=env)
    assert done.stdout == "2 brought in, 0 there before, 0 left behind\n"


def test_rows_with_mistakes_are_left_behind_in_a_file_that_is_brought_again(
    env: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("name,staff,publish\nFourth Door,a-secret-word,yes\nFifth Door,5,no\n")
    refused = pop("survey", "import", "service", str(file), env=env)
    assert refused.returncode == 1
    assert "sheet answers.csv, row 2, column staff" in refused.stderr
    assert "--good-only" in refused.stderr
    assert "secret" not in refused.stderr + refused.stdout
    done = pop("survey", "import", "service", str(file), "--good-only", env=env)
    assert "1 brought in, 0 there before, 1 left behind" in done.stdout
    left = tmp_path / "answers.to-mend.xlsx"
    assert str(left) in done.stdout
    assert left.stat().st_mode & 0o777 == 0o600
    assert "0 good, 0 there before, 1 with mistakes" in pop("survey", "import", "service", str(left), env=env).stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "FILE"), "no such form"),
        (("service", "/nothing/here.csv"), "No such file"),
        (("service", "FILE", "--mapping", "none"), "no such mapping"),
        (("service", "FILE", "--encoding", "klingon"), "--encoding: one of"),
        (("service", "FILE", "--delimiter", "x"), "--delimiter: one of"),
        (("service", "FILE", "--version", "9"), "no such form"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    env: dict[str, str], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "service.xlsx"
    file.write_bytes(kobo())
    done = pop("survey", "import", *(str(file) if word == "FILE" else word for word in words), env=env)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
