from __future__ import annotations

import gzip
import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from pop.places.words import LANGUAGES
from pop.registry.directory.models import LinkCheck, Notice
from tests.unrandom import unrandom

WEIGHT = 14_000


def weight(content: bytes) -> int:
    return len(gzip.compress(content, 6)) + 700  # headers of the door


def every_page(registry: SimpleNamespace, language: str) -> list[str]:
    line = f"/{language}/service/{registry.line.id}"
    return [
        f"/{language}/countries",
        f"/{language}/countries?q=ke&sort=services",
        f"/{language}/country/KE",
        f"/{language}/country/AQ",
        line,
        f"{line}/number/{registry.phone.id}",
        f"{line}/report",
        f"{line}/thanks",
        f"/{language}/service/{registry.suspended.id}",
        f"/{language}/service/{registry.bare.id}",
        f"/{language}/service/{registry.shelter.id}",
    ]


@pytest.mark.storage
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_in_every_language_within_its_weight(
    public: Client, registry: SimpleNamespace, language: str
):
    for address in every_page(registry, language):
        answer = public.get(address)
        assert answer.status_code == 200, address
        assert weight(answer.content) <= WEIGHT, address
        page = answer.content.decode()
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
        assert "<script" not in page
        assert not answer.cookies


def test_a_page_is_compressed_for_whoever_takes_it(public: Client, registry: SimpleNamespace):
    plain = public.get("/en/country/KE")
    assert not plain.has_header("Content-Encoding")
    small = public.get("/en/country/KE", headers={"accept-encoding": "gzip, br"})
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content
    assert len(small.content) < WEIGHT


def test_hidden_records_cannot_be_reached_by_guessing_ids(public: Client, registry: SimpleNamespace):
    for id in (registry.waiting.id, registry.unsafe.id, uuid.uuid4()):
        for address in (
            f"/en/service/{id}",
            f"/en/service/{id}/report",
            f"/en/service/{id}/number/{registry.phone.id}",
            f"/v1/services/{id}",
        ):
            answer = public.get(address)
            assert answer.status_code == 404, address
            assert b"Waiting" not in answer.content
            assert b"Unsafe" not in answer.content
    for address in ("/en/country/KE", "/en/countries", "/countries.csv"):
        assert b"Waiting Line" not in public.get(address).content
        assert b"Unsafe Line" not in public.get(address).content


def test_a_contact_of_one_service_is_not_found_under_another(public: Client, registry: SimpleNamespace):
    assert public.get(f"/en/service/{registry.others.id}/number/{registry.phone.id}").status_code == 404


def test_a_country_page_says_what_is_known_how_and_what_is_not(public: Client, registry: SimpleNamespace):
    page = public.get("/en/country/KE").content.decode()
    assert "Childline Kenya" in page
    assert "Listed in a directory · May 16, 2022" in page
    assert "Open day and night, every day, as the source states." in page
    assert "Nobody has checked this since May 16, 2022." in page
    assert "Children are shown this number." in page
    assert "Unconfirmed or second choice. Children are not shown this number." in page
    assert "Services where the cost is not known:" in page
    assert page.index("Childline Kenya") < page.index("Services for other people") < page.index("Line for Adults")


def test_a_country_without_services_says_so_and_never_shows_a_default_number(public: Client, registry: SimpleNamespace):
    page = public.get("/en/country/AQ").content.decode()
    assert "No service for children in this country is known to us." in page
    assert "No emergency number of this country is known to us." in page
    assert "112" not in unrandom(page)


def test_overnight_hours_are_told_as_people_read_them(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.line.id}/number/{registry.text.id}").content.decode()
    assert "Mon – Fri \u206607:00–02:00\u2069; Sat – Sun \u206611:00–24:00\u2069" in page
    assert "The source writes: \u2066Mo-Fr 07:00-26:00; Sa,Su 11:00-24:00\u2069" in page


def test_a_short_number_never_stands_without_its_country(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.line.id}/number/{registry.phone.id}").content.decode()
    assert "This is a short number of Kenya." in page
    assert "From another country, dial \u2066+254722116116\u2069." in page
    assert "It is not known whether the service is open on public holidays." in page
    assert "tel:" not in page


def test_a_web_address_is_a_link_only_after_a_good_check_within_90_days(public: Client, registry: SimpleNamespace):
    address = f"/en/service/{registry.line.id}"
    links = ('href="https://chat.example/"', 'href="http://www.childlinekenya.example"')
    page = public.get(address).content.decode()
    assert "https://chat.example/" in page
    assert not any(link in page for link in links)
    assert "Not a link, because nobody has checked" in page
    LinkCheck.objects.create(
        url="https://chat.example/", ok=True, status="200", checked_at=timezone.now() - timedelta(days=89)
    )
    LinkCheck.objects.create(
        url="http://www.childlinekenya.example", ok=True, status="200", checked_at=timezone.now() - timedelta(days=91)
    )
    page = public.get(address).content.decode()
    assert links[0] in page
    assert links[1] not in page


def test_a_notice_stands_before_the_numbers_and_goes_away_by_itself(public: Client, registry: SimpleNamespace):
    now = timezone.now()
    Notice.objects.create(
        country="KE",
        service=registry.line,
        kind="disrupted",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )
    Notice.objects.create(
        country="KE", kind="crisis", starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=2)
    )
    page = public.get("/en/country/KE").content.decode()
    assert page.index("This service may not be working at the moment.") < page.index(">116<")
    assert "There is a crisis here" not in page


def test_what_only_staff_may_read_is_on_no_page(public: Client, registry: SimpleNamespace):
    for address in (
        *every_page(registry, "en"),
        f"/v1/services/{registry.line.id}",
        f"/v1/services/{registry.shelter.id}",
    ):
        text = public.get(address).content.decode()
        for secret in ("secret", "Secret Road", "remark", "0800987654"):
            assert secret not in text, (address, secret)


def test_a_contact_withheld_from_children_is_explained_to_adults(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.line.id}").content.decode()
    assert "998@ministry.example" in page
    assert "Not shown to children: the address belongs to another country." in page
    assert "Not shown to children until a person has looked at it." in page


def test_a_shelter_never_has_an_address(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.shelter.id}").content.decode()
    assert "The address is not published, for the safety of the people there." in page
    assert "0722 000111" in page


def test_a_closed_record_keeps_its_id_and_shows_nothing_else(public: Client, registry: SimpleNamespace):
    answer = public.get(f"/en/service/{registry.closed.id}")
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "Closed Line" in page
    assert "March 1, 2024" in page
    assert str(registry.closed.id) in page


def test_a_suspended_record_is_under_review_without_name_or_number(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.suspended.id}").content.decode()
    assert "This record is under review." in page
    assert "Suspended Line" not in page


def test_evidence_and_history_stand_with_source_date_and_stage(public: Client, registry: SimpleNamespace):
    page = public.get(f"/en/service/{registry.line.id}").content.decode()
    assert "https://directory.example/kenya/" in page
    assert "<dt>Before</dt><dd><bdi>999</bdi></dd><dt>After</dt><dd><bdi>116</bdi></dd>" in page


def test_countries_can_be_searched_sorted_and_downloaded(public: Client, registry: SimpleNamespace):
    found = public.get("/en/countries?q=kenY").content.decode()
    assert "country/KE" in found
    assert "country/GN" not in found
    assert "country/KE" in public.get("/ar/countries?q=kenya").content.decode()
    assert "No country matches your search." in public.get("/en/countries?q=zzzz").content.decode()
    sorted_page = public.get("/en/countries?sort=services").content.decode()
    assert sorted_page.index("country/KE") < sorted_page.index("country/GN") < sorted_page.index("country/AF")
    table = public.get("/countries.csv")
    assert table["Content-Type"].startswith("text/csv")
    lines = table.content.decode().splitlines()
    assert lines[0] == "code,name,services,newest_evidence,emergency_numbers"
    assert "KE,Kenya,3,2022-05-16,999" in lines
    assert len(lines) > 240


def test_a_long_list_of_services_comes_in_pages(public: Client, make_service):
    for number in range(65):
        make_service(name=f"Line {number:02d}", country="IN")
    first = public.get("/en/country/IN")
    assert weight(first.content) <= WEIGHT
    assert "Line 29" in first.content.decode()
    assert "Line 30" not in first.content.decode()
    assert "Line 64" in public.get("/en/country/IN?page=3").content.decode()
    for odd in ("0", "-1", "99", "x", "²", "1" * 4000):
        assert "Line 00" in public.get("/en/country/IN", {"page": odd}).content.decode()


def test_an_unknown_language_country_or_page_is_a_plain_404(public: Client, registry: SimpleNamespace):
    for address in ("/xx/countries", "/en/country/ZZ", "/en/country/ke", f"/xx/service/{registry.line.id}"):
        answer = public.get(address)
        assert answer.status_code == 404, address
        assert b"This page does not exist" in answer.content


def test_dates_follow_the_reader_and_not_the_machine(public: Client, registry: SimpleNamespace):
    assert "16 mai 2022" in public.get("/fr/country/KE").content.decode()
    assert datetime(2022, 5, 16, tzinfo=UTC).strftime("%B") == "May"


def test_only_reading_is_allowed_where_nothing_can_be_sent(public: Client, registry: SimpleNamespace):
    for address in ("/en/countries", "/en/country/KE", f"/en/service/{registry.line.id}", "/countries.csv"):
        assert public.post(address).status_code == 405
