"""The description and the doors say the same: generated requests find no 5xx and no answer outside the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.served import Served

DESCRIPTION = Path(__file__).resolve().parents[2] / "pop" / "server" / "openapi.yaml"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
schema = schemathesis.openapi.from_path(DESCRIPTION)


@schema.parametrize()
@settings(max_examples=120, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_generated_request_meets_a_5xx_or_leaves_the_schema(case: schemathesis.Case, door: Served) -> None:
    response = case.call(base_url=door.url)
    case.validate_response(response, checks=CHECKS)


@pytest.fixture(scope="module")
def client(door: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=door.url, timeout=30) as made:
        yield made


def test_the_description_is_valid_openapi_and_served_as_it_is(client: httpx.Client) -> None:
    validate(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))
    assert client.get("/openapi.yaml").content == DESCRIPTION.read_bytes()


def test_real_questions_about_every_country_keep_to_the_schema(client: httpx.Client) -> None:
    """Generated requests seldom hit a real country: here every country is asked, in two ways."""
    for country in client.get("/v1/countries").json()["countries"]:
        for more in ("", "&topic=bullying&language=en&age=12"):
            case = schema["/v1/match"]["GET"].Case(query={"country": country["code"]})
            response = case.call(base_url=str(client.base_url))
            case.validate_response(response, checks=CHECKS)
            assert client.get(f"/v1/match?country={country['code']}{more}").status_code == 200


def test_every_listed_service_has_a_record_that_keeps_to_the_schema(client: httpx.Client) -> None:
    seen = set()
    for code in ("KE", "GB", "US", "DE", "EG"):
        answer = client.get(f"/v1/match?country={code}&limit=20").json()
        for match in answer["matches"]:
            case = schema["/v1/services/{id}"]["GET"].Case(path_parameters={"id": match["service"]["id"]})
            response = case.call(base_url=str(client.base_url))
            assert response.status_code == 200
            case.validate_response(response, checks=CHECKS)
            seen.add(match["service"]["id"])
    assert len(seen) > 8


def test_a_wrong_parameter_is_named_and_what_is_accepted_is_listed(client: httpx.Client) -> None:
    answer = client.get("/v1/match?country=KE&channel=pigeon")
    assert answer.status_code == 400
    body = answer.json()
    assert body["parameter"] == "channel"
    assert "phone" in body["accepted"]
    assert "pigeon" not in answer.text


@pytest.mark.parametrize("language", ["xx", "english", "klingon-KE", "und"])
def test_an_unknown_language_is_refused_by_name(client: httpx.Client, language: str) -> None:
    for answer in (
        client.get(f"/v1/match?country=KE&language={language}"),
        client.post("/v1/match", json={"country": "KE", "languages": ["sw", language]}),
    ):
        assert answer.status_code == 400
        assert answer.json()["parameter"] in {"language", "languages"}


def test_unknown_addresses_under_the_api_answer_as_problems(client: httpx.Client) -> None:
    for path in ("/v1/nothing", "/hsds/nothing", "/v1/services/not-a-uuid"):
        answer = client.get(path)
        assert answer.status_code in {400, 404}
        assert answer.headers["content-type"].startswith("application/problem+json")
