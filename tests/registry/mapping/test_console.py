"""The review in the console: the list, its export, side by side, and every act through its form."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from pop.registry.directory.models import Proposal, Service
from pop.registry.mapping.actions.hearing import hear
from pop.registry.mapping.models import Finding, SafetyStep
from pop.registry.mapping.rules.answers import FIELDS
from tests.registry.mapping.filling import send

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

Staff = Callable[..., Client]
TAKE_ALL = {f"do_{name}": "take" for name in FIELDS}


def heard(**answers: str) -> UUID:
    submission, _ = send("helplines", partner=None, corrects=None, rows=(), **answers)
    found = hear(submission)
    assert found is not None
    return found


def shown(client: Client, finding: UUID) -> dict[str, str]:
    """Return what a page gives back of the comparison that it shows."""
    found = re.search(r'name="shown" value="([0-9a-f]{16})"', client.get(f"/mapping/{finding}").content.decode())
    assert found is not None
    return {"shown": found[1]}


def test_the_list_names_each_answer_and_its_export_runs_no_formula(helplines: None, as_staff: Staff) -> None:
    heard(service_name='=HYPERLINK("https://evil.example","Line")')
    heard(service_name="Zebra Line", channel_number="0800 720 222")
    client = as_staff("approver")
    body = client.get("/mapping?sort=-name&status=compared").content.decode()
    assert body.index("Zebra Line") < body.index("HYPERLINK")
    assert "Zebra Line" not in client.get("/mapping?q=hyper").content.decode()
    export = client.get("/mapping?format=csv").content.decode()
    assert "Zebra Line" in export
    assert '"=HYPER' not in export
    assert "\n=HYPER" not in export


def test_answers_stand_beside_the_record_that_they_are_about(
    helplines: None, as_staff: Staff, make_service: Callable[..., Service]
) -> None:
    service = make_service(name="Lantern Line", languages=["en"])
    finding = heard()
    body = as_staff("editor").get(f"/mapping/{finding}").content.decode()
    assert f"/services/{service.pk}" in body
    assert "the same name" in body
    assert 'name="do_languages"' in body
    # Who answered stands with the submission, where each look is written down.
    assert "private.person" not in body
    assert "/surveys/submissions/" in body
    assert "/surveys/submissions/" not in as_staff("approver").get(f"/mapping/{finding}").content.decode()


def test_from_the_form_to_children_through_five_people(helplines: None, as_staff: Staff) -> None:
    finding = heard()
    editor = as_staff("editor")
    editor.post(f"/mapping/{finding}/take", TAKE_ALL | shown(editor, finding))
    proposal = Proposal.objects.get()
    for _ in range(2):
        as_staff("approver").post(f"/proposals/{proposal.pk}/approve")
    service = Service.objects.get()
    assert (service.state, service.safety) == ("published", "mapped_only")
    body = as_staff("editor").get(f"/mapping/{finding}").content.decode()
    assert f"/services/{service.pk}/safety" in body
    page = f"/services/{service.pk}/safety"
    desk = {"step": "desk", "outcome": "body_and_policy_found", "source": "https://register.example.net/17"}
    call = {
        "step": "call",
        "outcome": "answered_as_claimed",
        "source": "https://register.example.net/17",
        "number_source": "public_register",
        "number": "020 2345678",
    }
    one = as_staff("editor")
    one.post(f"{page}/take", desk)
    one.post(f"{page}/take", call)
    service.refresh_from_db()
    assert service.safety == "mapped_only"
    as_staff("approver").post(f"{page}/take", call)
    service.refresh_from_db()
    assert service.safety == "clear"
    assert "2345678" not in str(list(SafetyStep.objects.values()))
    body = one.get(page).content.decode()
    assert "answered as claimed" in body
    assert "no longer counts" not in body


def test_a_rejected_answer_becomes_nothing(helplines: None, as_staff: Staff) -> None:
    finding = heard()
    approver = as_staff("approver")
    approver.post(f"/mapping/{finding}/reject", {"reason": "false_claim"} | shown(approver, finding))
    assert Finding.objects.get().state == "rejected"
    body = as_staff("editor").post(f"/mapping/{finding}/take", TAKE_ALL, follow=True).content.decode()
    assert "decided already" in body
    assert not Service.objects.exists()


def test_a_page_that_was_opened_before_the_registry_changed_takes_nothing_up_and_rejects_nothing(
    helplines: None, as_staff: Staff, make_service: Callable[..., Service]
) -> None:
    finding = heard()
    client = as_staff("editor")
    before = shown(client, finding)
    make_service(name="Lantern Line")
    for act, given in (("take", TAKE_ALL), ("reject", {"reason": "false_claim"})):
        body = client.post(f"/mapping/{finding}/{act}", {**given, **before}, follow=True).content.decode()
        assert "has changed since you opened this page" in body
        assert not Proposal.objects.exists()
        body = client.post(f"/mapping/{finding}/{act}", given, follow=True).content.decode()
        assert "has changed since you opened this page" in body
    assert Finding.objects.get().verdict == "update"
    client.post(f"/mapping/{finding}/reject", {"reason": "duplicate"} | shown(client, finding))
    assert Finding.objects.get().state == "rejected"
