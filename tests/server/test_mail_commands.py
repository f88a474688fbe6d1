"""`pop survey invite --mail` and `pop survey remind` as somebody types them, with mails as files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.served import environment, pop
from tests.surveys.filled import workbook


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A data directory with an open form and a partner that has an address."""
    made = environment(tmp_path / "var")
    file = tmp_path / "offer.md"
    file.write_bytes(workbook())
    for words in (
        ("load", str(file)),
        ("open", "offer"),
        ("partner", "Lantern Line", "--email", "office@lantern.example", "--language", "en"),
    ):
        done = pop("survey", *words, env=made)
        assert done.returncode == 0, done.stderr
    return made


def mails(env: dict[str, str]) -> list[Path]:
    return sorted((Path(env["POP_DATA_DIR"]) / "mail").glob("*.eml"))


def test_a_mail_is_left_to_whoever_sends_and_sent_once(env: dict[str, str]) -> None:
    assert len(pop("survey", "invite", "Lantern Line", "offer", "--mail", env=env).stdout.strip()) == 36
    assert mails(env) == []
    assert "1 sent" in pop("survey", "remind", env=env).stderr
    assert "0 sent" in pop("survey", "remind", env=env).stderr
    [mail] = mails(env)
    assert b"To: office@lantern.example" in mail.read_bytes()
    assert os.stat(mail).st_mode & 0o077 == 0


def test_a_dry_run_says_who_would_be_written_to_and_writes_to_nobody(env: dict[str, str]) -> None:
    pop("survey", "invite", "Lantern Line", "offer", env=env)
    soon = {**env, "POP_REMINDER_DAYS": ""}
    assert pop("survey", "remind", "--dry-run", env=soon).stdout == ""
    dry = pop("survey", "remind", "--dry-run", env=env)
    assert (dry.returncode, dry.stdout) == (0, "")
    assert "nothing was sent" in dry.stderr
    assert mails(env) == []


def test_production_without_a_server_says_that_nothing_is_sent(env: dict[str, str]) -> None:
    real = {**env, "POP_PRODUCTION": "1"}
    for words in (("remind",), ("invite", "Lantern Line", "offer", "--mail")):
        refused = pop("survey", *words, env=real)
        assert refused.returncode == 1
        assert "no mail is set up" in refused.stderr
    assert pop("survey", "invitations", env=env).stdout == ""


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("POP_SMTP_URL", "mail.example.org", "it begins with smtps://"),
        ("POP_SMTP_URL", "smtp://mail:port", "no address of a mail server"),
        ("POP_SMTP_URL", "smtp+plain://me:hidden@mail.example.org", "not sent in the clear"),
        ("POP_SMTP_URL", "smtps://mail.example.org", "POP_MAIL_FROM"),
        ("POP_REMINDER_DAYS", "14,28,42", "more than twice"),
        ("POP_REMINDER_DAYS", "soon", "days with a comma"),
        ("POP_REMINDER_DAYS", "28,14", "later than the one before"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_no_password_is_shown(
    tmp_path: Path, setting: str, value: str, said: str
) -> None:
    done = pop("survey", "list", env=environment(tmp_path / "var", **{setting: value}))
    assert done.returncode == 2
    assert said in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr
