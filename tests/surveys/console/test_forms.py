"""Forms at the console: loaded from a file or refused with reasons, opened, closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pop.audit.models import AuditRow
from pop.surveys.collecting.models import Survey
from tests.surveys.filled import workbook

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

Staff = Callable[..., Client]


def load(client: Client, data: bytes, name: str = "offer.md") -> Any:
    return client.post("/surveys/load", {"file": SimpleUploadedFile(name, data)}, follow=True)


def test_a_form_is_loaded_opened_and_closed(data_dir: None, as_staff: Staff) -> None:
    client = as_staff("administrator")
    assert "Loaded as a draft: offer 1." in load(client, workbook()).content.decode()
    assert "was loaded before" in load(client, workbook()).content.decode()
    for move, state in (("open", "open"), ("close", "closed")):
        body = client.post(f"/surveys/offer/versions/{move}", {"version": "1"}, follow=True).content.decode()
        assert Survey.objects.get().state == state
        assert "The form takes" in body
    actors = AuditRow.objects.filter(object_type="survey").values_list("action", "actor")
    me = client.person.pk  # type: ignore[attr-defined]
    assert sorted(actors) == [("close_survey", me), ("load_form", me), ("open_survey", me)]


def test_a_refused_form_is_refused_whole_with_its_reasons(data_dir: None, as_staff: Staff) -> None:
    client = as_staff("editor")
    body = load(client, workbook().replace(b"| integer |", b"| barcode |")).content.decode()
    assert "Nothing was loaded." in body
    assert "barcode" in body
    assert "macro" in load(client, b"not a workbook", "offer.xlsm").content.decode() or not Survey.objects.exists()
    assert not Survey.objects.exists()


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04broken", b"| survey |"])
def test_whatever_a_file_holds_the_page_says_what_is_wrong(data_dir: None, as_staff: Staff, data: bytes) -> None:
    client = as_staff("editor")
    for name in ("a.xlsx", "a.md", "a.exe", "../../a.xlsx"):
        response = load(client, data, name)
        assert response.status_code == 200
        assert "mistake" in response.content.decode()
    assert not Survey.objects.exists()


def test_a_changed_form_needs_a_new_version(data_dir: None, as_staff: Staff) -> None:
    client = as_staff("editor")
    load(client, workbook())
    changed = load(client, workbook().replace(b"How many", b"About how many")).content.decode()
    assert "taken by a form with other content" in changed
    assert "no file" not in changed
    assert "Choose a file." in client.post("/surveys/load", {}).content.decode()


def test_the_list_is_sorted_filtered_and_exported(lines: None, as_staff: Staff) -> None:
    client = as_staff("editor")
    load(client, workbook())
    body = client.get("/surveys?state=draft").content.decode()
    assert "/surveys/offer/versions" in body
    assert "/surveys/lines/versions" not in body
    assert "offer" in client.get("/surveys?format=csv&sort=-submissions&q=offer").content.decode()
    assert client.get("/surveys/nothing/versions").status_code == 404
    assert client.post("/surveys/nothing/versions/open", {"version": "1"}).status_code == 404
    assert client.post("/surveys/lines/versions/burn", {"version": "1"}).status_code == 404
    refused = client.post("/surveys/lines/versions/open", {"version": "9"}, follow=True).content.decode()
    assert "No such version" in refused


@pytest.mark.parametrize("form_id", ["partners", "load", "submissions", "imports"])
def test_a_form_may_be_called_as_one_of_our_pages(data_dir: None, as_staff: Staff, form_id: str) -> None:
    client = as_staff("editor")
    body = load(client, workbook().replace(b" offer |", f" {form_id} |".encode())).content.decode()
    assert f"/surveys/{form_id}/submissions" in body
    assert client.get(f"/surveys/{form_id}/submissions").status_code == 200
