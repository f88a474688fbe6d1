"""What waits for a reviewer is compared with the registry as it is, and not as it was."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID

import pytest

from pop.registry.directory.actions.review.deciding import reject
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.models import Service
from pop.registry.mapping import queries
from pop.registry.mapping.actions.hearing import hear
from pop.registry.mapping.actions.renewing import LONGEST_SECONDS, SETTLED_SECONDS, ComparingDuty, mark_stale
from pop.registry.mapping.actions.reviewing import take_up
from pop.registry.mapping.models import Finding
from pop.registry.mapping.rules.answers import FIELDS
from tests.registry.mapping.filling import send

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

ALL = dict.fromkeys(FIELDS, "take")
Make = Callable[..., Service]


class Clock:
    """Seconds that pass only when somebody says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def heard(**answers: str) -> Finding:
    submission, _ = send("helplines", partner=None, corrects=None, rows=(), **answers)
    hear(submission)
    return Finding.objects.get(submission=submission)


def changed(duty: ComparingDuty, *countries: str) -> None:
    duty.registry_changed({"countries": list(countries)})


def test_a_record_that_appears_is_found_by_what_waits_once_the_changes_have_settled(
    helplines: None, make_service: Make
) -> None:
    finding, clock = heard(), Clock()
    duty = ComparingDuty(now=clock)
    assert finding.verdict == "new"
    service = make_service(name="Lantern Line")
    changed(duty, "KE")
    clock.seconds += SETTLED_SECONDS - 1
    changed(duty, "KE")
    assert duty() == 0
    clock.seconds += 1
    assert duty() == 1
    finding.refresh_from_db()
    assert (finding.match_id, finding.verdict, finding.stale) == (service.pk, "update", False)
    assert duty() == 0


def test_changes_without_end_are_waited_for_a_minute_only(helplines: None, make_service: Make) -> None:
    clock = Clock()
    duty = ComparingDuty(now=clock)
    heard()
    changed(duty, "KE")
    late = heard(service_name="Second Line", channel_number="0800 720 222")
    clock.seconds += LONGEST_SECONDS - 1
    changed(duty, "KE")
    assert duty() == 0
    clock.seconds += 1
    assert duty() == 2
    assert not Finding.objects.get(pk=late.pk).stale


def test_what_a_worker_had_marked_when_it_ended_the_next_one_compares(helplines: None) -> None:
    heard()
    changed(ComparingDuty(), "KE")
    assert ComparingDuty()() == 1


def test_a_change_elsewhere_concerns_only_what_shares_a_number_a_website_or_a_record_with_it(
    helplines: None, make_service: Make
) -> None:
    finding = heard()
    assert mark_stale(["UG"]) == 0
    abroad = make_service(name="Umbrella", country="UG")
    assert mark_stale(["UG"]) == 0
    abroad.contacts.create(channel="phone", number_kind="full", dial="0800 720111", e164="+254800720111")
    assert mark_stale(["UG"]) == 1
    assert mark_stale(["UG"]) == 0
    assert ComparingDuty()() == 1
    finding.refresh_from_db()
    assert finding.match_id == abroad.pk
    assert {"same_number", "other_country"} <= set(finding.reasons)
    abroad.contacts.all().delete()
    assert mark_stale(["UG"]) == 1
    assert ComparingDuty()() == 1
    finding.refresh_from_db()
    assert not finding.match_id
    assert (finding.verdict, finding.score) == ("new", 0)


def test_what_is_decided_is_not_compared_again(helplines: None, people: SimpleNamespace) -> None:
    finding = heard()
    take_up(finding_id=finding.pk, choices=ALL, as_new=True, kind="", by=people.editor)
    assert mark_stale(["KE"]) == 0
    Finding.objects.update(stale=True)
    assert ComparingDuty()() == 0
    finding.refresh_from_db()
    assert finding.state == "proposed"


def test_two_who_tell_of_one_service_are_compared_before_either_is_agreed_to(
    helplines: None, people: SimpleNamespace
) -> None:
    first, second = heard(), heard()
    assert second.match_id is None
    proposal = take_up(finding_id=first.pk, choices=ALL, as_new=True, kind="", by=people.editor)
    assert Finding.objects.get(pk=second.pk).stale
    assert ComparingDuty()() == 1
    second.refresh_from_db()
    first.refresh_from_db()
    assert second.match_id == first.service_id
    reject(proposal_id=proposal, reason="wrong", by=people.ann)
    # What others did not agree to is let go of, and nothing is compared with it any longer.
    assert mark_stale(["KE"]) == 2
    ComparingDuty()()
    assert not Finding.objects.exclude(state="compared", match=None, service=None).exists()
    assert not Service.objects.exists()


def test_whoever_looked_at_another_comparison_is_asked_to_look_again(
    helplines: None, people: SimpleNamespace, make_service: Make
) -> None:
    finding = heard()
    seen = digest(finding.pk)
    service = make_service(name="Lantern Line")
    given = {"finding_id": finding.pk, "choices": {"languages": "take"}, "kind": "", "by": people.editor}
    with pytest.raises(RefusalError, match="moved_on"):
        take_up(**given, as_new=True, shown=seen)
    finding.refresh_from_db()
    assert (finding.state, finding.match_id) == ("compared", service.pk)
    seen = digest(finding.pk)
    Service.objects.filter(pk=service.pk).update(website="https://other.example.org/")
    with pytest.raises(RefusalError, match="moved_on"):
        take_up(**given, as_new=False, shown=seen)
    take_up(**given, as_new=False, shown=digest(finding.pk))


def digest(finding: UUID) -> str:
    found = queries.finding(finding)
    assert found is not None
    return found.digest
