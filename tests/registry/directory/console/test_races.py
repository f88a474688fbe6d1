"""Two people at the same moment. PostgreSQL lets them collide; SQLite has one writer, so there they take turns."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from pop.registry.directory.actions.review import deciding, proposing, safety
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.models import Approval, Change, Proposal

pytestmark = [pytest.mark.storage, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def db(transactional_db):
    """The other fixtures' rows must be committed, or the threads would not see them."""


def at_once(*acts):
    """Run the acts in threads that start together; return what each gave, or the code of its refusal."""
    found = [None] * len(acts)
    together = threading.Barrier(len(acts))
    turn = threading.Lock()

    def run(place, act):
        together.wait(timeout=20)
        try:
            if connection.vendor == "sqlite":
                with turn:
                    found[place] = act()
            else:
                found[place] = act()
        except RefusalError as refusal:
            found[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return found


def number_proposal(service, people, seen, contact_values, number="1195"):
    return proposing.propose_contact(
        service_id=service.pk,
        contact_id=service.contacts.get().pk,
        values=contact_values(as_stated=number),
        seen=seen,
        by=people.editor.pk,
    )


def test_two_people_agreeing_at_once_apply_the_change_once(service, people, seen, contact_values):
    proposal = number_proposal(service, people, seen, contact_values)
    found = at_once(
        lambda: deciding.approve(proposal_id=proposal, by=people.ann.pk),
        lambda: deciding.approve(proposal_id=proposal, by=people.bo.pk),
    )
    assert sorted(found) == ["applied", "counted"]
    assert Change.objects.filter(field="dial").count() == 1
    assert service.contacts.get().dial == "1195"


def test_one_person_agreeing_twice_at_once_counts_once(service, people, seen, contact_values):
    proposal = number_proposal(service, people, seen, contact_values)
    found = at_once(*[lambda: deciding.approve(proposal_id=proposal, by=people.ann.pk)] * 3)
    assert sorted(found) == ["already_answered", "already_answered", "counted"]
    assert Approval.objects.count() == 1
    assert service.contacts.get().dial == "116"


def test_three_people_at_once_apply_once_and_the_third_hears_it_is_decided(service, people, seen, contact_values):
    proposal = number_proposal(service, people, seen, contact_values)
    found = at_once(
        *[lambda by=by: deciding.approve(proposal_id=proposal, by=by.pk) for by in (people.ann, people.bo, people.cy)]
    )
    assert sorted(found) == ["applied", "counted", "decided"]
    assert Change.objects.filter(field="dial").count() == 1


def test_of_two_proposals_for_one_number_only_one_is_applied(service, people, seen, contact_values):
    proposals = [number_proposal(service, people, seen, contact_values, number) for number in ("1195", "1190")]
    for proposal in proposals:
        deciding.approve(proposal_id=proposal, by=people.ann.pk)
    found = at_once(*[lambda each=each: deciding.approve(proposal_id=each, by=people.bo.pk) for each in proposals])
    assert found.count("applied") == 1
    assert set(Proposal.objects.values_list("state", flat=True)) == {"applied", "outdated"}


def test_a_suspension_and_the_last_approval_of_a_publication_never_both_win(people, seen, make_service):
    service = make_service(state="waiting")
    publish = proposing.propose_state(service_id=service.pk, kind="publish", seen=seen, by=people.editor.pk)
    deciding.approve(proposal_id=publish, by=people.ann.pk)
    at_once(
        lambda: safety.suspend(service_id=service.pk, reason="unsafe", by=people.cy.pk),
        lambda: deciding.approve(proposal_id=publish, by=people.bo.pk),
    )
    service.refresh_from_db()
    assert (service.state, service.safety) == ("suspended", "unsafe")
