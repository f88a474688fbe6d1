"""What a finding may change, and what keeps a false helpline from children."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from uuid import UUID

import pytest

from pop.people.asking import Ask
from pop.registry.directory.actions.reports import report_number
from pop.registry.directory.actions.review.deciding import approve, reject
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.actions.review.proposing import Seen, propose_contact, propose_state
from pop.registry.directory.actions.review.safety import suspend
from pop.registry.directory.models import Contact, Evidence, Proposal, Service, Task
from pop.registry.directory.queries.mapped import mapped_records
from pop.registry.directory.queries.pages import country_services, service_facts
from pop.registry.directory.rules.editing import CONTACT_COLUMNS
from pop.registry.mapping import queries
from pop.registry.mapping.actions.hearing import forget, hear
from pop.registry.mapping.actions.reviewing import reject_finding, take_up
from pop.registry.mapping.actions.vetting import take_step
from pop.registry.mapping.models import Finding, SafetyStep
from pop.registry.mapping.rules.answers import FIELDS
from tests.registry.mapping.filling import NOW, keep_form, send

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

REGISTER = "https://register.example.net/bodies/17"
ALL = dict.fromkeys(FIELDS, "take")
Make = Callable[..., Service]


def heard(name: str = "helplines", **answers: str) -> Finding:
    submission, _ = send(name, partner=None, corrects=None, rows=(), **answers)
    hear(submission)
    return Finding.objects.get(submission=submission)


def proposed(finding: Finding, people: SimpleNamespace, **choices: str) -> UUID:
    return take_up(
        finding_id=finding.pk, choices=choices or ALL, as_new=finding.match_id is None, kind="", by=people.editor
    )


def published(finding: Finding, people: SimpleNamespace, **given: str) -> Service:
    proposal = proposed(finding, people, **given)
    approve(proposal_id=proposal, by=people.ann)
    approve(proposal_id=proposal, by=people.bo)
    finding.refresh_from_db()
    assert finding.service is not None
    return finding.service


def check(service: Service, step: str, by: UUID, **given: str) -> bool:
    good = {
        "desk": {"outcome": "body_and_policy_found"},
        "call": {"outcome": "answered_as_claimed", "number_source": "public_register", "number": "020 2345678"},
    }
    return take_step(service_id=service.pk, step=step, by=by, **{"source": REGISTER, **good[step], **given})


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(RefusalError) as found:
        act()
    return found.value.code


def line(make_service: Make) -> Service:
    """A published helpline of this name with another number, which children see."""
    service = make_service(name="Lantern Line")
    service.contacts.create(
        channel="phone", as_stated="0800 111222", number_kind="full", dial="0800 111222", e164="+254800111222"
    )
    return service


def test_a_number_from_a_survey_reaches_no_child_from_a_record_that_they_see_until_it_was_called_back(
    helplines: None, people: SimpleNamespace, make_service: Make
) -> None:
    service = line(make_service)
    finding = heard()
    assert (finding.match_id, finding.verdict) == (service.pk, "update")
    proposal = proposed(finding, people, contacts="take", languages="take")
    assert approve(proposal_id=proposal, by=people.ann) == "counted"
    assert approve(proposal_id=proposal, by=people.bo) == "applied"
    added = Contact.objects.get(service=service, e164="+254800720111")
    assert added.withheld == "awaits_call"
    by_hand = {name: getattr(added, name) for name in CONTACT_COLUMNS} | {"withheld": ""}
    seen = Seen(REGISTER, NOW.date(), "desk_checked")
    given = {"service_id": service.pk, "contact_id": added.pk, "values": by_hand, "seen": seen, "by": people.editor}
    assert refusal(lambda: propose_contact(**given)) == "safety_first"
    assert not check(service, "desk", people.dee)
    assert check(service, "call", people.cal)
    added.refresh_from_db()
    assert added.withheld == ""


def test_a_survey_changes_neither_kind_nor_audience_nor_website_where_children_see_the_record(
    helplines: None, people: SimpleNamespace, make_service: Make
) -> None:
    line(make_service)
    finding = heard()
    for field in ("website", "kind"):
        change = {"website": "https://other.example.org/", "kind": "helpline"}
        finding.values = {**finding.values, **change}
        finding.save()
        assert refusal(lambda name=field: proposed(finding, people, **{name: "take"})) == "reaches_children"  # type: ignore[misc]


def test_evidence_names_the_survey_and_a_stage_that_its_way_in_bears_out(
    helplines: None, people: SimpleNamespace
) -> None:
    from_open_link = published(heard(), people)
    assert set(Evidence.objects.values_list("stage", flat=True)) == {"unconfirmed_lead"}
    assert from_open_link.stage == "unconfirmed_lead"
    (source,) = set(Evidence.objects.values_list("source", flat=True))
    assert source.startswith("survey helplines, 2026-11-22")


def test_the_body_that_was_called_bears_the_record_out_and_nothing_that_was_not_asked(
    helplines: None, people: SimpleNamespace
) -> None:
    service = published(heard(), people)
    assert not check(service, "call", people.cal)
    service.refresh_from_db()
    assert service.stage == "unconfirmed_lead"
    assert check(service, "desk", people.dee)
    service.refresh_from_db()
    assert (service.stage, service.source) == ("provider_confirmed", REGISTER)
    facts = Evidence.objects.filter(service=service).exclude(stage="unconfirmed_lead")
    assert set(facts.values_list("field", "source")) == {("stage", REGISTER)}


def test_what_was_tried_out_stays_so_when_its_body_is_called(
    helplines: None, people: SimpleNamespace, make_service: Make
) -> None:
    service = line(make_service)
    type(service).objects.filter(pk=service.pk).update(stage="test_contacted", source="a test call")
    proposal = proposed(heard(), people, contacts="take")
    for person in (people.ann, people.bo):
        approve(proposal_id=proposal, by=person)
    assert not check(service, "desk", people.dee)
    assert check(service, "call", people.cal)
    service.refresh_from_db()
    assert (service.stage, service.source) == ("test_contacted", "a test call")


@pytest.mark.parametrize(
    ("step", "given", "code"),
    [
        ("call", {"number": "0800 720 111"}, "number_of_submission"),
        ("call", {"number": "+254 800 720 111"}, "number_of_submission"),
        ("call", {"number": "call me"}, "number_unreadable"),
        ("call", {"number_source": "its_website"}, "number_source_wrong"),
        ("call", {"source": "https://lantern-line.example.org/contact"}, "source_of_submission"),
        ("desk", {"source": "https://www.lantern-line.example.org/policy"}, "source_of_submission"),
        ("desk", {"outcome": "answered_as_claimed"}, "outcome_wrong"),
    ],
)
def test_a_check_that_leans_on_the_submission_itself_is_none(
    helplines: None, people: SimpleNamespace, step: str, given: dict[str, str], code: str
) -> None:
    service = published(heard(), people)
    assert refusal(lambda: check(service, step, people.dee, **given)) == code
    assert not SafetyStep.objects.exists()


def test_who_proposed_who_did_the_other_check_and_two_approvers_do_not_decide_alone(
    helplines: None, people: SimpleNamespace, make_staff: Callable[..., object]
) -> None:
    service = published(heard(), people)
    assert refusal(lambda: check(service, "desk", people.editor)) == "own_proposal"
    check(service, "desk", people.ann)
    assert refusal(lambda: check(service, "call", people.ann)) == "same_person"
    assert refusal(lambda: check(service, "call", people.bo)) == "only_approvers"
    assert check(service, "call", people.cal)


def test_a_check_of_what_the_record_was_before_does_not_count(helplines: None, people: SimpleNamespace) -> None:
    service = published(heard(), people)
    check(service, "desk", people.dee)
    service.contacts.update(as_stated="0800 720 999", dial="0800 720999", e164="+254800720999")
    assert not check(service, "call", people.cal)
    service.refresh_from_db()
    assert service.safety == "mapped_only"


def test_a_bad_outcome_clears_nothing(helplines: None, people: SimpleNamespace) -> None:
    service = published(heard(), people)
    check(service, "desk", people.dee)
    assert not check(service, "call", people.cal, outcome="denied_by_body")


def test_letting_a_suspended_record_back_is_no_safety_decision(helplines: None, people: SimpleNamespace) -> None:
    service = published(heard(), people)
    suspend(service_id=service.pk, reason="unsafe", by=people.ann)
    seen = Seen(REGISTER, NOW.date(), "desk_checked")
    again = propose_state(service_id=service.pk, kind="unsuspend", seen=seen, by=people.editor)
    approve(proposal_id=again, by=people.ann)
    assert approve(proposal_id=again, by=people.bo) == "applied"
    service.refresh_from_db()
    assert (service.state, service.safety) == ("published", "mapped_only")


def test_what_young_people_lead_stands_on_no_page_of_a_country(
    db: None, data_dir: object, people: SimpleNamespace
) -> None:
    keep_form("youth_led")
    yes = {"danger_if_published": "no", "publish_place": "region", "publish_youth_led": "yes"}
    service = published(heard("youth_led", **yes), people)
    assert service.organisation.operator == "youth_led"
    assert [record.id for record in mapped_records()] == [service.pk]
    assert country_services("KE", now=NOW) == []
    assert service_facts(service.pk, now=NOW) is None
    hidden = heard("youth_led", **yes | {"danger_if_published": "yes"}, service_name="Another Circle")
    assert refusal(lambda: proposed(hidden, people)) == "unplaced"


def test_a_complaint_about_a_peer_space_takes_it_from_everybody_until_people_have_looked(
    make_service: Make,
) -> None:
    peers = make_service(name="Night Owls", kind="peer_support")
    helpline = make_service(name="Childline")
    for service in (peers, helpline):
        report_number(service=service.pk, contact=None, reason="unkind_or_unsafe", number="", now=NOW)
        service.refresh_from_db()
    assert (peers.safety, helpline.safety) == ("under_review", "clear")
    assert [record.id for record in mapped_records()] == [helpline.pk]


def test_a_withdrawn_answer_takes_its_number_from_a_record_of_others_and_asks_people_about_the_rest(
    helplines: None, people: SimpleNamespace, make_service: Make
) -> None:
    service = line(make_service)
    finding = heard()
    proposal = proposed(finding, people, contacts="take", languages="take")
    approve(proposal_id=proposal, by=people.ann)
    approve(proposal_id=proposal, by=people.bo)
    forget(finding.submission)
    forget(finding.submission)
    assert list(service.contacts.values_list("e164", flat=True)) == ["+254800111222"]
    assert not Evidence.objects.filter(source=finding.source).exists()
    assert Task.objects.filter(kind="survey_withdrawn", service=service).count() == 1
    service.refresh_from_db()
    assert service.state == "published"


@pytest.mark.parametrize("agreed", [False, True])
def test_whoever_tells_of_what_somebody_elses_answer_made_takes_away_their_own_word_and_no_more(
    helplines: None, people: SimpleNamespace, agreed: bool
) -> None:
    service = published(heard(), people)
    other = heard(channel_number="0800 720 333")
    assert other.match_id == service.pk
    proposal = proposed(other, people, contacts="take", languages="take")
    if agreed:
        approve(proposal_id=proposal, by=people.ann)
        approve(proposal_id=proposal, by=people.bo)
    forget(other.submission)
    service.refresh_from_db()
    assert (service.name, service.state) == ("Lantern Line", "published")
    assert list(service.contacts.values_list("e164", flat=True)) == ["+254800720111"]
    assert not Evidence.objects.filter(source=other.source).exists()
    left = Proposal.objects.get(pk=proposal)
    assert (left.state, left.changes) == ("applied" if agreed else "withdrawn", [])
    first = Finding.objects.get(match=None)
    forget(first.submission)
    service.refresh_from_db()
    assert (service.name, service.state) == ("", "defunct")


def test_a_name_and_a_place_are_needed_for_a_new_record(helplines: None, people: SimpleNamespace) -> None:
    finding = heard()
    some = {name: "take" for name in FIELDS if name != "country"}
    assert refusal(lambda: proposed(finding, people, **some)) == "needs_more"
    assert refusal(lambda: proposed(finding, people, name="grab")) == "choice_wrong"
    assert not Service.objects.exists()


def test_what_others_did_not_agree_to_can_be_proposed_in_another_way_and_leaves_no_record_behind(
    helplines: None, people: SimpleNamespace
) -> None:
    finding = heard()
    reject(proposal_id=proposed(finding, people), reason="wrong", by=people.ann)
    (line,) = queries.findings(Ask()).rows
    assert line.status == "compared"
    again = proposed(finding, people, **{name: "take" for name in FIELDS if name != "topics"})
    assert Service.objects.count() == 1
    reject(proposal_id=again, reason="wrong", by=people.ann)
    reject_finding(finding_id=finding.pk, reason="false_claim", by=people.ann)
    assert not Service.objects.exists()
    assert queries.findings(Ask(filters={"status": "rejected"})).total == 1
