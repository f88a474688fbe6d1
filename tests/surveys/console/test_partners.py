"""Partners at the console: added, edited, given addresses and links that are shown once, and ended at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.test import Client

from pop.audit.models import AuditRow
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.models import Invitation, Partner, Token
from pop.surveys.collecting.queries.invitations import invitation_of
from pop.surveys.collecting.queries.partners import partner_of
from tests.surveys.filled import NOW

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

Staff = Callable[..., Client]


@pytest.fixture
def partner(lines: None) -> UUID:
    return make_partner(name="Ministry of Invention", country="KE", email="focal@example.org", now=NOW)


def test_a_partner_is_added_and_edited(lines: None, as_staff: Staff) -> None:
    client = as_staff("administrator")
    given = {"name": " Line  of Hope ", "country": "ke", "email": "line@example.org", "language": "sw"}
    body = client.post("/surveys/partners/add", given, follow=True).content.decode()
    assert "Line of Hope" in body
    row = Partner.objects.get()
    assert (row.name, row.country, row.language) == ("Line of Hope", "KE", "sw")
    Partner.objects.update(mails_stopped_at=NOW)
    path = f"/surveys/partners/{row.id}/edit"
    assert "line@example.org" in client.get(path).content.decode()
    client.post(path, {**given, "language": ""})
    row.refresh_from_db()
    assert (row.language, row.mails_stopped_at) == ("", NOW)
    client.post(path, {**given, "email": "other@example.org"})
    row.refresh_from_db()
    assert (row.email, row.mails_stopped_at) == ("other@example.org", None)
    changes = AuditRow.objects.filter(action="change_partner")
    assert "other@example.org" not in str([each.detail for each in changes])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "required"),
        ("name", "Ministry of Invention", "of this name already"),
        ("name", "a\u202eb", "visible characters"),
        ("country", "XX", "no such country"),
        ("email", "nobody", "no e-mail address"),
        ("language", "xx", "xx"),
    ],
)
def test_what_no_partner_may_have_is_said_at_its_field(
    partner: UUID, as_staff: Staff, field: str, value: str, said: str
) -> None:
    client = as_staff("editor")
    other = make_partner(name="Second", now=NOW)
    for path in ("/surveys/partners/add", f"/surveys/partners/{other}/edit"):
        body = client.post(path, {"name": "Third", field: value}).content.decode()
        assert said in body
    assert Partner.objects.count() == 2


def test_an_address_is_shown_once_and_ended_at_once(partner: UUID, as_staff: Staff) -> None:
    client = as_staff("editor")
    page = f"/surveys/partners/{partner}"
    shown = client.post(f"{page}/token").content.decode()
    [token] = re.findall(r"/openrosa/([0-9a-f]{64})", shown)
    assert partner_of(token) == partner
    assert token not in client.get(page).content.decode()
    row = Token.objects.get()
    client.post(f"{page}/token/{row.id}/end")
    assert partner_of(token) is None
    body = client.post(f"{page}/token/{row.id}/end", follow=True).content.decode()
    assert "ended before" in body
    assert client.post(f"{page}/token/{uuid4()}/end").status_code == 404


def test_a_link_is_shown_once_and_the_page_says_how_far_it_led(partner: UUID, as_staff: Staff) -> None:
    client = as_staff("editor")
    page = f"/surveys/partners/{partner}"
    shown = client.post(f"{page}/link", {"form": "lines"}).content.decode()
    [token] = re.findall(r"/survey/i/([0-9a-f]{64})", shown)
    assert invitation_of(token) is not None
    assert token not in client.get(page).content.decode()
    assert token not in str(list(AuditRow.objects.values()))
    assert "not opened" in client.get(page).content.decode()
    Invitation.objects.update(opened_at=NOW, started_at=NOW)
    assert "begun" in client.get(page).content.decode()
    make_partner(name="=Second", now=NOW)
    client.post(f"{page}/link/{Invitation.objects.get().id}/end")
    assert invitation_of(token) is None
    assert "ended" in client.get(page).content.decode()
    assert "'=Second" in client.get("/surveys/partners?format=csv").content.decode()


def test_no_link_leads_to_a_form_that_is_not_there(partner: UUID, as_staff: Staff) -> None:
    body = as_staff("editor").post(f"/surveys/partners/{partner}/link", {"form": "nothing"}, follow=True)
    assert "No such form was loaded." in body.content.decode()
    assert not Invitation.objects.exists()


def test_a_partner_that_is_not_there_is_not_found(lines: None, as_staff: Staff) -> None:
    client, path = as_staff("editor"), f"/surveys/partners/{uuid4()}"
    assert client.get(path).status_code == client.get(f"{path}/edit").status_code == 404
    assert client.post(f"{path}/token").status_code == client.post(f"{path}/link").status_code == 404
