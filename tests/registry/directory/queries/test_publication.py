"""What the registry lets out: one moment of it, in few queries, with no more certainty than somebody vouched for."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from pop.registry.directory.models import Contact, EmergencyNumber, Evidence, LinkCheck, Service
from pop.registry.directory.queries import publication as publication_module
from pop.registry.directory.queries.publication import Window, count_services, publication, published_topics

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
CREATED = int(NOW.timestamp())
WINDOW = Window(CREATED // 60 - 7 * 1440, CREATED // 60 + 35 * 1440)

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def published() -> dict[str, object]:
    with publication(created=CREATED, window=WINDOW) as read:
        return {service.name: service for service in read.services}


@pytest.fixture
def helpline(make_service):
    """A published service with one telephone, changed by what is given."""

    def make(*, contact=None, **changes):
        service = make_service(**changes)
        phone = {"channel": "phone", "number_kind": "short", "dial": "116", "hours": "Mo-Fr 09:00-17:00"}
        Contact.objects.create(service=service, **phone | (contact or {}))
        return service

    return make


def test_only_what_may_be_published_is_read(registry):
    assert set(published()) == {"Childline Kenya", "Safe House"}


def test_a_shelter_is_named_without_its_place(registry):
    assert [contact.channel for contact in published()["Safe House"].contacts] == ["phone"]


def test_contacts_come_in_their_order_with_the_service_s_languages_where_they_have_none(registry):
    contacts = published()["Childline Kenya"].contacts
    assert [contact.channel for contact in contacts] == ["phone", "sms"]
    assert contacts[0].languages == ("sw", "en")
    assert contacts[0].alternative == "+254722116116"
    assert contacts[1].alternative is None
    assert contacts[1].uri == "sms:+254722178177?body=VOICE"


def test_a_number_of_one_part_of_a_country_has_that_part_s_holidays(helpline):
    """Saint Andrew's Day, 30 November 2026, is a holiday in Scotland and not in England."""
    scottish = {"dial": "0808 801 0432", "number_kind": "full", "e164": "+448088010432", "subdivisions": ["GB-SCT"]}
    service = helpline(name="Nations", country="GB", timezone="Europe/London", contact=scottish)
    english = scottish | {"dial": "0808 801 0677", "e164": "+448088010677", "subdivisions": ["GB-ENG"]}
    Contact.objects.create(service=service, channel="phone", position=1, hours="Mo-Fr 09:00-17:00", **english)
    noon = int(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()) // 60 - WINDOW.start
    inside = {
        contact.subdivisions[0]: [
            any(start <= noon < end for start, end in zip(minutes[::2], minutes[1::2], strict=True))
            for minutes in (contact.hours.open, contact.hours.unknown)
        ]
        for contact in published()["Nations"].contacts
    }
    assert inside == {"GB-SCT": [False, True], "GB-ENG": [True, False]}


def test_services_come_in_order_of_id_however_they_were_made(helpline):
    ids = sorted(str(helpline(name=f"Line {number}").id) for number in range(20))
    with publication(created=CREATED, window=WINDOW) as read:
        assert [service.id for service in read.services] == ids


def test_the_number_of_queries_does_not_grow_with_the_registry(helpline, django_assert_max_num_queries):
    helpline()
    for number in range(30):
        helpline(name=f"Line {number}")
    with django_assert_max_num_queries(13):
        assert len(published()) == 31


@pytest.mark.parametrize(
    ("kind", "own", "topics", "general"),
    [
        ("child_helpline", [], (), True),
        ("child_helpline", ["bullying"], ("bullying",), False),
        ("suicide", [], ("suicidal_thoughts",), False),
        ("suicide", ["self_harm"], ("suicidal_thoughts", "self_harm"), False),
        ("unheard_of", [], (), False),
    ],
)
def test_a_service_takes_any_topic_only_while_no_topic_of_its_own_is_known(helpline, kind, own, topics, general):
    helpline(kind=kind, topics=own)
    (service,) = published().values()
    assert (service.topics, service.general) == (topics, general)


@pytest.mark.parametrize(
    ("hours", "known"),
    [("24/7", (True, ())), ("", None), ("whenever we can", None), ("Mo-Fr 7:00-5:00", None)],
)
def test_hours_that_nobody_can_read_are_not_known(helpline, hours, known):
    helpline(contact={"hours": hours})
    found = published()["Childline Kenya"].contacts[0].hours
    assert (found and (found.always, found.open)) == known


def test_hours_without_a_time_zone_are_not_known(helpline):
    helpline(timezone="")
    assert published()["Childline Kenya"].contacts[0].hours is None


def test_hours_are_minutes_from_the_window_s_start(helpline):
    helpline(holiday_policy="open", contact={"hours": "Mo-Fr 09:00-17:00"})
    hours = published()["Childline Kenya"].contacts[0].hours
    # The window begins on Sunday 15 November, 03:30 UTC; Monday nine o'clock in Nairobi is 06:00 UTC.
    assert hours.open[:4] == (1590, 1590 + 480, 1590 + 1440, 1590 + 1440 + 480)
    assert hours.unknown == ()


def test_a_holiday_that_nobody_spoke_of_is_not_known(helpline):
    helpline(contact={"hours": "Mo-Su 09:00-17:00"}, holiday_policy="unknown")
    hours = published()["Childline Kenya"].contacts[0].hours
    jamhuri_day = int(datetime(2026, 12, 12, 9, 0, tzinfo=UTC).timestamp()) // 60 - WINDOW.start
    spans = zip(hours.unknown[::2], hours.unknown[1::2], strict=True)
    assert any(start <= jamhuri_day < end for start, end in spans)


def confirm(
    service: Service, contact: Contact | None, value: str, on: date | None, stage: str = "desk_checked"
) -> None:
    Evidence.objects.create(
        service=service, contact=contact, field="hours", value=value, observed_on=on, stage=stage, source="x"
    )


TODAY = NOW.date()
LATELY = TODAY - timedelta(days=30)
OLD = TODAY - timedelta(days=400)


@pytest.mark.parametrize(
    ("looks", "since"),
    [
        ([], None),
        ([("Mo-Fr 09:00-17:00", LATELY, "directory_listed")], None),
        ([("Mo-Fr 09:00-17:00", LATELY, "unconfirmed_lead")], None),
        ([("Mo-Fr 09:00-17:00", LATELY, "desk_checked")], LATELY),
        ([("", LATELY, "test_contacted")], LATELY),
        ([("Mo-Fr 09:00-17:00", OLD, "desk_checked"), ("Mo-Fr 09:00-17:00", LATELY, "desk_checked")], LATELY),
        ([("24/7", LATELY, "desk_checked")], None),  # other hours than those that stand there
        ([("Mo-Fr 09:00-17:00", OLD, "desk_checked"), ("24/7", LATELY, "desk_checked")], OLD),
        ([("Mo-Fr 09:00-17:00", TODAY + timedelta(days=1), "desk_checked")], None),
        ([("Mo-Fr 09:00-17:00", None, "desk_checked")], None),
    ],
)
def test_hours_are_confirmed_on_the_day_of_the_newest_check_of_what_stands_there(helpline, looks, since):
    service = helpline()
    contact = service.contacts.get()
    for value, on, stage in looks:
        confirm(service, contact, value, on, stage)
    assert published()["Childline Kenya"].hours_confirmed == since


def test_a_confirmed_telephone_says_nothing_about_the_text_line(helpline):
    service = helpline()
    confirm(service, service.contacts.get(), "Mo-Fr 09:00-17:00", LATELY)
    text = Contact.objects.create(
        service=service, channel="sms", number_kind="short", dial="116", hours="24/7", position=1
    )
    assert published()["Childline Kenya"].hours_confirmed is None
    confirm(service, text, "24/7", OLD)
    assert published()["Childline Kenya"].hours_confirmed == OLD


def test_the_service_as_a_whole_can_be_confirmed_at_once(helpline):
    service = helpline()
    confirm(service, None, "", LATELY)
    assert published()["Childline Kenya"].hours_confirmed == LATELY


def test_other_countries_are_served_by_the_newest_word_on_it(helpline):
    service = helpline()
    for on, value in [(OLD, "UG TZ"), (LATELY, "UG KE XX SO"), (None, "RW")]:
        Evidence.objects.create(service=service, field="serves", value=value, observed_on=on, stage="desk_checked")
    assert published()["Childline Kenya"].serves == ("SO", "UG")


def test_an_address_that_answered_encrypted_is_linked_encrypted(helpline):
    service = helpline()
    for position, (dial, final_url) in enumerate(
        [
            ("http://one.example/", "https://one.example/"),
            ("http://two.example/", "http://two.example/"),
            ("http://three.example/", "https://www.three.example/other"),
        ],
        start=1,
    ):
        Contact.objects.create(service=service, channel="webchat", dial=dial, position=position)
        LinkCheck.objects.create(url=dial, checked_at=NOW, ok=True, status="200", final_url=final_url)
    uris = [contact.uri for contact in published()["Childline Kenya"].contacts if contact.channel == "webchat"]
    assert uris == ["https://one.example/", "http://two.example/", "http://three.example/"]


def test_a_record_that_contradicts_itself_says_so(helpline):
    helpline(name="Line 247", contact={"hours": "Mo-Fr 09:00-17:00", "hours_source": "Mo-Fr 09:00-17:00"})
    assert published()["Line 247"].conflicts


def test_at_most_two_emergency_numbers_are_let_out_in_their_order(db):
    for rank, dial in [(2, "117"), (0, "911"), (1, "112"), (3, "118")]:
        EmergencyNumber.objects.create(country="DK", dial=dial, kind="any", stage="x", source="x", rank=rank)
    with publication(created=CREATED, window=WINDOW) as read:
        assert [(number.dial, number.uri) for number in read.emergency["DK"]] == [
            ("112", "tel:112"),
            ("117", "tel:117"),
        ]


def test_every_topic_has_a_name_in_every_language():
    for topic in published_topics():
        assert set(topic.names) == {"ar", "en", "es", "fr", "pt", "ru", "sw", "zh"}
        assert all(topic.names.values())


def test_a_record_that_a_rule_stumbles_over_is_left_out_by_itself(helpline, monkeypatch, caplog):
    ids = sorted(helpline(name=f"Line {number}", contact={"dial": f"11{number}"}).id for number in range(3))
    stumbled = Service.objects.get(id=ids[1])
    read = publication_module.address_of

    def stumble(channel, country, dial, *rest):
        if dial == stumbled.contacts.get().dial:
            raise IndexError("the words of a record")
        return read(channel, country, dial, *rest)

    monkeypatch.setattr(publication_module, "address_of", stumble)
    logging.getLogger("pop").propagate = True
    try:
        names = set(published())
    finally:
        logging.getLogger("pop").propagate = False
    assert names == {"Line 0", "Line 1", "Line 2"} - {stumbled.name}
    assert str(stumbled.id) in caplog.text
    assert "the words of a record" not in caplog.text


def test_services_are_counted_whatever_their_state(registry):
    assert count_services() == Service.objects.count() > 2
