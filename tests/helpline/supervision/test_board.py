"""The live board and one conversation before a supervisor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.conversations.actions.reading import readers_of
from pop.helpline.conversations.models import Conversation, FirstMessages
from pop.helpline.conversations.rules.flow import Flow
from pop.helpline.lines.rules import RefusedError
from pop.helpline.queue.actions.duty import go_on_duty
from pop.helpline.queue.actions.supervising import ask_to_look
from pop.helpline.queue.actions.taking import take
from tests.helpline.conversations.steps import begin, say, seen_by_child
from tests.helpline.queue.steps import age, real_waits
from tests.helpline.supervision.conftest import Office, who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

WORDS = "an invented sentence of a child"


def on_duty(office: Office, *clients: object) -> None:
    for each in clients:
        go_on_duty(staff=who(each).id, line=office.line, capacity=3, languages=("en", "fr"), given=False)  # type: ignore[arg-type]


def taken(office: Office, text: str = WORDS) -> object:
    on_duty(office, office.counsellor)
    opened = begin(office.house, text)
    person = who(office.counsellor)
    take(conversation=opened.conversation, staff=person.id, private_key=person.private)
    return opened


def text(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def test_the_board_counts_who_waits_and_who_answers_without_a_word_of_them(office: Office) -> None:
    taken(office)
    waiting = begin(office.house, "another invented sentence", danger=True)
    age(waiting.conversation, timedelta(minutes=12))
    shown = text(office.supervisor.get("/board"))
    assert "Live board: Line" in shown
    assert "<strong>12</strong>minutes: longest wait" in shown
    assert 'data-waiting="1"' in shown
    assert "Cora" in shown
    assert "1 of 3" in shown
    assert "English, French" in shown
    assert "invented sentence" not in shown


def test_the_part_that_renews_itself_is_no_whole_page(office: Office) -> None:
    begin(office.house)
    part = text(office.supervisor.get(f"/board/now?line={office.line}"))
    assert "<html" not in part
    assert 'data-waiting="1"' in part
    assert office.supervisor.get("/board/now?line=00000000-0000-4000-8000-000000000000").status_code == 404


def test_waits_of_the_last_hours_are_drawn_and_said(office: Office) -> None:
    assert "Nobody had to wait in the last six hours." in text(office.supervisor.get("/board"))
    real_waits(office.house, timezone.now() - timedelta(minutes=5), 1_800, 1_500)
    shown = text(office.supervisor.get("/board"))
    assert "At most 2 waited at once" in shown
    assert "<rect x=" in shown
    assert shown.count("<title>") == 1 + 36


def test_somebody_who_supervises_no_line_is_told_so(office: Office, as_staff) -> None:  # type: ignore[no-untyped-def]
    assert "You supervise no line yet." in text(as_staff("supervisor").get("/board"))


def test_a_glance_is_answered_once_and_for_all(office: Office) -> None:
    opened = taken(office)
    ask_to_look(conversation=opened.conversation, staff=who(office.counsellor).id)  # type: ignore[attr-defined]
    shown = text(office.supervisor.get("/board"))
    assert "Cora asks you to look." in shown
    address = shown.split('action="/board/seen/')[1].split('"')[0]
    assert office.stranger.post(f"/board/seen/{address}").status_code == 404
    assert office.supervisor.post(f"/board/seen/{address}", {"line": office.line}).status_code == 302
    assert "Cora asks you to look." not in text(office.supervisor.get("/board"))


def test_words_are_shown_with_a_reason_only_and_the_child_sees_who_read(office: Office) -> None:
    opened = taken(office)
    address = f"/board/c/{opened.conversation}"  # type: ignore[attr-defined]
    assert WORDS not in text(office.supervisor.get(address))
    assert office.supervisor.post(f"{address}/read", {"reason": ""}).status_code == 302
    assert (
        not AuditRow.objects.using(database.ALIAS)
        .filter(action="read_conversation", actor=who(office.supervisor).id)
        .exists()
    )
    read = office.supervisor.post(f"{address}/read", {"reason": "quality"})
    assert WORDS in text(read)
    row = AuditRow.objects.using(database.ALIAS).get(action="read_conversation", actor=who(office.supervisor).id)
    assert row.detail == {"role": "supervisor", "how": "quality"}
    assert ("supervisor", "quality") in [(each.role, each.how) for each in readers_of(opened.token)]  # type: ignore[attr-defined]


def test_reading_is_never_an_address_that_could_be_followed(office: Office) -> None:
    opened = taken(office)
    assert office.supervisor.get(f"/board/c/{opened.conversation}/read").status_code == 405  # type: ignore[attr-defined]


def test_a_supervisor_joins_writes_and_leaves_and_the_child_is_told(office: Office) -> None:
    opened = taken(office)
    address = f"/board/c/{opened.conversation}"  # type: ignore[attr-defined]
    joined = text(office.supervisor.post(f"{address}/join", {"reason": "safety"}))
    assert WORDS in joined
    key = joined.split('name="key" value="')[1].split('"')[0]
    form = {"reason": "safety", "key": key, "text": "I am here too"}
    assert "I am here too" in text(office.supervisor.post(f"{address}/write", form))
    assert text(office.supervisor.post(f"{address}/write", form)).count("I am here too") == 1
    seen = [(author, said) for _, author, said in seen_by_child(opened.token)]  # type: ignore[attr-defined]
    assert ("system", "supervisor_joined") in seen
    assert seen.count(("supervisor", "I am here too")) == 1
    again = text(office.supervisor.get(address))
    assert "You are in this conversation" in again
    assert WORDS not in again
    office.supervisor.post(f"{address}/leave")
    assert seen_by_child(opened.token)[-1][2] == "left"  # type: ignore[attr-defined]
    assert "You are in this conversation" not in text(office.supervisor.get(address))


def test_nobody_writes_who_has_not_joined(office: Office) -> None:
    opened = taken(office)
    address = f"/board/c/{opened.conversation}"  # type: ignore[attr-defined]
    form = {"reason": "safety", "key": "abcdefghijkl", "text": "unannounced"}
    answer = text(office.supervisor.post(f"{address}/write", form, follow=True))
    assert "Join the conversation first" in answer
    assert "unannounced" not in [said for _, _, said in seen_by_child(opened.token)]  # type: ignore[attr-defined]


def test_what_is_refused_comes_back_with_its_words(office: Office) -> None:
    opened = taken(office)
    address = f"/board/c/{opened.conversation}"  # type: ignore[attr-defined]
    office.supervisor.post(f"{address}/join", {"reason": "safety"})
    long = "x" * 4_001
    shown = text(office.supervisor.post(f"{address}/write", {"reason": "safety", "key": "abcdefghijkl", "text": long}))
    assert long in shown
    assert "at most 4,000 characters" in shown


def test_taking_over_leads_to_the_desk(office: Office) -> None:
    opened = taken(office)
    conversation = opened.conversation  # type: ignore[attr-defined]
    answer = office.supervisor.post(f"/board/c/{conversation}/take-over", {"reason": "safety"})
    assert answer["Location"] == f"/desk/c/{conversation}"
    assert Conversation.objects.get(pk=conversation).assignee == who(office.supervisor).id


def test_any_supervisor_of_the_line_gives_a_conversation_to_a_colleague_of_its_team(office: Office) -> None:
    opened = taken(office)
    conversation = opened.conversation  # type: ignore[attr-defined]
    on_duty(office, office.colleague)
    shown = text(office.other_supervisor.get(f"/board/c/{conversation}"))
    assert "Col, 0 of 3" in shown
    form = {"to": str(who(office.colleague).id)}
    assert office.other_supervisor.post(f"/board/c/{conversation}/reassign", form).status_code == 302
    assert Conversation.objects.get(pk=conversation).assignee == who(office.colleague).id
    assert office.other_supervisor.post(f"/board/c/{conversation}/reassign", {"to": "no id"}).status_code == 404


def test_a_legal_hold_stops_an_erasure_until_it_is_lifted(office: Office) -> None:
    opened = taken(office)
    say(opened, "more")  # type: ignore[arg-type]
    conversation = opened.conversation  # type: ignore[attr-defined]
    address = f"/board/c/{conversation}"
    office.supervisor.post(f"{address}/hold", {"on": "yes", "reason": "legal_order"})
    assert Conversation.objects.get(pk=conversation).legal_hold
    office.supervisor.post(f"{address}/erase", {"sure": "yes", "reason": "child_asked"})
    assert Conversation.objects.filter(pk=conversation).exists()
    office.supervisor.post(f"{address}/hold", {"on": "no", "reason": "over"})
    office.supervisor.post(f"{address}/erase", {"reason": "child_asked"})
    office.supervisor.post(f"{address}/erase", {"sure": "yes", "reason": "no such code"})
    assert Conversation.objects.filter(pk=conversation).exists()
    office.supervisor.post(f"{address}/erase", {"sure": "yes", "reason": "child_asked"})
    assert not Conversation.objects.filter(pk=conversation).exists()
    told = AuditRow.objects.using(database.ALIAS).get(action="order_erasure", object_id=str(conversation))
    assert (told.actor, told.detail) == (who(office.supervisor).id, {"reason": "child_asked"})
    assert office.supervisor.get(address).status_code == 404


def test_the_traces_of_a_conversation_name_who_did_what(office: Office) -> None:
    opened = taken(office)
    office.supervisor.post(f"/board/c/{opened.conversation}/read", {"reason": "training"})  # type: ignore[attr-defined]
    shown = text(office.supervisor.get(f"/board/c/{opened.conversation}"))  # type: ignore[attr-defined]
    assert "why: training" in shown
    assert "<bdi>Sue</bdi>" in shown


def test_the_board_says_that_children_were_asked_to_try_again(office: Office) -> None:
    assert "asked to try again" not in text(office.supervisor.get("/board"))
    now = timezone.now()
    begin(office.house, flow=Flow(a_minute=1, at_once=1), now=now)
    with pytest.raises(RefusedError, match="too_many"):
        begin(office.house, flow=Flow(a_minute=1, at_once=1), now=now)
    shown = text(office.supervisor.get("/board"))
    assert "some were asked to try again in a minute" in shown
    assert "asked to try again" not in text(office.stranger.get("/board"))
    FirstMessages.objects.update(turned_away_at=timezone.now() - timedelta(minutes=16))
    assert "asked to try again" not in text(office.supervisor.get("/board"))
