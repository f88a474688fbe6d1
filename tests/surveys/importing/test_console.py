"""Imports at the console: a file is brought, looked through, checked and started, by pages that need no script."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pop.audit.models import AuditRow
from pop.surveys.collecting.models import Submission
from pop.surveys.importing.actions.working import Checking, ImportingDuty
from pop.surveys.importing.models import Import, SavedMapping
from tests.surveys.importing.exports import CSV, kobo, xlsx

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

ODD = xlsx({"Answers": (("Called", "name", "Secret note", "publish"), ("x", "Line of Hope", "y", "it is"),
                        ("x", "Quiet Door", "y", "never"))})  # fmt: skip


def bring(client: Client, survey: UUID, name: str, data: bytes, **more: str) -> str:
    posted = {"form": str(survey), "file": SimpleUploadedFile(name, data), **more}
    answer = client.post("/surveys/imports/new", posted)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_file_whose_columns_are_all_known_is_checked_started_and_done(
    survey: UUID, as_staff: Callable[..., Client]
) -> None:
    client = as_staff("editor")
    address = bring(client, survey, "service.xlsx", kobo())
    assert 'http-equiv="refresh"' in client.get(address).content.decode()
    ImportingDuty()()
    page = client.get(address).content.decode()
    assert "checked, waits for you" in page
    assert not Submission.objects.exists()
    assert client.post(f"{address}/start").status_code == 302
    ImportingDuty()()
    page = client.get(address).content.decode()
    assert "done" in page
    assert 'http-equiv="refresh"' not in page
    assert Submission.objects.count() == 2
    person = client.person.id  # type: ignore[attr-defined]
    assert set(Submission.objects.values_list("provenance__by", flat=True)) == {str(person)}
    assert AuditRow.objects.filter(action="start_import", actor=person).count() == 1
    assert "service.xlsx" in client.get("/surveys/imports").content.decode()


def test_columns_that_nobody_knows_wait_for_a_mapping_that_is_written_saved_and_used_again(
    survey: UUID, as_staff: Callable[..., Client]
) -> None:
    client = as_staff("editor")
    address = bring(client, survey, "odd.xlsx", ODD)
    ImportingDuty()()
    assert "waits for its mapping" in client.get(address).content.decode()
    page = client.get(f"{address}/mapping").content.decode()
    assert "Secret note" in page
    assert "Map it, or leave it out by name" in page
    written = {
        "column_0": "leave_out", "column_1": "/data/about/name", "column_2": "leave_out", "column_3": "/data/publish",
        "date_order": "dmy", "decimal_mark": ",", "unasked": "refuse", "separator": " ", "zone": "Africa/Nairobi",
        "source": "", "constants": "/data/about/free = yes | said on the telephone",
        "values": "publish | it is = yes\npublish | never = no", "name": "by mail", "do": "check",
    }  # fmt: skip
    assert client.post(f"{address}/mapping", written)["Location"] == address
    ImportingDuty()()
    client.post(f"{address}/start")
    ImportingDuty()()
    assert Submission.objects.count() == 2
    assert all(b"<free>yes</free>" in bytes(row.xml) for row in Submission.objects.all())
    saved = SavedMapping.objects.get()
    assert (saved.form_id, saved.name, saved.content["zone"]) == ("service", "by mail", "Africa/Nairobi")
    again = bring(client, survey, "odd-2.xlsx", ODD, mapping="service/by mail")
    ImportingDuty()()
    assert Import.objects.get(id=again.rpartition("/")[2]).mapping_name == "by mail"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"column_0": "/data/nothing"}, "The form has no question /data/nothing"),
        ({"column_0": "what?"}, "The form has no question what?"),
        ({"column_0": ""}, "Map it, or leave it out by name"),
        ({"constants": "no reason"}, "constants, line 1"),
        ({"values": "nowhere | a = b"}, "values, line 1"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"date_order": "never"}, "date_order"),
        ({"name": ""}, "A mapping is called by"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_said_on_its_page(
    survey: UUID, as_staff: Callable[..., Client], written: dict[str, str], said: str
) -> None:
    client = as_staff("editor")
    address = bring(client, survey, "odd.xlsx", ODD)
    good = {"column_0": "leave_out", "column_2": "leave_out", "name": "by mail", "do": "check"}
    answer = client.post(f"{address}/mapping", good | written)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not SavedMapping.objects.exists()


def test_rows_with_mistakes_are_reported_by_place_and_can_be_taken_away_to_mend(
    survey: UUID, as_staff: Callable[..., Client]
) -> None:
    client = as_staff("editor")
    address = bring(client, survey, "a.csv", f"{CSV}Third Window,a-secret-word,no,,yes\n".encode())
    ImportingDuty()()
    page = client.get(address).content.decode()
    assert "row 4, column staff" in page
    assert "secret" not in page
    client.post(f"{address}/start")
    assert not Submission.objects.exists()
    client.post(f"{address}/start", {"good_only": "yes"})
    ImportingDuty()()
    assert Submission.objects.count() == 2
    answer = client.get(f"{address}/to-mend")
    assert answer.content.startswith(b"PK")
    assert AuditRow.objects.filter(action="take_rows_to_mend").count() == 1


def test_rows_in_which_stands_who_answered_are_for_editors_and_for_whoever_brought_them(
    survey: UUID, as_staff: Callable[..., Client]
) -> None:
    data = f"{CSV}Third Window,a-secret-word,no,,yes\n".encode()
    own, others = as_staff("administrator"), as_staff("administrator")
    address = bring(own, survey, "a.csv", data)
    ImportingDuty()()
    for client, status in ((own, 200), (as_staff("editor"), 200), (others, 404)):
        assert client.get(f"{address}/to-mend").status_code == status
        assert (f"{address}/to-mend" in client.get(address).content.decode()) == (status == 200)
    assert AuditRow.objects.filter(action="take_rows_to_mend").count() == 2


@pytest.mark.parametrize(
    ("name", "data"), [("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9), ("a.xlsx", b"PK\x03\x04"), ("a.pdf", b"%")]
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page(
    survey: UUID, as_staff: Callable[..., Client], name: str, data: bytes
) -> None:
    posted = {"form": str(survey), "file": SimpleUploadedFile(name, data)}
    answer = as_staff("editor").post("/surveys/imports/new", posted)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not Import.objects.exists()


def test_a_discarded_file_leaves_nothing(survey: UUID, as_staff: Callable[..., Client], tmp_path: object) -> None:
    client = as_staff("administrator")
    address = bring(client, survey, "service.xlsx", kobo())
    ImportingDuty()()
    assert client.post(f"{address}/discard").status_code == 302
    row = Import.objects.get()
    assert (row.state, row.rows.count()) == ("discarded", 0)
    assert "discarded" in client.get(address).content.decode()
    assert client.post(f"{address}/start").status_code == 302
    assert not Submission.objects.exists()


@pytest.mark.parametrize("role", ["counsellor", "supervisor", "approver"])
def test_nobody_else_finds_these_pages(survey: UUID, as_staff: Callable[..., Client], role: str) -> None:
    address = bring(as_staff("editor"), survey, "service.xlsx", kobo())
    client = as_staff(role)
    for path in ("/surveys/imports", "/surveys/imports/new", address, f"{address}/mapping", f"{address}/to-mend"):
        assert client.get(path).status_code == 404
    for path in (f"{address}/start", f"{address}/discard"):
        assert client.post(path).status_code == 404


def test_an_import_that_fails_holds_up_no_other_and_is_tried_again(
    survey: UUID, as_staff: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = as_staff("editor")
    first = bring(client, survey, "service.xlsx", kobo()).rpartition("/")[2]
    second = bring(client, survey, "service.csv", CSV.encode()).rpartition("/")[2]

    def broken(self: Checking, import_id: UUID) -> None:
        if str(import_id) == first:
            raise OSError("the disk does not answer")
        opened(self, import_id)

    opened = Checking.__init__
    monkeypatch.setattr(Checking, "__init__", broken)
    duty = ImportingDuty()
    with pytest.raises(OSError, match="disk"):
        duty()
    duty()
    assert Import.objects.get(id=second).state == "checked"
    with pytest.raises(OSError, match="disk"):
        duty()
    monkeypatch.undo()
    duty()
    duty()
    assert Import.objects.get(id=first).state == "checked"
