"""What is over is taken back: leases after half an hour, everything when the child says so or its time has come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.helpline import database, ringing
from pop.helpline.conversations.actions.complaining import answer_complaint, complain
from pop.helpline.conversations.actions.entering import answer_questions, child_enters, end, keep_way_back
from pop.helpline.conversations.actions.forgetting import erase_due, forget, forget_answers, hold
from pop.helpline.conversations.actions.moving import close
from pop.helpline.conversations.actions.reading import read, record_reading
from pop.helpline.conversations.actions.sweeping import KeepingDuty, member_left, renew_epochs, sweep_leases
from pop.helpline.conversations.models import (
    Answers,
    CaseKey,
    ChildSession,
    Complaint,
    Conversation,
    KeySeal,
    Message,
)
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.rules import RefusedError
from tests.helpline.conftest import House, cheap, client_key
from tests.helpline.conversations.steps import answer, begin, say, seen_by_child, state_of, take

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_forgetting_destroys_words_keys_and_ways_back_and_keeps_ids_in_the_audit(house: House) -> None:
    kept, gone = begin(house), begin(house)
    keep_way_back(gone.token, "en", derive=cheap)
    forget(gone.token)
    for model in (CaseKey, Message):
        assert set(model.objects.values_list("conversation", flat=True)) == {kept.conversation}
    assert set(KeySeal.objects.values_list("case_key__conversation", flat=True)) == {kept.conversation}
    assert not ChildSession.objects.filter(state="open").exclude(conversation=kept.conversation).exists()
    assert child_enters(gone.token) is None
    assert (
        AuditRow.objects.using(database.ALIAS)
        .filter(action="erase_conversation", object_id=str(gone.conversation))
        .exists()
    )
    event = OutboxRow.objects.using(database.ALIAS).get(name="conversation_erased")
    assert event.payload == {"conversation": str(gone.conversation), "line": str(house.line)}
    with pytest.raises(RefusedError, match="unknown"):
        forget(gone.token)


def test_what_a_court_holds_is_not_forgotten_and_the_child_is_told(house: House) -> None:
    opened = begin(house)
    hold(opened.conversation, on=True, by=house.supervisor.id)
    with pytest.raises(RefusedError, match="held"):
        forget(opened.token)
    with pytest.raises(RefusedError, match="unknown"):
        hold(opened.conversation, on=False, by=house.counsellor.id)
    hold(opened.conversation, on=False, by=house.supervisor.id)
    forget(opened.token)


def test_closed_conversations_are_erased_after_the_days_of_their_class(house: House) -> None:
    usual, brief, danger, held = begin(house), begin(house), begin(house, danger=True), begin(house)
    hold(held.conversation, on=True, by=house.supervisor.id)
    for each in (usual, danger, held):
        end(each.token)
    close(conversation=brief.conversation, by=house.counsellor.id, ended_by="staff", retention_class="brief")
    now = timezone.now()

    def left(days: int) -> set[object]:
        while erase_due(now + timedelta(days=days), limit=1):
            pass
        return set(Conversation.objects.values_list("id", flat=True))

    assert left(30) == {usual.conversation, brief.conversation, danger.conversation, held.conversation}
    assert left(31) == {usual.conversation, danger.conversation, held.conversation}
    assert left(366) == {danger.conversation, held.conversation}
    assert left(5 * 365 + 1) == {held.conversation}


def test_a_complaint_goes_two_years_after_its_answer_unless_its_conversation_is_held(house: House) -> None:
    freed, held = begin(house), begin(house)
    for each in (freed, held):
        complaint = complain(each.token, "an invented complaint", client_key())
        by = house.supervisor
        answer_complaint(complaint=complaint, text="an invented answer", by=by.id, private_key=by.private)
    hold(held.conversation, on=True, by=house.supervisor.id)
    now = timezone.now()
    erase_due(now + timedelta(days=729))
    assert Complaint.objects.count() == 2
    erase_due(now + timedelta(days=731))
    assert Complaint.objects.get().conversation_id == held.conversation


def test_answers_to_the_two_questions_go_after_five_years_a_few_at_each_call(house: House) -> None:
    now = timezone.now()
    this_week = now.date() - timedelta(days=now.weekday())
    for _ in range(3):
        answer_questions(house.line, 3, None, now=now - timedelta(days=5 * 365 + 7))
    answer_questions(house.line, 3, 3, now=now)
    assert [forget_answers(now, limit=2) for _ in range(3)] == [2, 1, 0]
    assert Answers.objects.get().week == this_week
    told = AuditRow.objects.using(database.ALIAS).filter(action="forget_records", object_id="answers")
    assert sorted(row.detail["rows"] for row in told) == [1, 2]


def test_the_duty_lets_others_forget_once_a_minute(house: House) -> None:
    asked: list[object] = []
    duty = KeepingDuty(also=[asked.append])
    duty()
    duty()
    assert len(asked) == 1


def test_what_nobody_closed_is_closed_by_the_system_in_the_end(house: House) -> None:
    opened = begin(house)
    erase_due(timezone.now() + timedelta(days=91))
    assert Conversation.objects.get().ended_by == "system"
    assert seen_by_child(opened.token)[0][2] == "a first message"


def test_an_idle_conversation_falls_asleep_after_half_an_hour_and_the_child_is_told(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    now = timezone.now()
    assert sweep_leases(now + timedelta(minutes=28)) == 0
    assert sweep_leases(now + timedelta(minutes=31)) == 1
    assert state_of(opened.conversation) == "sleeping"
    assert not CaseKey.objects.filter(lease__isnull=False).exists()
    assert [each[2] for each in seen_by_child(opened.token)] == ["a first message", "joined", "slept"]
    assert answer(opened.conversation, house.counsellor, "are you there").state == "active"


def test_a_lease_left_where_none_belongs_is_taken_back_by_the_duty(house: House) -> None:
    opened, going_on = begin(house), begin(house)
    Conversation.objects.filter(pk=opened.conversation).update(state="sleeping")
    KeepingDuty()()
    leased = CaseKey.objects.filter(lease__isnull=False).values_list("conversation", flat=True)
    assert set(leased) == {going_on.conversation}


def test_a_waiting_child_keeps_its_place_without_a_lease(house: House) -> None:
    opened = begin(house)
    assert sweep_leases(timezone.now() + timedelta(minutes=31)) == 1
    assert state_of(opened.conversation) == "waiting"
    assert not CaseKey.objects.filter(lease__isnull=False).exists()
    take(opened.conversation, house.counsellor)
    assert CaseKey.objects.filter(lease__isnull=False).exists()


def test_who_leaves_the_team_reads_nothing_more_and_what_they_had_goes_back(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    line_actions.leave(team=house.team, staff=house.counsellor.id, by=house.supervisor.id)
    [left] = OutboxRow.objects.using(database.ALIAS).filter(name="team_left")
    member_left(left.payload)
    assert renew_epochs() == 1
    assert renew_epochs() == 0
    row = Conversation.objects.get()
    assert (row.state, row.assignee, row.urgency, row.epoch) == ("waiting", None, 1, 2)
    with pytest.raises(RefusedError, match="unknown"):
        read(opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private, how="answer")
    say(opened, "to those who stayed")
    said = read(opened.conversation, staff=house.colleague.id, private_key=house.colleague.private, how="answer")
    assert [each.text for each in said if each.kind == "text"] == ["a first message", "to those who stayed"]


def test_reading_closes_where_the_audit_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = begin(house)

    def full(**_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(database, "record", full)
    with pytest.raises(OSError, match="no space left"):
        read(opened.conversation, staff=house.counsellor.id, private_key=house.counsellor.private, how="answer")
    assert say(opened, "sending stays open").sequence == 2


@pytest.mark.django_db(transaction=True)
def test_a_reading_is_committed_before_words_leave_never_inside_a_transaction(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A bell that really rings keeps a connection of its own to this test's database.
    monkeypatch.setattr(ringing, "send", lambda _kind, _items: None)
    opened = begin(house)
    with database.atomic(), pytest.raises(RuntimeError):
        record_reading(opened.conversation, staff=house.counsellor.id, how="answer")


def test_closing_rounds_every_time_to_a_quarter_of_an_hour(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    answer(opened.conversation, house.counsellor, "words")
    end(opened.token)
    row = Conversation.objects.get()
    fields = ("state_since", "opened_at", "closed_at", "waiting_since", "assigned_at", "answered_at")
    times = [getattr(row, name) for name in (*fields, "last_child_at", "last_staff_at")]
    times += list(Message.objects.values_list("at", flat=True)) + list(
        CaseKey.objects.values_list("made_at", flat=True)
    )
    for at in times:
        assert at is not None
        assert (at.minute % 15, at.second, at.microsecond) == (0, 0, 0)
