"""A supervisor who has joined a conversation has a column of it at the desk, in their own part, until they leave."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from pop.helpline.conversations.actions.reading import readers_of
from pop.helpline.queue.actions import supervising

from .conftest import Office, key, who, write_to

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

PART = {"HX-Request": "true"}
WORDS = "Words of a child that a supervisor has joined"


def joined(office: Office) -> tuple[UUID, str]:
    """Let a child write, Anna take the conversation, and Vera join it; return it with the child's token."""
    conversation, token = write_to(office.line, WORDS)
    office.anna.post(f"/desk/c/{conversation}/take")
    supervising.join(conversation=conversation, staff=who(office.vera), private_key=key(office.vera), reason="safety")
    return conversation, token


def test_the_desk_shows_it_with_the_supervisors_part_and_the_child_sees_who_reads(office):
    conversation, token = joined(office)
    for path in ("/desk", f"/desk/c/{conversation}"):
        page = office.vera.get(path).content.decode()
        assert f'data-c="{conversation}"' in page, path
        assert WORDS in page, path
        assert "data-beside" in page, path
        assert '<input type="hidden" name="as" value="supervisor">' in page, path
        assert "You have joined" in page, path
        for tool in ("risk", "close", "hand-over"):
            assert f"/desk/c/{conversation}/{tool}" not in page, (path, tool)
    assert {(each.role, each.how) for each in readers_of(token)} == {("supervisor", "safety")}
    page = office.anna.get("/desk").content.decode()
    assert "data-beside" not in page
    assert f"/desk/c/{conversation}/risk" in page


def test_parts_of_it_are_there_and_what_only_its_counsellor_does_is_not(office):
    conversation, _ = joined(office)
    for part in ("", "/head", "/canned"):
        assert office.vera.get(f"/desk/c/{conversation}{part}", headers=PART).status_code == 200, part
    for part in ("/risk", "/notes", "/close", "/identity", "/promise"):
        assert office.vera.get(f"/desk/c/{conversation}{part}", headers=PART).status_code == 404, part


def test_leaving_takes_the_column_away_and_tells_the_child(office):
    conversation, _ = joined(office)
    left = office.vera.post(f"/desk/c/{conversation}/leave", headers=PART)
    news = json.loads(left["HX-Trigger"])
    assert news["desk:close"]["c"] == str(conversation)
    assert news["desk:told"]["good"]
    assert WORDS not in office.vera.get("/desk").content.decode()
    assert office.vera.get(f"/desk/c/{conversation}")["Location"] == f"/desk/c/{conversation}/read"
    assert office.vera.get(f"/desk/c/{conversation}/head", headers=PART).status_code == 404
    again = office.vera.post(f"/desk/c/{conversation}/leave", headers=PART)
    assert again.status_code == 409
    assert "Join the conversation first" in json.loads(again["HX-Trigger"])["desk:told"]["text"]


def test_nobody_else_leaves_it_for_them(office):
    conversation, _ = joined(office)
    for other in (office.anna, office.ben, office.stranger):
        assert other.post(f"/desk/c/{conversation}/leave", headers=PART).status_code == 404
    assert WORDS in office.vera.get("/desk").content.decode()
