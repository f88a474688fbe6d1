"""The workspace: who may enter, duty, the queue and taking from it."""

from __future__ import annotations

import json
import re

import pytest

from pop.helpline.conversations.models import Conversation

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PART = {"HX-Request": "true"}


def test_the_workspace_shows_who_waits_in_codes_and_not_one_word(office):
    office.child("My secret words", danger=True)
    page = office.anna.get("/desk").content.decode()
    assert "13 to 17" in page
    assert "At school" in page
    assert "My secret words" not in page


def test_taking_a_child_opens_the_conversation(office):
    conversation = office.child("My own words")
    taken = office.anna.post(f"/desk/c/{conversation}/take", headers={"HX-Request": "true"})
    assert json.loads(taken["HX-Trigger"])["desk:open"]["c"] == str(conversation)
    column = office.anna.get(f"/desk/c/{conversation}", headers={"HX-Request": "true"}).content.decode()
    assert "My own words" in column


def test_next_is_whoever_is_next_and_nobody_is_said(office):
    first, second = office.child(), office.child(danger=True)
    for expected in (second, first):
        taken = office.anna.post("/desk/next", headers={"HX-Request": "true"})
        assert json.loads(taken["HX-Trigger"])["desk:open"]["c"] == str(expected)
    nobody = office.anna.post("/desk/next", headers={"HX-Request": "true"})
    assert nobody.status_code == 409
    assert "Nobody waits" in json.loads(nobody["HX-Trigger"])["desk:told"]["text"]


def test_nobody_in_ones_languages_is_not_said_to_be_nobody(office):
    office.child(language="fr")
    nobody = office.anna.post("/desk/next", headers=PART)
    assert nobody.status_code == 409
    told = json.loads(nobody["HX-Trigger"])["desk:told"]["text"]
    assert told == "Nobody waits in a language that you answer in. In other languages: 1."


def test_two_who_take_the_same_child_do_not_both_get_it(office):
    conversation = office.child()
    office.anna.post(f"/desk/c/{conversation}/take")
    second = office.ben.post(f"/desk/c/{conversation}/take", headers={"HX-Request": "true"})
    assert second.status_code == 409
    assert "has taken this conversation already" in json.loads(second["HX-Trigger"])["desk:told"]["text"]


def test_duty_begins_pauses_and_ends_and_asks_for_a_hand_over_first(office):
    begin = {"do": "on", "line": str(office.line), "capacity": "2", "languages": ["en", "fr"]}
    assert b"On duty" in office.vera.post("/desk/duty", begin, headers=PART).content
    for wrong in ({"capacity": "9"}, {"capacity": "many"}, {"languages": ["xx-not"]}, {"do": "dance"}):
        assert office.vera.post("/desk/duty", {**begin, **wrong}, headers=PART).status_code == 422, wrong
    for line in ("", "x", str(office.other_line)):
        assert office.vera.post("/desk/duty", {**begin, "line": line}, headers=PART).status_code == 404
    assert b"On a break" in office.vera.post("/desk/duty", {"do": "break"}, headers=PART).content
    assert b"End the break" not in office.vera.post("/desk/duty", {"do": "back"}, headers=PART).content
    conversation = office.taken()
    asked = office.anna.post("/desk/duty", {"do": "off"}, headers=PART)
    assert asked.status_code == 422
    assert b"off_anyway" in asked.content
    assert b"Off duty" in office.anna.post("/desk/duty", {"do": "off_anyway"}, headers=PART).content
    assert Conversation.objects.get(pk=conversation).state == "waiting"


def test_the_languages_of_last_time_are_chosen_and_else_that_of_the_console(office):
    def chosen(client):
        shown = client.get("/desk/duty/now", headers=PART).content.decode()
        return re.findall(r'name="languages" value="([a-z]+)" checked', shown)

    assert chosen(office.vera) == ["en"]
    begin = {"do": "on", "line": str(office.line), "capacity": "2", "languages": ["fr"]}
    office.vera.post("/desk/duty", begin, headers=PART)
    office.vera.post("/desk/duty", {"do": "off"}, headers=PART)
    assert chosen(office.vera) == ["fr"]
    # Who answers in any language of their own accord is not given one by the form.
    office.vera.post("/desk/duty", {**begin, "languages": []}, headers=PART)
    assert chosen(office.vera) == []


def test_a_beat_tells_whether_one_is_on_duty(office):
    assert office.anna.post("/desk/beat").json()["on"] is True
    office.anna.post("/desk/duty", {"do": "off"})
    assert office.anna.post("/desk/beat").json()["on"] is False


def test_the_queue_is_filtered_and_sorted_by_codes(office):
    office.child(age="8-12", language="fr")
    office.child(age="13-17", language="en")
    rows = [
        (office.anna.get(f"/desk/queue?{query}", headers=PART).content.decode().count('<li class="child'), query)
        for query in ("", "age=8-12", "language=fr&sort=age", "tile=online", "urgency=2", "age=%00&sort=x&state=y")
    ]
    assert [count for count, _ in rows] == [2, 1, 1, 0, 0, 2]


def test_what_a_child_wrote_is_shown_inert(office):
    conversation = office.taken('<script>alert(1)</script> "><img src=x onerror=alert(1)> \u202egnirts')
    page = office.anna.get(f"/desk/c/{conversation}").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'dir="auto">&lt;script&gt;' in page


def test_a_locked_key_leads_to_sign_in(office):
    conversation = office.taken()
    office.anna.cookies["pop_console_key"] = ""
    answer = office.anna.get(f"/desk/c/{conversation}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")
