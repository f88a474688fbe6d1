"""Everything that leaves a demonstration says so: every address of both doors is asked, and each kind of file."""

from __future__ import annotations

import gzip
import http.client
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from pop.places.words import LANGUAGES
from pop.registry.mapping.instruments import NAMES
from pop.server import asgi, marks
from pop.server.marking import AS_IT_IS, HEADER, Marked
from pop.server.security import Message, Receive, Scope, Secured, Send
from pop.server.separation import DEMONSTRATION
from pop.server.talking import Talking
from pop.server.wiring import plain_doors, snapshots
from pop.surveys.openrosa.http.doors import ROOT as OPENROSA
from tests.served import Served, serving
from tests.simulation.conftest import demonstration, killed

__all__ = ["demonstration", "killed"]

# What holds no record, and no format of which could say anything.
SILENT = frozenset({"text/css", "text/javascript", "application/javascript", "text/event-stream", ""})
BANNER = b'<aside class="demonstration-data"'
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")
SAMPLES = {
    "language": "fr",
    "country": "KE",
    "code": "KE",
    "form": "pop_helplines",
    "number": "1",
    "name": "x",
    "pk": "1",
}
SAMPLES |= {"token": "a" * 64, "ident": "q0123abcd", "text": "x", "kind": "defunct", "act": "agree"}


def addresses(resolver: URLResolver, samples: Mapping[str, str], before: str = "") -> Iterator[str]:
    """Yield one address for each pattern of a URL map."""
    for each in resolver.url_patterns:
        pattern = before + str(each.pattern).removeprefix("^").replace("\\Z", "").replace("\\", "")
        if isinstance(each, URLResolver):
            yield from addresses(each, samples, pattern)
            continue
        assert isinstance(each, URLPattern)

        def fill(found: re.Match[str]) -> str:
            name = found[found.lastindex or 1]
            return samples.get(name) or SAMPLES.get(name) or str(uuid4())

        yield "/" + _CONVERTER.sub(fill, _GROUP.sub(fill, pattern))


def fault(path: str, status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return what is wrong with an answer of a demonstration, or ""."""
    if headers.get(HEADER[0].decode()) != HEADER[1].decode():
        return f"{path}: no header"
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if not body or path.partition("?")[0] in AS_IT_IS:
        return ""
    if kind not in marks.BY_MEDIA_TYPE:
        return "" if kind in SILENT else f"{path}: {kind} is of no known kind"
    said = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
    wanted = {
        "text/html": BANNER if b"<body" in said else b"",
        "text/csv": marks.COLUMN.encode(),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": b"PK",
        "application/zip": b"DEMONSTRATION-DATA.txt",
        "image/svg+xml": marks.SHORT.encode(),
    }.get(kind, marks.SAID.encode())
    if wanted not in said and b"xforms" not in said:
        return f"{path}: {kind} ({status}) says nothing"
    named = headers.get("content-disposition", "")
    return f"{path}: {named}" if "filename" in named and "demonstration-" not in named else ""


@pytest.fixture(scope="module")
def served(demonstration: Path) -> Iterator[Served]:
    with serving(demonstration, **{DEMONSTRATION: "1"}) as door:
        yield door


def ask(door: Served, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read()
    finally:
        connection.close()


def test_every_address_of_the_public_door_says_it(served: Served) -> None:
    service = re.search(rb"/en/service/([0-9a-f-]{36})", ask(served, "/en/map/records")[2])
    assert service is not None
    own = {"id": service[1].decode()}
    asked = [
        *addresses(get_resolver("pop.server.public"), own),
        *plain_doors(snapshots()).by_path,
        *(f"{OPENROSA}{'a' * 43}/{name}" for name in ("formList", "submission")),
        *(f"/survey/pop_{name}" for name in NAMES),
        *(f"/{language}" for language in LANGUAGES),
        *(f"/{language}/map/table?topic=bullying" for language in LANGUAGES),
        "/v1/match?country=KE&topic=bullying",
        "/v1/match?country=nowhere",
        "/map.json?topic=nothing",
        f"/v1/services/{own['id']}",
        "/nothing/here",
        "/v1/nothing",
        "/%00",
        "/" + "x" * 20_000,
    ]
    faults = [fault(path, *ask(served, path)) for path in asked if path not in Talking("public").by_path]
    assert [each for each in faults if each] == []
    assert fault("/map", *ask(served, "/map", **{"Accept-Encoding": "gzip"})) == ""
    assert fault("/map", *ask(served, "/map", "DELETE")) == ""
    posted = ask(served, "/talk/send", "POST", **{"Content-Type": "application/json"})
    assert fault("/talk/send", *posted) == ""


def test_nothing_of_a_demonstration_answers_a_child(served: Served) -> None:
    status, _, body = ask(served, "/v1/match?country=KE&topic=bullying")
    assert status == 200
    assert b'"matches":[]' in body.replace(b" ", b"")
    assert b'"dial":"112"' in body.replace(b" ", b"")
    assert ask(served, "/v1/snapshot")[0] == 503
    assert b"Demonstration " not in ask(served, "/en/KE/find")[2].replace(b"Demonstration data", b"")


def test_the_length_of_an_answer_is_that_of_what_is_sent(served: Served) -> None:
    for path in ("/map", "/map.csv", "/v1/match?country=KE", "/en"):
        status, headers, body = ask(served, path)
        assert (status, int(headers["content-length"])) == (200, len(body))
        assert ask(served, path, "HEAD")[2] == b""
    tagged = ask(served, "/map.csv")[1]["etag"]
    status, headers, body = ask(served, "/map.csv", **{"If-None-Match": tagged})
    assert (status, body, HEADER[0].decode() in headers) == (304, b"", True)


def replayed(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes, path: str
) -> tuple[int, dict[str, str], bytes]:
    """Send an answer out through the marking, in two parts."""
    sent: list[Message] = []

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body[:7], "more_body": True})
        await send({"type": "http.response.body", "body": body[7:]})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    async_to_sync(Marked(door))({"type": "http", "path": path, "method": "GET"}, receive, send)
    found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, b"".join(each["body"] for each in sent[1:])


@pytest.mark.storage
@pytest.mark.django_db
def test_every_address_of_the_console_says_it(as_staff: Any) -> None:
    roles = ("editor", "approver", "administrator", "counsellor", "supervisor")
    client: Client = as_staff(*roles)
    paths = list(addresses(get_resolver("pop.server.console"), {}))
    faults, pages = [], 0
    for path in [*paths, *(f"{path}?format=csv" for path in paths if path.count("/") == 1)]:
        if path.startswith(("/account/logout", "/static/")):
            continue
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        headers = [(name.encode(), value.encode()) for name, value in answer.items()]
        faults.append(fault(path, *replayed(answer.status_code, headers, body, path)))
        pages += answer.status_code == 200
    assert [each for each in faults if each] == []
    assert pages > 30


def test_both_doors_of_a_demonstration_are_marked_and_no_other(settings: Any) -> None:
    settings.DEMONSTRATION = False
    assert isinstance(asgi.console(), Secured)
    settings.DEMONSTRATION = True
    doors = (asgi.public(), asgi.console())
    assert [type(each) for each in doors] == [Marked, Marked]
    for each in doors:
        asgi.close_streams(each)
        assert not hasattr(each, "posts")


def test_a_page_may_wear_the_banner_and_nothing_else_that_is_new() -> None:
    own = f"'{marks.STYLE_HASH}'"
    for before, after in (
        ("default-src 'none'; style-src 'sha256-a='; img-src data:", f"style-src {own} 'sha256-a='; img-src data:"),
        ("default-src 'none'; style-src 'none'; img-src data:", f"style-src {own}; img-src data:"),
    ):
        headers = [(b"content-type", b"text/css"), (b"Content-Security-Policy", before.encode())]
        found = replayed(200, headers, b"", "/x")[1]["content-security-policy"]
        assert found == f"default-src 'none'; {after}"


def test_a_real_door_says_nothing_of_it(door: Served) -> None:
    for path in ("/map", "/map.csv", "/v1/match?country=KE"):
        _, headers, body = ask(door, path)
        assert HEADER[0].decode() not in headers
        assert b"emonstration" not in body
