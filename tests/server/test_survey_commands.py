"""`pop survey …` as somebody types it: what is done is said in one line, what is refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.served import environment, pop
from tests.surveys.filled import workbook


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return environment(tmp_path_factory.mktemp("surveys"))


def test_a_form_goes_from_a_file_to_open_and_closed(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "offer.md"
    file.write_bytes(workbook())
    said = [
        pop("survey", *words, env=env).stdout
        for words in (
            ("load", str(file)),
            ("load", str(file)),
            ("open", "offer"),
            ("list",),
            ("close", "offer", "--version", "1"),
        )
    ]
    assert said == [
        "offer 1: loaded as a draft\n",
        "offer 1: was loaded before, is draft\n",
        "offer 1: open\n",
        "offer\t1\topen\t0\tWhat you offer\n",
        "offer 1: closed\n",
    ]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("broken.xlsx", b"PK\x03\x04 nothing of it", "refused: "),
        ("notes.txt", b"hello", "refused: "),
        ("empty.md", b"", "refused: "),
        ("spaces.md", workbook().replace(b"| offer |", b"| two words |"), "refused: "),
        ("none.md", workbook(" "), "refused: "),
    ],
)
def test_a_form_that_is_refused_is_named_with_the_reason(
    env: dict[str, str], tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    done = pop("survey", "load", str(file), env=env)
    assert done.returncode == 1
    assert f"{file}: {reason}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("load", "/nothing/here.md"), "No such file"),
        (("open", "nobody"), "no such form"),
        (("close", "nobody"), "no such form"),
        (("revoke", "nonsense"), "no such address"),
        (("revoke", "11111111-2222-4333-8444-555555555555"), "no such address"),
        (("partner", ""), "1 to 200"),
        (("partner", "A", "--country", "XX"), "no such country"),
        (("partner", "A", "--email", "nobody"), "e-mail"),
        (("token", "x" * 300), "1 to 200"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(env: dict[str, str], words: tuple[str, ...], said: str) -> None:
    done = pop("survey", *words, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_partners_token_is_printed_alone_listed_by_its_id_and_ended(env: dict[str, str]) -> None:
    assert len(pop("survey", "partner", "Line of Hope", "--country", "KE", env=env).stdout.strip()) == 36
    assert "already" in pop("survey", "partner", "Line of Hope", env=env).stderr
    made = pop("survey", "token", "Line of Hope", env=env)
    token = made.stdout.strip()
    assert len(bytes.fromhex(token)) == 32
    assert f"/openrosa/{token}" in made.stderr
    [line] = pop("survey", "tokens", env=env).stdout.splitlines()
    assert token not in line
    number, partner, _, state = line.split("\t")
    assert (partner, state) == ("Line of Hope", "in force")
    assert pop("survey", "revoke", number, env=env).stdout == "revoked\n"
    assert "revoked" in pop("survey", "tokens", env=env).stdout
