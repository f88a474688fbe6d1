"""What platforms, young people and machines offer: on the map by its kind, and with no child before both checks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from pop.evidence.maps.queries import make_board
from pop.evidence.maps.rules.board import Selection
from pop.evidence.maps.rules.filters import Filter
from pop.registry.directory.actions.load import load_registry
from pop.registry.directory.actions.review.deciding import approve
from pop.registry.directory.actions.review.proposing import Seen, propose_service
from pop.registry.directory.models import Service
from pop.registry.directory.queries.mapped import mapped_records
from pop.registry.mapping.actions.hearing import hear
from pop.registry.mapping.actions.reviewing import take_up
from pop.registry.mapping.actions.vetting import take_step
from pop.registry.mapping.models import Finding
from pop.registry.mapping.rules.answers import FIELDS
from pop.surveys.collecting.models import Submission
from tests.registry.directory.seed import table
from tests.registry.mapping.filling import NOW, keep_form, send
from tests.registry.mapping.leading import matched

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

REGISTER = "https://register.example.net/bodies/17"


def published(name: str, people: SimpleNamespace) -> Service:
    """Bring an answer to an instrument onto the map."""
    answers = {"danger_if_published": "no", "publish_place": "country", f"publish_{name}": "yes"}
    submission, _ = send(name, partner=None, corrects=None, rows=(), **answers)
    finding = hear(submission)
    assert finding is not None
    agreed = Finding.objects.get().consents
    choices = {field: "take" for field in FIELDS if agreed[field]}
    proposal = take_up(finding_id=finding, choices=choices, as_new=True, kind="", by=people.editor)
    approve(proposal_id=proposal, by=people.ann)
    assert approve(proposal_id=proposal, by=people.bo) == "applied"
    return Service.objects.get()


@pytest.mark.parametrize(
    ("name", "kind", "where"),
    [
        ("platforms", "platform_feature", "KE"),
        ("youth_led", "youth_led_solution", "africa"),
        ("ai_driven", "ai_driven_solution", "KE"),
    ],
)
def test_a_solution_is_found_on_the_map_by_its_kind_and_leads_no_child_anywhere_before_both_checks(
    data_dir: Path, home: SimpleNamespace, people: SimpleNamespace, name: str, kind: str, where: str
) -> None:
    keep_form(name)
    service = published(name, people)
    assert (service.kind, service.safety) == (kind, "mapped_only")
    answer = Selection(make_board(), Filter({"kind": (kind,)}), today=NOW.date(), states={})
    by_country = [country for country in ("KE", "UG") if answer.count(country=country)]
    assert by_country == ([where] if where == "KE" else [])
    assert [each.kind for each in make_board().records] == [kind]
    assert matched(home) == []
    assert not take_step(
        service_id=service.pk, step="desk", outcome="body_and_policy_found", source=REGISTER, by=people.dee
    )
    assert matched(home) == []
    assert take_step(
        service_id=service.pk,
        step="call",
        outcome="answered_as_claimed",
        source=REGISTER,
        number_source="public_register",
        number="020 2345678",
        by=people.cal,
    )
    service.refresh_from_db()
    assert service.safety == "clear"
    # A platform's feature tells of no way to reach anybody, so there is nobody to lead a child to.
    assert matched(home) == ([service.name] if service.contacts.exists() else [])


@pytest.mark.parametrize("said", [{"danger_if_published": "yes"}, {"publish_place": "nowhere"}])
def test_whoever_says_later_that_being_named_is_dangerous_is_on_no_page_at_once(
    data_dir: Path, people: SimpleNamespace, said: dict[str, str]
) -> None:
    keep_form("youth_led")
    service = published("youth_led", people)
    assert list(mapped_records())
    first = Submission.objects.get().instance_id
    for number in range(2):  # a correction of a correction no less than the first
        answers = {"danger_if_published": "no", "publish_place": "region", **(said if number else {})}
        submission, first = send("youth_led", partner=None, corrects=first, rows=(), **answers)
        hear(submission)
        service.refresh_from_db()
        assert service.safety == ("under_review" if number else "mapped_only")
    assert not list(mapped_records())


def test_a_strangers_word_of_danger_hides_no_record_of_others(
    data_dir: Path, people: SimpleNamespace, make_service: Callable[..., Service]
) -> None:
    keep_form("youth_led")
    other = make_service(name="Lantern Line")
    for corrects in (None, "first"):
        first = Submission.objects.values_list("instance_id", flat=True).first()
        submission, _ = send(
            "youth_led", partner=None, corrects=first if corrects else None, rows=(), danger_if_published="yes"
        )
        finding = hear(submission)
        Finding.objects.filter(pk=finding).update(service=other, match=other)
    other.refresh_from_db()
    assert other.safety == "clear"


@pytest.mark.parametrize("kind", ["ai_driven_solution", "peer_support"])
def test_a_record_that_becomes_one_needs_the_safety_decision_anew(
    people: SimpleNamespace, make_service: Callable[..., Service], kind: str
) -> None:
    service = make_service(name="Lantern Line")
    seen = Seen(REGISTER, NOW.date(), "desk_checked")
    proposal = propose_service(service_id=service.pk, values={"kind": kind}, seen=seen, by=people.editor)
    assert approve(proposal_id=proposal, by=people.ann) == "counted"
    assert approve(proposal_id=proposal, by=people.bo) == "applied"
    service.refresh_from_db()
    assert (service.kind, service.safety) == (kind, "mapped_only")


@pytest.mark.parametrize("kind", ["platform_feature", "youth_led_solution", "ai_driven_solution", "self_help"])
def test_a_list_brings_one_onto_the_map_only(tmp_path: Path, home: SimpleNamespace, kind: str, db: None) -> None:
    load_registry(path=table(tmp_path / "services.csv", {"name": "Night Owls", "kind": kind}))
    service = Service.objects.get()
    assert (service.state, service.safety) == ("published", "mapped_only")
    Service.objects.update(audience=["child"])
    assert matched(home) == []
