"""From an answered instrument to the map, and from there, after another decision, to children."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

import pytest
from django.utils import timezone

from pop.events.actions import drain
from pop.evidence.maps.queries import make_board
from pop.people.asking import Ask
from pop.registry.directory.actions.review.deciding import approve
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.actions.review.proposing import Seen, propose_state
from pop.registry.directory.queries.pages import Tombstone, country_services, service_facts
from pop.registry.mapping import queries
from pop.registry.mapping.actions.reviewing import take_up
from pop.registry.mapping.actions.vetting import take_step
from pop.registry.mapping.models import Finding
from pop.registry.mapping.rules.answers import FIELDS
from pop.server.wiring import SUBSCRIBERS
from pop.signposting.snapshots.queries import CHANGED
from pop.surveys.collecting.actions.withdrawing import withdraw
from tests.registry.mapping.filling import NOW, send
from tests.registry.mapping.leading import matched

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

REGISTER = "https://register.example.net/bodies/17"
HEARD = {name: heard for name, heard in SUBSCRIBERS.items() if name.startswith("submission_")} | {CHANGED: []}
ALL = dict.fromkeys(FIELDS, "take")


def on_map() -> set[str]:
    return {record.name for record in make_board().records}


def approved(people: SimpleNamespace, submission: UUID, **more: object) -> Finding:
    """Bring a submission onto the map."""
    finding = Finding.objects.get(submission=submission)
    proposal = take_up(
        finding_id=finding.pk, choices=ALL, as_new=True, kind=str(more.get("kind", "")), by=people.editor
    )
    assert approve(proposal_id=proposal, by=people.ann) == "counted"
    assert approve(proposal_id=proposal, by=people.bo) == "applied"
    finding.refresh_from_db()
    return finding


def news() -> None:
    """Let the worker bring what has happened to whoever hears of it."""
    drain(HEARD, now=timezone.now(), limit=100)


def test_a_service_is_on_the_map_after_two_approvals_and_with_children_only_after_the_safety_decision(
    helplines: None, people: SimpleNamespace, home: SimpleNamespace
) -> None:
    submission, _ = send()
    assert queries.outcome_of(submission, now=NOW) is None
    news()
    assert queries.outcome_of(submission, now=NOW) == ("waiting", None)
    assert on_map() == set()
    finding = approved(people, submission)
    service = finding.service_id
    assert service is not None
    assert queries.outcome_of(submission, now=NOW) == ("approved", service)
    assert on_map() == {"Lantern Line"}
    assert [(each.name, each.contacts, each.mapped_only) for each in country_services("KE", now=NOW)] == [
        ("Lantern Line", (), True)
    ]
    assert matched(home) == []

    with pytest.raises(RefusalError, match="safety_first"):
        propose_state(
            service_id=service, kind="publish", seen=Seen(REGISTER, NOW.date(), "desk_checked"), by=people.editor
        )
    assert not take_step(
        service_id=service, step="desk", outcome="body_and_policy_found", source=REGISTER, by=people.dee
    )
    assert matched(home) == []
    assert take_step(
        service_id=service,
        step="call",
        outcome="answered_as_claimed",
        source=REGISTER,
        number_source="public_register",
        number="020 2345678",
        by=people.cal,
    )
    assert matched(home) == ["Lantern Line"]
    assert on_map() == {"Lantern Line"}


def test_a_withdrawn_answer_leaves_the_map_the_pages_the_history_and_the_matcher(
    helplines: None, people: SimpleNamespace, home: SimpleNamespace
) -> None:
    submission, _ = send()
    news()
    finding = approved(people, submission)
    service = finding.service_id
    assert service is not None
    withdraw(submission=submission, now=NOW)
    assert on_map() == set()  # at once, before any worker has heard of it
    news()
    gone = service_facts(service, now=NOW)
    assert isinstance(gone, Tombstone)
    assert gone.name == ""
    finding.refresh_from_db()
    assert finding.service is not None
    left = [*finding.service.changes.values_list("before", "after"), *finding.service.evidence.values_list("value")]
    assert left == [("", "defunct")]
    assert (finding.state, finding.values, finding.contacts, finding.name) == ("withdrawn", {}, [], "")
    news()
    assert matched(home) == []


def test_a_correction_stands_in_the_place_of_what_it_corrects_and_heard_twice_is_heard_once(
    helplines: None, people: SimpleNamespace
) -> None:
    first, instance = send()
    news()
    made = approved(people, first)
    second, _ = send(corrects=instance, languages="en sw so")
    news()
    for subscriber in SUBSCRIBERS["submission_received"]:
        subscriber({"submission": str(second), "survey": ""})
        subscriber({"submission": str(first), "survey": ""})
    states = dict(Finding.objects.values_list("submission", "state"))
    assert states == {first: "replaced", second: "compared"}
    later = Finding.objects.get(submission=second)
    assert (later.verdict, later.match_id, later.reasons) == ("update", made.service_id, ["corrects_record"])
    assert on_map() == {"Lantern Line"}


def test_the_respondent_is_in_no_finding(helplines: None) -> None:
    submission, _ = send()
    news()
    row = Finding.objects.values().get(submission=submission)
    assert "private.person" not in str(row)
    assert "volunteers" not in str(row)
    reviewed = queries.finding(row["id"])
    assert reviewed is not None
    assert "private.person" not in repr(reviewed)
    (line,) = queries.findings(Ask()).rows
    assert (line.status, line.verdict) == ("compared", "new")


def test_what_nobody_agreed_to_publish_cannot_be_taken(helplines: None, people: SimpleNamespace) -> None:
    submission, _ = send(publish_channels="no")
    news()
    finding = Finding.objects.get(submission=submission)
    with pytest.raises(RefusalError, match="no_consent"):
        take_up(finding_id=finding.pk, choices=ALL, as_new=True, kind="", by=people.editor)
    agreed = {name: "take" for name in FIELDS if name not in ("contacts", "responders")}
    take_up(finding_id=finding.pk, choices=agreed, as_new=True, kind="", by=people.editor)
    finding.refresh_from_db()
    assert finding.service is not None
    assert not finding.service.contacts.exists()
    assert "0800" not in str(list(finding.service.evidence.values_list("value")))
