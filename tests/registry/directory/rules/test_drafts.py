"""What a row says that a record should hold."""

from __future__ import annotations

from pop.registry.directory.rules.csv_lines import read_table
from pop.registry.directory.rules.drafts import ContactDraft, ServiceDraft, draft_service
from pop.registry.directory.rules.facts import Fact
from pop.registry.directory.rules.matching_facts import FactsBook
from pop.registry.directory.rules.rows import ServiceRow, read_services
from tests.registry.directory.seed import A_ROW, TODAY, written


def row(**cells: str) -> ServiceRow:
    (found,), refused, _ = read_services(read_table(written([A_ROW | cells])), TODAY)
    assert refused == []
    return found


def fact(contact: str, field: str, value: str, **other: str) -> Fact:
    return Fact(2, other.get("country", "KE"), other.get("name", "Childline Kenya"), contact, field, value, "")


def draft(*facts: Fact, **cells: str) -> ServiceDraft:
    return draft_service(row(**cells), facts)


def of(service: ServiceDraft, channel: str) -> list[ContactDraft]:
    return [contact for contact in service.contacts if contact.channel == channel]


def test_every_number_is_a_contact_of_its_own_with_the_hours_of_the_row():
    service = draft(voice="116; +254 800 724 724", opening_hours="Mo-Fr 08:00-20:00")
    assert [(phone.dial, phone.number_kind, phone.hours) for phone in of(service, "phone")] == [
        ("116", "short", "Mo-Fr 08:00-20:00"),
        ("0800 724 724", "full", "Mo-Fr 08:00-20:00"),
    ]


def test_a_short_code_never_becomes_e164_and_never_works_from_abroad():
    (phone,) = of(draft(), "phone")
    assert (phone.e164, phone.from_abroad, phone.leaves_trace) == ("", False, True)


def test_the_hours_of_the_phone_are_not_those_of_other_channels():
    service = draft(other_channels="WhatsApp +254722178177; SMS 1190", email="help@line.co.ke")
    assert {contact.channel: contact.hours for contact in service.contacts} == {
        "phone": "24/7",
        "whatsapp": "",
        "sms": "",
        "email": "",
    }


def test_without_a_phone_the_hours_are_those_of_the_one_other_way():
    assert of(draft(voice="", other_channels="SMS 1190"), "sms")[0].hours == "24/7"
    two = draft(voice="", other_channels="SMS 1190; WhatsApp +254722178177")
    assert {contact.hours for contact in two.contacts} == {""}
    mail_only = draft(voice="", email="help@line.co.ke")
    assert mail_only.contacts[0].hours == ""


def test_an_sms_line_keeps_the_word_it_wants():
    (text,) = of(draft(country="US", timezone="America/New_York", other_channels="SMS VOICE to 20121"), "sms")
    assert (text.dial, text.message_body, text.number_kind) == ("20121", "VOICE", "short")


def test_hours_that_their_source_put_aside_are_kept_and_never_evaluated():
    (phone,) = of(draft(opening_hours="", hours_as_stated="Mo-Fr 08:00-20:00"), "phone")
    assert (phone.hours, phone.hours_source, phone.hours_rule) == ("", "Mo-Fr 08:00-20:00", "put_aside")
    (phone,) = of(draft(opening_hours="", hours_as_stated="7:00-5:00"), "phone")
    assert (phone.hours, phone.hours_rule) == ("", "hours_impossible")


def test_what_a_page_does_not_say_is_not_known():
    service = draft(languages="", opening_hours="")
    assert (service.age_min, service.age_max, service.topics, service.languages) == (None, None, [], [])
    (phone,) = of(service, "phone")
    assert (phone.anonymous, phone.hours, phone.alternative) == (None, "", "")
    assert phone.free is None or "free" in phone.evidence


def test_remarks_fill_no_field():
    service = draft(
        remarks="age:8-24;subnational:Nairobi;topic:suicide;per_language_hours:sw 14:00-24:00;general_public"
    )
    plain = draft()
    assert (service.age_max, service.subdivisions, service.topics) == (None, [], [])
    assert (service.audience, len(service.contacts)) == (plain.audience, len(plain.contacts))
    assert service.remarks


def test_a_row_that_says_nothing_is_held_back_and_a_lead_is_not():
    bare = {"languages": "", "opening_hours": ""}
    assert draft(**bare).safety == "empty_page"
    assert draft(**bare, voice="").safety == "empty_page"
    assert draft(**bare, status="unconfirmed_lead").safety == "clear"
    assert draft(**bare, website="https://line.example/").safety == "clear"
    assert draft(remarks="EMPTY_page;do_not_publish").safety == "do_not_publish"


def test_topics_and_audiences_come_from_evidence_or_the_kind():
    assert (draft(kind="suicide").audience, draft(kind="suicide").topics) == (["general_public"], [])
    told = draft(fact("", "audience", "child young_person"), fact("", "topics", "eating"), kind="suicide")
    assert (told.audience, told.topics) == (["child", "young_person"], ["eating"])
    assert told.evidence["topics"].source == "https://directory.example/kenya/"
    moved = draft(fact("", "kind", "coordination"))
    assert (moved.kind, moved.audience) == ("coordination", ["professional"])


def test_a_language_with_its_own_hours_stands_behind_the_number_it_shares():
    service = draft(fact("116", "language_hours", "sw 08:00-12:00"), voice="116;0800724724", other_channels="SMS 1190")
    assert [(c.channel, c.dial, c.languages, c.hours) for c in service.contacts[:2]] == [
        ("phone", "116", ["en"], "24/7"),
        ("phone", "116", ["sw"], "08:00-12:00"),
    ]
    assert service.languages == ["en", "sw"]
    assert [contact.position for contact in service.contacts] == [0, 1, 2, 3]
    assert len({contact.identity(service.id) for contact in service.contacts}) == 4


def test_a_channel_that_is_offered_without_an_address_is_kept_from_children():
    service = draft(fact("webchat", "offered", "yes"), fact("webchat", "hours", "Mo-Fr 14:00-20:00"))
    (chat,) = of(service, "webchat")
    assert (chat.dial, chat.withheld, chat.hours) == ("", "no_address", "Mo-Fr 14:00-20:00")


def test_the_same_number_twice_is_one_contact():
    assert len(of(draft(voice="116;116; 1 1 6"), "phone")) == 1


def test_facts_are_about_their_own_service_and_restrict_a_namesake_elsewhere():
    book = FactsBook(
        [
            fact("", "audience", "own_behaviour", country="US", name="Stop It Now!"),
            fact("", "age_max", "18", country="US", name="Stop It Now!"),
        ]
    )
    here = book.about(row(country="US", name="Stop It Now!", timezone="America/New_York"))
    assert [found.field for found in here] == ["audience", "age_max"]
    elsewhere = book.about(row(name="STOP IT NOW!"))
    assert [(found.field, found.country) for found in elsewhere] == [("audience", "KE")]
    assert book.about(row(name="Another")) == []
