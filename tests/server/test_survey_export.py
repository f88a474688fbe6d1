"""`pop survey export` as somebody types it: a whole file, or a sentence and no file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pop.server.commands import parser
from pop.server.jobs import exporting
from pop.surveys.collecting.actions.surveys import load_form
from tests.served import environment, pop
from tests.surveys.filled import NOW, workbook


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("exports")
    (folder / "offer.md").write_bytes(workbook())
    made = environment(folder)
    assert pop("survey", "load", str(folder / "offer.md"), env=made).returncode == 0
    return made


def test_a_file_is_there_when_it_is_whole_and_nothing_lies_beside_it(env: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "offer.xlsx"
    done = pop("survey", "export", "offer", "--language", "en", "--to", str(target), env=env)
    assert (done.returncode, done.stdout) == (0, f"{target}: 0 submissions\n")
    assert load_workbook(target).sheetnames == ["submissions", "contact"]
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing",), "no such form was loaded"),
        (("offer", "--language", "fi"), "it speaks: en"),
        (("offer", "--format", "csv"), "name the file .zip, or say --flat"),
        (("offer", "--flat"), "--flat goes with --format csv"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_no_file(
    env: dict[str, str], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = pop("survey", "export", *words, "--to", str(tmp_path / "out.csv"), env=env)
    assert done.returncode == 1
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(env: dict[str, str], tmp_path: Path) -> None:
    done = pop("survey", "export", "offer", "--to", str(tmp_path / "no" / "out.xlsx"), env=env)
    assert (done.returncode, "in a folder that is there" in done.stderr) == (1, True)


@pytest.mark.storage
@pytest.mark.django_db
def test_a_file_of_invented_answers_says_that_they_are(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMONSTRATION = True
    monkeypatch.setattr(exporting, "tell_ready", lambda: None)
    load_form(name="offer.md", data=workbook(), now=NOW)
    for words in (("--format", "xlsx"), ("--format", "csv"), ("--format", "csv", "--flat"), ("--format", "json")):
        target = tmp_path / "out.zip"
        asked = parser().parse_args(["survey", "export", "offer", "--to", str(target), *words])
        assert exporting.export_(asked) == 0
        data = target.read_bytes()
        if data.startswith(b"PK"):
            with zipfile.ZipFile(target) as archive:
                data = b"".join(archive.read(name) for name in archive.namelist())
        assert b"emonstration" in data
