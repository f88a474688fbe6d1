"""A complaint reaches supervisors who had nothing to do with it, never who is concerned, and gets a dated answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from pop.helpline.conversations.actions.complaining import (
    answer_complaint,
    complain,
    complaints_for,
    complaints_of,
    open_complaint,
)
from pop.helpline.conversations.actions.entering import begin_coming_back, come_back, end, keep_way_back, leave
from pop.helpline.conversations.actions.forgetting import forget
from pop.helpline.conversations.actions.reading import read
from pop.helpline.conversations.models import Complaint, ComplaintSeal
from pop.helpline.lines import actions as line_actions
from pop.helpline.lines.rules import RefusedError
from pop.privacy.codes import fold
from pop.privacy.keyring import keyring
from tests.helpline.conftest import House, Person, cheap, client_key
from tests.helpline.conversations.steps import answer, begin, take

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def second(house: House, person: Callable[..., Person]) -> Person:
    """Another supervisor of the line."""
    somebody = person("supervisor")
    line_actions.admit(
        team=house.team, staff=somebody.id, role="supervisor", by=house.supervisor.id, by_key=house.supervisor.private
    )
    return somebody


def test_a_supervisor_answers_and_the_child_reads_it_with_its_date(house: House) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    complaint = complain(opened.token, "I was not listened to", client_key())
    [waiting] = complaints_of(opened.token)
    assert (waiting.text, waiting.answer) == ("I was not listened to", None)
    assert waiting.due_on == (timezone.now() + timedelta(days=7)).date()
    supervisor = house.supervisor
    found = open_complaint(complaint=complaint, by=supervisor.id, private_key=supervisor.private)
    assert found.text == "I was not listened to"
    answer_complaint(complaint=complaint, text="We are sorry", by=supervisor.id, private_key=supervisor.private)
    [answered] = complaints_of(opened.token)
    assert answered.answer == "We are sorry"
    assert answered.answered_at is not None
    with pytest.raises(RefusedError, match="answered"):
        answer_complaint(complaint=complaint, text="again", by=supervisor.id, private_key=supervisor.private)


def test_nobody_who_wrote_had_or_read_it_can_open_the_complaint(house: House, second: Person) -> None:
    opened = begin(house)
    take(opened.conversation, house.counsellor)
    answer(opened.conversation, house.counsellor, "words that hurt")
    read(opened.conversation, staff=house.supervisor.id, private_key=house.supervisor.private, how="supervise")
    complaint = complain(opened.token, "about both of them", client_key())
    for concerned in (house.supervisor, house.counsellor, house.colleague):
        with pytest.raises(RefusedError, match="unknown"):
            open_complaint(complaint=complaint, by=concerned.id, private_key=concerned.private)
    sealed_to = set(ComplaintSeal.objects.filter(recipient="supervisor").values_list("recipient_id", flat=True))
    assert sealed_to == {str(second.id)}
    assert complaints_for(house.supervisor.id, house.line) == []
    assert [each.mine for each in complaints_for(second.id, house.line)] == [True]
    assert open_complaint(complaint=complaint, by=second.id, private_key=second.private).text == "about both of them"


def test_a_complaint_after_the_close_is_found_again_by_code(house: House) -> None:
    opened = begin(house)
    code = keep_way_back(opened.token, "en", derive=cheap)
    end(opened.token)
    complaint = complain(opened.token, "afterwards", client_key())
    leave(opened.token)
    supervisor = house.supervisor
    answer_complaint(complaint=complaint, text="answered later", by=supervisor.id, private_key=supervisor.private)
    token = begin_coming_back()
    assert come_back(token, [(n, cheap(fold(code, "en"), pepper)) for n, pepper in keyring().peppers.items()])
    assert [(each.text, each.answer) for each in complaints_of(token)] == [("afterwards", "answered later")]


def test_a_code_made_after_the_complaint_finds_it_too(house: House) -> None:
    opened = begin(house)
    complain(opened.token, "first the complaint", client_key())
    code = keep_way_back(opened.token, "en", derive=cheap)
    token = begin_coming_back()
    assert come_back(token, [(n, cheap(fold(code, "en"), pepper)) for n, pepper in keyring().peppers.items()])
    assert [each.text for each in complaints_of(token)] == ["first the complaint"]


def test_the_same_complaint_twice_is_one(house: House) -> None:
    opened, key = begin(house), client_key()
    assert complain(opened.token, "once", key) == complain(opened.token, "once", key)
    with pytest.raises(RefusedError, match="key_reused"):
        complain(opened.token, "twice", key)
    assert Complaint.objects.count() == 1


def test_a_forgotten_conversation_leaves_the_complaint_to_the_supervisor_alone(house: House) -> None:
    opened = begin(house)
    complaint = complain(opened.token, "still to be answered", client_key())
    forget(opened.token)
    row = Complaint.objects.get(pk=complaint)
    assert row.conversation_id is None
    assert set(ComplaintSeal.objects.values_list("recipient", flat=True)) == {"supervisor", "escrow"}
    supervisor = house.supervisor
    answer_complaint(complaint=complaint, text="kept", by=supervisor.id, private_key=supervisor.private)
