"""What came in, at the console: listed, read under labels, taken away; who answered only for who asks them back."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from openpyxl import load_workbook

from pop.audit.models import AuditRow
from pop.surveys.collecting.actions.partners import make_partner
from pop.surveys.collecting.actions.receiving import File, receive
from pop.surveys.collecting.actions.withdrawing import withdraw
from pop.surveys.collecting.models import Submission, Survey
from tests.surveys.exporting.lines import answer
from tests.surveys.filled import NOW, fresh_id, photo_survey, png, poster

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

Staff = Callable[..., Client]


def id_of(instance_id: str) -> UUID:
    return Submission.objects.get(instance_id=instance_id).id


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_can_be_searched_filtered_and_exported(lines: None, as_staff: Staff) -> None:
    partner = make_partner(name="Ministry of Invention", now=NOW)
    first, second = id_of(answer(partner=partner)), id_of(answer(version="2"))
    client = as_staff("administrator")
    body = text(client, "/surveys/lines/submissions")
    assert f"/surveys/submissions/{first}" in body
    assert f"/surveys/submissions/{second}" in body
    survey = Survey.objects.get(version="2").id
    for asked, there in ((f"partner={partner}", first), (f"survey={survey}", second), ("q=Invention", first)):
        found = text(client, f"/surveys/lines/submissions?{asked}")
        assert f"/surveys/submissions/{there}" in found
        assert found.count('href="/surveys/submissions/') == 1
    table = text(client, "/surveys/lines/submissions?format=csv&sort=partner")
    assert str(first) in table
    assert "Lantern Line" not in table


def test_answers_stand_under_labels_in_the_readers_language(lines: None, as_staff: Staff) -> None:
    found = id_of(answer("<b>Lantern</b>"))
    client = as_staff("editor")
    page = f"/surveys/submissions/{found}"
    body = text(client, page)
    assert "About what?" in body
    assert "Bullying" in body
    assert "A channel, number 2" in body
    assert "&lt;b&gt;Lantern&lt;/b&gt;" in body
    assert "=1+1.csv" in body
    assert "عن ماذا؟" in text(client, f"{page}?language=ar")
    assert "About what?" in text(client, f"{page}?language=xx")


def test_who_answered_is_shown_to_an_editor_who_asks_and_that_is_written_down(lines: None, as_staff: Staff) -> None:
    found = id_of(answer())
    editor, administrator = as_staff("editor"), as_staff("administrator")
    page = f"/surveys/submissions/{found}"
    for client in (editor, administrator):
        body = text(client, page)
        assert "clerk@example.org" not in body
        assert "Night clerk" not in body
    assert f"{page}/respondent" not in text(administrator, page)
    assert administrator.post(f"{page}/respondent").status_code == 404
    assert editor.get(f"{page}/respondent").status_code == 405
    assert not AuditRow.objects.filter(action="see_respondent").exists()
    assert "clerk@example.org" in editor.post(f"{page}/respondent").content.decode()
    row = AuditRow.objects.get(action="see_respondent")
    assert (row.object_id, row.actor) == (str(found), editor.person.pk)  # type: ignore[attr-defined]


def test_of_what_was_withdrawn_nothing_is_shown(lines: None, as_staff: Staff) -> None:
    found = id_of(answer())
    withdraw(submission=found, now=NOW)
    editor = as_staff("editor")
    for response in (
        editor.get(f"/surveys/submissions/{found}"),
        editor.post(f"/surveys/submissions/{found}/respondent"),
    ):
        assert "Lantern" not in response.content.decode()
        assert "clerk@example.org" not in response.content.decode()


def test_faults_are_said_in_words_and_a_form_that_cannot_be_read_hides_no_answer(
    db: None, data_dir: None, as_staff: Staff
) -> None:
    photo_survey()
    xml = poster(instance_id := fresh_id(), photo="wall.png").replace(b"<second>", b"<second>gate.png")
    receive(xml=xml, source="openrosa", now=NOW, files=[File("wall.png", png())])
    found = id_of(instance_id)
    Submission.objects.filter(id=found).update(faults=[{"path": "/data/place", "code": "brand_new"}])
    client = as_staff("editor")
    body = text(client, f"/surveys/submissions/{found}")
    assert "School gate" in body
    assert "another fault: brand_new" in body
    assert "gate.png" in body
    picture = client.get(f"/surveys/submissions/{found}/files/wall.png")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert client.get(f"/surveys/submissions/{found}/files/gate.png").status_code == 404


def test_a_download_is_the_whole_file_and_leaves_who_answered_out(lines: None, as_staff: Staff) -> None:
    answer()
    client = as_staff("administrator")
    got = client.post("/surveys/lines/export", {"format": "xlsx", "language": "ar"})
    data = b"".join(got.streaming_content)  # type: ignore[attr-defined]
    assert got["Content-Disposition"].startswith('attachment; filename="lines-')
    assert got["Content-Length"] == str(len(data))
    sheet = load_workbook(io.BytesIO(data))["submissions"]
    said = str(list(sheet.iter_rows(values_only=True)))
    assert "كينيا" in said
    assert "clerk@example.org" not in said


def test_only_who_asks_respondents_back_takes_them_away(lines: None, as_staff: Staff) -> None:
    answer()
    asked = {"format": "json", "respondents": "yes"}
    assert as_staff("administrator").post("/surveys/lines/export", asked).status_code == 404
    assert not AuditRow.objects.filter(action="export_submissions").exists()
    editor = as_staff("editor")
    assert b"clerk@example.org" in b"".join(editor.post("/surveys/lines/export", asked).streaming_content)  # type: ignore[attr-defined]
    row = AuditRow.objects.get(action="export_submissions")
    assert (row.detail["respondents"], row.actor) == (True, editor.person.pk)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"format": "pdf"}, "kinds of files"), ({"format": "csv", "language": "xx"}, "It speaks: en, ar.")],
)
def test_what_cannot_be_taken_away_is_said(lines: None, as_staff: Staff, asked: dict[str, str], said: str) -> None:
    response = as_staff("editor").post("/surveys/lines/export", asked, follow=True)
    assert said in response.content.decode()


def test_the_served_console_sends_the_same_file_in_parts(lines: None, as_staff: Staff) -> None:
    for _ in range(3):
        answer("x" * 200_000)
    plain = as_staff("editor")
    served = AsyncClient()
    served.cookies = plain.cookies

    async def fetch() -> list[bytes]:
        response = await served.post("/surveys/lines/export", {"format": "json"})
        return [part async for part in response.streaming_content]  # type: ignore[attr-defined]

    parts = async_to_sync(fetch)()
    assert len(parts) == 3
    same = plain.post("/surveys/lines/export", {"format": "json"})
    assert b"".join(parts) == b"".join(same.streaming_content)  # type: ignore[attr-defined]


def test_a_form_that_is_not_there_has_no_list_and_no_file(lines: None, as_staff: Staff) -> None:
    client = as_staff("editor")
    assert client.get("/surveys/nothing/submissions").status_code == 404
    assert client.post("/surveys/nothing/export", {"format": "json"}).status_code == 404


@pytest.mark.parametrize("role", ["approver", "counsellor", "supervisor"])
def test_nobody_else_finds_a_page_of_surveys(lines: None, as_staff: Staff, role: str) -> None:
    found = id_of(answer())
    client = as_staff(role)
    for path in ("/surveys", "/surveys/partners", "/surveys/lines/submissions", f"/surveys/submissions/{found}"):
        assert client.get(path).status_code == 404
    assert client.post("/surveys/lines/export", {"format": "json"}).status_code == 404
