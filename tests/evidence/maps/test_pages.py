"""The map's pages: what they say where there is no number, and what they never hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from pop.evidence.maps import queries
from pop.evidence.maps.http.panels import country_panel, service_panel
from pop.registry.directory.models import Change, Contact, Organisation, Service
from tests.evidence.maps.making import fill_registry

pytestmark = [pytest.mark.storage, pytest.mark.django_db]
VIEWS = ("", "/grid", "/table", "/matrix", "/records", "/coverage", "/embed")


@pytest.fixture
def make(db: None) -> Callable[..., Service]:
    def make_one(name: str = "Line", **changes: object) -> Service:
        operator = str(changes.pop("operator", "civil_society"))
        facts: dict[str, object] = {
            "organisation": Organisation.objects.create(name=f"{name} body", country="KE", operator=operator),
            "name": name,
            "country": "KE",
            "kind": "child_helpline",
            "audience": ["child"],
            "topics": ["bullying"],
            "stage": "desk_checked",
            "stage_on": date(2026, 5, 1),
            "state": "published",
        }
        return Service.objects.create(**facts | changes)

    return make_one


@pytest.fixture
def kenya(make: Callable[..., Service]) -> SimpleNamespace:
    line = make("Childline <b>Kenya</b>")
    shelter = make("Safe House", kind="shelter", topics=[])
    Contact.objects.create(service=line, channel="phone", dial="116")
    Contact.objects.create(service=shelter, channel="in_person", dial="12 Secret Road", position=0)
    return SimpleNamespace(line=line, shelter=shelter, make=make)


@pytest.mark.parametrize("view", VIEWS)
def test_a_wrong_question_gets_a_page_that_names_what_is_wrong(public: Client, view: str) -> None:
    answer = public.get(f"/en/map{view}?topic=%3Cscript%3E")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "called “topic”" in text
    assert "bullying" in text
    assert "&lt;script" not in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("region=&country=&topic=bullying&needs=&edition=m49", "?topic=bullying"),
        ("region=&country=&edition=m49", ""),
        ("region=africa&country=&edition=itu", "?region=africa&edition=itu"),
    ],
)
def test_what_a_form_sends_becomes_the_address_of_the_question_alone(public: Client, sent: str, kept: str) -> None:
    answer = public.get(f"/ar/map/table?{sent}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/ar/map/table{kept}")
    assert public.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_holds_a_number_to_call_or_an_address(public: Client, kenya: SimpleNamespace, view: str) -> None:
    text = public.get(f"/en/map{view}").content.decode()
    assert "Secret Road" not in text
    assert "tel:" not in text
    assert "<b>Kenya" not in text


@pytest.mark.parametrize("view", [each for each in VIEWS if each not in ("/coverage",)])
def test_every_view_says_the_disclaimer_and_needs_no_script(public: Client, kenya: SimpleNamespace, view: str) -> None:
    text = public.get(f"/en/map{view}").content.decode()
    assert "The designations employed" in text
    assert text.count("<script") == (1 if view == "" else 0)
    assert " onclick" not in text
    assert " style=" not in text.replace("style=&quot;", "")


def test_nothing_known_is_said_in_three_ways(public: Client, kenya: SimpleNamespace) -> None:
    text = public.get("/en/map/table?topic=anxiety").content.decode()

    def said(code: str) -> str:
        return text.partition(f"/country/{code}")[2].partition("</tr>")[0]

    assert "No service known" in said("KE")
    assert "No service known" in said("FR")  # named by the source as having taken part
    assert "Named by the source" in said("FR")
    assert "No answer yet" in said("NO") or "Named by the source" in said("NO")
    assert "No answer yet" in said("AD")


def test_the_records_behind_a_number_lead_to_their_pages_and_to_the_report_form(
    public: Client, kenya: SimpleNamespace
) -> None:
    text = public.get("/en/map/records?country=KE").content.decode()
    assert f'href="/en/service/{kenya.line.pk}"' in text
    assert f'href="/en/service/{kenya.line.pk}/report"' in text
    assert public.get(f"/en/service/{kenya.line.pk}/report").status_code == 200


def test_a_withdrawn_record_leaves_the_map_and_its_files(public: Client, kenya: SimpleNamespace) -> None:
    assert str(kenya.line.pk) in public.get("/map.csv").content.decode()
    kenya.line.state = "suspended"
    kenya.line.save()
    for path in ("/map.csv", "/map.json", "/en/map/records"):
        assert str(kenya.line.pk) not in public.get(path).content.decode()


def test_what_young_people_lead_is_not_named_anywhere(public: Client, kenya: SimpleNamespace) -> None:
    for number in range(6):
        kenya.make(f"Zebra {number}", operator="youth_led")
    for path in ("/en/map", "/en/map/records", "/en/map/table", "/map.csv", "/map.json", "/map.geojson"):
        text = public.get(path).content.decode()
        assert "Zebra" not in text
    assert "Africa: 6" in public.get("/en/map").content.decode()
    kenya.make("Zebra 7", operator="youth_led", country="FR")
    text = public.get("/en/map/table").content.decode()
    assert "Europe: fewer than 5" in text


def test_published_figures_stand_side_by_side_with_source_year_and_note(public: Client) -> None:
    text = public.get("/en/map/coverage").content.decode()
    for figure in ("1,700+ responses from almost 50 countries", "143 child helplines", "82 countries", "100 countries"):
        assert figure in text
    for rows in queries.figures().values():
        for row in rows:
            assert row.year
            assert row.source
            assert "representative" in row.note or row.id == "footnote_82"
    assert len(queries.figures()["countries"]) == 3
    assert len(queries.took_part()) == 82
    assert "of 195" in text


def test_filters_are_kept_from_view_to_view_and_can_be_taken_away(public: Client, kenya: SimpleNamespace) -> None:
    text = public.get("/en/map?topic=bullying&topic=anxiety&edition=itu&region=africa").content.decode()
    assert 'href="/en/map/table?region=africa&amp;topic=anxiety&amp;topic=bullying&amp;edition=itu"' in text
    assert 'href="/en/map?region=africa&amp;topic=anxiety&amp;edition=itu"' in text
    assert '<input type="hidden" name="topic" value="anxiety">' in text
    assert 'href="/map.csv?region=africa&amp;topic=anxiety&amp;topic=bullying&amp;edition=itu"' in text


def test_a_country_page_shows_it_against_its_region(public: Client, kenya: SimpleNamespace) -> None:
    kenya.make("Other", country="TZ", topics=["anxiety"])
    Change.objects.create(service=kenya.line, field="languages", before="sw", after="sw en", via="load")
    Change.objects.create(service=kenya.line, field="remarks", before="a", after="secret remark", via="load")
    panel = country_panel("KE", "en")
    assert "Published records here: 2" in panel
    assert "Fear and anxiety" in panel
    assert "Bullying" not in panel
    assert "Languages" in panel
    assert "secret remark" not in panel
    assert "taken part" in panel


def test_a_countrys_history_says_what_was_changed_on_its_ministrys_word(kenya: SimpleNamespace) -> None:
    def changed(via: str) -> None:
        Change.objects.create(service=kenya.line, field="languages", before="sw", after="sw en", via=via)

    changed("apply_proposal")
    assert "ministry" not in country_panel("KE", "en")
    changed("apply_focal_proposal")
    assert "Languages, on the word of the country&#x27;s ministry" in country_panel("KE", "en")


def test_a_service_stands_among_its_like(kenya: SimpleNamespace) -> None:
    kenya.make("Second")
    assert "in this country: 2" in service_panel(kenya.line.pk, "en")
    young = kenya.make("Young", operator="youth_led")
    assert service_panel(young.pk, "en") == ""


def test_counts_of_a_large_registry_are_read_in_a_fixed_number_of_queries(
    public: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    fill_registry(50)
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        public.get("/en/map/table")
    with django_assert_max_num_queries(5):  # type: ignore[attr-defined]
        public.get("/en/map/matrix?topic=bullying")
