from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from pop.registry.directory.actions.reports import HOURLY_LIMIT, REASONS
from pop.registry.directory.models import Change, Service, Task
from pop.registry.directory.words import REGISTRY

FORM = "application/x-www-form-urlencoded"

NASTY = [
    "\x00",
    "a\x00b",
    "\ud800",
    "%00",
    "'; DROP TABLE registry_task; --",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "{{ 7*7 }}{% debug %}",
    "\u202eabc",
    "😀" * 50,
    "1" * 31,
    "-" * 10,
    "undefined",
    "\r\nSet-Cookie: a=b",
    "e\u0301" * 1000,
]


def send(public: Client, service: object, *, headers: dict[str, str] | None = None, **fields: str) -> HttpResponse:
    body = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields.items())
    return public.generic("POST", f"/en/service/{service}/report", body.encode(), content_type=FORM, headers=headers)


@pytest.mark.storage
def test_a_report_becomes_a_task_and_changes_nothing_else(public: Client, registry: SimpleNamespace):
    changes = Change.objects.count()
    answer = send(public, registry.line.id, reason="no_answer", contact=str(registry.phone.id), number="")
    assert answer.status_code == 303
    assert answer["Location"] == f"/en/service/{registry.line.id}/thanks"
    assert not answer.cookies
    task = Task.objects.get()
    assert (task.kind, task.service, task.contact_id, task.count) == (
        "number_report",
        registry.line,
        registry.phone.id,
        1,
    )
    assert task.detail["reason"] == "no_answer"
    assert Change.objects.count() == changes
    assert Service.objects.get(id=registry.line.id).state == "published"
    assert b"Nothing is hidden automatically." in public.get(answer["Location"]).content


@pytest.mark.storage
def test_equal_reports_raise_the_count_and_different_ones_do_not(public: Client, registry: SimpleNamespace):
    for _ in range(3):
        send(public, registry.line.id, reason="wrong_number", number="0722 178 178")
    send(public, registry.line.id, reason="wrong_number", number="0722 178 179")
    send(public, registry.line.id, reason="hours_wrong")
    counts = {(task.detail["reason"], task.detail["number"]): task.count for task in Task.objects.all()}
    assert counts == {
        ("wrong_number", "0722 178 178"): 3,
        ("wrong_number", "0722 178 179"): 1,
        ("hours_wrong", ""): 1,
    }


def test_a_report_after_a_decision_is_a_new_task(public: Client, registry: SimpleNamespace):
    send(public, registry.line.id, reason="other")
    Task.objects.update(state="done")
    send(public, registry.line.id, reason="other")
    assert sorted(Task.objects.values_list("state", "count")) == [("done", 1), ("open", 1)]


@pytest.mark.storage
def test_a_flood_for_one_service_is_bounded_without_knowing_who_sends(public: Client, registry: SimpleNamespace):
    answers = [
        send(public, registry.line.id, reason="other", number=str(n)).status_code for n in range(HOURLY_LIMIT + 5)
    ]
    assert answers == [303] * HOURLY_LIMIT + [429] * 5
    assert Task.objects.count() == HOURLY_LIMIT
    assert send(public, registry.others.id, reason="other").status_code == 303


def test_another_site_cannot_send_reports(public: Client, registry: SimpleNamespace):
    refused = send(public, registry.line.id, reason="other", headers={"sec-fetch-site": "cross-site"})
    assert refused.status_code == 403
    assert not Task.objects.exists()
    assert send(public, registry.line.id, reason="other", headers={"sec-fetch-site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("nasty", NASTY)
def test_nothing_but_codes_and_phone_characters_is_ever_kept_or_repeated(
    public: Client, registry: SimpleNamespace, nasty: str
):
    for fields in ({"reason": nasty}, {"reason": "other", "number": nasty}):
        answer = send(public, registry.line.id, **fields)
        assert answer.status_code == 400
        if len(nasty) > 4:
            assert nasty.encode("utf-8", "replace") not in answer.content
    assert send(public, registry.line.id, reason="other", contact=nasty).status_code == 303
    task = Task.objects.get()
    assert (task.contact_id, task.detail["number"]) == (None, "")


def test_digits_of_other_scripts_are_numbers_too(public: Client, registry: SimpleNamespace):
    assert send(public, registry.line.id, reason="wrong_number", number="٠٧٢٢ ١٧٨").status_code == 303
    assert Task.objects.get().detail["number"] == "0722 178"


def test_a_free_text_field_is_not_read(public: Client, registry: SimpleNamespace):
    send(public, registry.line.id, reason="other", comment="my name is Amina", text="help me")
    assert "Amina" not in str(Task.objects.get().detail)


def test_a_report_with_files_or_json_is_not_taken(public: Client, registry: SimpleNamespace):
    address = f"/en/service/{registry.line.id}/report"
    assert public.post(address, {"reason": "other"}).status_code == 400  # multipart
    assert public.post(address, {"reason": "other"}, content_type="application/json").status_code == 400
    assert not Task.objects.exists()


def test_only_what_everybody_sees_can_be_reported(public: Client, registry: SimpleNamespace):
    for hidden in (registry.waiting, registry.unsafe, registry.suspended, registry.closed):
        assert send(public, hidden.id, reason="other").status_code == 404
    assert not Task.objects.exists()


def test_the_form_has_every_reason_and_says_that_nobody_answers_here(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.line.id}/report?contact={registry.phone.id}").content.decode()
    for reason in REASONS:
        assert f'value="{reason}"' in page
        assert REGISTRY.texts[f"report_{reason}"] in page
    assert "Nobody replies through this form." in page
    assert f'value="{registry.phone.id}" checked' in page
    assert "<textarea" not in page


def test_a_mistake_in_the_form_is_named_beside_its_field(public: Client, registry: SimpleNamespace):
    page = send(public, registry.line.id, reason="other", number="please help").content.decode()
    assert 'role="alert"' in page
    assert 'aria-describedby="hint error" aria-invalid="true"' in page
    assert "please help" not in page
