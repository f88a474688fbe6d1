"""Forms that are a partner's own: what its addresses offer, and that nothing which was filled in is turned away."""

from __future__ import annotations

import httpx
import pytest

from tests.surveys.filled import fresh_id, offer
from tests.surveys.openrosa.conftest import Door
from tests.surveys.openrosa.sending import post
from tests.surveys.openrosa.test_discovering import listed

pytestmark = [pytest.mark.storage]


def test_who_has_forms_of_their_own_is_offered_no_other_until_the_last_is_taken_back(door: Door) -> None:
    token = door.command("survey", "token", "Assigned Partner").stdout.strip()
    with httpx.Client(base_url=f"{door.served.url}/openrosa/{token}", timeout=60) as client:
        assert {form["formID"] for form in listed(client.get("/formList"))} == {"offer", "poster"}
        assert door.command("survey", "assign", "Assigned Partner", "poster").stdout == "assigned\n"
        assert door.command("survey", "assign", "Assigned Partner", "poster").stdout == "was assigned before\n"
        assert door.command("survey", "assignments").stdout == "Assigned Partner\tposter\n"
        assert [form["formID"] for form in listed(client.get("/formList"))] == ["poster"]
        assert listed(client.get("/formList?formID=offer&listAllVersions=true")) == []
        assert client.get("/forms/offer").status_code == client.get("/manifest/offer").status_code == 404
        assert client.get("/forms/poster").status_code == 200
        # It was on the telephone before it was somebody else's.
        assert post(client, offer(fresh_id(), version="2")).status_code == 201
        assert door.command("survey", "unassign", "Assigned Partner", "poster").stdout == "taken back\n"
        assert {form["formID"] for form in listed(client.get("/formList"))} == {"offer", "poster"}


def test_a_form_that_nobody_loaded_is_assigned_to_nobody(door: Door) -> None:
    refused = door.command("survey", "assign", "Somebody", "nothing")
    assert refused.returncode == 1
    assert "no such form" in refused.stderr
    assert "no such partner" in door.command("survey", "unassign", "Nobody Known", "offer").stderr


def test_another_partner_is_offered_all_forms_as_before(client: httpx.Client, door: Door) -> None:
    door.command("survey", "assign", "Other Partner", "poster")
    assert {form["formID"] for form in listed(client.get("/formList"))} == {"offer", "poster"}
