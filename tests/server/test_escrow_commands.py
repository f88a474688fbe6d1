"""`pop escrow` as two people type it: real key files, a terminal, and every refusal with a reason."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.models import Complaint, ComplaintSeal
from pop.helpline.lines.actions import create_line
from pop.privacy import keyring
from pop.privacy.keys import ensure_development_keys, make_escrow
from pop.privacy.sealing import new_key, open_message, seal_message, seal_to_pairs
from pop.server.commands import main
from pop.server.jobs import escrowing

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WORDS = "they laughed \x1b[2J at me \u202e and \u00e9t\u00e9"


@pytest.fixture
def keys(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A key directory with the three private files beside it, and a terminal."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.DATA_DIR = tmp_path
    ensure_development_keys(settings.KEYS_DIR)
    keyring.forget()
    monkeypatch.setattr("os.umask", lambda _: 0o022)
    monkeypatch.setattr(escrowing, "_on_a_terminal", lambda: True)
    yield settings.KEYS_DIR
    keyring.forget()


@pytest.fixture
def sealed(keys: Path) -> tuple[UUID, bytes]:
    """A complaint that is sealed to the escrow alone, and its key."""
    now, key = timezone.now(), new_key()
    complaint = Complaint(line_id=create_line(name="Line", by=None), made_at=now, due_on=now.date(), client_key="k" * 8)
    complaint.blob = seal_message(
        key, WORDS, case=complaint.pk, epoch=0, sequence=1, author="child", client_key=complaint.client_key
    )
    complaint.save()
    blob = seal_to_pairs(keyring.keyring().escrow, key)
    ComplaintSeal.objects.create(complaint=complaint, recipient="escrow", blob=blob)
    return complaint.pk, key


def files(keys: Path, *seats: str) -> list[str]:
    return [word for seat in seats for word in ("--key", str(keys / f"escrow-{seat}.key"))]


def rows(action: str) -> list[dict[str, object]]:
    return [row.detail for row in AuditRow.objects.using(database.ALIAS).filter(action=action)]


def test_the_list_names_ids_and_days_and_no_words(
    sealed: tuple[UUID, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["escrow", "list"]) == 0
    said = capsys.readouterr().out
    assert str(sealed[0]) in said
    assert f"answer by {timezone.now():%Y-%m-%d}" in said
    assert "laughed" not in said


def test_where_nothing_waits_the_list_says_so(keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["escrow", "list"]) == 0
    assert "No complaint waits" in capsys.readouterr().out


def test_two_files_show_the_words_and_the_terminal_obeys_none_of_them(
    keys: Path,
    sealed: tuple[UUID, bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["escrow", "open", str(sealed[0]), *files(keys, "a", "c")]) == 0
    said = capsys.readouterr().out
    assert "they laughed \\u001b[2J at me \\u202e and \u00e9t\u00e9" in said
    assert not {"\x1b", "\u202e"} & set(said)
    assert rows("open_complaint") == [{"escrow": ["a", "c"]}]


def test_an_answer_is_typed_and_sent_once(
    keys: Path,
    sealed: tuple[UUID, bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("We are sorry.\nIt will not happen again.\n"))
    assert main(["escrow", "open", str(sealed[0]), *files(keys, "b", "c"), "--answer"]) == 0
    row = Complaint.objects.get(pk=sealed[0])
    assert row.answered_at is not None
    answer = open_message(
        sealed[1],
        bytes(row.answer or b""),
        case=row.pk,
        epoch=0,
        sequence=2,
        author="supervisor",
        client_key=row.client_key,
    )
    assert answer == "We are sorry.\nIt will not happen again."
    assert rows("answer_complaint") == [{"escrow": ["b", "c"]}]
    assert main(["escrow", "open", str(sealed[0]), *files(keys, "a", "b"), "--answer"]) == 1
    said = capsys.readouterr()
    assert "We are sorry." in said.out
    assert "it has an answer already" in said.err


def test_an_empty_answer_is_not_sent(
    keys: Path,
    sealed: tuple[UUID, bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert main(["escrow", "open", str(sealed[0]), *files(keys, "a", "b"), "--answer"]) == 1
    assert "the answer is empty" in capsys.readouterr().err
    assert Complaint.objects.get(pk=sealed[0]).state == "open"


@pytest.mark.parametrize(
    ("seats", "said"),
    [((), "exactly two keys"), ("a", "exactly two keys"), ("abc", "exactly two keys"), ("aa", "the same person")],
)
def test_other_than_two_people_open_nothing(
    keys: Path,
    sealed: tuple[UUID, bytes],
    seats: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["escrow", "open", str(sealed[0]), *files(keys, *seats)]) == 1
    shown = capsys.readouterr()
    assert said in shown.err
    assert "laughed" not in shown.out
    assert rows("open_complaint") == []


def test_a_copy_of_the_same_persons_file_is_no_second_person(
    keys: Path, sealed: tuple[UUID, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    copy = keys.parent / "copy"
    copy.write_bytes((keys / "escrow-a.key").read_bytes())
    assert main(["escrow", "open", str(sealed[0]), *files(keys, "a"), "--key", str(copy)]) == 1
    assert "a second person is needed" in capsys.readouterr().err


def test_a_strangers_key_a_public_file_and_no_file_are_each_refused_by_name(
    keys: Path,
    sealed: tuple[UUID, bytes],
    capsys: pytest.CaptureFixture[str],
) -> None:
    stranger = keys.parent / "stranger"
    public = make_escrow(stranger)
    for file, why in ((stranger, "none of the three"), (public, "does not hold"), (keys / "nowhere", "no file")):
        assert main(["escrow", "open", str(sealed[0]), *files(keys, "a"), "--key", str(file)]) == 1
        said = capsys.readouterr().err
        assert why in said
        assert str(file) in said
    assert rows("open_complaint") == []


def test_an_unknown_complaint_and_what_is_no_id_are_refused(keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["escrow", "open", str(uuid4()), *files(keys, "a", "b")]) == 1
    assert "no such complaint" in capsys.readouterr().err
    assert main(["escrow", "open", "third one", *files(keys, "a", "b")]) == 1
    assert "not the id of a complaint" in capsys.readouterr().err


def test_words_are_never_shown_but_on_a_terminal(
    keys: Path,
    sealed: tuple[UUID, bytes],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(escrowing, "_on_a_terminal", sys.stdout.isatty)
    assert main(["escrow", "open", str(sealed[0]), *files(keys, "a", "b")]) == 1
    shown = capsys.readouterr()
    assert "on a terminal only" in shown.err
    assert shown.out == ""
    assert rows("open_complaint") == []
