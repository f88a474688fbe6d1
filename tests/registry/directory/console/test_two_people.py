"""Who must agree to what, and what happens when they do."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from pop.audit.models import AuditRow
from pop.events.models import OutboxRow
from pop.registry.directory.actions.review import deciding, proposing, safety
from pop.registry.directory.actions.review.creating import create_service
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.models import Approval, Proposal, Service
from pop.registry.directory.rules.editing import MistakeError

pytestmark = pytest.mark.storage


@pytest.fixture
def other_number(service, people, seen, contact_values):
    """A proposal of the editor: 1195 instead of 116."""
    contact = service.contacts.get()
    return proposing.propose_contact(
        service_id=service.pk,
        contact_id=contact.pk,
        values=contact_values(as_stated="1195"),
        seen=seen,
        by=people.editor.pk,
    )


@pytest.fixture
def other_languages(service, people, seen, service_values):
    """A proposal of the editor: another language, no number."""
    values = service_values(service, languages=["sw"])
    return proposing.propose_service(service_id=service.pk, values=values, seen=seen, by=people.editor.pk)


def refusal_of(act, **given):
    with pytest.raises(RefusalError) as found:
        act(**given)
    return found.value.code


def dial_of(service):
    return service.contacts.get().dial


def test_a_published_number_changes_when_two_other_people_agree(service, people, other_number):
    assert deciding.approve(proposal_id=other_number, by=people.ann.pk) == "counted"
    assert dial_of(service) == "116"
    assert not OutboxRow.objects.exists()
    assert deciding.approve(proposal_id=other_number, by=people.bo.pk) == "applied"
    assert dial_of(service) == "1195"
    assert OutboxRow.objects.get().payload == {"countries": ["KE"]}


def test_applying_writes_evidence_history_and_audit(service, people, other_number, seen):
    for person in (people.ann, people.bo):
        deciding.approve(proposal_id=other_number, by=person.pk)
    evidence = service.evidence.get()
    assert (evidence.field, evidence.value, evidence.stage) == ("dial", "1195", "desk_checked")
    assert (evidence.source, evidence.observed_on, evidence.recorded_by) == (
        seen.source,
        seen.observed_on,
        people.editor.pk,
    )
    changes = {change.field: (change.before, change.after) for change in service.changes.all()}
    assert changes["dial"] == ("116", "1195")
    assert all(change.by == people.editor.pk and change.via == "apply_proposal" for change in service.changes.all())
    acts = list(AuditRow.objects.filter(object_type="proposal").order_by("at").values_list("action", "actor"))
    assert acts == [
        ("propose", people.editor.pk),
        ("approve", people.ann.pk),
        ("approve", people.bo.pk),
        ("apply", people.bo.pk),
    ]


def test_nobody_answers_their_own_proposal(service, people, seen, service_values):
    values = service_values(service, languages=["sw"])
    own = proposing.propose_service(service_id=service.pk, values=values, seen=seen, by=people.both.pk)
    assert refusal_of(deciding.approve, proposal_id=own, by=people.both.pk) == "own_proposal"
    assert refusal_of(deciding.reject, proposal_id=own, reason="wrong", by=people.both.pk) == "own_proposal"


def test_the_same_person_counts_once(service, people, other_number):
    deciding.approve(proposal_id=other_number, by=people.ann.pk)
    assert refusal_of(deciding.approve, proposal_id=other_number, by=people.ann.pk) == "already_answered"
    assert dial_of(service) == "116"


@pytest.mark.parametrize("who", ["editor", "root"])
def test_editors_and_administrators_approve_nothing(people, other_number, who):
    assert refusal_of(deciding.approve, proposal_id=other_number, by=getattr(people, who).pk) == "not_allowed"


def test_approvers_and_administrators_propose_nothing(service, people, seen, service_values):
    for person in (people.ann, people.root):
        values = service_values(service, languages=["sw"])
        given = {"service_id": service.pk, "values": values, "seen": seen, "by": person.pk}
        assert refusal_of(proposing.propose_service, **given) == "not_allowed"


def test_whoever_lost_the_role_since_no_longer_counts(service, people, other_number):
    deciding.approve(proposal_id=other_number, by=people.ann.pk)
    people.ann.roles = ["editor"]
    people.ann.save()
    assert deciding.approve(proposal_id=other_number, by=people.bo.pk) == "counted"
    assert deciding.approve(proposal_id=other_number, by=people.cy.pk) == "applied"


def test_another_fact_needs_one_other_person(service, people, other_languages):
    assert deciding.approve(proposal_id=other_languages, by=people.ann.pk) == "applied"
    service.refresh_from_db()
    assert service.languages == ["sw"]


def test_one_no_is_enough(service, people, other_number):
    deciding.approve(proposal_id=other_number, by=people.ann.pk)
    deciding.reject(proposal_id=other_number, reason="no_evidence", by=people.bo.pk)
    assert Proposal.objects.get().state == "rejected"
    assert refusal_of(deciding.approve, proposal_id=other_number, by=people.cy.pk) == "decided"
    assert dial_of(service) == "116"


def test_only_the_author_takes_a_proposal_back(people, other_number):
    assert refusal_of(proposing.withdraw, proposal_id=other_number, by=people.both.pk) == "not_allowed"
    proposing.withdraw(proposal_id=other_number, by=people.editor.pk)
    assert refusal_of(deciding.approve, proposal_id=other_number, by=people.ann.pk) == "decided"


def test_a_proposal_whose_record_moved_on_is_outdated_and_changes_nothing(service, people, other_number):
    service.contacts.update(dial="117")
    assert deciding.approve(proposal_id=other_number, by=people.ann.pk) == "outdated"
    assert Proposal.objects.get().state == "outdated"
    assert dial_of(service) == "117"
    assert not Approval.objects.exists()


def test_applying_one_proposal_outdates_those_that_saw_the_old_value(service, people, seen, service_values):
    first, second, third = (
        proposing.propose_service(
            service_id=service.pk, values=service_values(service, **given), seen=seen, by=people.editor.pk
        )
        for given in ({"languages": ["sw"]}, {"languages": ["en"]}, {"age_max": 18})
    )
    deciding.approve(proposal_id=first, by=people.ann.pk)
    states = dict(Proposal.objects.values_list("pk", "state"))
    assert (states[second], states[third]) == ("outdated", "waiting")


def test_an_added_contact_keeps_the_id_that_a_load_would_give_it(service, people, seen, contact_values):
    values = contact_values(channel="whatsapp", as_stated="+254 722 178 177", from_abroad=None)
    given = {"service_id": service.pk, "values": values, "seen": seen, "by": people.editor.pk}
    proposal = proposing.propose_new_contact(**given)
    for person in (people.ann, people.bo):
        deciding.approve(proposal_id=proposal, by=person.pk)
    added = service.contacts.get(channel="whatsapp")
    assert (added.e164, added.position) == ("+254722178177", 1)
    assert service.evidence.get(field="dial").contact_id == added.pk
    assert refusal_of(proposing.propose_new_contact, **given) == "contact_known"


def test_a_removed_contact_is_kept_from_children_and_in_the_record(service, people, seen):
    contact = service.contacts.get()
    proposal = proposing.propose_removal(service_id=service.pk, contact_id=contact.pk, seen=seen, by=people.editor.pk)
    assert Proposal.objects.get().needs == 2
    for person in (people.ann, people.bo):
        deciding.approve(proposal_id=proposal, by=person.pk)
    contact.refresh_from_db()
    assert contact.withheld == "removed"


def test_a_new_record_waits_for_two_people(people, seen, service_values, contact_values, make_service):
    values = service_values(make_service(name="Pattern"), name="New line")
    made = create_service(country="KE", organisation="New body", values=values, seen=seen, by=people.editor.pk)
    service = Service.objects.get(pk=made)
    assert service.state == "waiting"
    first = proposing.propose_new_contact(service_id=made, values=contact_values(), seen=seen, by=people.editor.pk)
    assert deciding.approve(proposal_id=first, by=people.ann.pk) == "applied"  # nobody is shown it yet
    proposal = proposing.propose_state(service_id=made, kind="publish", seen=seen, by=people.editor.pk)
    assert deciding.approve(proposal_id=proposal, by=people.ann.pk) == "counted"
    assert deciding.approve(proposal_id=proposal, by=people.bo.pk) == "applied"
    service.refresh_from_db()
    assert (service.state, service.safety) == ("published", "clear")


def test_a_number_slipped_in_between_two_approvals_outdates_the_publication(people, seen, make_service, contact_values):
    service = make_service(state="waiting")
    publish = proposing.propose_state(service_id=service.pk, kind="publish", seen=seen, by=people.editor.pk)
    deciding.approve(proposal_id=publish, by=people.ann.pk)
    edit = proposing.propose_contact(
        service_id=service.pk,
        contact_id=service.contacts.get().pk,
        values=contact_values(as_stated="1195"),
        seen=seen,
        by=people.editor.pk,
    )
    deciding.approve(proposal_id=edit, by=people.cy.pk)
    assert Proposal.objects.get(pk=publish).state == "outdated"
    service.refresh_from_db()
    assert service.state == "waiting"


@pytest.mark.parametrize(
    "slipped",
    [
        {"website": "https://elsewhere.example"},
        {"kind": "shelter"},
        {"audience": ["child"]},
        {"name": "Another line"},
        {"age_min": 90},
        {"subdivisions": ["KE-30"]},
    ],
)
def test_what_two_people_agree_to_publish_is_one_record_whom_it_reaches_included(
    people, seen, make_service, service_values, slipped
):
    service = make_service(state="waiting", audience=["professional"])
    publish = proposing.propose_state(service_id=service.pk, kind="publish", seen=seen, by=people.editor.pk)
    deciding.approve(proposal_id=publish, by=people.ann.pk)
    values = service_values(service, **slipped)
    edit = proposing.propose_service(service_id=service.pk, values=values, seen=seen, by=people.editor.pk)
    # One person is enough, because nobody is shown the record yet: so what Ann agreed to is another record now.
    assert deciding.approve(proposal_id=edit, by=people.bo.pk) == "applied"
    assert Proposal.objects.get(pk=publish).state == "outdated"


@pytest.mark.parametrize("change", [{"kind": "shelter"}, {"audience": ["professional"]}, {"age_min": 90}])
def test_whom_a_published_number_reaches_changes_when_two_people_agree(service, people, seen, service_values, change):
    values = service_values(service, **change)
    edit = proposing.propose_service(service_id=service.pk, values=values, seen=seen, by=people.editor.pk)
    assert deciding.approve(proposal_id=edit, by=people.ann.pk) == "counted"
    assert deciding.approve(proposal_id=edit, by=people.bo.pk) == "applied"


def test_a_change_proposed_while_waiting_needs_two_people_once_the_record_is_published(
    people, seen, make_service, contact_values
):
    service = make_service(state="waiting")
    edit = proposing.propose_contact(
        service_id=service.pk,
        contact_id=service.contacts.get().pk,
        values=contact_values(as_stated="1195"),
        seen=seen,
        by=people.editor.pk,
    )
    assert Proposal.objects.get(pk=edit).needs == 1
    Service.objects.filter(pk=service.pk).update(state="published")
    assert deciding.approve(proposal_id=edit, by=people.ann.pk) == "counted"
    assert dial_of(service) == "116"


def test_suspending_needs_one_person_and_coming_back_needs_two(service, people, seen):
    safety.suspend(service_id=service.pk, reason="wrong_number", by=people.ann.pk)
    service.refresh_from_db()
    assert (service.state, service.safety) == ("suspended", "wrong_number")
    assert OutboxRow.objects.get().name == "registry_changed"
    assert set(service.changes.values_list("field", "after")) == {("state", "suspended"), ("safety", "wrong_number")}
    back = proposing.propose_state(service_id=service.pk, kind="unsuspend", seen=seen, by=people.editor.pk)
    assert deciding.approve(proposal_id=back, by=people.ann.pk) == "counted"
    deciding.approve(proposal_id=back, by=people.bo.pk)
    service.refresh_from_db()
    assert (service.state, service.safety) == ("published", "clear")


def test_only_an_approver_suspends_and_only_for_a_coded_reason(service, people):
    assert refusal_of(safety.suspend, service_id=service.pk, reason="other", by=people.editor.pk) == "not_allowed"
    assert refusal_of(safety.suspend, service_id=service.pk, reason="because", by=people.ann.pk) == "reason_wrong"


def test_a_suspended_record_is_outdated_for_whoever_wanted_to_publish_it(people, seen, make_service):
    service = make_service(state="waiting")
    publish = proposing.propose_state(service_id=service.pk, kind="publish", seen=seen, by=people.editor.pk)
    deciding.approve(proposal_id=publish, by=people.ann.pk)
    safety.suspend(service_id=service.pk, reason="unsafe", by=people.cy.pk)
    assert deciding.approve(proposal_id=publish, by=people.bo.pk) == "outdated"


def test_a_record_closed_for_good_keeps_its_id_and_takes_no_proposals(service, people, seen, service_values):
    close = proposing.propose_state(service_id=service.pk, kind="defunct", seen=seen, by=people.editor.pk)
    for person in (people.ann, people.bo):
        deciding.approve(proposal_id=close, by=person.pk)
    service.refresh_from_db()
    assert service.state == "defunct"
    given = {"service_id": service.pk, "values": service_values(service, age_max=18), "seen": seen}
    assert refusal_of(proposing.propose_service, **given, by=people.editor.pk) == "closed"


def test_checking_the_whole_record_raises_its_stage_and_gives_every_fact_its_evidence(
    service, people, seen, service_values
):
    whole = dataclasses.replace(seen, whole=True)
    proposal = proposing.propose_service(
        service_id=service.pk, values=service_values(service), seen=whole, by=people.editor.pk
    )
    assert deciding.approve(proposal_id=proposal, by=people.ann.pk) == "applied"
    service.refresh_from_db()
    assert (service.stage, service.stage_on) == ("desk_checked", seen.observed_on)
    assert {"name", "languages", "dial"} <= set(service.evidence.values_list("field", flat=True))


def test_a_proposal_must_say_where_and_when_it_was_seen(service, people, seen, service_values):
    tomorrow = seen.observed_on + dt.timedelta(days=1)
    for wrong, field in (
        (dataclasses.replace(seen, source=" "), "source"),
        (dataclasses.replace(seen, observed_on=tomorrow), "observed_on"),
        (dataclasses.replace(seen, stage="certain"), "stage"),
    ):
        with pytest.raises(MistakeError) as found:
            proposing.propose_service(
                service_id=service.pk,
                values=service_values(service, age_max=18),
                seen=wrong,
                by=people.editor.pk,
            )
        assert found.value.field == field


def test_a_proposal_without_a_change_is_none(service, people, seen, service_values):
    given = {"service_id": service.pk, "values": service_values(service), "seen": seen, "by": people.editor.pk}
    assert refusal_of(proposing.propose_service, **given) == "nothing_changes"
