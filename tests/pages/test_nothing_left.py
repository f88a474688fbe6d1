"""Nothing follows a child: no cookie, no storage, no other site, no address or log line that says what was chosen."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

STORED = """async () => ({
  local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length })"""
NOTHING = {"local": 0, "session": 0, "cookie": "", "databases": 0, "caches": 0, "workers": 0}


def walk(page: Page, site: Any) -> None:
    page.goto(site.url)
    page.goto(f"{site.url}/en/GB")
    page.get_by_role("button", name="13 to 17").click()
    page.get_by_text("13 to 17 is chosen").wait_for()
    page.get_by_role("button", name="Something online").click()
    page.get_by_role("heading", name="If it is about pictures or videos").wait_for()
    page.locator("summary", has_text="Say more").click()
    page.get_by_role("button", name="Someone asks for private pictures").click()
    page.get_by_text("The page has changed").wait_for(state="attached")


@pytest.mark.browser
def test_no_storage_is_left(site: Any, page: Page, context: BrowserContext) -> None:
    walk(page, site)
    assert page.evaluate(STORED) == NOTHING
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url(site.neutral)
    assert context.cookies() == []
    page.goto(site.url)
    assert page.evaluate(STORED) == NOTHING


@pytest.mark.browser
def test_no_other_site_is_ever_asked(site: Any, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    walk(page, site)
    assert [url for url in asked if not url.startswith(site.url)] == []


@pytest.mark.browser
def test_nothing_chosen_stands_in_a_url_or_a_log(site: Any, page: Page) -> None:
    addresses: list[str] = []
    page.on("framenavigated", lambda frame: addresses.append(frame.url))
    walk(page, site)
    assert page.url == f"{site.url}/en/GB"
    assert {url.removeprefix(site.url) for url in addresses} <= {"/", "/en/GB"}
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url(site.neutral)
    written = site.log.read_text()
    for word in ("online", "13-17", "tile", "find", "GET", "POST", "leave"):
        assert word not in written


def test_nothing_asks_who_the_child_is(ask: Callable[..., Any]) -> None:
    for path, form in (("/en", None), ("/en/KE", None), ("/en/KE/find", "tile=online"), ("/en/KE/card", "")):
        html = _text(ask(path, form))
        for tag in ("<textarea", "<select", 'type="text"', 'type="file"', 'type="email"', 'type="tel"', "required"):
            assert tag not in html


def test_no_answer_sets_a_cookie_and_leaving_ends_ours_alone(ask: Callable[..., Any]) -> None:
    for path, form in (("/", None), ("/sw/KE", None), ("/sw/KE/find", "tile=online"), ("/sw/history", "")):
        assert b"set-cookie" not in ask(path, form).head.lower()
    leaving = ask("/leave")
    head = leaving.head.lower()
    assert leaving.status == 303
    assert b'clear-site-data: "cache"' in head
    assert b"cookies" not in head
    assert b"set-cookie: pop_public=" in head
    assert b"cache-control: no-store" in head
    assert b"referrer-policy: no-referrer" in head


def test_every_page_says_that_nobody_may_keep_it_or_name_it_to_others(ask: Callable[..., Any]) -> None:
    for path, form in (("/", None), ("/en/KE", None), ("/en/KE/find", "tile=online"), ("/en/KE/card", None)):
        head = ask(path, form).head.lower()
        assert b"cache-control: no-store" in head
        assert b"referrer-policy: no-referrer" in head
        assert b"unsafe-inline" not in head
        assert b"script-src 'sha256-" in head


def _text(wire: Any) -> str:
    return gzip.decompress(wire.body).decode()
