"""Every public address of the helpline × the state of the child's session × its own form or another's; `child_map`."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest
from django.urls import URLPattern

from pop.helpline.conversations.live.child_doors import MOST_STREAMS, ChildDoors, Known
from pop.helpline.conversations.live.forms import Asked, form_token
from pop.pages.leaving import SESSION_COOKIE
from pop.server.public import urlpatterns
from pop.server.talking import Talking
from tests.helpline.child_map import GET, JSON, POST, ROWS, Row
from tests.helpline.child_scenes import INSIDE, OUTSIDE
from tests.helpline.conversations.live.browsing import Watching
from tests.served import Served, environment, prepared, serving

ROOT = Path(__file__).resolve().parents[2]
SENT = {"text": "Invented words", "key": "invented-key-2"}
OWN_SITE = {"Sec-Fetch-Site": "same-origin"}
Scene = Mapping[str, list[dict[str, str]]]


def scenes(folder: Path, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpline.child_scenes", *words],
        env=environment(folder, HELPLINE_DATABASE_URL=""),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("children"), HELPLINE_DATABASE_URL="")


@pytest.fixture(scope="module")
def scene(house: Path) -> Scene:
    """Of each state one conversation for each act with its own form, and some for everything else."""
    made: Scene = scenes(house, "make", str(len(ROWS) + 4))
    return made


@pytest.fixture(scope="module")
def served(house: Path, scene: Scene) -> Iterator[Served]:
    with serving(house, POP_BIND="127.0.0.1", HELPLINE_DATABASE_URL="") as door:
        yield door


def ask(port: int, row: Row, token: str, form: str) -> tuple[str, dict[str, str], bytes]:
    """Ask as a browser does; return "status place", the headers and the body (not of a stream, which never ends)."""
    headers = dict(OWN_SITE) | ({"Cookie": f"{SESSION_COOKIE}={token}"} if token else {})
    body: str | None = None
    if row.method == JSON:
        body, headers["Content-Type"] = json.dumps({**row.fields, "token": form}), "application/json"
    elif row.method == POST:
        body = urlencode({**row.fields, "token": form})
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(GET if row.method == GET else POST, row.path, body, headers)
        answer = connection.getresponse()
        got = {name.lower(): value for name, value in answer.getheaders()}
        said = b"" if got.get("content-type") == "text/event-stream" else answer.read()
    finally:
        connection.close()
    place = urlsplit(got.get("location", ""))
    where = " away" if place.netloc else f" {place.path}" if place.path else ""
    return f"{answer.status}{where}", got, said


def check_headers(headers: Mapping[str, str], row: Row, token: str) -> None:
    assert headers["cache-control"] == "no-store", row
    assert headers["referrer-policy"] == "no-referrer", row
    assert headers["x-content-type-options"] == "nosniff", row
    assert headers["x-frame-options"] == "DENY", row
    assert "frame-ancestors 'none'" in headers["content-security-policy"], row
    assert headers["cross-origin-resource-policy"] == "same-origin", row
    assert "etag" not in headers, row
    assert "access-control-allow-origin" not in headers, row
    assert "words" not in headers.get("location", ""), row
    assert not token or token not in headers.get("location", ""), row


def test_every_public_address_of_the_helpline_has_its_rows() -> None:
    pages = {
        str(each.pattern).removeprefix("^").removesuffix(r"\Z")
        for each in urlpatterns
        if isinstance(each, URLPattern) and each.callback.__module__.startswith(("pop.helpline.", "pop.pages.leaving"))
    }
    doors = {path.removeprefix("/") for path in Talking("public").by_path}
    for methods in ((GET,), (POST, JSON)):
        assert {urlsplit(row.path).path.removeprefix("/") for row in ROWS if row.method in methods} == pages | doors


@pytest.fixture(scope="module")
def played(served: Served, scene: Scene) -> list[dict[str, tuple[str, dict[str, str], bytes]]]:
    """What every row was answered in every state."""
    return [
        {
            state: ask(served.port, row, scene[state][number]["token"], scene[state][number]["form"])
            for state in (*INSIDE, *OUTSIDE)
        }
        for number, row in enumerate(ROWS)
    ]


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row.method} {row.path}" for row in ROWS])
def test_an_address_answers_by_the_state_of_the_session(
    played: list[dict[str, tuple[str, dict[str, str], bytes]]], scene: Scene, number: int
) -> None:
    row = ROWS[number]
    for state, (_, headers, said) in played[number].items():
        check_headers(headers, row, scene[state][number]["token"])
        assert b"Traceback" not in said
    assert {state: answer for state, (answer, _, _) in played[number].items()} == {**row.inside, **row.outside}


def test_each_act_did_what_its_row_says_and_nothing_else(played: object, house: Path, scene: Scene) -> None:
    found = scenes(house, "look")
    for state in INSIDE:
        for row, child in zip(ROWS, scene[state], strict=False):
            done = row.method != GET and row.inside[state][:3] in ("200", "204", "303")
            became = row.becomes.get(state, state.replace("blocked", "waiting")) if done else ""
            expected = became or state.replace("blocked", "waiting")
            if expected == "gone":
                assert child["id"] not in found, (state, row)
                continue
            messages, complaints = row.adds if done else (0, 0)
            assert found[child["id"]] == [
                expected,
                1 + messages,
                complaints,
                row.code,
                row.language,
            ], (state, row)


def test_the_form_of_another_session_does_nothing_in_any_state(served: Served, house: Path, scene: Scene) -> None:
    before = scenes(house, "look")
    for row in ROWS:
        if not row.guarded or row.method == GET:
            continue
        for state in INSIDE:
            child, other = scene[state][len(ROWS)], scene["active"][len(ROWS)]
            form = other["form"] if other["id"] != child["id"] else scene["waiting"][len(ROWS)]["form"]
            for given in (form, "", "A" * 43):
                answer, headers, _ = ask(served.port, row, child["token"], given)
                door = row.path in ("/talk/send", "/talk/typing")
                assert answer == ("403" if door else "303 /talk"), (state, row)
                check_headers(headers, row, child["token"])
    assert scenes(house, "look") == before


@pytest.mark.parametrize(("act", "number"), [("/talk/forget", 1), ("/leave", 2)])
def test_a_stream_ends_with_its_session_and_nobody_elses_does(
    served: Served, scene: Scene, act: str, number: int
) -> None:
    child, other = scene["active"][len(ROWS) + number], scene["active"][len(ROWS) + 3]
    watching = Watching(served.port, "/talk/stream", cookie=f"{SESSION_COOKIE}={child['token']}")
    beside = Watching(served.port, "/talk/stream", cookie=f"{SESSION_COOKIE}={other['token']}")
    watching.until(lambda event: event.name == "state")
    ask(served.port, Row(POST, act, {}, {}), child["token"], child["form"])
    assert watching.ended()
    assert not beside.ended(0.5)
    again, _, _ = ask(served.port, Row(GET, "/talk/stream", {}, {}), child["token"], "")
    sent, _, _ = ask(served.port, Row(JSON, "/talk/send", {}, {}, SENT), child["token"], child["form"])
    assert (again, sent) == ("401", "401")
    watching.close()
    beside.close()


def test_a_stream_of_a_conversation_that_is_closed_says_so_and_nothing_can_be_sent(
    served: Served, scene: Scene
) -> None:
    child = scene["waiting"][len(ROWS) + 1]
    watching = Watching(served.port, "/talk/stream", cookie=f"{SESSION_COOKIE}={child['token']}")
    watching.until(lambda event: event.name == "state")
    ask(served.port, Row(POST, "/talk/end", {}, {}), child["token"], child["form"])
    watching.until(lambda event: event.data.get("state") == "closed")
    sent, _, _ = ask(served.port, Row(JSON, "/talk/send", {}, {}, SENT), child["token"], child["form"])
    assert sent == "409"
    watching.close()


def test_one_session_holds_a_few_streams_open_and_the_oldest_gives_way(served: Served, scene: Scene) -> None:
    child = scene["active"][len(ROWS) + 3]
    cookie = f"{SESSION_COOKIE}={child['token']}"
    opened = []
    for _ in range(MOST_STREAMS + 2):
        opened.append(Watching(served.port, "/talk/stream", cookie=cookie))
        opened[-1].until(lambda event: event.name == "state")
    assert [each.ended() for each in opened[:2]] == [True, True]
    ask(served.port, Row(JSON, "/talk/send", {}, {}, SENT), child["token"], child["form"])
    for each in opened[2:]:
        each.until(lambda event: event.data.get("t") == SENT["text"])
    for each in opened:
        each.close()


def test_only_the_cookies_of_a_browser_of_ours_are_remembered() -> None:
    doors = Talking("public")
    child = doors.by_path["/talk/send"].__self__  # type: ignore[attr-defined]
    assert isinstance(child, ChildDoors)
    token = "t" * 43
    child._known[token] = Known(uuid4(), form_token(token))
    asked = Asked({"token": form_token(token)}, json=True)
    for junk, remembered in ((b"", 1), (b"x" * 40_000 + b"; ", 1)):
        line = junk + f"{SESSION_COOKIE}={token}".encode()
        asyncio.run(child._let_in({b"cookie": line}, asked))
        assert len(child._tokens) == remembered
