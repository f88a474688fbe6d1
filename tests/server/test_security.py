"""Headers on every response, limits on every request, and no word of a request in a log."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from pop.server.security import FORM_FILES, MAX_BODY, SURVEY_PAGES, Policy, Secured, content_security_policy

CANARY = "geheimes-wort-7c1f"


def ask(application: Any, *, path: str = "/", method: str = "GET", query: bytes = b"", body: bytes = b"", headers=()):  # type: ignore[no-untyped-def]
    """Send one request straight into an ASGI application and return (status, headers, body)."""
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "surrogatepass"),
        "query_string": query,
        "headers": list(headers),
    }
    asyncio.run(application(scope, receive, send))
    start = next(message for message in sent if message["type"] == "http.response.start")
    whole = b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body")
    return start["status"], dict(start["headers"]), whole


def policy(**changes: Any) -> Policy:
    values = {
        "csp": b"default-src 'none'",
        "referrer": b"no-referrer",
        "production": False,
        "open_to_other_sites": True,
    }
    return Policy(**{**values, **changes})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    cache = [(b"cache-control", b"public, max-age=300")]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain"), *cache]})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


async def broken(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError(CANARY)


def test_every_answer_carries_the_headers_even_errors() -> None:
    for application, path in ((echo, "/"), (broken, "/"), (echo, "/x\0y")):
        _, headers, _ = ask(Secured(application, policy()), path=path)
        assert headers[b"content-security-policy"] == b"default-src 'none'"
        assert headers[b"referrer-policy"] == b"no-referrer"
        assert headers[b"x-content-type-options"] == b"nosniff"
        assert headers[b"cache-control"] == b"no-store"
        assert headers[b"cross-origin-opener-policy"] == b"same-origin"
        assert headers[b"cross-origin-resource-policy"] == b"same-origin"


@pytest.mark.parametrize(
    "path", ["/v1/snapshot", "/v1/snapshot.sig", "/v1/countries", "/v1/topics", "/openapi.yaml", "/hsds/services"]
)
def test_public_data_may_be_kept_and_fetched_from_anywhere(path: str) -> None:
    _, headers, _ = ask(Secured(echo, policy()), path=path)
    assert headers[b"cache-control"] == b"public, max-age=300"
    assert headers[b"access-control-allow-origin"] == b"*"


def test_an_answer_to_a_need_is_never_kept_even_when_a_view_says_so() -> None:
    _, headers, _ = ask(Secured(echo, policy()), path="/v1/match")
    assert headers[b"cache-control"] == b"no-store"


def test_the_console_is_open_to_no_other_site() -> None:
    _, headers, _ = ask(Secured(echo, policy(open_to_other_sites=False)), path="/v1/countries")
    assert b"access-control-allow-origin" not in headers
    assert headers[b"cross-origin-resource-policy"] == b"same-origin"


def test_strict_transport_is_said_in_production_only() -> None:
    assert b"strict-transport-security" in ask(Secured(echo, policy(production=True)))[1]
    assert b"strict-transport-security" not in ask(Secured(echo, policy()))[1]


def test_a_view_cannot_weaken_a_header() -> None:
    async def lax(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"Content-Security-Policy", b"default-src *"), (b"referrer-policy", b"unsafe-url")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    _, headers, _ = ask(Secured(lax, policy()))
    assert headers[b"content-security-policy"] == b"default-src 'none'"
    assert b"Content-Security-Policy" not in headers
    assert headers[b"referrer-policy"] == b"no-referrer"


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", MAX_BODY),
        ("/survey", MAX_BODY),
        ("/survey/a/1", SURVEY_PAGES["/survey/"]),
        ("/surveys/load", FORM_FILES["/surveys/load"]),
    ],
)
def test_a_body_at_the_limit_passes_and_one_byte_more_is_refused(path: str, most: int) -> None:
    door = Secured(echo, policy(), roomy={**SURVEY_PAGES, **FORM_FILES})
    asked = ask(door, path=path, method="POST", body=b"x" * most)
    assert asked[::2] == (200, str(most).encode())
    status, _, body = ask(door, path=path, method="POST", body=b"x" * (most + 1))
    assert status == 413
    assert b"problem" not in body
    assert str(most).encode() in body


def test_a_door_without_such_pages_takes_no_larger_body_there() -> None:
    asked = ask(Secured(echo, policy()), path="/surveys/load", method="POST", body=b"x" * (MAX_BODY + 1))
    assert asked[0] == 413


@pytest.mark.parametrize("said", [[], [(b"content-length", b"70000")]])
def test_a_form_that_is_too_large_is_answered_by_its_page(said: list[tuple[bytes, bytes]]) -> None:
    asked: list[tuple[str, bytes]] = []

    async def page(path: str, headers: Any, beginning: bytes) -> bytes | None:
        asked.append((path, beginning))
        return b"<!doctype html>" if path == "/write" else None

    wrapped = Secured(echo, policy(), too_large=page)
    form = [(b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"), *said]
    status, headers, body = ask(wrapped, path="/write", method="POST", body=b"y" * 70_000, headers=form)
    assert (status, body) == (413, b"<!doctype html>")
    assert headers[b"content-type"] == b"text/html; charset=utf-8"
    assert headers[b"content-security-policy"] == b"default-src 'none'"
    assert headers[b"cache-control"] == b"no-store"
    assert asked == [("/write", b"y" * MAX_BODY)]
    # What has no page, is no form, or did not come, is answered as everything else.
    json = [(b"content-type", b"application/json"), *said]
    for path, kind, size in (("/other", form, 70_000), ("/write", json, 70_000)):
        status, headers, _ = ask(wrapped, path=path, method="POST", body=b"y" * size, headers=kind)
        assert (status, headers[b"content-type"]) == (413, b"application/problem+json")
    assert len(asked) == 2


def test_a_page_that_cannot_be_made_is_a_refusal_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    async def page(path: str, headers: Any, beginning: bytes) -> bytes | None:
        raise ValueError(CANARY)

    form = [(b"content-type", b"application/x-www-form-urlencoded")]
    wrapped = Secured(echo, policy(), too_large=page)
    status, _, body = ask(wrapped, path="/write", method="POST", body=b"y" * 70_000, headers=form)
    assert status == 413
    assert CANARY.encode() not in body
    assert CANARY not in caplog.text


def test_a_body_that_never_comes_to_its_end_is_not_waited_for() -> None:
    wrapped = Secured(echo, policy())
    wrapped.body_seconds = 0.05
    sent: list[dict[str, Any]] = []

    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/match", "raw_path": b"", "query_string": b"", "headers": []}
    asyncio.run(asyncio.wait_for(wrapped(scope, drip, send), 3))
    assert sent[0]["status"] == 408
    headers = dict(sent[0]["headers"])
    assert headers[b"connection"] == b"close"
    assert headers[b"cache-control"] == b"no-store"


def test_a_large_announced_body_is_refused_before_it_is_read() -> None:
    status, _, _ = ask(Secured(echo, policy()), method="POST", headers=[(b"content-length", b"1048576")])
    assert status == 413


@pytest.mark.parametrize(("path", "query"), [("/a\0b", b""), ("/", b"q=%00"), ("/\ufffd", b"")])
def test_an_address_that_no_view_should_see_gets_400(path: str, query: bytes) -> None:
    assert ask(Secured(echo, policy()), path=path, query=query)[0] == 400


def test_an_endless_address_gets_414() -> None:
    assert ask(Secured(echo, policy()), query=b"a" * 20_000)[0] == 414


def test_an_unexpected_error_says_nothing_of_the_request_to_the_reader_or_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("pop.server")
    logger.addHandler(caplog.handler)
    try:
        status, _, body = ask(Secured(broken, policy()), path=f"/{CANARY}", query=CANARY.encode())
    finally:
        logger.removeHandler(caplog.handler)
    assert status == 500
    assert CANARY.encode() not in body
    assert "ValueError" in caplog.text
    assert CANARY not in caplog.text


def test_the_policy_names_hashes_and_never_unsafe_inline() -> None:
    said = content_security_policy(scripts=["sha256-abc"], styles=[]).decode()
    assert "script-src 'sha256-abc'" in said
    assert "style-src 'none'" in said
    assert "unsafe" not in said


def test_a_hot_door_answers_with_the_same_headers_and_fails_without_a_word_of_the_question(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def hot(query: bytes) -> tuple[int, tuple[bytes, bytes], bytes]:
        if query:
            raise KeyError(query.decode())
        return 200, (b"content-type", b"application/json"), b"{}"

    secured = Secured(echo, policy(), hot={"/v1/match": hot})
    status, headers, body = ask(secured, path="/v1/match")
    _, slow, _ = ask(Secured(echo, policy()), path="/v1/match")
    assert (status, body) == (200, b"{}")
    assert {name for name in slow if name != b"content-type"} <= set(headers)
    assert headers[b"cache-control"] == b"no-store"
    logger = logging.getLogger("pop.server")
    logger.addHandler(caplog.handler)
    try:
        status, headers, body = ask(secured, path="/v1/match", query=CANARY.encode())
    finally:
        logger.removeHandler(caplog.handler)
    assert status == 500
    assert headers[b"content-security-policy"] == b"default-src 'none'"
    assert CANARY.encode() not in body
    assert CANARY not in caplog.text
