"""A list that tells of what a survey brought makes no second record of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pop.registry.directory.actions.load import LoadReport, load_registry
from pop.registry.directory.actions.review.tasks import finish_task
from pop.registry.directory.models import Contact, Service, Task
from tests.registry.directory.seed import table

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

Make = Callable[..., Service]


def surveyed(make_service: Make, **changes: object) -> Service:
    """A record that a survey made and two people agreed to."""
    facts = {
        "name": "Lantern Line",
        "from_survey": True,
        "safety": "mapped_only",
        "website": "https://lantern.example/",
    }
    service = make_service(**facts | changes)
    Contact.objects.create(
        service=service, channel="phone", number_kind="full", dial="0800 720111", e164="+254800720111"
    )
    return service


def load(tmp_path: Path, **row: str) -> LoadReport:
    given = {"name": "Another Name", "voice": "0800 999111", "website": "https://another.example/"} | row
    return load_registry(path=table(tmp_path / "services.csv", given))


@pytest.mark.parametrize(
    "row",
    [
        {"voice": "+254 800 720 111"},
        {"name": "LANTERN LINE!"},
        {"website": "http://www.lantern.example"},
    ],
)
def test_the_same_number_name_or_website_opens_a_task_once_and_makes_no_record(
    make_service: Make, tmp_path: Path, row: dict[str, str]
) -> None:
    service = surveyed(make_service)
    report = load(tmp_path, **row)
    assert (report.created, report.changed, report.held) == (0, 0, 1)
    assert report.lines()[-1].endswith("(see the tasks): 1")
    load(tmp_path, **row)
    (task,) = Task.objects.all()
    assert (task.kind, task.service_id, task.detail["current"]) == ("known_from_survey", service.pk, "Lantern Line")
    service.refresh_from_db()
    assert (Service.objects.count(), service.safety, service.contacts.count()) == (1, "mapped_only", 1)


@pytest.mark.parametrize(
    "row",
    [
        {"country": "UG", "name": "Lantern Line", "timezone": "Africa/Kampala"},
        {"website": "https://lantern.example/night-shelter"},
        {},
    ],
)
def test_another_country_or_another_page_of_the_same_host_is_another_service(
    make_service: Make, tmp_path: Path, row: dict[str, str]
) -> None:
    surveyed(make_service)
    assert load(tmp_path, **row).created == 1
    assert not Task.objects.filter(kind="known_from_survey").exists()


def test_what_a_person_parts_is_loaded_and_what_they_call_known_stays_out(
    make_service: Make, tmp_path: Path, make_staff: Callable[..., object]
) -> None:
    surveyed(make_service)
    load(tmp_path, name="Lantern Line")
    task = Task.objects.get()
    editor = make_staff("editor", name="Ed").pk  # type: ignore[attr-defined]
    finish_task(task_id=task.pk, outcome="duplicate", by=editor)
    assert load(tmp_path, name="Lantern Line").held == 1
    Task.objects.update(outcome="another_service")
    assert load(tmp_path, name="Lantern Line").created == 1
    assert load(tmp_path, name="Lantern Line").unchanged == 1
    assert Task.objects.count() == 1


def test_a_record_that_nobody_has_agreed_to_keeps_no_row_out_and_whoever_decides_is_told(
    make_service: Make, tmp_path: Path
) -> None:
    waiting = surveyed(make_service, state="waiting")
    report = load(tmp_path, name="Lantern Line")
    assert (report.created, report.held) == (1, 0)
    assert Task.objects.get().service_id == waiting.pk
    assert load(tmp_path, name="Lantern Line").unchanged == 1


def test_a_withdrawn_record_and_one_that_no_survey_made_keep_no_row_out(make_service: Make, tmp_path: Path) -> None:
    surveyed(make_service, state="defunct")
    make_service(name="Another Name")
    assert load(tmp_path, name="Lantern Line").created == 1
    assert not Task.objects.exists()
