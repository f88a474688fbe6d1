"""What a ministry's focal point sees of its country, and what it must never be told."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from pop.evidence.maps.actions import agree_to_risk, propose_risk
from pop.registry.directory.actions.review import proposing
from pop.registry.directory.actions.review.national import Said
from pop.registry.directory.actions.review.proposing import Seen
from pop.registry.directory.models import Change, Evidence, Proposal

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

TODAY = dt.datetime.now(dt.UTC).date()
SAID = Said("Children Act, section 12", TODAY)
FORM = {"source": SAID.source, "observed_on": TODAY.isoformat()}


@pytest.fixture
def hidden(make_service):
    """Records of Kenya that no page of the country names, by the reason."""
    led = make_service(name="Hidden led by young people", safety="mapped_only")
    led.organisation.operator = "youth_led"
    led.organisation.save()
    return {
        "waiting": make_service(name="Hidden waiting", state="waiting"),
        "suspended": make_service(name="Hidden suspended", state="suspended", safety="unsafe"),
        "defunct": make_service(name="Hidden defunct", state="defunct"),
        "withheld": make_service(name="Hidden withheld", safety="do_not_publish"),
        "youth": led,
    }


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode())))


def test_the_first_page_leads_to_their_country_and_the_menu_has_nothing_else(kenya, ministry):
    assert ministry.get("/")["Location"] == "/country"
    page = ministry.get("/country").content.decode()
    assert "Childline Kenya" in page
    for address in ('"/services"', '"/proposals"', '"/mapping"', '"/tasks"', '"/desk"', '"/staff"', '"/audit"', '"/"'):
        assert f"href={address}" not in page.replace('class="brand"><a href="/"', "")


def test_they_see_their_country_and_no_other_in_pages_and_files(kenya, uganda, ministry):
    for path in ("/country", "/country/findings", "/country/proposals", "/country/emergency"):
        for asked in ({}, {"format": "csv"}, {"country": "UG"}, {"country": "UG", "format": "csv"}, {"q": "Sauti"}):
            said = ministry.get(path, asked).content.decode()
            assert "(UG)" not in said, (path, asked)
            assert str(uganda.service.pk) not in said
    assert [row[0] for row in rows_of(ministry.get("/country", {"format": "csv"}))[1:]] == ["Childline Kenya"]
    assert [row[1] for row in rows_of(ministry.get("/country/emergency", {"format": "csv"}))[1:]] == ["999"]


def test_with_two_countries_both_are_listed_and_can_be_told_apart(kenya, uganda, console, make_staff, sign_in, client):
    both = sign_in(client, make_staff("focal_point", countries=["KE", "UG"]))
    listed = {row[0] for row in rows_of(both.get("/country", {"format": "csv"}))[1:]}
    assert listed == {"Childline Kenya", "Sauti"}
    assert [row[0] for row in rows_of(both.get("/country", {"format": "csv", "country": "UG"}))[1:]] == ["Sauti"]


def test_records_that_no_page_of_the_country_names_do_not_exist_for_them(kenya, hidden, ministry):
    for asked in ({}, {"q": "Hidden"}, {"format": "csv"}, {"findings": "yes"}):
        for path in ("/country", "/country/findings", "/country/proposals"):
            assert "Hidden " not in ministry.get(path, asked).content.decode()
    for why, record in hidden.items():
        for path in ("", "/correct", "/contacts/add", f"/contacts/{record.contacts.get().pk}/correct"):
            assert ministry.get(f"/country/services/{record.pk}{path}").status_code == 404, why
            assert ministry.post(f"/country/services/{record.pk}{path}", FORM).status_code in (404, 405), why


def test_what_the_table_of_country_risk_hides_is_hidden_from_its_ministry(kenya, people, ministry):
    line = propose_risk(
        country="KE", about="kind", which="child_helpline", effect="region", reason="surveillance", by=people.editor.pk
    )
    assert ministry.get(f"/country/services/{kenya.service.pk}").status_code == 200
    agree_to_risk(id=line, by=people.ann.pk)
    assert ministry.get(f"/country/services/{kenya.service.pk}").status_code == 404
    assert "Childline" not in ministry.get("/country").content.decode()


def test_numbers_that_are_not_shown_stand_nowhere_and_cannot_be_searched_for(kenya, ministry, people):
    secret = kenya.service.contacts.create(
        channel="phone", as_stated="0800 555", dial="0800555", withheld="awaits_call"
    )
    Evidence.objects.create(
        service=kenya.service, contact=secret, field="dial", value="0800555", stage="desk_checked", source="survey x"
    )
    Change.objects.create(service=kenya.service, contact_id=secret.pk, field="dial", after="0800555", via="survey")
    kenya.service.remarks = "a remark for staff"
    kenya.service.save()
    page = ministry.get(f"/country/services/{kenya.service.pk}").content.decode()
    for private in ("0800555", "0800 555", "a remark", "report of a number"):
        assert private not in page
    assert "116" in page
    assert "0 found" in ministry.get("/country", {"q": "0800555"}).content.decode()
    for path in ("correct", "remove"):
        address = f"/country/services/{kenya.service.pk}/contacts/{secret.pk}/{path}"
        assert ministry.get(address).status_code == 404
        assert ministry.post(address, FORM | {"channel": "phone", "as_stated": "1"}).status_code == 404


def test_how_the_house_came_to_a_change_is_not_told(kenya, ministry):
    Change.objects.create(
        service=kenya.service, field="state", before="suspended", after="published", via="report_number"
    )
    page = ministry.get(f"/country/services/{kenya.service.pk}").content.decode()
    assert "published" in page
    assert "complaint" not in page


def test_of_proposals_of_the_house_they_read_what_becomes_public_and_no_name(
    kenya, people, ministry, contact_values, seen, service_values
):
    secret = kenya.service.contacts.create(channel="phone", dial="0800555", withheld="other")
    service = {"service_id": kenya.service.pk, "by": people.editor.pk}
    private = Seen("a call with somebody", TODAY, "desk_checked")
    open_one = proposing.propose_service(
        values=service_values(kenya.service, languages=["sw"]), seen=private, **service
    )
    hidden_one = proposing.propose_contact(
        contact_id=secret.pk, values=contact_values(as_stated="0800 720 556", withheld="other"), seen=private, **service
    )
    survey = Proposal.objects.create(service=kenya.service, kind="mapping", proposed_by=people.editor.pk)
    page = ministry.get(f"/country/proposals/{open_one}").content.decode()
    assert "Languages" in page
    for private_word in ("Ed", "somebody", people.editor.email):
        assert f">{private_word}<" not in page
        assert f" {private_word} " not in page
    assert ministry.get(f"/country/proposals/{hidden_one}").status_code == 404
    assert ministry.get(f"/country/proposals/{survey.pk}").status_code == 404
    listed = ministry.get("/country/proposals").content.decode()
    assert str(open_one) in listed
    assert str(hidden_one) not in listed
    assert str(survey.pk) not in listed
