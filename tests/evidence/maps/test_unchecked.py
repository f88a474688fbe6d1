"""What nobody has checked for children bears its own mark, in words and by its shape, wherever it stands."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from pop.evidence.maps.models import CountryRisk
from pop.registry.directory.models import Contact, Organisation, Service
from tests.unrandom import unrandom

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

SAID = "Not checked for children"
WHY = "Nobody has checked yet that it is safe for children"
Make = Callable[..., Service]


@pytest.fixture
def make(db: None) -> Make:
    def make_one(name: str, **changes: object) -> Service:
        body = Organisation.objects.create(name=f"{name} body", country="KE", operator="civil_society")
        facts: dict[str, object] = {
            "organisation": body,
            "name": name,
            "country": "KE",
            "kind": "child_helpline",
            "audience": ["child"],
            "stage": "desk_checked",
            "stage_on": date(2026, 5, 1),
            "state": "published",
        }
        service = Service.objects.create(**facts | changes)
        Contact.objects.create(service=service, channel="phone", dial="0800 720111", number_kind="full")
        return service

    return make_one


def test_the_map_the_grid_and_the_table_say_how_many_and_lead_to_them(public: Client, make: Make) -> None:
    make("Old Line")
    make("New Line", safety="mapped_only", from_survey=True)
    make("Small Island Line", country="NR", safety="mapped_only")
    make("Far Line", country="FR")
    drawn = public.get("/en/map").content.decode()
    assert "<title>Kenya: 2. Not checked for children: 1</title>" in drawn
    assert "<title>France: 1</title>" in drawn
    world = drawn.partition('<g id="world">')[2].partition("</svg>")[0]
    assert world.count('<path class="u"') == 2
    assert WHY in drawn.partition('id="legend"')[2]
    assert "Not checked for children: 1" in public.get("/en/map/grid").content.decode()
    table = public.get("/en/map/table").content.decode()
    assert WHY in table
    kenya = table.partition("/country/KE")[2].partition("</tr>")[0]
    address, count = re.findall(r'class="unchecked"><a href="([^"]+)">(\d+)</a>', kenya)[0]
    assert count == "1"
    assert "unchecked" not in table.partition("/country/FR")[2].partition("</tr>")[0]
    behind = public.get(unescape(address)).content.decode()
    assert "New Line" in behind
    assert "Old Line" not in behind
    assert behind.count(WHY) == 1
    others = public.get("/en/map/records?checked=yes").content.decode()
    assert "New Line" not in others
    assert f"{SAID}." not in others
    assert public.get("/map.csv?checked=maybe").status_code == 400


def test_the_files_say_so_of_each_record_and_count_it_for_each_country(public: Client, make: Make) -> None:
    make("Old Line")
    make("New Line", safety="mapped_only")
    rows = csv.DictReader(io.StringIO(public.get("/map.csv").content.decode()))
    assert {row["name"]: row["checked_for_children"] for row in rows} == {"Old Line": "yes", "New Line": "no"}
    tagged = csv.DictReader(io.StringIO(public.get("/map.hxl.csv").content.decode()))
    assert next(row["not_checked_for_children"] for row in tagged if row["country_code"] == "KE") == "1"
    for path, rows_of in (("/map.json", "countries"), ("/map.geojson", "features")):
        found = json.loads(public.get(path).content)[rows_of]
        kenya = next(each for each in found if each.get("code", each.get("id")) == "KE")
        assert kenya.get("properties", kenya)["not_checked_for_children"] == 1


def test_its_countrys_page_and_its_own_page_say_so_in_every_language(public: Client, make: Make) -> None:
    new, old = make("New Line", safety="mapped_only"), make("Old Line")
    country = public.get("/en/country/KE").content.decode()
    assert country.count(f"<strong>{SAID}</strong>") == country.count(WHY) == 1
    page = public.get(f"/en/service/{new.pk}").content.decode()
    assert f"<strong>{SAID}</strong>" in page
    assert WHY in page
    assert "0800" not in unrandom(page)
    assert SAID not in public.get(f"/en/service/{old.pk}").content.decode()
    for language in ("ar", "es", "fr", "pt", "ru", "sw", "zh"):
        assert 'class="unchecked"' in public.get(f"/{language}/service/{new.pk}").content.decode()


def test_the_mark_is_a_shape_beside_the_words_and_is_not_read_aloud_twice(public: Client, make: Make) -> None:
    new = make("New Line", safety="mapped_only")
    for path in ("/en/map/table", f"/en/service/{new.pk}"):
        assert '.unchecked::before { content: "◇ " / "" }' in public.get(path).content.decode()


def test_what_the_table_of_country_risk_hides_is_named_by_no_page_until_it_is_checked(
    public: Client, make: Make
) -> None:
    new = make("New Line", safety="mapped_only", from_survey=True)
    old = make("Old Line")
    address = f"/en/service/{new.pk}"
    assert "New Line" in public.get("/en/country/KE").content.decode()
    assert public.get(address).status_code == 200
    CountryRisk.objects.create(
        country="KE",
        about="everything",
        effect="hidden",
        reason="attacks",
        state="holds",
        proposed_by=uuid.uuid4(),
        proposed_at=timezone.now(),
        agreed_by=uuid.uuid4(),
        agreed_at=timezone.now(),
    )
    assert public.get(address).status_code == 404
    assert public.get(f"/v1/services/{new.pk}").status_code == 404
    shown = public.get("/en/country/KE").content.decode()
    assert "New Line" not in shown
    # Whoever helps children is still found: the table hides places on a map, not help.
    assert "Old Line" in shown
    assert public.get(f"/en/service/{old.pk}").status_code == 200
