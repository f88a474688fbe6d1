"""What was taken back leaves nothing behind but that there was one, also when a backup is put back."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from uuid import UUID

import pytest

from pop.events.models import OutboxRow
from pop.people.asking import Ask
from pop.privacy import erasures
from pop.privacy.erasures import replay
from pop.server import forgetting
from pop.server.wiring import ERASERS, SUBSCRIBERS
from pop.surveys.collecting import files
from pop.surveys.collecting.actions import withdrawing
from pop.surveys.collecting.actions.receiving import File, Outcome, RefusedError, receive
from pop.surveys.collecting.actions.sweeping import CollectingDuty
from pop.surveys.collecting.actions.withdrawing import withdraw
from pop.surveys.collecting.models import Attachment, Submission
from pop.surveys.collecting.queries.submissions import attachment_bytes, counting, submission, submissions
from tests.surveys.filled import NOW, correcting, fresh_id, photo_survey, png, poster

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True)]


def send(xml: bytes, *sent: File) -> UUID:
    return receive(xml=xml, source="openrosa", files=sent, now=NOW, provenance={"file": "old.csv"}).submission


def age(data_dir: Path) -> None:
    """Let ten minutes pass for every file that is kept."""
    before = time.time() - 700
    for path in (data_dir / "attachments").glob("[0-9a-f][0-9a-f]/*"):
        os.utime(path, (before, before))


def kept(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / "attachments").glob("[0-9a-f][0-9a-f]/*"))


def test_the_answers_and_the_files_are_gone_at_once_and_the_row_says_that_there_was_one(data_dir: Path) -> None:
    survey = photo_survey()
    instance = fresh_id()
    taken = send(poster(instance, photo="a.png"), File("a.png", png()))
    other = send(poster(fresh_id()))
    age(data_dir)
    assert len(kept(data_dir)) == 1
    assert withdraw(submission=taken, now=NOW)
    assert not withdraw(submission=taken, now=NOW)
    row = Submission.objects.get(id=taken)
    assert (bytes(row.xml), row.sha256, row.files, row.faults, row.provenance) == (b"", "", [], [], {})
    assert (row.state, row.instance_id, row.survey_id) == ("withdrawn", instance, survey.id)
    assert kept(data_dir) == []
    assert attachment_bytes(taken, "a.png") is None
    whole = submission(taken)
    assert whole is not None
    assert (whole.xml, whole.attachments) == (b"", [])
    assert [each.facts.id for each in counting(survey.id)] == [other]
    assert submissions(Ask(filters={"state": "withdrawn"})).total == 1


def test_what_it_corrected_is_emptied_with_it(data_dir: Path) -> None:
    photo_survey()
    first = fresh_id()
    send(poster(first, photo="a.png"), File("a.png", png()))
    later = send(poster(fresh_id(), more=correcting(first)))
    age(data_dir)
    withdraw(submission=later, now=NOW)
    assert {bytes(row.xml) for row in Submission.objects.all()} == {b""}
    assert kept(data_dir) == []


def test_what_corrected_it_is_emptied_with_it_too(data_dir: Path) -> None:
    """Somebody presses "withdraw" in one window while the correction is on its way from another."""
    photo_survey()
    first = fresh_id()
    earlier = send(poster(first))
    send(poster(fresh_id(), more=correcting(first)))
    assert withdraw(submission=earlier, now=NOW)
    assert {(row.state, bytes(row.xml)) for row in Submission.objects.all()} == {("withdrawn", b"")}
    assert not withdraw(submission=earlier, now=NOW)


def test_what_was_withdrawn_is_corrected_by_nothing(data_dir: Path) -> None:
    photo_survey()
    first = fresh_id()
    withdraw(submission=send(poster(first)), now=NOW)
    with pytest.raises(RefusedError) as caught:
        send(poster(fresh_id(), more=correcting(first)))
    assert caught.value.code == "unknown_original"
    assert Submission.objects.count() == 1


def test_nothing_of_it_comes_back_under_its_id(data_dir: Path) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png")
    taken = send(xml, File("a.png", png()))
    withdraw(submission=taken, now=NOW)
    for again in (xml, xml.replace(b"School gate", b"Elsewhere")):
        got = receive(xml=again, source="openrosa", files=[File("a.png", png())], now=NOW)
        assert (got.outcome, got.submission) == (Outcome.SAME, taken)
    assert bytes(Submission.objects.get().xml) == b""
    assert not Attachment.objects.exists()


def test_a_file_that_somebody_else_sent_too_stays(data_dir: Path) -> None:
    photo_survey()
    taken = send(poster(fresh_id(), photo="a.png"), File("a.png", png()))
    other = send(poster(fresh_id(), photo="b.png"), File("b.png", png()))
    age(data_dir)
    withdraw(submission=taken, now=NOW)
    assert attachment_bytes(other, "b.png") is not None


def test_a_file_that_may_be_on_its_way_in_again_waits_for_the_next_sweep(data_dir: Path) -> None:
    photo_survey()
    taken = send(poster(fresh_id(), photo="a.png"), File("a.png", png()))
    withdraw(submission=taken, now=NOW)
    (name,) = kept(data_dir)
    assert list(files.old_names()) == []
    path = files.path_of(name)
    aged = path.stat().st_mtime - files.UNDER_WAY_SECONDS
    os.utime(path, (aged, aged))
    CollectingDuty()()
    assert kept(data_dir) == []


def test_without_the_journal_nothing_is_withdrawn(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo_survey()
    taken = send(poster(fresh_id()))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(withdrawing, "note_erased", full)
    with pytest.raises(OSError, match="no room"):
        withdraw(submission=taken, now=NOW)
    row = Submission.objects.get()
    assert row.state == "received"
    assert bytes(row.xml)
    assert not OutboxRow.objects.filter(name="submission_withdrawn").exists()


def test_a_backup_that_is_put_back_forgets_it_again(data_dir: Path, tmp_path: Path) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png")
    taken = send(xml, File("a.png", png()))
    row, attachment = Submission.objects.get(), Attachment.objects.get()
    shutil.copytree(data_dir / "attachments", tmp_path / "copied")
    age(data_dir)
    withdraw(submission=taken, now=NOW)
    lines = [each for each in erasures.erased_since() if each.kind == "submission"]
    assert [each.id for each in lines] == [taken]
    # The rows as they were copied, before their sender took them back.
    row.save()
    attachment.save(force_insert=True)
    shutil.copytree(tmp_path / "copied", data_dir / "attachments", dirs_exist_ok=True)
    assert bytes(Submission.objects.get().xml) == xml
    done = replay(ERASERS)
    assert (done.erased, done.left) == ({"submission": 1, "submission_sent": 1}, {})
    assert bytes(Submission.objects.get().xml) == b""
    assert not Attachment.objects.exists()
    assert len(list(erasures.erased_since())) == 2  # the replay writes no line of its own
    assert replay(ERASERS).erased == {"submission": 1, "submission_sent": 1}


def test_a_row_that_was_withdrawn_and_holds_something_still_is_emptied_by_the_worker(data_dir: Path) -> None:
    photo_survey()
    send(poster(fresh_id(), photo="a.png"), File("a.png", png()))
    age(data_dir)
    Submission.objects.update(state="withdrawn")
    CollectingDuty()()
    assert bytes(Submission.objects.get().xml) == b""
    assert kept(data_dir) == []


def test_the_worker_takes_it_out_of_the_databases_journal_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    erased = threading.Event()
    monkeypatch.setattr(forgetting, "_erased", erased)
    for subscriber in SUBSCRIBERS["submission_withdrawn"]:
        subscriber({"submission": "00000000-0000-0000-0000-000000000001", "survey": ""})
    assert erased.is_set()
