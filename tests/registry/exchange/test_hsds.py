from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from pop.registry.directory.actions.load import load_seed
from pop.registry.directory.models import LinkCheck, Notice
from pop.registry.exchange.hsds import at_location_id

SCHEMAS = Path(__file__).resolve().parents[4] / "shared" / "hsds" / "3.0"
UPSTREAM = "https://raw.githubusercontent.com/openreferral/specification/3.0/schema/"
FORMATS = FormatChecker()


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[a-z][a-z0-9+.-]*:[!-~]+", value) is not None


def closed(schema: Any) -> Any:
    """Return a schema in which no object may have a property that is not named."""
    if isinstance(schema, dict):
        found = {key: closed(value) for key, value in schema.items()}
        if isinstance(schema.get("properties"), dict):
            found["unevaluatedProperties"] = False
        return found
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


class Book:
    """Upstream's openapi.json with every schema it names, closed to unknown properties."""

    def __init__(self, folder: Path) -> None:
        self.openapi = json.loads((folder / "openapi.json").read_text(encoding="utf-8"))
        resources: list[tuple[str, Resource[Any]]] = []
        for file in folder.glob("*.json"):
            schema = closed(json.loads(file.read_text(encoding="utf-8")))
            resources.append((UPSTREAM + file.name, Resource(schema, DRAFT202012)))
        for name in ("service", "organization", "service_at_location"):
            # The compiled lists reject upstream's own example page; an item of a list is the object itself.
            for compiled in (f"compiled/{name}.json", f"compiled/{name}_list.json"):
                resources.append((UPSTREAM + compiled, Resource({"$ref": f"{UPSTREAM}{name}.json"}, DRAFT202012)))
        self.registry: Registry[Any] = Registry().with_resources(resources)

    def check(self, path: str, found: object) -> None:
        response = self.openapi["paths"][path]["get"]["responses"]["200"]
        schema = deepcopy(response["content"]["application/json"]["schema"])
        if "allOf" in schema:
            schema = {
                **schema,
                "allOf": [self.openapi["components"]["schemas"]["Page"]],
                "unevaluatedProperties": False,
            }
        elif "properties" in schema:
            schema = closed(schema)
        validator = Draft202012Validator(schema, registry=self.registry, format_checker=FORMATS)
        problems = [f"{path} {error.json_path}: {error.message[:300]}" for error in validator.iter_errors(found)]
        assert problems == []


@pytest.fixture(scope="module")
def book() -> Book:
    if not SCHEMAS.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the HSDS schemas are not at {SCHEMAS}")
        pytest.skip("the HSDS schemas are not beside the repository: pages are not compared with them here")
    return Book(SCHEMAS)


def get(public: Client, address: str) -> Any:
    answer = public.get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Type"] == "application/json"
    return json.loads(answer.content)


def every_page(public: Client, address: str) -> Iterator[Any]:
    number = 1
    while True:
        page = get(public, f"{address}{'&' if '?' in address else '?'}page={number}&per_page=100")
        yield page
        if page["last_page"]:
            return
        number += 1


@pytest.mark.storage
def test_every_page_is_valid_against_the_published_schema_with_no_property_of_our_own(
    public: Client, registry: SimpleNamespace, book: Book
):
    LinkCheck.objects.create(url="https://chat.example/", ok=True, status="200", checked_at=timezone.now())
    Notice.objects.create(
        country="KE",
        service=registry.line,
        kind="disrupted",
        starts_at=timezone.now(),
        ends_at=timezone.now() + timedelta(days=1),
    )
    book.check("/", get(public, "/hsds/"))
    for name in ("services", "organizations", "taxonomies", "taxonomy_terms", "service_at_locations"):
        for page in every_page(public, f"/hsds/{name}"):
            book.check(f"/{name}", page)
            for item in page["contents"]:
                book.check(f"/{name}/{{id}}", get(public, f"/hsds/{name}/{item['id']}"))
    for name in ("services", "organizations", "service_at_locations"):
        for page in every_page(public, f"/hsds/{name}?full=true"):
            book.check(f"/{name}", page)


def test_the_check_itself_finds_an_invented_property_a_bad_uri_and_a_missing_name(
    public: Client, registry: SimpleNamespace, book: Book
):
    good = get(public, f"/hsds/services/{registry.line.id}")
    for spoil in ({"open_now": True}, {"url": "not a link"}, {"name": 7}, {"phones": [{"id": "x", "number": "1"}]}):
        with pytest.raises(AssertionError):
            book.check("/services/{id}", good | spoil)
    with pytest.raises(AssertionError):
        book.check("/services", get(public, "/hsds/services") | {"next": "/hsds/services?page=2"})


def attributes(thing: Any, taxonomy: str = "fact") -> dict[str, str | None]:
    return {
        each["taxonomy_term"]["code"]: each.get("value")
        for each in thing["attributes"]
        if each["link_type"] == taxonomy
    }


def test_a_short_code_keeps_its_country_and_its_way_from_abroad(public: Client, registry: SimpleNamespace):
    service = get(public, f"/hsds/services/{registry.line.id}")
    phone, text = service["phones"]
    assert phone["number"] == "116"
    assert attributes(phone) == {
        "country": "KE",
        "number_kind": "short",
        "alternative": "+254722116116",
        "from_abroad": "no",
        "free": "yes",
        "leaves_trace": "yes",
    }
    assert (text["number"], text["type"]) == ("+254722178177", "text")
    assert attributes(text)["message_body"] == "VOICE"


def test_schedules_are_weekly_rules_and_our_zone_stays_the_source(public: Client, registry: SimpleNamespace):
    schedules = get(public, f"/hsds/services/{registry.line.id}")["schedules"]
    told = [(each["byday"], each["opens_at"], each["closes_at"], each["timezone"]) for each in schedules]
    assert told == [
        ("MO,TU,WE,TH,FR,SA,SU", "00:00+03:00", "23:59+03:00", 3),
        ("MO,TU,WE,TH,FR", "07:00+03:00", "02:00+03:00", 3),
        ("SA,SU", "11:00+03:00", "23:59+03:00", 3),
    ]
    assert schedules[1]["notes"] == "Closes on the following day."
    assert attributes(schedules[1])["timezone"] == "Africa/Nairobi"
    assert attributes(schedules[1])["opening_hours"] == "Mo-Fr 07:00-26:00, Sa,Su 11:00-24:00"


def test_nothing_hidden_withheld_or_unsafe_is_exchanged(public: Client, registry: SimpleNamespace, make_service):
    coordination = make_service(name="Coordinating Body", kind="coordination")
    hidden = (registry.waiting, registry.unsafe, registry.suspended, registry.closed, coordination)
    for record in hidden:
        assert public.get(f"/hsds/services/{record.id}").status_code == 404
        assert public.get(f"/hsds/service_at_locations/{at_location_id(record.id)}").status_code == 404
        assert public.get(f"/hsds/organizations/{record.organisation_id}").status_code == 404
    everything = ""
    for name in ("services", "organizations", "service_at_locations"):
        for page in every_page(public, f"/hsds/{name}?full=true"):
            everything += json.dumps(page)
    for secret in (
        *(record.name for record in hidden),
        "Secret Road",
        "secret",
        "remark",
        "998@ministry.example",
        "0800987654",
    ):
        assert secret not in everything
    assert "physical" not in re.findall(r'"location_type": "(\w+)"', everything)


def test_a_web_address_is_no_link_before_a_recent_check(public: Client, registry: SimpleNamespace):
    address = f"/hsds/services/{registry.line.id}"
    before = get(public, address)
    assert "url" not in before
    assert attributes(before)["website_not_checked"] == "http://www.childlinekenya.example"
    assert attributes(before, "channel")["webchat"] is None
    for url in ("http://www.childlinekenya.example", "https://chat.example/"):
        LinkCheck.objects.create(url=url, ok=True, status="200", checked_at=timezone.now())
    after = get(public, address)
    assert after["url"] == "http://www.childlinekenya.example"
    assert "website_not_checked" not in attributes(after)
    assert attributes(after, "channel")["webchat"] == "https://chat.example/"


def test_an_address_that_is_not_a_uri_is_left_out_and_breaks_nothing(public: Client, make_service, book: Book):
    for website in ("http://exa mple.org/<x>", "http://[::1", "https://пример.рф/"):
        record = make_service(name=website, website=website)
        LinkCheck.objects.create(url=website, ok=True, status="200", checked_at=timezone.now())
        found = get(public, f"/hsds/services/{record.id}")
        assert "url" not in found
        book.check("/services/{id}", found)


@pytest.mark.storage
def test_pages_are_counted_and_hold_every_service_once(public: Client, registry: SimpleNamespace):
    seen: list[str] = []
    for number in (1, 2, 3, 4, 5):
        page = get(public, f"/hsds/services?per_page=1&page={number}")
        seen += [each["id"] for each in page["contents"]]
        assert (page["total_items"], page["total_pages"], page["page_number"]) == (4, 4, number)
        assert (page["first_page"], page["last_page"]) == (number == 1, number >= 4)
        assert page["empty"] == (number == 5)
    assert len(set(seen)) == len(seen) == 4


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=²", "page"),
        ("page=9999999999999999999999", "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("per_page=1e3", "per_page"),
        ("format=ndjson", "format"),
        ("full=maybe", "full"),
        ("organization_id=7", "organization_id"),
        ("taxonomy_term_id=00000000-0000-0000-0000-000000000000", "taxonomy_term_id"),
        ("taxonomy_id=x", "taxonomy_id"),
        ("modified_after=yesterday", "modified_after"),
        ("modified_after=2026-13-45T00:00", "modified_after"),
        ("modified_after=0001-01-01T00:00:00%2B14:00", "modified_after"),
        ("modified_after=9999-12-31T23:59:59-14:00", "modified_after"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_accepted(public: Client, db: None, query: str, parameter: str):
    answer = public.get(f"/hsds/services?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert problem["parameter"] == parameter
    assert problem["accepted"]


@pytest.mark.storage
def test_services_can_be_narrowed_down(public: Client, registry: SimpleNamespace):
    def ids(query: str) -> set[str]:
        return {each["id"] for each in get(public, f"/hsds/services?{query}")["contents"]}

    terms = {
        each["code"]: each["id"] for page in every_page(public, "/hsds/taxonomy_terms") for each in page["contents"]
    }
    assert ids("search=childline") == {str(registry.line.id)}
    assert ids(f"organization_id={registry.shelter.organisation_id}") == {str(registry.shelter.id)}
    assert ids(f"taxonomy_term_id={terms['mental_health']}") == {str(registry.others.id)}
    assert ids(f"taxonomy_term_id={terms['anxiety']}") == {str(registry.others.id)}
    assert ids(f"taxonomy_term_id={terms['webchat']}") == {str(registry.line.id)}
    assert ids(f"taxonomy_term_id={terms['general_public']}") == {str(registry.others.id), str(registry.shelter.id)}
    assert ids("modified_after=2100-01-01") == set()
    assert len(ids("modified_after=2020-01-01T00:00:00Z&unknown=1")) == 4


def test_an_unchanged_page_is_not_sent_again(public: Client, registry: SimpleNamespace):
    first = public.get("/hsds/services")
    assert first["Cache-Control"] == "public, max-age=300"
    again = public.get("/hsds/services", headers={"if-none-match": f'W/{first["ETag"]}, "other"'})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    registry.line.name = "Another Name"
    registry.line.save()
    assert public.get("/hsds/services", headers={"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("name", ["services", "organizations", "taxonomies", "taxonomy_terms", "service_at_locations"])
def test_what_does_not_exist_is_a_404_and_nothing_can_be_written(public: Client, db: None, name: str):
    for id in (uuid.uuid4(), "x", "%00", "{}", "1" * 3000):
        answer = public.get(f"/hsds/{name}/{id}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
    for method in ("post", "put", "patch", "delete"):
        assert getattr(public, method)(f"/hsds/{name}").status_code == 405
    for nasty in ("\x00", "'; --", "😀", "\u202e", "a" * 5000, "%", "_"):
        assert public.get(f"/hsds/{name}", {"search": nasty, "minimal": nasty, "postcode": nasty}).status_code == 200


def test_the_registry_as_it_ships_is_valid_as_a_whole(public: Client, db: None, book: Book):
    load_seed()
    for name in ("services", "organizations", "service_at_locations"):
        for page in every_page(public, f"/hsds/{name}?full=true"):
            book.check(f"/{name}", page)
            assert page["total_items"] > 200
    record = get(public, "/hsds/services?search=childline%20kenya")["contents"][0]
    found = get(public, f"/hsds/services/{record['id']}")
    book.check("/services/{id}", found)
    assert found["metadata"]
    assert attributes(found)["country"] == "KE"
