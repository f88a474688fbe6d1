"""From each system's export to submissions: every answer where it belongs, each row once."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.surveys.collecting.actions.receiving import Outcome, receive
from pop.surveys.collecting.actions.withdrawing import withdraw
from pop.surveys.collecting.models import Submission
from pop.surveys.collecting.queries.submissions import submission
from pop.surveys.importing import storing
from tests.surveys.filled import NOW
from tests.surveys.importing.bringing import answers, brought, suggested
from tests.surveys.importing.exports import CSV, UUIDS, kobo, microsoft, odk

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_an_export_of_kobotoolbox_comes_in_with_its_repeats(survey: UUID) -> None:
    facts = brought(survey, "service.xlsx", kobo())
    assert (facts.system, facts.state, facts.counts["taken"]) == ("kobotoolbox", "done", 2)
    first = Submission.objects.get(instance_id=f"uuid:{UUIDS[0]}")
    assert answers(first) == {
        "/data/start": "2026-01-05T09:00:00.000+03:00",
        "/data/about/name": "Line of Hope",
        "/data/about/staff": "12",
        "/data/about/budget": "1.5",
        "/data/about/since": "2020-02-01",
        "/data/about/free": "no",
        "/data/about/price": "3 shillings",
        "/data/about/topics": "bullying family",
        "/data/about/place": "-1.28 36.82 0.0 0.0",
        "/data/way[1]/number": "116",
        "/data/way[1]/night": "yes",
        "/data/way[2]/number": "chat.example.org",
        "/data/way[2]/night": "no",
        "/data/publish": "yes",
        "/data/meta/instanceID": f"uuid:{UUIDS[0]}",
    }
    second = Submission.objects.get(instance_id=f"uuid:{UUIDS[1]}")
    assert answers(second)["/data/way/number"] == "+254700000000"
    assert "/data/about/price" not in answers(second)


def test_an_export_of_odk_central_comes_in_from_its_archive(survey: UUID) -> None:
    facts = brought(survey, "service.zip", odk())
    assert (facts.system, facts.counts["taken"]) == ("odk_central", 1)
    found = answers(Submission.objects.get())
    assert found["/data/about/place"] == "-1.28 36.82"
    assert found["/data/way/number"] == "116"
    assert found["/data/meta/instanceID"] == f"uuid:{UUIDS[0]}"


def test_an_export_of_microsoft_forms_comes_in_by_its_labels(survey: UUID) -> None:
    mapping = suggested("answers.xlsx", microsoft(), date_order="mdy")
    facts = brought(survey, "answers.xlsx", microsoft(), mapping)
    assert (facts.system, facts.counts["taken"]) == ("microsoft_forms", 2)
    rows = sorted(Submission.objects.all(), key=lambda row: row.provenance["row"])
    assert answers(rows[0])["/data/about/topics"] == "bullying on_the_move"
    assert [row.provenance["id"] for row in rows] == ["1", "2"]
    assert rows[0].provenance["sent"] == "2026-01-05T09:20:00+00:00"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CSV, "utf-8"),
        (CSV, "utf-8-sig"),
        (CSV.replace(",", ";"), "utf-8"),
        (CSV.replace(",", "\t"), "utf-16"),
        (CSV.replace(",", "\t"), "utf-16-le"),
    ],
)
def test_a_plain_table_comes_in_whatever_parts_its_columns(survey: UUID, text: str, encoding: str) -> None:
    facts = brought(survey, "answers.csv", text.encode(encoding))
    assert (facts.system, facts.counts["taken"]) == ("table", 2)
    found = {answers(row)["/data/about/name"]: answers(row) for row in Submission.objects.all()}
    assert found["Line of Hope"]["/data/about/topics"] == "bullying family"
    assert found["Quiet Door"]["/data/publish"] == "no"


def test_an_encoding_that_was_told_is_read(survey: UUID) -> None:
    data = CSV.replace("Quiet Door", "Porte discrète").encode("cp1252")
    mapping = suggested("answers.csv", CSV.encode(), encoding="cp1252")
    assert brought(survey, "answers.csv", data, mapping).counts["taken"] == 2
    assert "Porte discrète" in {answers(row)["/data/about/name"] for row in Submission.objects.all()}


@pytest.mark.parametrize(("name", "data"), [("service.xlsx", kobo()), ("service.zip", odk()), ("a.csv", CSV.encode())])
def test_the_same_file_again_brings_nothing_twice(survey: UUID, name: str, data: bytes) -> None:
    count = brought(survey, name, data).counts["taken"]
    again = brought(survey, name, data)
    assert (again.counts["taken"], again.counts["there"]) == (0, count)
    assert Submission.objects.count() == count


def test_a_longer_export_brings_only_what_is_new(survey: UUID) -> None:
    brought(survey, "a.csv", CSV.encode())
    longer = brought(survey, "b.csv", f"{CSV}Third Window,1,no,,yes\n".encode())
    assert (longer.counts["taken"], longer.counts["there"]) == (1, 2)


def test_rows_that_say_the_same_in_one_file_are_each_brought_once(survey: UUID) -> None:
    data = f"{CSV}Line of Hope,12,yes,bullying family,yes\n".encode()
    assert brought(survey, "a.csv", data).counts["taken"] == 3
    assert brought(survey, "a.csv", data).counts["there"] == 3


def test_what_a_telephone_sent_already_is_not_brought_again(survey: UUID) -> None:
    facts = brought(survey, "service.xlsx", kobo())
    kept = {row.instance_id: bytes(row.xml) for row in Submission.objects.all()}
    Submission.objects.all().delete()
    for xml in kept.values():
        assert receive(xml=xml, source="openrosa", now=NOW).outcome is Outcome.NEW
    again = brought(survey, "service.xlsx", kobo())
    assert (facts.counts["taken"], again.counts["there"]) == (2, 2)


def test_what_was_withdrawn_does_not_come_back(survey: UUID) -> None:
    brought(survey, "service.xlsx", kobo())
    gone = Submission.objects.get(instance_id=f"uuid:{UUIDS[0]}")
    withdraw(submission=gone.id, now=NOW)
    again = brought(survey, "service.xlsx", kobo())
    assert again.counts["there"] == 2
    gone.refresh_from_db()
    assert gone.state == "withdrawn"


def test_each_submission_says_where_it_comes_from_and_is_told_of_once(survey: UUID) -> None:
    facts = brought(survey, "service.xlsx", kobo())
    row = Submission.objects.get(instance_id=f"uuid:{UUIDS[0]}")
    assert row.source == "import"
    wanted = {"file": "service.xlsx", "sheet": "service", "row": 2, "system": "kobotoolbox", "id": UUIDS[0]}
    assert {name: row.provenance[name] for name in wanted} == wanted
    assert row.provenance["sha256"] == facts.sha256
    assert row.provenance["sent"] == "2026-01-05T06:21:00+00:00"
    whole = submission(row.id)
    assert whole is not None
    assert whole.answered_on == date(2026, 1, 5)
    told = [each.payload["submission"] for each in OutboxRow.objects.filter(name="submission_received")]
    assert sorted(told) == sorted(str(each.id) for each in Submission.objects.all())
    assert AuditRow.objects.filter(action="receive_submission").count() == 2


def test_nothing_of_a_file_is_kept_once_all_of_it_came_in(survey: UUID) -> None:
    facts = brought(survey, "service.xlsx", kobo())
    assert storing.read(facts.id) is None


def test_a_brought_submission_is_what_receiving_its_xml_would_keep(survey: UUID) -> None:
    brought(survey, "service.xlsx", kobo())
    kept = [(bytes(row.xml), row.sha256, row.faults, row.files) for row in Submission.objects.order_by("instance_id")]
    Submission.objects.all().delete()
    for xml, *_ in kept:
        receive(xml=xml, source="import", now=NOW)
    again = [(bytes(row.xml), row.sha256, row.faults, row.files) for row in Submission.objects.order_by("instance_id")]
    assert kept == again
