"""Invitations, reminders and partners' own forms as an editor meets them at the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from pop.surveys.collecting.actions.inviting import invite
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.models import Invitation, Partner, Survey
from pop.surveys.collecting.queries.partners import assigned_forms
from pop.surveys.inviting.actions.asking import stop_mails
from pop.surveys.inviting.models import Mail
from tests.surveys.filled import NOW
from tests.surveys.inviting.conftest import Inbox

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def editor(survey: Survey, as_staff: Callable[..., Client], settings: Any) -> Client:
    settings.ROOT_URLCONF = "pop.server.console"
    return as_staff("editor")


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_whoever_is_ticked_is_invited_and_nobody_else(editor: Client, partner: UUID, inbox: Inbox) -> None:
    other = make_partner(name="Silent", email="silent@lantern.example", now=NOW)
    make_partner(name="Without address", now=NOW)
    stopped = make_partner(name="Wants none", email="none@lantern.example", now=NOW)
    stop_mails(partner=stopped, now=NOW)
    asked = said(editor.get("/surveys/reminders/ask?form=poster"))
    assert "Lantern Line" in asked
    assert "Silent" in asked
    assert "Without address" not in asked
    assert "Wants none" not in asked
    done = editor.post("/surveys/reminders/ask", {"form": "poster", "partner": [str(partner), str(stopped), "x"]})
    assert done.status_code == 302
    assert list(Mail.objects.values_list("invitation__partner", flat=True)) == [partner]
    assert str(other) in said(editor.get("/surveys/reminders/ask?form=poster"))
    assert str(partner) not in said(editor.get("/surveys/reminders/ask?form=poster"))


def test_the_list_says_how_far_each_link_led_and_what_was_written(editor: Client, partner: UUID, inbox: Inbox) -> None:
    editor.post("/surveys/reminders/ask", {"form": "poster", "partner": [str(partner)]})
    listed = said(editor.get("/surveys/reminders"))
    assert "waits to be sent" in listed
    assert "not opened" in listed
    assert "office@lantern.example" not in listed
    for query, found in (
        ("step=answered", 0),
        ("step=not_opened", 1),
        ("mails=waits", 1),
        ("mails=sent", 0),
        ("q=lant", 1),
    ):
        page = said(editor.get(f"/surveys/reminders?{query}"))
        assert (f"/surveys/partners/{partner}" in page) == bool(found), query
    file = said(editor.get("/surveys/reminders?format=csv&sort=-sent"))
    assert file.count("Lantern Line") == 1


@pytest.mark.parametrize("mails", ["never", "waits", "sent", "stopped", "refused", "failed"])
def test_every_state_of_mails_is_a_filter_that_agrees_with_the_column(
    editor: Client, partner: UUID, inbox: Inbox, mails: str
) -> None:
    row = Invitation.objects.get(id=invite(partner=partner, form_id="poster", now=NOW).id)
    if mails in ("stopped", "refused"):
        Partner.objects.update(**{f"mails_{mails}_at": NOW})
    elif mails != "never":
        state = {"waits": "waiting"}.get(mails, mails)
        Mail.objects.create(invitation=row, number=1, due_at=NOW, state=state)
    for each in ("never", "waits", "sent", "stopped", "refused", "failed"):
        file = said(editor.get(f"/surveys/reminders?format=csv&mails={each}"))
        assert file.count("Lantern Line") == (each == mails)


def test_reminders_that_are_due_are_written_when_somebody_says_so(editor: Client, partner: UUID, inbox: Inbox) -> None:
    invite(partner=partner, form_id="poster", now=timezone.now() - timedelta(days=20))
    assert "1 reminders are due." in said(editor.get("/surveys/reminders"))
    editor.post("/surveys/reminders/send")
    editor.post("/surveys/reminders/send")
    assert list(Mail.objects.values_list("number", "state")) == [(1, "waiting")]


def test_without_a_mail_server_the_console_says_so_and_asks_nobody(
    editor: Client, partner: UUID, settings: Any
) -> None:
    settings.PRODUCTION = True
    for path in ("/surveys/reminders", "/surveys/reminders/ask"):
        assert "No mail server is set up" in said(editor.get(path))
    editor.post("/surveys/reminders/ask", {"form": "poster", "partner": [str(partner)]})
    editor.post("/surveys/reminders/send")
    assert not Invitation.objects.exists()


def test_the_forms_of_a_partner_are_ticked_and_unticked(editor: Client, partner: UUID) -> None:
    address = f"/surveys/partners/{partner}/forms"
    assert 'value="poster"' in said(editor.get(address))
    assert editor.post(address, {"forms": ["poster"]}).status_code == 302
    assert assigned_forms(partner) == {"poster"}
    assert "checked" in said(editor.get(address))
    assert editor.post(address, {"forms": ["nobody"]}).status_code == 200
    editor.post(address, {})
    assert assigned_forms(partner) == frozenset()


def test_the_console_leads_to_what_may_be_shared_at_the_public_address(editor: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://pop.example.org"
    page = said(editor.get("/surveys/poster/share"))
    assert "https://pop.example.org/survey/poster/share" in page
    assert "<svg" in page
    assert editor.get("/surveys/nobody/share").status_code == 404
    Survey.objects.update(state="closed")
    assert "<svg" not in said(editor.get("/surveys/poster/share"))
