"""A line's hours and languages reach the registry as a proposal, and change a published record only through people."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from pop.helpline.lines.models import Line
from pop.people.models import Staff
from pop.registry.directory.actions.review.deciding import approve, reject
from pop.registry.directory.models import Contact, Evidence, Organisation, Proposal, Service
from pop.server.jobs.line_news import line_changed
from pop.server.wiring import SUBSCRIBERS

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


@pytest.fixture
def service() -> Service:
    organisation = Organisation.objects.create(name="Childline Kenya", country="KE")
    made = Service.objects.create(
        organisation=organisation,
        name="Childline Kenya",
        country="KE",
        kind="child_helpline",
        audience=["child"],
        languages=["en", "sw"],
        timezone="Africa/Nairobi",
        state="published",
    )
    made.contacts.create(channel="phone", as_stated="116", number_kind="short", dial="116")
    made.contacts.create(
        channel="webchat", as_stated="https://example.org/chat", dial="https://example.org/chat", hours="24/7"
    )
    return made


@pytest.fixture
def line(service: Service) -> Line:
    return Line.objects.create(
        name="Line",
        service_id=service.pk,
        hours="Mo-Fr 09:00-17:00",
        timezone="Africa/Nairobi",
        languages=["sw", "en", "so"],
    )


def heard(line: Line, times: int = 1) -> None:
    for _ in range(times):
        line_changed({"line": str(line.pk)})


def chat(service: Service) -> Contact:
    return service.contacts.get(channel="webchat")


def test_the_line_is_heard_by_the_worker() -> None:
    assert line_changed in SUBSCRIBERS["line_changed"]


def test_a_change_becomes_one_proposal_however_often_it_is_heard(service: Service, line: Line) -> None:
    heard(line, times=3)
    made = Proposal.objects.get()
    assert (made.state, made.needs, made.stage, made.proposed_by) == ("waiting", 2, "provider_confirmed", line.pk)
    assert {each["field"]: each["after"] for each in made.changes} == {
        "hours": "Mo-Fr 09:00-17:00",
        "hours_source": "Mo-Fr 09:00-17:00",
        "languages": ["sw", "en", "so"],
    }
    assert {each["contact"] for each in made.changes} == {str(chat(service).pk)}
    assert chat(service).hours == "24/7"


def test_two_people_make_it_the_record_with_the_providers_evidence(
    service: Service, line: Line, make_staff: Callable[..., Staff]
) -> None:
    heard(line)
    made = Proposal.objects.get().pk
    assert approve(proposal_id=made, by=make_staff("approver").pk) == "counted"
    assert chat(service).hours == "24/7"
    assert approve(proposal_id=made, by=make_staff("approver").pk) == "applied"
    assert (chat(service).hours, chat(service).languages) == ("Mo-Fr 09:00-17:00", ["sw", "en", "so"])
    assert set(Evidence.objects.values_list("field", "stage")) >= {
        ("hours", "provider_confirmed"),
        ("languages", "provider_confirmed"),
    }
    heard(line)
    assert Proposal.objects.count() == 1


def test_what_a_line_says_now_outdates_what_it_said_before(service: Service, line: Line) -> None:
    heard(line)
    Line.objects.update(hours="Mo-Su 08:00-20:00")
    heard(line)
    assert sorted(Proposal.objects.values_list("state", flat=True)) == ["outdated", "waiting"]
    Line.objects.update(hours="24/7", languages=["en", "sw"])
    heard(line)
    assert set(Proposal.objects.values_list("state", flat=True)) == {"outdated"}


def test_what_people_rejected_is_not_proposed_again(
    service: Service, line: Line, make_staff: Callable[..., Staff]
) -> None:
    heard(line)
    reject(proposal_id=Proposal.objects.get().pk, reason="wrong", by=make_staff("approver").pk)
    heard(line)
    assert Proposal.objects.count() == 1
    assert chat(service).hours == "24/7"


def test_hours_of_another_zone_are_left_out(service: Service, line: Line) -> None:
    Line.objects.update(timezone="Europe/Paris")
    heard(line)
    assert [each["field"] for each in Proposal.objects.get().changes] == ["languages"]


@pytest.mark.parametrize(
    "change",
    [{"service_id": None}, {"service_id": uuid4()}, {"practice": True}, {"sandbox": True}],
    ids=["no record", "unknown record", "practice", "sandbox"],
)
def test_lines_without_anything_to_tell_propose_nothing(
    service: Service, line: Line, change: dict[str, object]
) -> None:
    Line.objects.update(**change)
    heard(line)
    line_changed({"line": str(uuid4())})
    assert not Proposal.objects.exists()


def test_a_record_without_a_chat_gets_none(service: Service, line: Line) -> None:
    service.contacts.filter(channel="webchat").delete()
    heard(line)
    assert not Proposal.objects.exists()
