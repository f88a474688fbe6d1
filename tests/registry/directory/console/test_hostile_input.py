"""Whatever is sent, the console answers without an error of its own and shows it inert."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest
from django.urls import URLPattern

from pop.registry.directory.models import Proposal, RegistryText, Service
from pop.registry.directory.rules.editing import CONTACT_COLUMNS, SERVICE_FIELDS
from pop.server.console import urlpatterns
from tests.hostile import NAUGHTY

pytestmark = pytest.mark.storage

HOSTILE = [
    "\x00",
    "a\x00b",
    "\ufffe\uffff",
    "\u202e116",
    "\u2066911\u2069",
    "\r\nSet-Cookie: a=b",
    "<script>alert(1)</script>",
    '"><svg onload=alert(1)>',
    "' OR 1=1 --",
    "'; DROP TABLE registry_service; --",
    "{{ 7*7 }}{% debug %}",
    "{0.__class__}",
    "%s%n%x",
    "../../../etc/passwd",
    "javascript:alert(1)",
    "١١٦",
    "１１６",
    "😀" * 60,
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "[]",
    '{"$ne": null}',
    "tel:+254116;phone-context=x",
    "Mo-Fr 25:99-99:99",
    "PT999999999H",
    "\\\\server\\share",
    "x" * 5000,
]
# Every name that some form of the console reads.
FIELDS = {
    *CONTACT_COLUMNS,
    *SERVICE_FIELDS,
    *("country", "organisation", "source", "observed_on", "stage", "whole", "starts", "ends", "reason", "outcome"),
    *("email", "roles", "reset", "login", "password", "again", "code"),
}


def addresses(kenya, people):
    ids = {
        "service_id": kenya.service.pk,
        "contact_id": kenya.contact.pk,
        "proposal_id": kenya.task.pk,
        "task_id": kenya.task.pk,
        "notice_id": kenya.notice.pk,
        "number_id": kenya.number.pk,
        "staff_id": people.cy.pk,
        "kind": "publish",
        "token": "none",
        "name": "none",
        "pk": 1,
    }
    found = []
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + str(pattern.pattern)
        for converter, value in ids.items():
            for kind in ("uuid", "str", "slug", "int", "path"):
                path = path.replace(f"<{kind}:{converter}>", str(value))
        found.append(path)
    return found


@pytest.mark.parametrize("text", HOSTILE)
def test_no_form_and_no_list_breaks_on_hostile_text(kenya, people, as_staff, text):
    client = as_staff("editor", "approver", "administrator")
    form = dict.fromkeys(FIELDS, text)
    query = dict.fromkeys(("q", "sort", "page", "country", "state", "kind", "format", "whose", "code", "next"), text)
    for path in addresses(kenya, people):
        if path.startswith("/account/"):  # signing out would end the walk
            continue
        for answer in (client.get(path, query), client.post(path, form)):
            assert answer.status_code < 500, path
            assert b"<script>alert(1)</script>" not in answer.content
            assert b"<svg onload" not in answer.content


@pytest.mark.parametrize("text", HOSTILE)
def test_no_way_of_signing_in_breaks_on_hostile_text(console, text):
    for path in ("/account/login/", "/security/second-step/", "/enter/x"):
        answer = console.post(path, {"login": text, "password": text, "code": text, "again": text, "next": text})
        assert answer.status_code < 500
        assert not answer.get("Location", "").startswith(("javascript:", "//", "http"))


def test_addresses_with_hostile_parts_are_not_found(as_staff):
    client = as_staff("editor", "approver", "administrator")
    for text in HOSTILE[:20]:
        for place in ("services", "proposals", "tasks", "notices", "emergency", "staff", "static", "enter"):
            assert client.get(f"/{place}/{quote(text, safe='')}").status_code in (404, 405)


def test_lone_surrogates_and_broken_encodings_are_refused_or_read_as_signs(kenya, as_staff):
    client = as_staff("editor", "approver", "administrator")
    for raw in ("q=%ED%A0%80", "q=%FF%FE", "q=%C0%AF", "%ED%A0%80=1", "q=%"):
        assert client.get(f"/services?{raw}").status_code == 200
    answer = client.post(
        f"/services/{kenya.service.pk}/contacts/add",
        b"as_stated=%ED%A0%80&source=%FF&channel=phone",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200


def test_a_megabyte_is_refused(kenya, as_staff):
    client = as_staff("editor", "approver", "administrator")
    answer = client.post(f"/services/{kenya.service.pk}/edit", {"name": "x" * 1_000_000})
    assert answer.status_code in (400, 413)
    answer = client.post(f"/services/{kenya.service.pk}/edit", {f"f{n}": "" for n in range(1_000)})
    assert answer.status_code in (400, 413)


def test_what_a_list_brought_in_is_shown_inert(kenya, as_staff):
    evil = '<script>alert(1)</script>"><svg onload=alert(1)>'
    Service.objects.filter(pk=kenya.service.pk).update(name=evil, remarks=evil, source=evil, website=evil)
    kenya.service.contacts.update(as_stated=evil, dial=evil[:40], hours_source=evil)
    kenya.service.evidence.create(field="name", value=evil, source=evil, stage="desk_checked")
    kenya.service.changes.create(field="name", before=evil, after=evil, via="load")
    RegistryText.objects.create(service=kenya.service, field="summary", language="en", text=evil)
    kenya.task.detail = {"reason": evil, "current": evil, "incoming": evil}
    kenya.task.save()
    client = as_staff("editor", "approver", "administrator")
    for path in (f"/services/{kenya.service.pk}", "/services", "/tasks", f"/tasks/{kenya.task.pk}", "/findings", "/"):
        page = client.get(path).content
        assert b"<script>alert" not in page
        assert b"<svg onload" not in page


def test_signs_that_cannot_be_seen_never_reach_a_proposal(kenya, as_staff):
    client = as_staff("editor")
    for name in ("Line\u202e611", "Line\u2066", "Li\x07ne"):
        answer = client.post(
            f"/services/{kenya.service.pk}/edit",
            {
                "name": name,
                "kind": "child_helpline",
                "audience": "child",
                "holiday_policy": "unknown",
                "source": "https://example.org/",
                "observed_on": "2026-01-01",
                "stage": "desk_checked",
            },
        )
        assert "signs that cannot be seen" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_every_naughty_string_is_searched_for_and_typed_without_harm(kenya, as_staff):
    client = as_staff("editor")
    path = f"/services/{kenya.service.pk}/contacts/add"
    for text in NAUGHTY:
        sent = quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")
        assert client.get(f"/tasks?q={sent}").status_code == 200, repr(text)
        body = f"as_stated={sent}&hours_source={sent}&source={sent}&channel=phone&stage=desk_checked&languages={sent}"
        answer = client.post(
            path, f"{body}&observed_on=2026-01-01".encode(), content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in (200, 302) or (answer.status_code == 400 and len(body) > 65_000), repr(text)
        page = answer.content.decode()
        assert text not in page or "<" not in text, repr(text)
