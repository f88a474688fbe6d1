"""The workspace: who may enter, duty, the queue and taking from it."""

from __future__ import annotations

import json

import pytest

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


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
