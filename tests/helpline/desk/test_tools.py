"""The tools of a conversation: what each does, and what it answers to bad input."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.utils import timezone

from pop.audit.models import AuditRow
from pop.helpline import database
from pop.helpline.cases.models import ContactRecord, Identity, Note, RiskCheck
from pop.helpline.conversations.models import Conversation
from pop.helpline.queue.models import Glance, HandOver

from .conftest import who

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PART = {"HX-Request": "true"}
WORDS = "Words of staff that are nobody else's"


def use(client, conversation, tool, **given):
    """Send a tool's form as the page's script does."""
    return client.post(f"/desk/c/{conversation}/{tool}", given, headers=PART)


def news(answer):
    return json.loads(answer["HX-Trigger"])


def state(conversation):
    return Conversation.objects.values_list("state", flat=True).get(pk=conversation)


def test_a_promise_has_a_day_within_two_weeks(office):
    conversation = office.taken()
    today = timezone.now().date()
    for wrong in ("", "tomorrow", "2026-02-31", str(today - dt.timedelta(days=2)), str(today + dt.timedelta(days=60))):
        answer = use(office.anna, conversation, "promise", on=wrong)
        assert (answer.status_code, state(conversation)) == (422, "active"), wrong
    answer = use(office.anna, conversation, "promise", on=str(today + dt.timedelta(days=3)))
    assert state(conversation) == "promised"
    assert news(answer)["desk:close"]["c"] == str(conversation)


def test_resting_and_going_on(office):
    conversation = office.taken()
    use(office.anna, conversation, "sleep")
    assert state(conversation) == "sleeping"
    assert "Resting" in office.anna.get("/desk?state=sleeping").content.decode()
    use(office.anna, conversation, "wake")
    assert state(conversation) == "active"


def test_a_conversation_is_handed_over_with_a_note_that_the_next_one_reads(office):
    conversation = office.taken()
    form = office.anna.get(f"/desk/c/{conversation}/hand-over", headers=PART).content.decode()
    assert f"staff:{who(office.ben)}" in form
    for wrong in ("", "staff:", f"nobody:{who(office.ben)}", f"staff:{who(office.stranger)}", f"staff:{uuid.uuid4()}"):
        answer = use(office.anna, conversation, "hand-over", to=wrong, note=WORDS)
        assert answer.status_code == 422, wrong
        assert "Words of staff that are nobody else&#x27;s" in answer.content.decode()
    use(office.anna, conversation, "hand-over", to=f"staff:{who(office.ben)}", how="cold", note=WORDS)
    assert Conversation.objects.get(pk=conversation).assignee == who(office.ben)
    notes = office.ben.get(f"/desk/c/{conversation}/notes", headers=PART).content.decode()
    assert "Words of staff that are nobody else&#x27;s" in notes
    assert office.anna.get(f"/desk/c/{conversation}/notes", headers=PART).status_code == 404


def test_a_warm_hand_over_stays_until_it_is_accepted(office):
    conversation = office.taken()
    use(office.anna, conversation, "hand-over", to=f"staff:{who(office.ben)}", how="warm", note=WORDS)
    assert Conversation.objects.get(pk=conversation).assignee == who(office.anna)
    offer = HandOver.objects.get().pk
    assert f"/desk/offers/{offer}/accept" in office.ben.get("/desk/queue", headers=PART).content.decode()
    for client in (office.anna, office.vera, office.stranger):
        assert client.post(f"/desk/offers/{offer}/accept").status_code == 404
    assert b"Words of staff" in office.ben.post(f"/desk/offers/{offer}/note", headers=PART).content
    answer = office.ben.post(f"/desk/offers/{offer}/accept", headers=PART)
    assert news(answer)["desk:open"]["c"] == str(conversation)
    assert Conversation.objects.get(pk=conversation).assignee == who(office.ben)


def test_an_offer_can_be_left(office):
    conversation = office.taken()
    use(office.anna, conversation, "hand-over", to=f"staff:{who(office.ben)}", how="warm")
    office.ben.post(f"/desk/offers/{HandOver.objects.get().pk}/decline")
    assert not HandOver.objects.exists()
    assert Conversation.objects.get(pk=conversation).assignee == who(office.anna)


def test_a_supervisor_is_asked_to_look(office):
    conversation = office.taken()
    use(office.anna, conversation, "ask")
    assert Glance.objects.get().conversation_id == conversation


def test_abuse_is_paused_or_blocked_and_blocking_asks_twice(office):
    conversation = office.taken()
    assert use(office.anna, conversation, "abuse", do="block").status_code == 422
    use(office.anna, conversation, "abuse", do="pause")
    row = Conversation.objects.get(pk=conversation)
    assert row.paused_until is not None
    assert row.blocked_at is None
    use(office.anna, conversation, "abuse", do="block", sure="yes")
    assert Conversation.objects.get(pk=conversation).blocked_at is not None


def test_notes_are_kept_for_the_team_and_what_is_refused_stays_in_the_form(office):
    conversation = office.taken()
    assert use(office.anna, conversation, "notes", text="   ").status_code == 422
    long = use(office.anna, conversation, "notes", text="a" * 4_001)
    assert (long.status_code, Note.objects.count()) == (422, 0)
    assert "a" * 4_001 in long.content.decode()
    kept = use(office.anna, conversation, "notes", text=WORDS).content.decode()
    assert "Words of staff that are nobody else&#x27;s" in kept
    assert WORDS.encode() not in bytes(Note.objects.get().blob)


def test_imminent_danger_leads_to_the_lines_own_steps(office):
    conversation = office.taken()
    assert use(office.anna, conversation, "risk", immediate_danger="perhaps").status_code == 422
    assert not RiskCheck.objects.exists()
    answer = use(office.anna, conversation, "risk", immediate_danger="yes", suicide="no", abuser_near="no")
    assert news(answer)["desk:change"] == {"c": str(conversation), "tool": "steps"}
    steps = office.anna.get(f"/desk/c/{conversation}/steps", headers=PART).content.decode()
    assert "Stay with the child" in steps
    assert "Invented contact" in steps
    assert use(office.anna, conversation, "steps", step="invented").status_code == 422
    assert "Done at" in use(office.anna, conversation, "steps", step="stay").content.decode()


def test_a_name_is_kept_sealed_and_opened_with_a_recorded_reason(office):
    conversation = office.taken()
    assert use(office.anna, conversation, "identity", do="write").status_code == 422
    assert use(office.anna, conversation, "identity", do="open", reason="child_asked").status_code == 422
    use(office.anna, conversation, "identity", do="write", name="Invented Name", phone="000", address="Nowhere")
    assert b"Invented" not in bytes(Identity.objects.get().blob)
    shown = office.anna.get(f"/desk/c/{conversation}/identity", headers=PART).content.decode()
    assert "Invented Name" not in shown
    for wrong in ("", "curious"):
        refused = use(office.anna, conversation, "identity", do="open", reason=wrong)
        assert refused.status_code == 422
        assert "Invented Name" not in refused.content.decode()
    opened = use(office.anna, conversation, "identity", do="open", reason="child_asked").content.decode()
    assert "Invented Name" in opened
    assert AuditRow.objects.using(database.ALIAS).filter(action="open_identity", detail__reason="child_asked").exists()


def test_closing_needs_a_record_of_known_codes(office):
    conversation = office.taken()
    for wrong in (
        {},
        {"contact_type": "invented"},
        {"contact_type": "child_self"},
        {"contact_type": "child_self", "categories": ["violence.invented"]},
        {"contact_type": "silent", "categories": ["violence.bullying"]},
        {"contact_type": "child_self", "categories": ["violence.bullying"], "age_band": "13"},
        {"one_tap": "child_self"},
    ):
        answer = use(office.anna, conversation, "close", **wrong)
        assert (answer.status_code, state(conversation)) == (422, "active"), wrong
    whole = {"contact_type": "child_self", "categories": ["violence.bullying"], "age_band": "13_15"}
    answer = use(office.anna, conversation, "close", **whole, actions_taken=["direct_intervention"])
    assert news(answer)["desk:close"]["c"] == str(conversation)
    assert ContactRecord.objects.get().categories == ["violence.bullying"]
    assert state(conversation) == "closed"


@pytest.mark.parametrize("kind", ["silent", "hang_up", "abusive", "test", "wrong_number"])
def test_one_tap_closes(office, kind):
    conversation = office.taken()
    use(office.anna, conversation, "close", one_tap=kind)
    assert (state(conversation), ContactRecord.objects.get().contact_type) == ("closed", kind)


def test_what_the_child_ticked_suggests_the_category(office):
    conversation = office.taken(tile="online")
    form = office.anna.get(f"/desk/c/{conversation}/close", headers=PART).content.decode()
    assert 'value="violence.cyberbullying" checked' in form


def test_a_conversation_that_the_child_ended_comes_back_until_it_has_its_record(office):
    conversation = office.taken()
    Conversation.objects.filter(pk=conversation).update(state="closed", closed_at=timezone.now())
    assert f'id="talk-{conversation}"' in office.anna.get("/desk").content.decode()
    use(office.anna, conversation, "close", one_tap="test")
    assert f'id="talk-{conversation}"' not in office.anna.get("/desk").content.decode()


def test_a_service_that_the_directory_does_not_have_is_not_offered(office):
    conversation = office.taken()
    for wrong in ("", "not an id", str(uuid.uuid4())):
        assert use(office.anna, conversation, "find", do="offer", service=wrong).status_code == 422
    assert use(office.anna, conversation, "find", do="agreed", referral=str(uuid.uuid4())).status_code == 404
    page = office.anna.get(f"/desk/c/{conversation}/find?country=ZZ&topic=x", headers=PART)
    assert page.status_code == 200


def test_without_the_script_a_tool_is_a_page_and_leads_back(office):
    conversation = office.taken()
    page = office.anna.get(f"/desk/c/{conversation}/notes").content.decode()
    assert "<html" in page
    assert "New note" in page
    refused = office.anna.post(f"/desk/c/{conversation}/promise", {"on": ""})
    assert refused.status_code == 422
    assert b"<html" in refused.content
    done = office.anna.post(f"/desk/c/{conversation}/abuse", {"do": "pause"})
    assert (done.status_code, done["Location"]) == (302, f"/desk/c/{conversation}")
