"""For two hundred questions the map, the grid, the table, the matrix, the records and every file give equal numbers."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from pop.evidence.maps.models import CountryRisk
from pop.registry.directory.queries.mapped import mapped_records
from tests.evidence.maps.making import fill_registry, question
from tests.unrandom import unrandom

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

QUESTIONS, PARTS = 200, 4
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOTAL = re.compile(r"Published records that match: (\d+)\. Countries or areas with at least one: (\d+)\.")
LINKED = re.compile(r"country=([A-Z]{2})")


@pytest.fixture
def filled(public: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    fill_registry(400)
    for country, effect in (("DE", "hidden"), ("IN", "region")):
        CountryRisk.objects.create(
            country=country,
            about="everything",
            effect=effect,
            reason="attacks",
            state="holds",
            proposed_by="00000000-0000-0000-0000-000000000001",
            agreed_by="00000000-0000-0000-0000-000000000002",
            proposed_at=NOW,
            agreed_at=NOW,
        )
    return public


def page(client: Client, view: str, query: str) -> tuple[str, tuple[int, int]]:
    answer = client.get(f"/en/map{view}?{query}")
    assert answer.status_code == 200, query
    text = answer.content.decode()
    found = TOTAL.search(text)
    assert found, view
    return text, (int(found[1]), int(found[2]))


def numbers(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """{country: number} of (address, number) pairs."""
    return {LINKED.findall(unescape(address))[-1]: int(number) for address, number in pairs}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_view_and_every_file_gives_the_same_numbers(filled: Client, part: int) -> None:
    chance = random.Random(200 + part)
    told = 0
    for _ in range(QUESTIONS // PARTS):
        query = urlencode(question(chance))
        rows = list(csv.DictReader(io.StringIO(filled.get(f"/map.csv?{query}").content.decode())))
        counts: dict[str, int] = {}
        for row in rows:
            counts[row["country_code"]] = counts.get(row["country_code"], 0) + 1
        whole = (len(rows), len(counts))
        told += len(rows) > 0

        drawn, total = page(filled, "", query)
        titles = re.findall(r'<a href="([^"]+)"><title>[^<:]*: (\d+)(?:[. ][^<]*)?</title>', drawn)
        assert (total, numbers(titles)) == (whole, counts), query
        tiles, total = page(filled, "/grid", query)
        assert (total, numbers(re.findall(r'<a class="tile [^"]*" href="([^"]+)"><b>(\d+)</b>', tiles))) == (
            whole,
            counts,
        )
        lines, total = page(filled, "/table", query)
        cells = re.findall(r'/country/[A-Z]{2}">[^<]*</a></th><td class="n"><a href="([^"]+)">(\d+)</a>', lines)
        assert (total, numbers(cells)) == (whole, counts)
        assert page(filled, "/records", query)[1] == whole
        assert page(filled, "/embed", query)[1] == whole

        everything = json.loads(filled.get(f"/map.json?{query}").content)
        assert everything["total"] == len(everything["records"]) == len(rows)
        assert {each["code"]: each["records"] for each in everything["countries"] if each["records"]} == counts
        assert sum(each["records"] for each in everything["regions"]) == len(rows)
        places = json.loads(filled.get(f"/map.geojson?{query}").content)
        assert places["total"] == len(rows)
        found = {each["id"]: each["properties"]["records"] for each in places["features"]}
        assert {code: number for code, number in found.items() if number} == counts
        tagged = csv.DictReader(io.StringIO(filled.get(f"/map.hxl.csv?{query}").content.decode()))
        assert {row["country_code"]: int(row["records"]) for row in tagged if row["records"].isdigit()} == counts
        picture = filled.get(f"/map.svg?{query}").content.decode()
        titles = re.findall(r'<a href="([^"]+)"><title>[^<:]*: (\d+)(?:[. ][^<]*)?</title>', picture)
        assert numbers(titles) == counts

        for by in ("channel", "region"):
            matrix = everything["matrices"][by]
            shown, total = page(filled, "/matrix", f"{query}&by={by}")
            assert total == whole
            body = shown.partition("<tbody>")[2].partition("</tbody>")[0]
            read = [
                [
                    int(number or 0)
                    for number in re.findall(r'<td(?: class="none")?>(?:<a [^>]*>(\d+)</a>|[^<]*)</td>', row)
                ]
                for row in body.split("<tr")[1:]
            ]
            assert read[0] == [len(rows), *matrix["totals"]]
            assert read[1:] == [[line["records"], *line["counts"]] for line in matrix["lines"]]
    assert told > QUESTIONS / PARTS / 3


def test_a_number_of_any_view_leads_to_so_many_records(filled: Client) -> None:
    chance = random.Random(7)
    for _ in range(15):
        query = urlencode(question(chance))
        for view in ("", "/table", "/matrix", "/matrix?by=region"):
            text = filled.get(f"/en/map{view}{'&' if '?' in view else '?'}{query}").content.decode()
            links = re.findall(r'<(?:td|td class="n")><a href="(/en/map/records[^"]*)">(\d+)</a>', text)
            links += re.findall(r'<a href="(/en/map/records[^"]*)"><title>[^<:]*: (\d+)', text)
            for address, number in chance.sample(links, min(3, len(links))):
                found = TOTAL.search(filled.get(unescape(address)).content.decode())
                assert found
                assert found[1] == number, (query, address)


def test_what_is_hidden_is_in_no_view_and_no_file(filled: Client) -> None:
    gone = [each for each in mapped_records() if each.country in {"DE", "IN"} or each.operator == "youth_led"]
    assert len(gone) > 40
    asked = ["/map.csv", "/map.json", *(f"/en/map/records?page={number}" for number in range(1, 9))]
    everything = "".join(filled.get(each).content.decode() for each in asked)
    assert [each.id for each in gone if str(each.id) in everything] == []
    assert "Secret Road" not in everything
    assert "0800" not in unrandom(everything)
    table = filled.get("/en/map/table").content.decode()
    germany = table.partition("/country/DE")[2].partition("</tr>")[0]
    assert "Not shown, for people’s safety" in germany
