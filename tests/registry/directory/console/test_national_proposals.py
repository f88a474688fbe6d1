"""What a ministry's focal point can propose, who decides about it, and what ends when they no longer speak for it."""

from __future__ import annotations

import datetime as dt

import pytest

from pop.people.actions import change_roles, deactivate
from pop.registry.directory.actions.review import deciding, national, proposing
from pop.registry.directory.actions.review.national import Said
from pop.registry.directory.actions.review.permission import RefusalError
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.models import Proposal
from pop.registry.directory.rules.editing import MistakeError
from tests.unrandom import unrandom

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

TODAY = dt.datetime.now(dt.UTC).date()
SAID = Said("Children Act, section 12", TODAY)
FORM = {"source": SAID.source, "observed_on": TODAY.isoformat()}


def refusal_of(act, **given):
    with pytest.raises(RefusalError) as found:
        act(**given)
    return found.value.code


def number_of(kenya, contact_values, by, dial="1195"):
    values = contact_values(as_stated=dial)
    return national.correct_contact(
        service_id=kenya.service.pk, contact_id=kenya.contact.pk, values=values, said=SAID, by=by
    )


def test_a_guess_at_a_number_that_is_not_shown_is_not_confirmed(kenya, ministry, contact_values, people):
    removed = proposing.propose_removal(
        service_id=kenya.service.pk,
        contact_id=kenya.contact.pk,
        seen=Seen("call", TODAY, "desk_checked"),
        by=people.editor.pk,
    )
    for each in (people.ann, people.bo):
        deciding.approve(proposal_id=removed, by=each.pk)
    guess = {"service_id": kenya.service.pk, "said": SAID, "by": ministry.person.pk}
    known = national.add_contact(values=contact_values(leaves_trace=None), **guess)
    assert national.add_contact(values=contact_values(as_stated="1199"), **guess) != known
    deciding.reject(proposal_id=known, reason="duplicate", by=people.ann.pk)
    assert "there is another one" not in ministry.get(f"/country/proposals/{known}").content.decode()


def test_of_a_record_on_the_map_only_neither_numbers_nor_the_website_are_shown_or_changed(
    make_service, ministry, service_values, contact_values
):
    record = make_service(safety="mapped_only", from_survey=True)
    page = ministry.get(f"/country/services/{record.pk}").content.decode()
    assert "116" not in unrandom(page)
    assert "childlinekenya" not in page
    assert 'name="website"' not in ministry.get(f"/country/services/{record.pk}/correct").content.decode()
    assert "/contacts/add" not in page
    assert ministry.get(f"/country/services/{record.pk}/contacts/add").status_code == 404
    guess = {"service_id": record.pk, "values": contact_values(), "said": SAID, "by": ministry.person.pk}
    assert refusal_of(national.add_contact, **guess) == "unknown"
    made = national.correct_service(
        service_id=record.pk,
        values=service_values(record, languages=["sw"], website=""),
        said=SAID,
        by=ministry.person.pk,
    )
    assert [change["field"] for change in Proposal.objects.get(pk=made).changes] == ["languages"]


def test_a_correction_says_whose_word_it_is_and_waits_for_two_people(kenya, people, ministry, contact_values):
    answer = ministry.post(
        f"/country/services/{kenya.service.pk}/contacts/{kenya.contact.pk}/correct",
        FORM
        | {"channel": "phone", "as_stated": "1195", "stage": "test_contacted", "whole": "on", "withheld": "removed"},
    )
    made = Proposal.objects.get()
    assert answer["Location"] == f"/country/proposals/{made.pk}"
    assert (made.from_focal_point, made.needs, made.stage) == (True, 2, "directory_listed")
    assert made.source == "ministry's focal point, KE: Children Act, section 12"
    assert not {"stage", "stage_on", "withheld", "source"} & {change["field"] for change in made.changes}
    assert deciding.approve(proposal_id=made.pk, by=people.ann.pk) == "counted"
    assert kenya.service.contacts.get().dial == "116"
    assert deciding.approve(proposal_id=made.pk, by=people.bo.pk) == "applied"
    assert kenya.service.contacts.get().dial == "1195"
    kenya.service.refresh_from_db()
    assert kenya.service.stage_on == dt.date(2022, 5, 16)
    assert kenya.service.evidence.get(field="dial").source == made.source
    assert {each.via for each in kenya.service.changes.all()} == {"apply_focal_proposal"}
    assert "approved proposal of the ministry" in ministry.get(f"/country/services/{kenya.service.pk}").content.decode()


def test_two_people_agree_even_where_one_would_do_for_an_editor(kenya, people, ministry, service_values):
    values = service_values(kenya.service, languages=["sw"])
    made = national.correct_service(service_id=kenya.service.pk, values=values, said=SAID, by=ministry.person.pk)
    assert deciding.approve(proposal_id=made, by=people.ann.pk) == "counted"
    assert deciding.approve(proposal_id=made, by=people.bo.pk) == "applied"


def test_approvers_are_told_whose_word_it_is(kenya, ministry, contact_values, as_staff):
    made = number_of(kenya, contact_values, ministry.person.pk)
    page = as_staff("approver").get(f"/proposals/{made}").content.decode()
    assert "The focal point of the country" in page
    assert "Wanjiru, ministry&#x27;s focal point" in page
    change_roles(staff=ministry.person.pk, roles=["editor"], by=None)
    assert "no longer speaks for the country" in as_staff("approver").get(f"/proposals/{made}").content.decode()


def test_they_agree_to_nothing_and_reject_nothing(kenya, people, ministry, service_values, seen):
    own = number = proposing.propose_service(
        service_id=kenya.service.pk,
        values=service_values(kenya.service, languages=["sw"]),
        seen=seen,
        by=people.both.pk,
    )
    for each in (own, number):
        assert refusal_of(deciding.approve, proposal_id=each, by=ministry.person.pk) == "not_allowed"
        assert refusal_of(deciding.reject, proposal_id=each, reason="wrong", by=ministry.person.pk) == "not_allowed"
        for act in ("approve", "reject", "withdraw"):
            assert ministry.post(f"/proposals/{each}/{act}", {"reason": "wrong"}).status_code == 404
        assert refusal_of(national.take_back, proposal_id=each, by=ministry.person.pk) == "unknown"
        assert refusal_of(proposing.withdraw, proposal_id=each, by=ministry.person.pk) == "not_allowed"


@pytest.mark.parametrize("kind", ["publish", "unsuspend", "defunct"])
def test_they_decide_about_no_record(kenya, ministry, kind):
    by = ministry.person.pk
    for seen in (Seen("law", TODAY, "directory_listed", ministry=True), Seen("law", TODAY, "desk_checked")):
        given = {"service_id": kenya.service.pk, "kind": kind, "seen": seen, "by": by}
        assert refusal_of(proposing.propose_state, **given) == "not_allowed"


def test_nobody_else_speaks_as_a_ministry_and_a_ministry_not_as_an_editor(
    kenya, people, ministry, contact_values, service_values
):
    values, by = service_values(kenya.service, languages=["sw"]), ministry.person.pk
    for who in (people.editor, people.root, people.both):
        seen = Seen("law", TODAY, "directory_listed", ministry=True)
        given = {"service_id": kenya.service.pk, "values": values, "seen": seen, "by": who.pk}
        assert refusal_of(proposing.propose_service, **given) == "not_allowed"
        assert refusal_of(number_of, kenya=kenya, contact_values=contact_values, by=who.pk) == "not_allowed"
    plain = {"service_id": kenya.service.pk, "values": values, "seen": Seen("law", TODAY, "test_contacted"), "by": by}
    assert refusal_of(proposing.propose_service, **plain) == "not_allowed"


def test_another_countrys_record_is_not_there_for_an_action_either(
    uganda, kenya, ministry, contact_values, service_values
):
    by, there = ministry.person.pk, {"service_id": uganda.service.pk, "said": SAID}
    values = service_values(uganda.service, languages=["sw"])
    assert refusal_of(national.correct_service, values=values, by=by, **there) == "unknown"
    assert refusal_of(national.add_contact, values=contact_values(as_stated="1195"), by=by, **there) == "unknown"
    assert refusal_of(national.remove_contact, contact_id=uganda.contact.pk, by=by, **there) == "unknown"
    # The contact of another record under one of theirs is no way round.
    mixed = {"service_id": kenya.service.pk, "contact_id": uganda.contact.pk, "said": SAID, "by": by}
    assert refusal_of(national.remove_contact, **mixed) == "unknown"
    assert refusal_of(national.correct_contact, values=contact_values(), **mixed) == "unknown"
    seen = Seen("law", TODAY, "directory_listed", ministry=True)
    given = {"service_id": uganda.service.pk, "values": values, "seen": seen, "by": by}
    assert refusal_of(proposing.propose_service, **given) == "not_allowed"
    emergency = {"kind": "any", "said": SAID, "by": by}
    assert refusal_of(national.correct_emergency, number_id=uganda.number.pk, **emergency) == "unknown"
    assert refusal_of(national.add_emergency, country="UG", dial="112", **emergency) == "other_country"
    assert not Proposal.objects.exists()


def test_a_record_moves_into_no_other_country_and_out_of_none(kenya, uganda, ministry, service_values):
    fields = FORM | {"name": "Childline", "kind": "child_helpline", "languages": "sw", "holiday_policy": "unknown"}
    path = f"/country/services/{kenya.service.pk}/correct"
    said = ministry.post(path, fields | {"country": "UG"}).content.decode()
    assert "A record moves into no other country" in said
    assert not Proposal.objects.exists()
    values = service_values(kenya.service, languages=["sw"]) | {"country": "UG"}
    given = {"service_id": kenya.service.pk, "values": values, "said": SAID, "by": ministry.person.pk}
    assert refusal_of(national.correct_service, **given) == "other_country"
    with pytest.raises(MistakeError):
        national.correct_service(**given | {"values": service_values(kenya.service, subdivisions=["UG-102"])})
    assert ministry.post(path, fields | {"country": "KE"}).status_code == 302
    assert "country" not in {change["field"] for change in Proposal.objects.get().changes}


def test_another_country_or_role_ends_what_they_could_do_at_once(kenya, uganda, people, ministry, contact_values):
    made, by = number_of(kenya, contact_values, ministry.person.pk), ministry.person.pk
    change_roles(staff=by, roles=["focal_point"], countries=["UG"], by=None)
    assert "Childline" not in ministry.get("/country").content.decode()
    assert ministry.get(f"/country/services/{kenya.service.pk}").status_code == 404
    assert ministry.get(f"/country/proposals/{made}").status_code == 404
    assert ministry.get(f"/country/services/{uganda.service.pk}").status_code == 200
    assert refusal_of(number_of, kenya=kenya, contact_values=contact_values, by=by, dial="1196") == "unknown"
    # What they proposed for a country that they no longer speak for counts no longer.
    assert deciding.approve(proposal_id=made, by=people.ann.pk) == "outdated"
    change_roles(staff=by, roles=["editor"], by=None)
    assert ministry.get("/country").status_code == 404
    assert refusal_of(number_of, kenya=kenya, contact_values=contact_values, by=by, dial="1196") == "not_allowed"


def test_a_former_focal_point_agrees_to_nothing_of_their_own(kenya, people, ministry, contact_values):
    made = number_of(kenya, contact_values, ministry.person.pk)
    change_roles(staff=ministry.person.pk, roles=["approver"], by=None)
    assert refusal_of(deciding.approve, proposal_id=made, by=ministry.person.pk) == "own_proposal"
    assert deciding.approve(proposal_id=made, by=people.ann.pk) == "outdated"
    assert kenya.service.contacts.get().dial == "116"


def test_access_that_ended_between_two_answers_stops_the_second(kenya, people, ministry, contact_values):
    made = number_of(kenya, contact_values, ministry.person.pk)
    assert deciding.approve(proposal_id=made, by=people.ann.pk) == "counted"
    deactivate(staff=ministry.person.pk, by=None)
    assert ministry.get("/country").status_code == 302
    assert deciding.approve(proposal_id=made, by=people.bo.pk) == "outdated"
    assert kenya.service.contacts.get().dial == "116"


def test_they_leave_room_for_others_on_a_record(kenya, people, ministry, contact_values):
    by = ministry.person.pk
    for number in range(proposing.MOST_OF_FOCAL_POINTS):
        number_of(kenya, contact_values, by, dial=f"11{number}0")
    assert refusal_of(number_of, kenya=kenya, contact_values=contact_values, by=by) == "too_many_waiting"
    seen = Seen("https://example.org/", TODAY, "desk_checked")
    values = contact_values(as_stated="1195")
    assert proposing.propose_new_contact(service_id=kenya.service.pk, values=values, seen=seen, by=people.editor.pk)


def test_what_they_make_and_take_back_all_day_counts_as_well(kenya, ministry, contact_values, monkeypatch):
    monkeypatch.setattr(proposing, "MOST_OF_ONE", 3)
    for dial in ("1190", "1191", "1192"):
        national.take_back(
            proposal_id=number_of(kenya, contact_values, ministry.person.pk, dial), by=ministry.person.pk
        )
    given = {"kenya": kenya, "contact_values": contact_values, "by": ministry.person.pk}
    assert refusal_of(number_of, **given) == "too_many_waiting"
    Proposal.objects.update(proposed_at=dt.datetime.now(dt.UTC) - dt.timedelta(days=2))
    assert number_of(**given)


def test_they_take_their_own_proposal_back_and_see_why_not(kenya, people, ministry, contact_values):
    made = number_of(kenya, contact_values, ministry.person.pk)
    ministry.post(f"/country/proposals/{made}/withdraw")
    assert Proposal.objects.get(pk=made).state == "withdrawn"
    other = number_of(kenya, contact_values, ministry.person.pk, dial="1196")
    deciding.reject(proposal_id=other, reason="no_evidence", by=people.ann.pk)
    page = ministry.get(f"/country/proposals/{other}").content.decode()
    assert "Why not" in page
    assert "Ann" not in page


def test_an_emergency_number_is_proposed_for_their_country_only_and_by_one_source(kenya, uganda, people, ministry):
    said = FORM | {"country": "KE", "dial": "112", "kind": "any", "stage": "two_sources_agree"}
    assert ministry.post("/country/emergency/add", said | {"country": "UG"}).status_code == 200
    assert not Proposal.objects.exists()
    assert ministry.post("/country/emergency/add", said).status_code == 302
    made = Proposal.objects.get()
    assert (made.country, made.needs, made.from_focal_point) == ("KE", 2, True)
    assert {each["field"]: each["after"] for each in made.changes}["stage"] == "secondary_source"
    change_roles(staff=ministry.person.pk, roles=["focal_point"], countries=["UG"], by=None)
    assert deciding.approve(proposal_id=made.pk, by=people.ann.pk) == "outdated"
    assert ministry.get(f"/country/emergency/{kenya.number.pk}").status_code == 404


def test_what_answers_at_a_known_number_is_proposed_without_touching_how_well_it_is_known(kenya, ministry):
    answer = ministry.post(f"/country/emergency/{kenya.number.pk}", FORM | {"kind": "any", "stage": "unconfirmed"})
    assert answer.status_code == 302
    made = {each["field"]: each["after"] for each in Proposal.objects.get().changes}
    assert made.keys() == {"kind", "source", "observed_on"}


def test_a_wrong_form_says_what_is_wrong_and_makes_nothing(kenya, ministry):
    path = f"/country/services/{kenya.service.pk}/contacts/add"
    fine = FORM | {"channel": "phone", "as_stated": "1195"}
    wrong = (
        {"source": " "},
        {"source": "x" * 261},
        {"observed_on": "2999-01-01"},
        {"as_stated": "call us"},
        {"channel": ""},
    )
    for each in wrong:
        assert ministry.post(path, fine | each).status_code == 200, each
    assert not Proposal.objects.exists()
    assert ministry.post(path, fine | {"as_stated": "=1+1"}).status_code == 200
