"""The map to take away: its headers, its licence, its cells."""

from __future__ import annotations

import csv
import io
import json
import re

import httpx
import pytest
from django.test import Client

from pop.evidence.maps.http.files import neutral
from tests.evidence.maps.making import fill_registry
from tests.served import Served

FILES = ("/map.csv", "/map.hxl.csv", "/map.geojson", "/map.json", "/map.svg")


@pytest.mark.storage
@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES)
def test_a_wrong_parameter_is_named_and_what_is_accepted_is_listed(public: Client, path: str) -> None:
    answer = public.get(f"{path}?channel=pigeon")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    found = json.loads(answer.content)
    assert found["parameter"] == "channel"
    assert "phone" in found["accepted"]
    assert "pigeon" not in answer.content.decode()


@pytest.mark.storage
@pytest.mark.django_db
@pytest.mark.parametrize("path", FILES)
def test_every_file_carries_its_licence_and_its_tag(public: Client, path: str) -> None:
    fill_registry(30)
    answer = public.get(path)
    assert answer.status_code == 200
    assert "CC-BY-4.0" in answer.content.decode()
    assert answer["Cache-Control"] == "public, max-age=300"
    again = public.get(path, headers={"If-None-Match": f'W/"other", W/{answer["ETag"]}'})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.storage
@pytest.mark.django_db
def test_no_cell_is_run_by_a_spreadsheet(public: Client) -> None:
    fill_registry(120)
    for path in ("/map.csv", "/map.hxl.csv"):
        rows = list(csv.reader(io.StringIO(public.get(path).content.decode())))
        assert len(rows) > 50
        assert not [cell for row in rows for cell in row if re.match(r"[=+@\t\r-]", cell)]
    assert "'=Line" in public.get("/map.csv").content.decode()


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@SUM", "\tx", "\rx"])
def test_what_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) == f"'{text}"


def test_what_does_not_stays_as_it_is() -> None:
    assert [neutral(text) for text in ("Line = 1", "116", "", "#service")] == ["Line = 1", "116", "", "#service"]


@pytest.mark.storage
@pytest.mark.django_db
def test_points_are_middles_of_areas(public: Client) -> None:
    fill_registry(60)
    found = json.loads(public.get("/map.geojson").content)
    kenya = next(each for each in found["features"] if each["id"] == "KE")
    longitude, latitude = kenya["geometry"]["coordinates"]
    assert 34 < longitude < 42
    assert -5 < latitude < 5
    assert all(len(str(number).partition(".")[2]) <= 1 for number in kenya["geometry"]["coordinates"])


def test_files_may_be_kept_and_fetched_by_other_sites_and_pages_may_not(door: Served) -> None:
    with httpx.Client(base_url=door.url) as client:
        for path in FILES:
            headers = client.get(path).headers
            assert headers["cache-control"] == "public, max-age=300"
            assert headers["etag"]
            assert headers["access-control-allow-origin"] == "*"
            assert "set-cookie" not in headers
            assert client.get(path, headers={"if-none-match": headers["etag"]}).status_code == 304
        for path in ("/map", "/en/map/table", "/ar/map/matrix"):
            headers = client.get(path).headers
            assert headers["cache-control"] == "no-store"
            assert headers["x-frame-options"] == "DENY"
            assert "access-control-allow-origin" not in headers
            assert "set-cookie" not in headers


def test_only_the_page_made_for_it_can_be_shown_inside_another(door: Served) -> None:
    with httpx.Client(base_url=door.url) as client:
        for path in ("/map/embed", "/fr/map/embed?topic=bullying"):
            answer = client.get(path)
            assert "frame-ancestors *" in answer.headers["content-security-policy"]
            assert "x-frame-options" not in answer.headers
            assert "set-cookie" not in answer.headers
            assert "<script" not in answer.text
        assert "frame-ancestors 'none'" in client.get("/map").headers["content-security-policy"]
        assert client.get("/x/map/embed").status_code == 404


def test_the_map_speaks_the_readers_language(door: Served) -> None:
    with httpx.Client(base_url=door.url) as client:
        answer = client.get("/map", headers={"accept-language": "ar"})
        assert 'lang="ar" dir="rtl"' in answer.text
        assert "Accept-Language" in answer.headers["vary"]
        assert 'href="/map/table"' in answer.text
        assert 'href="/fr/map/table"' in client.get("/fr/map").text


def test_the_first_view_weighs_less_than_100_kilobytes(door: Served) -> None:
    with httpx.Client(base_url=door.url, headers={"accept-encoding": "gzip"}) as client:
        for path in ("/en/map", "/ar/map", "/en/map/grid", "/en/map/table", "/en/map/matrix"):
            with client.stream("GET", path) as answer:
                assert sum(len(part) for part in answer.iter_raw()) < 100_000
        with client.stream("GET", "/map.svg") as answer:
            assert sum(len(part) for part in answer.iter_raw()) < 30_000
