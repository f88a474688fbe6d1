"""A submission is kept once, whole, and byte for byte; what contradicts it changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.people.asking import Ask
from pop.surveys.collecting import files
from pop.surveys.collecting.actions import receiving
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.actions.receiving import File, Outcome, Received, RefusedError, receive
from pop.surveys.collecting.models import Attachment, Submission
from pop.surveys.collecting.queries.submissions import attachment_bytes, chain, counting, submission, submissions
from pop.surveys.collecting.rules.reading import MalformedError
from tests.surveys.filled import NOW, correcting, fresh_id, photo_survey, png, poster, text_chunk

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def send(xml: bytes, partner: UUID | None, *sent: File, complete: bool = True) -> Received:
    return receive(xml=xml, source="openrosa", partner=partner, files=sent, complete=complete, now=NOW)


def received() -> list[str]:
    return list(OutboxRow.objects.filter(name="submission_received").values_list("payload__submission", flat=True))


def test_a_submission_is_kept_as_it_was_sent_with_its_trace_and_its_news(partner: UUID) -> None:
    survey = photo_survey()
    instance = fresh_id()
    done = send(poster(instance), partner)
    assert done.outcome is Outcome.NEW
    kept = submission(done.submission)
    assert kept is not None
    assert kept.xml == poster(instance)
    assert (kept.facts.survey, kept.facts.partner, kept.facts.state) == (survey.id, partner, "received")
    assert received() == [str(done.submission)]
    row = AuditRow.objects.get(action="receive_submission")
    assert row.object_id == str(done.submission)
    assert "School gate" not in str(row.detail)


@pytest.mark.parametrize("times", [1, 2, 10])
def test_the_same_again_is_kept_once_and_told_once(partner: UUID, times: int) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png")
    outcomes = [send(xml, partner, File("a.png", png())).outcome for _ in range(times)]
    assert outcomes == [Outcome.NEW] + [Outcome.SAME] * (times - 1)
    assert Submission.objects.count() == Attachment.objects.count() == 1
    assert len(received()) == 1


def test_the_same_answers_laid_out_otherwise_are_the_same(partner: UUID) -> None:
    photo_survey()
    xml = poster(fresh_id())
    send(xml, partner)
    assert send(xml.replace(b"><", b">\n <"), partner).outcome is Outcome.SAME


def test_other_answers_under_the_same_id_change_nothing(partner: UUID) -> None:
    photo_survey()
    instance = fresh_id()
    first = send(poster(instance), partner)
    assert send(poster(instance, place="Elsewhere"), partner) == Received(Outcome.CONFLICT, first.submission)
    kept = submission(first.submission)
    assert kept is not None
    assert b"School gate" in kept.xml
    assert len(received()) == 1


def test_what_another_partner_sent_is_not_said_to_be_theirs(partner: UUID) -> None:
    photo_survey()
    xml = poster(fresh_id())
    send(xml, partner)
    stranger = make_partner(name="Somebody else", now=NOW)
    assert send(xml, stranger).outcome is Outcome.CONFLICT


def test_files_may_come_in_several_posts_in_any_order(partner: UUID) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png", second="b.png")
    first = send(xml, partner, File("b.png", png(2)), complete=False)
    assert first.outcome is Outcome.WAITING
    assert received() == []
    assert send(xml, partner, File("b.png", png(2)), complete=False).outcome is Outcome.WAITING
    last = send(xml, partner, File("a.png", png(1)))
    assert last == Received(Outcome.NEW, first.submission)
    assert send(xml, partner, File("a.png", png(1)), File("b.png", png(2))).outcome is Outcome.SAME
    assert received() == [str(first.submission)]
    assert attachment_bytes(first.submission, "a.png") == png(1)


def test_a_file_that_came_late_is_added_and_until_then_missing(partner: UUID) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png", second="b.png")
    done = send(xml, partner, File("a.png", png(1)))
    assert submissions(Ask()).rows[0].missing == ("b.png",)
    assert send(xml, partner, File("b.png", png(2)), complete=False).outcome is Outcome.WAITING
    assert submissions(Ask()).rows[0].missing == ()
    assert received() == [str(done.submission)]


def test_another_file_under_the_same_name_changes_nothing(partner: UUID) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png")
    done = send(xml, partner, File("a.png", png(1)))
    assert send(xml, partner, File("a.png", png(2))).outcome is Outcome.CONFLICT
    assert attachment_bytes(done.submission, "a.png") == png(1)


def test_one_name_for_two_files_in_one_post_is_refused(partner: UUID) -> None:
    photo_survey()
    xml = poster(fresh_id(), photo="a.png")
    with pytest.raises(RefusedError, match="bad_file"):
        send(xml, partner, File("a.png", png(1)), File("a.png", png(2)))
    assert send(xml, partner, File("a.png", png(1)), File("a.png", png(1))).outcome is Outcome.NEW


def test_what_a_picture_tells_besides_is_not_kept_anywhere(partner: UUID, data_dir: Path) -> None:
    photo_survey()
    dirty = png(1, extra=text_chunk(b"kanarienvogel"))
    done = send(poster(fresh_id(), photo="a.png"), partner, File("a.png", dirty))
    kept = submission(done.submission)
    assert kept is not None
    [attachment] = kept.attachments
    assert attachment.sha256 == hashlib.sha256(png(1)).hexdigest()
    for path in (data_dir / "attachments").rglob("*"):
        assert path.is_dir() or b"kanarienvogel" not in path.read_bytes()


def test_a_file_that_no_answer_names_is_not_kept(partner: UUID, data_dir: Path) -> None:
    photo_survey()
    send(poster(fresh_id()), partner, File("left-over.png", png()), File("virus.exe", b"MZ"))
    assert Attachment.objects.count() == 0
    assert [path for path in (data_dir / "attachments").rglob("*") if path.is_file() and path.name != "lock"] == []


def test_what_is_no_picture_is_refused_with_all_that_came_with_it(partner: UUID) -> None:
    photo_survey()
    with pytest.raises(RefusedError) as refused:
        send(poster(fresh_id(), photo="a.png"), partner, File("a.png", b"<svg onload='x'/>"))
    assert (refused.value.code, refused.value.name) == ("bad_file", "a.png")
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "xml", "code"),
    [
        ({}, poster("uuid:a123").replace(b'id="poster"', b'id="porter"'), "unknown_form"),
        ({}, poster("uuid:a123").replace(b'version="1"', b'version="2"'), "unknown_version"),
        ({}, poster("uuid:a123").replace(b' version="1"', b""), "unknown_version"),
        ({"state": "draft"}, poster("uuid:a123"), "unknown_form"),
        ({"state": "closed"}, poster("uuid:a123"), "closed"),
        ({}, poster("uuid:a123", more=correcting("uuid:nobody")), "unknown_original"),
    ],
)
def test_what_is_not_expected_is_refused(partner: UUID, changes: dict[str, object], xml: bytes, code: str) -> None:
    photo_survey(**changes)
    with pytest.raises(RefusedError) as refused:
        send(xml, partner)
    assert refused.value.code == code
    assert Submission.objects.count() == 0


def test_a_sender_who_asks_again_after_the_form_closed_learns_that_it_arrived(partner: UUID) -> None:
    survey = photo_survey()
    xml = poster(fresh_id())
    send(xml, partner)
    survey.state = "closed"
    survey.save()
    assert send(xml, partner).outcome is Outcome.SAME


def test_an_import_may_bring_answers_to_a_form_that_was_never_open(partner: UUID) -> None:
    photo_survey(state="draft")
    origin = {"file": "export.csv", "row": 7}
    done = receive(xml=poster(fresh_id()), source="import", now=NOW, provenance=origin)
    kept = submission(done.submission)
    assert kept is not None
    assert kept.provenance == origin


def test_a_correction_replaces_what_it_names_and_both_are_kept(partner: UUID) -> None:
    survey = photo_survey()
    first, second, third = fresh_id(), fresh_id(), fresh_id()
    a = send(poster(first), partner)
    b = send(poster(second, place="Gym", more=correcting(first)), partner)
    c = send(poster(third, place="Library", more=correcting(second)), partner)
    assert [a.outcome, b.outcome, c.outcome] == [Outcome.NEW] * 3
    assert [each.id for each in chain(b.submission)] == [a.submission, b.submission, c.submission]
    assert [each.facts.id for each in counting(survey.id)] == [c.submission]
    assert send(poster(second, place="Gym", more=correcting(first)), partner).outcome is Outcome.SAME


def test_of_two_corrections_of_one_the_second_is_refused(partner: UUID) -> None:
    photo_survey()
    first = fresh_id()
    send(poster(first), partner)
    send(poster(fresh_id(), place="Gym", more=correcting(first)), partner)
    with pytest.raises(RefusedError, match="corrected_already"):
        send(poster(fresh_id(), place="Library", more=correcting(first)), partner)


def test_nobody_corrects_what_another_partner_sent(partner: UUID) -> None:
    photo_survey()
    first = fresh_id()
    send(poster(first), partner)
    stranger = make_partner(name="Somebody else", now=NOW)
    with pytest.raises(RefusedError, match="unknown_original"):
        send(poster(fresh_id(), more=correcting(first)), stranger)


def test_what_is_corrected_counts_until_the_correction_is_whole(partner: UUID) -> None:
    survey = photo_survey()
    first, second = fresh_id(), fresh_id()
    a = send(poster(first), partner)
    xml = poster(second, photo="a.png", more=correcting(first))
    b = send(xml, partner, complete=False)
    assert [each.facts.id for each in counting(survey.id)] == [a.submission]
    send(xml, partner, File("a.png", png()))
    assert [each.facts.id for each in counting(survey.id)] == [b.submission]


def test_a_file_is_on_the_disk_before_its_row_is_written(partner: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    photo_survey()
    order: list[str] = []
    monkeypatch.setattr(files, "keep", lambda data: order.append("file") or hashlib.sha256(data).hexdigest())
    add = receiving._add_files
    monkeypatch.setattr(receiving, "_add_files", lambda row, kept: order.append("row") or add(row, kept))
    send(poster(fresh_id(), photo="a.png"), partner, File("a.png", png()))
    assert order == ["file", "row"]


def test_a_disk_that_takes_no_file_keeps_nothing(partner: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    photo_survey()

    def full(data: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "keep", full)
    with pytest.raises(OSError, match="No space"):
        send(poster(fresh_id(), photo="a.png"), partner, File("a.png", png()))
    assert Submission.objects.count() == 0
    assert received() == []


def test_a_node_that_the_form_does_not_have_keeps_nothing(partner: UUID) -> None:
    photo_survey()
    with pytest.raises(MalformedError):
        send(poster(fresh_id()).replace(b"place>", b"plaza>"), partner)
    assert Submission.objects.count() == 0
