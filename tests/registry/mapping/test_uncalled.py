"""A number that a survey brings to somebody's record comes to children by the safety decision and in no other way."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID

import pytest

from pop.registry.directory.actions.review.deciding import approve
from pop.registry.directory.actions.review.proposing import Seen, propose_contact, propose_removal, propose_state
from pop.registry.directory.actions.review.safety import suspend
from pop.registry.directory.models import Contact, Service
from pop.registry.directory.rules.editing import CONTACT_COLUMNS
from pop.registry.mapping.models import Finding
from tests.registry.mapping.leading import matched
from tests.registry.mapping.test_deciding import check, heard, line, proposed, published
from tests.surveys.filled import NOW

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

LATER = "0800 720 333"
SEEN = Seen("https://register.example.org/", NOW.date(), "desk_checked")


def agreed(people: SimpleNamespace, proposal: UUID) -> None:
    assert approve(proposal_id=proposal, by=people.ann) == "counted"
    assert approve(proposal_id=proposal, by=people.bo) == "applied"


def test_a_number_proposed_for_the_map_only_is_not_added_once_children_see_the_record(
    helplines: None, people: SimpleNamespace, home: SimpleNamespace
) -> None:
    service = published(heard(), people)
    finding = heard(channel_number=LATER)
    assert finding.match_id == service.pk
    proposal = proposed(finding, people, contacts="take")
    assert not check(service, "desk", people.dee)
    assert check(service, "call", people.cal)
    assert approve(proposal_id=proposal, by=people.ann) == "outdated"
    assert list(service.contacts.values_list("dial", flat=True)) == ["0800 720 111"]
    assert matched(home) == ["Lantern Line"]
    # It can be taken up anew, and waits for a call.
    agreed(people, proposed(Finding.objects.get(pk=finding.pk), people, contacts="take"))
    assert Contact.objects.get(dial=LATER).withheld == "awaits_call"


def test_a_website_proposed_for_the_map_only_is_not_written_once_children_see_the_record(
    helplines: None, people: SimpleNamespace
) -> None:
    service = published(heard(), people)
    finding = heard(website="https://elsewhere.example.org/")
    proposal = proposed(finding, people, website="take")
    assert not check(service, "desk", people.dee)
    assert check(service, "call", people.cal)
    assert approve(proposal_id=proposal, by=people.ann) == "outdated"
    service.refresh_from_db()
    assert service.website == "https://lantern-line.example.org/"


def test_a_number_for_a_suspended_record_waits_for_a_call_too(
    helplines: None, people: SimpleNamespace, make_service: Callable[..., Service]
) -> None:
    service = line(make_service)
    suspend(service_id=service.pk, reason="wrong_number", by=people.ann)
    finding = heard(channel_number=LATER)
    assert finding.match_id == service.pk
    agreed(people, proposed(finding, people, contacts="take"))
    agreed(people, propose_state(service_id=service.pk, kind="unsuspend", seen=SEEN, by=people.editor))
    service.refresh_from_db()
    assert (service.state, service.safety) == ("published", "clear")
    assert Contact.objects.get(dial=LATER).withheld == "awaits_call"


def test_a_number_that_was_taken_away_before_anybody_called_comes_back_to_wait_for_the_call(
    helplines: None, people: SimpleNamespace, make_service: Callable[..., Service]
) -> None:
    service = line(make_service)
    agreed(people, proposed(heard(channel_number=LATER), people, contacts="take"))
    added = Contact.objects.get(dial=LATER)
    given = {"service_id": service.pk, "contact_id": added.pk, "seen": SEEN, "by": people.editor}
    agreed(people, propose_removal(**given))
    added.refresh_from_db()
    assert added.withheld == "removed"
    values = {name: getattr(added, name) for name in CONTACT_COLUMNS} | {"withheld": ""}
    agreed(people, propose_contact(values=values, **given))
    added.refresh_from_db()
    assert added.withheld == "awaits_call"
    assert not check(service, "desk", people.dee)
    assert check(service, "call", people.cal)
    agreed(people, propose_removal(**given))
    agreed(people, propose_contact(values=values, **given))
    added.refresh_from_db()
    assert added.withheld == ""
