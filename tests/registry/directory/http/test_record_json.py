from __future__ import annotations

import json
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from pop.registry.directory.models import Contact, Evidence, LinkCheck


@pytest.mark.storage
def test_one_record_comes_with_contacts_verification_evidence_and_history(public: Client, registry: SimpleNamespace):
    answer = public.get(f"/v1/services/{registry.line.id}")
    assert answer["Content-Type"] == "application/json"
    record = json.loads(answer.content)["service"]
    assert {key: record[key] for key in ("id", "name", "kind", "country", "topics", "languages", "ages")} == {
        "id": str(registry.line.id),
        "name": "Childline Kenya",
        "kind": "child_helpline",
        "country": "KE",
        "topics": [],
        "languages": ["sw", "en"],
        "ages": {"min": None, "max": 18},
    }
    assert record["verification"] == {
        "stage": "directory_listed",
        "on": "2022-05-16",
        "source": "https://directory.example/kenya/",
    }
    assert sorted(record["evidence"]) == ["dial", "hours", "languages"]
    assert record["evidence"]["hours"] == [
        {
            "value": "24/7",
            "stage": "directory_listed",
            "on": "2022-05-16",
            "source": "https://directory.example/kenya/",
            "contact": str(registry.phone.id),
        }
    ]
    assert [(row["field"], row["before"], row["after"]) for row in record["history"]] == [("dial", "999", "116")]


def test_a_contact_has_a_link_only_where_a_child_would_get_one(public: Client, registry: SimpleNamespace):
    LinkCheck.objects.create(
        url="https://chat.example/", ok=True, status="200", checked_at=timezone.now() - timedelta(days=91)
    )
    address = f"/v1/services/{registry.line.id}"

    def links() -> dict[str, str | None]:
        record = json.loads(public.get(address).content)["service"]
        return {contact["id"]: contact["uri"] for contact in record["contacts"]}

    assert links() == {
        str(registry.phone.id): "tel:116",
        str(registry.text.id): "sms:+254722178177?body=VOICE",
        str(registry.chat.id): None,
        str(registry.mail.id): None,
        str(registry.hidden.id): None,
    }
    LinkCheck.objects.update(checked_at=timezone.now())
    assert links()[str(registry.chat.id)] == "https://chat.example/"


def test_a_number_that_was_taken_away_is_not_quoted_by_what_its_source_said(public: Client, registry: SimpleNamespace):
    gone = Contact.objects.create(service=registry.line, channel="phone", as_stated="0900 111", dial="0900 111")
    Evidence.objects.create(
        service=registry.line, field="numbers_as_stated", value="116 / 0900 111", stage="desk_checked"
    )
    addresses = [
        f"/v1/services/{registry.line.id}",
        f"/en/service/{registry.line.id}",
        f"/hsds/services/{registry.line.id}",
    ]
    assert "0900 111" in public.get(addresses[0]).content.decode()
    Contact.objects.filter(pk=gone.pk).update(withheld="removed")
    for address in addresses:
        assert "0900 111" not in public.get(address).content.decode()


def test_what_is_not_known_is_null_and_never_false(public: Client, registry: SimpleNamespace):
    contacts = json.loads(public.get(f"/v1/services/{registry.line.id}").content)["service"]["contacts"]
    phone = next(contact for contact in contacts if contact["id"] == str(registry.phone.id))
    assert (phone["free"], phone["anonymous"], phone["from_abroad"]) == (True, None, False)


@pytest.mark.parametrize(
    "bad", ["x", "1", "%F0%9F%98%80", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "a" * 4000, "null"]
)
def test_what_is_no_id_is_refused_with_problem_details_that_name_it(
    public: Client, registry: SimpleNamespace, bad: str
):
    answer = public.get(f"/v1/services/{bad}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["status"] == 400
    assert problem["parameter"] == "id"
    assert bad not in problem.values()


def test_unknown_suspended_and_closed_records_say_which_they_are(public: Client, registry: SimpleNamespace):
    assert public.get(f"/v1/services/{uuid.uuid4()}").status_code == 404
    suspended = public.get(f"/v1/services/{registry.suspended.id}")
    assert suspended.status_code == 404
    assert json.loads(suspended.content)["title"] == "Under review"
    closed = public.get(f"/v1/services/{registry.closed.id}")
    assert closed.status_code == 410
    assert closed["Content-Type"] == "application/problem+json"
    assert json.loads(closed.content)["tombstone"] == {
        "id": str(registry.closed.id),
        "name": "Closed Line",
        "country": "KE",
        "closed": "2024-03-01",
    }
