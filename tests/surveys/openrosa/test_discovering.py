"""What a client sees before it sends: the list, the form, the manifest, and where to send."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from lxml import etree

from tests.surveys.openrosa.conftest import Door
from tests.surveys.openrosa.sending import said

pytestmark = [pytest.mark.storage]

LIST = "{http://openrosa.org/xforms/xformsList}"


def listed(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    root = etree.fromstring(answer.content)
    assert root.tag == f"{LIST}xforms"
    return [{str(each.tag).removeprefix(LIST): each.text or "" for each in form} for form in root]


def test_the_list_shows_each_open_form_once_with_all_that_a_client_needs(client: httpx.Client) -> None:
    answer = client.get("/formList")
    assert answer.headers["x-openrosa-version"] == "1.0"
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert "date" in answer.headers
    forms = {form["formID"]: form for form in listed(answer)}
    assert set(forms) == {"offer", "poster"}
    assert list(forms["offer"]) == ["formID", "name", "version", "hash", "downloadUrl", "manifestUrl"]
    assert (forms["offer"]["name"], forms["offer"]["version"]) == ("What you offer", "2")


def test_a_form_that_is_downloaded_is_the_one_whose_hash_was_listed(client: httpx.Client) -> None:
    [form] = listed(client.get("/formList?formID=offer"))
    xform = httpx.get(form["downloadUrl"])
    assert xform.status_code == 200
    assert xform.headers["content-type"] == "text/xml; charset=utf-8"
    assert form["hash"] == "md5:" + hashlib.md5(xform.content).hexdigest()
    assert b'version="2"' in xform.content
    manifest = httpx.get(form["manifestUrl"])
    assert manifest.status_code == 200
    assert etree.fromstring(manifest.content).tag == "{http://openrosa.org/xforms/xformsManifest}manifest"


def test_every_open_version_is_listed_when_a_client_asks_for_it(client: httpx.Client) -> None:
    forms = listed(client.get("/formList?formID=offer&listAllVersions=true"))
    assert [form["version"] for form in forms] == ["2", "1"]
    first = httpx.get(forms[1]["downloadUrl"])
    assert b'version="1"' in first.content


def test_a_form_that_nobody_knows_is_not_there(client: httpx.Client) -> None:
    assert listed(client.get("/formList?formID=nobody")) == []
    for path in ("/forms/nobody", "/forms/offer?version=9", "/manifest/nobody", "/manifest/offer?version=9"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "form" in said(answer)


def test_head_on_submission_tells_where_to_send_and_how_much(client: httpx.Client, door: Door) -> None:
    answer = client.head("/submission")
    assert answer.status_code == 204
    assert answer.headers["location"] == f"{door.address}/submission"
    assert int(answer.headers["x-openrosa-accept-content-length"]) >= 10_000_000
    assert answer.headers["x-openrosa-version"] == "1.0"
    assert "date" in answer.headers
    assert answer.content == b""


def test_head_on_the_list_is_its_head(client: httpx.Client) -> None:
    answer = client.head("/formList")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == client.get("/formList").headers["content-length"]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("GET", "/submission", "HEAD, POST"), ("POST", "/formList", "GET, HEAD"), ("OPTIONS", "/formList", "GET, HEAD")],
)
def test_another_method_is_told_which_there_are(client: httpx.Client, method: str, path: str, allow: str) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    said(answer)


@pytest.mark.parametrize("path", ["", "/", "/formlist", "/formList/", "/forms", "/forms/", "/submission/x", "/../x"])
def test_there_is_nothing_else(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {401, 404}
    said(answer)


def test_the_addresses_go_by_the_name_the_client_used_and_by_no_other(client: httpx.Client, door: Door) -> None:
    port = door.served.port
    [form] = listed(client.get("/formList?formID=offer", headers={"Host": f"localhost:{port}"}))
    assert form["downloadUrl"].startswith(f"http://localhost:{port}/openrosa/{door.token}/forms/offer")
    for host in ("evil.example", "localhost.evil.example", "", "a b"):
        answer = client.get("/formList", headers={"Host": host})
        assert answer.status_code == 400


def test_a_sentence_comes_in_the_language_of_the_telephone_and_says_which(client: httpx.Client) -> None:
    answer = client.get("/forms/nobody", headers={"Accept-Language": "sw-KE,sw;q=0.9"})
    assert b'xml:lang="sw"' in answer.content


@pytest.mark.parametrize("query", ["formID=%00", "version=%ff%fe", "formID=" + "x" * 9000, "&".join(["a=b"] * 50), "%"])
def test_a_hostile_query_gets_an_answer(client: httpx.Client, query: str) -> None:
    for path in ("/formList", "/forms/offer", "/manifest/offer"):
        assert client.get(f"{path}?{query}").status_code in {200, 400, 404}
