"""What a form's values become, and how many people a change needs."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.editing import (
    MistakeError,
    approvals_needed,
    contact_columns,
    reach_digest,
    service_columns,
    warnings_of,
)

VALUES = {
    "channel": "phone",
    "as_stated": "116",
    "message_body": "",
    "alternative": "",
    "hours_source": "",
    "languages": [],
    "subdivisions": [],
    "age_min": None,
    "age_max": None,
    "free": None,
    "anonymous": None,
    "leaves_trace": None,
    "from_abroad": None,
    "withheld": "",
}


def change(field: str, before: object = "", after: object = "x") -> dict[str, object]:
    return {"contact": None, "field": field, "before": before, "after": after}


def mistake_of(**given: object) -> tuple[str, str]:
    with pytest.raises(MistakeError) as found:
        contact_columns(VALUES | given, "KE", "Africa/Nairobi")
    return found.value.field, found.value.code


@pytest.mark.parametrize(
    "field",
    [
        "contact",
        "channel",
        "as_stated",
        "number_kind",
        "e164",
        "dial",
        "message_body",
        "alternative",
        "withheld",
        "website",
        "kind",
        "audience",
        "subdivisions",
        "age_min",
        "age_max",
        "safety",
        "state",
    ],
)
def test_whatever_makes_a_published_number_needs_two_people(field):
    assert approvals_needed("edit", "published", [change(field)]) == 2
    assert approvals_needed("edit", "suspended", [change("free"), change(field)]) == 2
    assert approvals_needed("edit", "waiting", [change(field)]) == 1


@pytest.mark.parametrize("field", ["name", "languages", "hours_source", "hours", "free", "topics", "stage_on"])
def test_other_facts_need_one_person(field):
    assert approvals_needed("edit", "published", [change(field)]) == 1


@pytest.mark.parametrize("kind", ["publish", "unsuspend", "emergency"])
def test_showing_something_always_needs_two_people(kind):
    assert approvals_needed(kind, "waiting", []) == 2


def test_closing_a_record_for_good_needs_two_people_once_it_is_shown():
    assert approvals_needed("defunct", "published", []) == 2
    assert approvals_needed("defunct", "waiting", []) == 1


def test_a_short_code_stays_a_short_code():
    columns = contact_columns(VALUES, "KE", "Africa/Nairobi")
    assert (columns["dial"], columns["e164"], columns["number_kind"]) == ("116", "", "short")


def test_a_full_number_is_read_by_the_countrys_plan():
    columns = contact_columns(VALUES | {"as_stated": "0722 178 177"}, "KE", "Africa/Nairobi")
    assert columns["e164"] == "+254722178177"
    assert columns["number_kind"] == "full"


def test_hours_are_normalised_and_the_words_of_the_source_are_kept():
    source = "Mo-Fr 07:00-26:00; Sa-Su 11:00-24:00"
    columns = contact_columns(VALUES | {"hours_source": source}, "KE", "Africa/Nairobi")
    assert columns["hours_source"] == source
    assert ";" not in columns["hours"]
    assert columns["hours_rule"]


def test_what_cannot_be_read_is_refused_beside_its_field():
    assert mistake_of(as_stated="call us") == ("as_stated", "number_unreadable")
    assert mistake_of(channel="whatsapp", as_stated="116") == ("as_stated", "number_full")
    assert mistake_of(channel="email", as_stated="nobody at all") == ("as_stated", "address_unreadable")
    assert mistake_of(channel="webchat", as_stated="javascript:alert(1)") == ("as_stated", "web_wrong")
    assert mistake_of(alternative="12") == ("alternative", "number_full")
    assert mistake_of(hours_source="sometimes") == ("hours_source", "hours_unreadable")
    assert mistake_of(languages=["not a tag!"]) == ("languages", "language_wrong")
    assert mistake_of(subdivisions=["UG-C"]) == ("subdivisions", "subdivision_wrong")
    assert mistake_of(age_min=18, age_max=5) == ("age_max", "ages_turned")


def test_hours_without_a_time_zone_are_refused():
    with pytest.raises(MistakeError) as found:
        contact_columns(VALUES | {"hours_source": "24/7"}, "KE", "")
    assert found.value.code == "hours_without_zone"


def test_a_website_must_be_a_web_address():
    with pytest.raises(MistakeError):
        service_columns({"website": "data:text/html,x"}, "KE")


def test_the_digest_follows_every_part_of_a_number_and_whom_it_reaches():
    reached = ("subdivisions", "age_min", "age_max")
    made = ("id", "channel", "as_stated", "dial", "e164", "number_kind", "message_body", "alternative", "withheld")
    contact = dict.fromkeys((*made, *reached), "")
    service = dict.fromkeys(("name", "kind", "audience", "website", *reached), "")
    digests = {reach_digest(service, [contact | {name: "other"}]) for name in contact}
    digests |= {reach_digest(service | {name: "other"}, [contact]) for name in service}
    assert len(digests) == len(contact) + len(service)
    second = contact | {"id": "2"}
    assert reach_digest(service, [contact, second]) == reach_digest(service, [second, contact])


def test_approvers_are_warned_of_an_emergency_number_and_of_a_new_audience():
    assert warnings_of("KE", "child_helpline", [change("dial", "116", "999")]) == ["emergency_number"]
    assert warnings_of("KE", "police", [change("dial", "116", "999")]) == []
    assert warnings_of("KE", "helpline", [change("audience", ["parent"], ["parent", "child"])]) == ["shown_to_children"]
    assert warnings_of("KE", "helpline", [change("withheld", "other", "")]) == ["shown_again"]
