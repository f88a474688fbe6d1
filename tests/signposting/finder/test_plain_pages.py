"""The plain door of first pages: the same pages as Django's, from memory, as long as they are true."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import re
import time
from typing import Any

import pytest
from pop_sdk.engine import Engine, compile_snapshot

from pop.signposting.finder import pages, plain_pages
from pop.signposting.finder.plain_pages import PlainPages
from pop.signposting.finder.queries import use_engine
from tests.signposting.finder.small_world import document


class Holder:
    def __init__(self, engine: Engine | None) -> None:
        self.engine = engine


def get(door: PlainPages, path: str, method: str = "GET", **headers: str) -> tuple[bool, list[dict[str, Any]]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    named = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": named}
    return asyncio.run(door(scope, receive, send)), sent


@pytest.fixture
def door(joined_world: Engine) -> PlainPages:
    return PlainPages(Holder(joined_world))


def test_first_pages_come_zipped_with_their_length(door: PlainPages) -> None:
    took, (start, body) = get(door, "/sw/KE", accept_encoding="gzip")
    headers = dict(start["headers"])
    assert took
    assert start["status"] == 200
    assert headers[b"content-encoding"] == b"gzip"
    assert headers[b"content-length"] == b"%d" % len(body["body"])
    assert gzip.decompress(body["body"]) == pages.first_page("sw", "KE", now=int(time.time()))


def test_a_browser_without_gzip_gets_the_plain_page(door: PlainPages) -> None:
    _, (start, body) = get(door, "/en/KE")
    assert b"content-encoding" not in dict(start["headers"])
    assert body["body"].startswith(b"<!doctype html>")


def test_head_is_answered_without_a_body(door: PlainPages) -> None:
    _, (start, body) = get(door, "/en", "HEAD", accept_encoding="gzip")
    assert int(dict(start["headers"])[b"content-length"]) > 1_000
    assert body["body"] == b""


def test_the_root_follows_the_browsers_language_and_country(door: PlainPages) -> None:
    _, (_, body) = get(door, "/", accept_language="pt-BR,pt;q=0.8")
    assert b'<html lang="pt"' in body["body"]
    assert b'href="tel:190"' in body["body"]
    _, (_, body) = get(door, "/", accept_language="\xff\0;;;q=x")
    assert b'<html lang="en"' in body["body"]


@pytest.mark.parametrize(
    ("path", "method"),
    [("/en/QQ", "GET"), ("/xx", "GET"), ("/en/KE/find", "GET"), ("/en/KE", "POST"), ("/leave", "GET"), ("/en/", "GET")],
)
def test_everything_else_falls_through_to_django(door: PlainPages, path: str, method: str) -> None:
    took, sent = get(door, path, method)
    assert not took
    assert sent == []


def test_a_page_is_rendered_once_for_one_snapshot_and_again_for_the_next(
    small_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = Holder(small_engine)
    use_engine(lambda: holder.engine)
    door = PlainPages(holder)
    assert door.page("en", "KE") is door.page("en", "KE")
    before = door.page("en", "KE")
    changed = document(int(time.time()))
    changed["countries"]["KE"]["emergency"][0] |= {"dial": "777", "uri": "tel:777"}
    holder.engine = compile_snapshot(changed)
    after = door.page("en", "KE")
    assert b"tel:777" not in gzip.decompress(before.zipped)
    assert b"tel:777" in gzip.decompress(after.zipped)
    use_engine(lambda: None)


def test_a_notice_disappears_from_a_kept_page_when_it_ends(joined_world: Engine) -> None:
    moment = time.time()
    door = PlainPages(Holder(joined_world), now=lambda: moment)
    assert b"There is an emergency in Mexico" in gzip.decompress(door.page("en", "MX").zipped)
    moment += 2 * 3600
    assert b"There is an emergency in Mexico" not in gzip.decompress(door.page("en", "MX").zipped)


def test_what_is_kept_is_bounded(door: PlainPages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_pages, "MOST_PAGES", 3)
    for country in ("KE", "GB", "BR", "US", "MX"):
        door.page("en", country)
    assert len(door._pages) <= 3


def test_the_likeliest_pages_can_be_made_before_anybody_asks(door: PlainPages) -> None:
    assert door.warm() > 60


def test_the_policys_hashes_are_those_of_the_page(door: PlainPages) -> None:
    html = gzip.decompress(door.page("ar", "KE").zipped).decode()
    for tag, said in (("style", pages.LOOK.style_hash), ("script", pages.LOOK.script_hash)):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert said == f"sha256-{digest}"
    assert " style=" not in html
    assert not re.search(r"\son[a-z]+=", html)


def test_the_script_is_small() -> None:
    assert len(gzip.compress(pages.LOOK.js.encode(), 9)) <= 6_000
