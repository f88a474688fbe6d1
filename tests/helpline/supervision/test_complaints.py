"""Complaints: only whom they do not concern opens one, and the answer reaches the child with its date."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import OperationalError

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.actions.complaining import complain, complaints_of
from pop.helpline.conversations.models import Complaint, ComplaintSeal
from pop.helpline.queue.actions.duty import go_on_duty
from pop.helpline.queue.actions.taking import take
from pop.helpline.supervision.http import complaints as complaint_pages
from pop.server.tending import EscrowDuty
from tests.helpline.conftest import client_key
from tests.helpline.conversations.steps import begin
from tests.helpline.supervision.conftest import Office, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WORDS = "an invented complaint of a child"


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def complained(office: Office, *, read_by_supervisor: bool = False) -> tuple[str, UUID]:
    go_on_duty(staff=who(office.counsellor).id, line=office.line, capacity=3, languages=("en",), given=False)
    opened = begin(office.house)
    person = who(office.counsellor)
    take(conversation=opened.conversation, staff=person.id, private_key=person.private)
    if read_by_supervisor:
        office.supervisor.post(f"/board/c/{opened.conversation}/read", {"reason": "quality"})
    return opened.token, complain(opened.token, WORDS, client_key())


def test_a_supervisor_answers_and_the_child_finds_the_answer_with_its_date(office: Office) -> None:
    token, complaint = complained(office)
    listed = text(office.supervisor.get("/complaints"))
    assert f"/complaints/{complaint}" in listed
    assert WORDS not in listed
    opened = text(office.supervisor.get(f"/complaints/{complaint}"))
    assert WORDS in opened
    assert (
        AuditRow.objects.using(database.ALIAS).filter(action="open_complaint", actor=who(office.supervisor).id).count()
        == 1
    )
    answer = office.supervisor.post(f"/complaints/{complaint}/answer", {"text": "We are sorry.\r\nIt is put right."})
    assert answer.status_code == 302
    [seen] = complaints_of(token)
    assert seen.answer == "We are sorry.\nIt is put right."
    assert seen.answered_at is not None
    assert "We are sorry." in text(office.supervisor.get(f"/complaints/{complaint}"))


def test_whom_it_concerns_does_not_even_see_that_it_exists(office: Office) -> None:
    _, complaint = complained(office, read_by_supervisor=True)
    assert str(complaint) not in text(office.supervisor.get("/complaints"))
    assert office.supervisor.get(f"/complaints/{complaint}").status_code == 404
    assert office.supervisor.post(f"/complaints/{complaint}/answer", {"text": "no"}).status_code == 404
    assert Complaint.objects.get().answer is None
    assert WORDS in text(office.other_supervisor.get(f"/complaints/{complaint}"))


def test_counsellors_and_other_lines_have_no_complaints_here(office: Office) -> None:
    _, complaint = complained(office)
    for client in (office.counsellor, office.stranger, office.administrator):
        assert client.get(f"/complaints/{complaint}").status_code == 404
    assert office.counsellor.get("/complaints").status_code == 404
    assert str(complaint) not in text(office.stranger.get("/complaints"))


def test_the_page_does_not_say_which_conversation_it_is(office: Office) -> None:
    _, complaint = complained(office)
    conversation = Complaint.objects.get().conversation_id
    assert str(conversation) not in text(office.supervisor.get(f"/complaints/{complaint}"))


def test_a_refused_answer_comes_back_with_its_words(office: Office) -> None:
    _, complaint = complained(office)
    long = "y" * 4_001
    shown = text(office.supervisor.post(f"/complaints/{complaint}/answer", {"text": long}))
    assert long in shown
    assert "at most 4,000 characters" in shown


def test_open_ones_stand_before_answered_ones_and_can_be_chosen(office: Office) -> None:
    _, first = complained(office)
    office.supervisor.post(f"/complaints/{first}/answer", {"text": "Thank you."})
    opened = begin(office.house)
    second = complain(opened.token, "another invented complaint", client_key())
    shown = text(office.supervisor.get("/complaints"))
    assert shown.index(str(second)) < shown.index(str(first))
    assert str(first) not in text(office.supervisor.get("/complaints?state=open"))
    assert str(second) not in text(office.supervisor.get("/complaints?state=answered"))


def test_an_administrator_sees_how_many_wait_for_the_escrow_and_nobody_else_does(office: Office) -> None:
    complained(office)
    assert "wait for the escrow" not in text(office.administrator.get("/"))
    # As where it concerns every supervisor of the line: it is sealed to none of them.
    ComplaintSeal.objects.filter(recipient="supervisor").delete()
    shown = text(office.administrator.get("/"))
    assert "Complaints that wait for the escrow: 1." in shown
    assert WORDS not in shown
    for client in (office.supervisor, office.counsellor):
        assert "wait for the escrow" not in text(client.get("/"))


def test_the_first_page_is_there_where_nobody_can_say_what_waits(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("the helpline's database is away")

    monkeypatch.setattr(complaint_pages, "waiting_for_escrow", away)
    assert office.administrator.get("/").status_code == 200


def test_the_worker_says_the_number_each_time_it_changes(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    complained(office)
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    duty = EscrowDuty(clock=iter([monday + timedelta(minutes=n) for n in range(5)]).__next__)
    logging.getLogger("pop").addHandler(caplog.handler)
    try:
        duty()
        ComplaintSeal.objects.filter(recipient="supervisor").delete()
        duty()
        duty()
        Complaint.objects.update(state="answered")
        duty()
    finally:
        logging.getLogger("pop").removeHandler(caplog.handler)
    assert [each.getMessage() for each in caplog.records] == [
        "complaints that wait for the escrow: 1",
        "complaints that wait for the escrow: 0",
    ]
