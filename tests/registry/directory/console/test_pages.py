"""What the pages show and take: searching, filtering, export, forms, and a whole change from form to record."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json

import pytest
from django.urls import reverse

from pop.registry.directory.models import EmergencyNumber, Notice, Proposal, Service, Task

pytestmark = pytest.mark.storage

LISTS = ["/services", "/proposals", "/tasks", "/findings", "/notices", "/emergency", "/links", "/staff", "/audit"]
FORM = {
    "source": "https://www.childlinekenya.co.ke/",
    "observed_on": dt.datetime.now(dt.UTC).date().isoformat(),
    "stage": "desk_checked",
}
CONTACT = FORM | {"channel": "phone", "as_stated": "1195", "languages": "sw, en", "hours_source": "24/7", "free": "yes"}


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode())))


@pytest.mark.parametrize("path", LISTS)
def test_every_list_can_be_searched_sorted_turned_and_exported(kenya, as_staff, path):
    client = as_staff("editor", "approver", "administrator")
    page = client.get(path).content.decode()
    assert 'name="q"' in page
    assert "format=csv" in page
    exported = client.get(path, {"format": "csv"})
    assert exported["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in exported["Content-Disposition"]
    assert len(rows_of(exported)[0]) > 3
    for question in ({"q": "no such thing"}, {"page": "999999999"}, {"sort": "-nothing"}, {"sort": "at"}):
        assert client.get(path, question).status_code == 200


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"q": "childline"}, True),
        ({"q": "kenya"}, True),
        ({"q": "KE"}, True),
        ({"q": "+116"}, True),
        ({"q": "1 1 6"}, True),
        ({"q": "999999"}, False),
        ({"country": "KE", "kind": "child_helpline", "stage": "directory_listed", "state": "published"}, True),
        ({"state": "suspended"}, False),
        ({"safety": "withheld"}, False),
        ({"safety": "clear"}, True),
        ({"country": "DK"}, True),  # no such choice here: a filter that is not offered is left out
    ],
)
def test_services_are_found_by_name_country_digits_and_filters(kenya, as_staff, question, found):
    page = as_staff("editor").get("/services", question).content.decode()
    assert (f"/services/{kenya.service.pk}" in page) is found


def test_a_list_is_sorted_both_ways(kenya, make_service, as_staff):
    make_service(name="Aardvark line")
    client = as_staff("editor")

    def names(sort):
        return [row[0] for row in rows_of(client.get("/services", {"sort": sort, "format": "csv"}))[1:]]

    assert names("name") == ["Aardvark line", "Childline Kenya"]
    assert names("-name") == ["Childline Kenya", "Aardvark line"]


def test_an_exported_cell_is_never_a_formula_and_a_number_stays_a_number(make_service, as_staff):
    make_service(name='=HYPERLINK("http://evil")')
    # Some spreadsheets take a wide sign for the narrow one, or leave out what stands before it.
    others = ["-1+2|cmd", "\uff1d1+1", "\uff20SUM(1)", " =1+1", "\ufeff=1+1"]
    for name in others:
        make_service(name=name)
    client = as_staff("editor")
    names = {row[0] for row in rows_of(client.get("/services", {"format": "csv"}))[1:]}
    assert names == {'\'=HYPERLINK("http://evil")', *(f"'{name}" for name in others)}
    Service.objects.update(name="+254 20 2731116")
    assert rows_of(client.get("/services", {"format": "csv"}))[1][0] == "+254 20 2731116"


def test_a_record_shows_facts_contacts_contradictions_tasks_notices_and_history(kenya, as_staff):
    page = as_staff("editor").get(f"/services/{kenya.service.pk}").content.decode()
    for text in ("Childline Kenya", "116", "tel:116", "report of a number", "disrupted", "Africa/Nairobi"):
        assert text in page


def test_buttons_follow_the_role(kenya, as_staff):
    path = f"/services/{kenya.service.pk}"
    editor, approver = (as_staff(role).get(path).content.decode() for role in ("editor", "approver"))
    assert "/contacts/add" in editor
    assert "/suspend" not in editor
    assert "/suspend" in approver
    assert "/contacts/add" not in approver


def test_a_number_goes_from_form_to_record_through_three_people(kenya, as_staff):
    editor, ann, bo = as_staff("editor"), as_staff("approver"), as_staff("approver")
    path = f"/services/{kenya.service.pk}/contacts/{kenya.contact.pk}/edit"
    answer = editor.post(path, CONTACT)
    assert answer.status_code == 302, answer.content.decode()
    proposal = answer["Location"]
    page = ann.get(proposal).content.decode()
    assert "1195" in page
    assert "Two different people" in page
    ann.post(proposal + "/approve")
    assert kenya.service.contacts.get().dial == "116"
    # Agreeing twice, or with one's own proposal, is said and changes nothing.
    assert "You have answered" in ann.post(proposal + "/approve", follow=True).content.decode()
    assert editor.post(proposal + "/approve").status_code == 404
    assert "The change is made" in bo.post(proposal + "/approve", follow=True).content.decode()
    contact = kenya.service.contacts.get()
    assert (contact.dial, contact.languages, contact.hours, contact.free) == ("1195", ["sw", "en"], "24/7", True)
    assert "1195" in editor.get(f"/services/{kenya.service.pk}").content.decode()


def test_an_outdated_proposal_says_so(kenya, as_staff):
    editor, ann = as_staff("editor"), as_staff("approver")
    path = f"/services/{kenya.service.pk}/contacts/{kenya.contact.pk}/edit"
    proposal = editor.post(path, CONTACT)["Location"]
    kenya.service.contacts.update(dial="117")
    page = ann.post(proposal + "/approve", follow=True).content.decode()
    assert "Nothing was changed" in page
    assert "outdated" in page


def test_a_wrong_form_keeps_what_was_typed_and_says_what_is_wrong(kenya, as_staff):
    client = as_staff("editor")
    path = f"/services/{kenya.service.pk}/contacts/add"
    page = client.post(path, CONTACT | {"as_stated": "call us", "observed_on": "2999-01-01"}).content.decode()
    assert "call us" in page
    page = client.post(path, CONTACT | {"as_stated": "call us"}).content.decode()
    assert "This is not a number of this country." in page
    assert not Proposal.objects.exists()


def test_an_approver_is_warned_of_an_emergency_number(kenya, as_staff):
    path = f"/services/{kenya.service.pk}/contacts/{kenya.contact.pk}/edit"
    proposal = as_staff("editor").post(path, CONTACT | {"as_stated": "999"})["Location"]
    assert "emergency number in this country" in as_staff("approver").get(proposal).content.decode()


def test_a_new_service_waits(as_staff):
    client = as_staff("editor")
    given = FORM | {
        "country": "ke",
        "organisation": "New body",
        "name": "New line",
        "kind": "child_helpline",
        "audience": ["child"],
        "holiday_policy": "unknown",
        "timezone": "Africa/Nairobi",
    }
    answer = client.post("/services/add", given)
    assert answer.status_code == 302, answer.content.decode()
    service = Service.objects.get()
    assert (service.state, service.country) == ("waiting", "KE")
    assert Task.objects.get().kind == "new_service"
    assert client.post("/services/add", given).status_code == 200  # the same name again is refused


def test_an_emergency_number_needs_two_people_and_its_place_follows_the_rules(kenya, as_staff):
    editor, ann, bo = as_staff("editor"), as_staff("approver"), as_staff("approver")
    given = {
        "country": "KE",
        "dial": "112",
        "kind": "any",
        "stage": "two_sources_agree",
        "source": "https://example.org/",
        "observed_on": FORM["observed_on"],
    }
    proposal = editor.post("/emergency/add", given)["Location"]
    assert "112 (all emergencies)" in ann.get(proposal).content.decode()
    ann.post(proposal + "/approve")
    assert not EmergencyNumber.objects.filter(dial="112").exists()
    bo.post(proposal + "/approve")
    assert dict(EmergencyNumber.objects.values_list("dial", "rank")) == {"112": 1, "999": 2}
    hidden = {name: given[name] for name in ("kind", "source", "observed_on")} | {"stage": "unconfirmed"}
    proposal = editor.post(f"/emergency/{kenya.number.pk}", hidden)["Location"]
    for person in (ann, bo):
        person.post(proposal + "/approve")
    assert dict(EmergencyNumber.objects.values_list("dial", "rank")) == {"112": 1, "999": 0}


def test_a_notice_needs_an_end_within_ninety_days_and_can_end_early(kenya, as_staff):
    client = as_staff("editor")
    Notice.objects.all().delete()
    now = dt.datetime.now(dt.UTC)
    path = f"/services/{kenya.service.pk}/notice"

    def put_up(days):
        ends = now + dt.timedelta(days=days)
        return client.post(
            path,
            {
                "kind": "disrupted",
                "starts": f"{now:%Y-%m-%dT%H:%M}",
                "ends": f"{ends:%Y-%m-%dT%H:%M}",
                "source": "call",
            },
        )

    assert put_up(91).status_code == 200
    assert put_up(-1).status_code == 200
    assert not Notice.objects.exists()
    assert put_up(89).status_code == 302
    notice = Notice.objects.get()
    assert client.post(f"/notices/{notice.pk}/end").status_code == 302
    notice.refresh_from_db()
    assert notice.ends_at <= dt.datetime.now(dt.UTC)


def test_a_notice_on_a_country_needs_no_service(kenya, as_staff):
    now = dt.datetime.now(dt.UTC)
    given = {
        "country": "ke",
        "kind": "crisis",
        "starts": f"{now:%Y-%m-%dT%H:%M}",
        "ends": f"{now + dt.timedelta(days=3):%Y-%m-%dT%H:%M}",
        "source": "UN",
    }
    client = as_staff("approver")
    assert client.post("/notices/add", given | {"country": "ZZ"}).status_code == 200
    assert client.post("/notices/add", given).status_code == 302
    assert Notice.objects.filter(service=None, country="KE").exists()


def test_a_task_is_finished_once_with_a_coded_outcome_and_hides_nothing(kenya, as_staff):
    client = as_staff("editor")
    path = f"/tasks/{kenya.task.pk}"
    page = client.get(path).content.decode()
    assert "nobody answers" in page
    assert "3 ×" in page
    client.post(path + "/done", {"outcome": "anything"})
    kenya.task.refresh_from_db()
    assert kenya.task.state == "open"
    client.post(path + "/done", {"outcome": "cannot_be_checked"})
    kenya.task.refresh_from_db()
    kenya.service.refresh_from_db()
    assert (kenya.task.state, kenya.task.outcome, kenya.task.done_by) == ("done", "cannot_be_checked", client.person.pk)
    assert kenya.service.state == "published"
    assert "Somebody was quicker" in client.post(path + "/done", {"outcome": "misuse"}, follow=True).content.decode()


def test_the_first_page_counts_what_waits(kenya, as_staff):
    page = as_staff("approver").get("/").content.decode()
    assert "open tasks" in page
    assert "<svg" in page
    assert "style=" not in page
    assert "<script" not in page


def test_every_page_of_the_menu_opens_for_everyone_who_sees_it(kenya, as_staff):
    client = as_staff("administrator")
    page = client.get("/").content.decode()
    for name in ("service_list", "proposal_list", "task_list", "finding_list", "audit_list", "staff_list", "mfa_index"):
        assert f'href="{reverse(name)}"' in page
        assert client.get(reverse(name)).status_code == 200


def test_proposals_keep_what_was_seen_as_json(kenya, as_staff):
    path = f"/services/{kenya.service.pk}/contacts/add"
    as_staff("editor").post(path, CONTACT | {"channel": "whatsapp", "as_stated": "+254 722 178177"})
    proposal = Proposal.objects.get()
    assert json.loads(json.dumps(proposal.changes)) == proposal.changes
    assert proposal.needs == 2
