"""The public door as a stranger meets it: over a socket, with bad input, and with a log that names nobody."""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from pathlib import Path

import httpx
import pytest

from tests.hostile import NAUGHTY
from tests.served import Served, environment, pop, prepared, serving

CANARY = "kanarienvogel-4711-allein"


@pytest.fixture(scope="module")
def client(door: Served):  # type: ignore[no-untyped-def]
    with httpx.Client(base_url=door.url, timeout=30) as made:
        yield made


def test_the_big_list_is_whole() -> None:
    assert len(NAUGHTY) >= 515


PARAMETERS = ["country", "subdivision", "topic", "language", "channel", "age", "audience", "at", "needs", "limit"]


@pytest.mark.parametrize("name", [*PARAMETERS, "unheard_of"])
def test_every_naughty_string_in_a_parameter_gets_a_problem_that_names_it_and_never_a_500(client, name: str) -> None:
    for text in NAUGHTY:
        value = urllib.parse.quote(text.encode("utf-8", "surrogatepass"))
        query = f"{name}={value}" if name == "country" else f"country=KE&{name}={value}"
        answer = client.get(f"/v1/match?{query}")
        assert answer.status_code in {200, 400, 413, 414}, (name, text[:40])
        if answer.status_code == 200:
            # A blank value, or a real word of the vocabulary, may be harmless; a stranger's text never comes back.
            assert len(text) <= 12
            continue
        body = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["status"] == answer.status_code
        if len(text) > 12:
            assert text not in answer.text


def test_naughty_strings_as_json_values_get_400(client) -> None:
    for text in NAUGHTY:
        body = json.dumps({"country": text, "topics": [text]}).encode()
        answer = client.post("/v1/match", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == (413 if len(body) > 16_384 else 400), text[:40]
        assert answer.json()["parameter"] in {"country", "topic", "topics", "body"}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"{" * 9_000, b'{"country":"KE","country":"DK"}', b"NaN", b"\0"],
)
def test_a_body_that_is_not_a_json_object_gets_400(client, body: bytes) -> None:
    assert client.post("/v1/match", content=body).status_code == 400


@pytest.mark.parametrize("path", ["/v1/match", "/en/KE/find", "/leave", "/hsds/services", "/nothing/here"])
def test_a_megabyte_of_anything_gets_413(client, path: str) -> None:
    assert client.post(path, content=b"x" * 1_000_000).status_code == 413


def test_a_megabyte_without_a_stated_length_gets_413(door: Served) -> None:
    def chunks():  # type: ignore[no-untyped-def]
        for _ in range(20):
            yield b"y" * 50_000

    with httpx.Client(base_url=door.url) as client:
        assert client.post("/v1/match", content=chunks()).status_code == 413


def test_naughty_strings_in_a_path_or_a_form_never_end_in_a_500(client, door: Served) -> None:
    for text in NAUGHTY:
        raw = urllib.parse.quote(text.encode("utf-8", "surrogatepass"), safe="")[:3000]
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
        for path in (f"/{raw}", f"/en/{raw}", f"/v1/services/{raw}"):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status < 500, path
        connection.close()
        form = urllib.parse.urlencode({"tile": text, "topic": text, "age": text, "talk": text}, errors="surrogatepass")
        found = client.post(
            "/en/KE/find", content=form.encode(), headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert found.status_code in {200, 400, 413}, text[:40]
        if len(text) > 30:
            assert text not in found.text


def test_every_answer_of_every_kind_carries_the_safe_headers(client) -> None:
    paths = [
        "/",
        "/en",
        "/en/KE",
        "/v1/match?country=KE",
        "/v1/match",
        "/nothing",
        "/leave",
        "/healthz",
        "/en/country/KE",
    ]
    for path in paths:
        headers = client.get(path, follow_redirects=False).headers
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["referrer-policy"] == "no-referrer", path
        assert headers["cache-control"] == "no-store", path
        assert headers["x-content-type-options"] == "nosniff", path
        if path != "/leave":
            assert "set-cookie" not in headers, path


def test_the_public_door_knows_no_staff_page(client) -> None:
    for path in ("/accounts/login/", "/login", "/staff", "/enter/abc", "/admin", "/tasks", "/services"):
        assert client.get(path).status_code == 404, path


def test_nothing_that_was_asked_reaches_the_log(world: Path) -> None:
    with serving(world) as served:
        with httpx.Client(base_url=served.url) as client:
            client.get(f"/v1/match?country=KE&topic={CANARY}")
            client.get("/v1/match?country=KE&topic=suicidal_thoughts&language=sw")
            client.post("/v1/match", json={"country": "KE", "topics": [CANARY]})
            client.post("/en/KE/find", data={"tile": "feel_bad", "topic": CANARY, "age": "8-12"})
            client.get(f"/{CANARY}")
            client.post(
                "/en/KE/find",
                content=b"--" + CANARY.encode(),
                headers={"content-type": "multipart/form-data; boundary=x"},
            )
        log = served.log.read_text()
    for word in (CANARY, "suicidal", "feel_bad", "/v1/match", "KE", "127.0.0.1 - "):
        assert word not in log.replace(str(world), "")


def test_a_second_preparation_changes_nothing(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    again = pop("prepare", env=environment(folder))
    assert again.returncode == 0
    assert "services:" not in again.stdout
    assert "Made" not in again.stdout


def test_without_a_valid_snapshot_emergency_numbers_still_answer(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    for path in (folder / "snapshots").glob("*.sig"):
        path.write_bytes(bytes(64))
    with serving(folder) as served, httpx.Client(base_url=served.url) as client:
        answer = client.get("/v1/match?country=KE")
        assert answer.status_code == 200
        assert answer.json()["emergency"][0]["dial"] == "112"
        assert answer.json()["snapshot"] is None
        assert answer.json()["matches"] == []
        assert "tel:112" in client.get("/en/KE").text
        assert client.get("/v1/snapshot").status_code == 503
        assert client.get("/v1/countries").json()["status"] == 503


def test_a_tampered_newer_snapshot_is_refused_and_the_last_good_one_stays(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    with serving(folder) as served, httpx.Client(base_url=served.url) as client:
        before = client.get("/v1/match?country=KE").json()["snapshot"]
        store = folder / "snapshots"
        good = (store / f"{before['version']}.json.gz").read_bytes()
        (store / "999.json.gz").write_bytes(good[:-20] + bytes(20))
        (store / "999.sig").write_bytes((store / f"{before['version']}.sig").read_bytes())
        fresh = store / "fresh"
        fresh.write_text("999\n")
        fresh.rename(store / "current")
        for _ in range(50):
            if "refused" in served.log.read_text():
                break
            time.sleep(0.2)
        assert "refused" in served.log.read_text()
        assert client.get("/v1/match?country=KE").json()["snapshot"] == before


@pytest.mark.parametrize("path", ["/v1/match", "/en/KE/find", "/", "/nosuch", "/v1/countries"])
def test_a_sender_that_reads_only_after_writing_still_learns_why_it_was_refused(door: Served, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    connection.request("POST", path, body=b"x" * 1_000_000)
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/en/KE", "/v1/match", "/leave"])
def test_what_nobody_offers_gets_405_and_changes_nothing(client, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_head_and_options_are_answered_everywhere(client) -> None:
    for path in ("/", "/en/KE", "/v1/match?country=KE", "/v1/countries", "/v1/snapshot", "/openapi.yaml", "/healthz"):
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        assert client.options(path).status_code in {204, 405}, path


@pytest.mark.parametrize("path", ["/v1/countries", "/v1/topics", "/v1/snapshot", "/v1/snapshot.sig", "/openapi.yaml"])
def test_an_entity_tag_is_understood_in_every_form(client, path: str) -> None:
    tag = client.get(path).headers["etag"]
    for said in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        assert client.get(path, headers={"If-None-Match": said}).status_code == 304, said
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
