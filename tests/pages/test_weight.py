"""A page is small enough for a weak network: at most 14,000 bytes on the wire, headers counted, in one request."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.pages.every_page import CASES, Case

CEILING = 14_000
JOURNEY = 50_000


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_page_fits_into_fourteen_thousand_bytes(case: Case, ask: Callable[..., object]) -> None:
    wire = ask(case.path, case.form)
    assert wire.status in {200, 404}
    assert b"content-encoding: gzip" in wire.head.lower()
    assert wire.size <= CEILING
    # Nothing else is fetched: what a page shows stands in the page.
    html = gzip.decompress(wire.body).decode()
    assert not re.search(r"""<(?:script|img|iframe|link|source)[^>]*(?:src|href)=["']?(?!data:)[^"'>]""", html)
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize("country", ["US", "GB", "IN", "BR", "AR"])
def test_the_fullest_countries_fit_too(country: str, ask: Callable[..., object]) -> None:
    for language in ("ar", "ru"):
        for form in ("tile=online", "tile=feel_bad&talk=no", ""):
            assert ask(f"/{language}/{country}/find", form).size <= CEILING


def test_a_whole_journey_fits_into_fifty_thousand_bytes(ask: Callable[..., object]) -> None:
    journey = ask("/ar").size + ask("/ar/KE").size + ask("/ar/KE/find", "tile=at_home").size
    assert journey <= JOURNEY


@pytest.mark.browser
def test_a_page_is_one_request(site: object, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/en/KE", wait_until="networkidle")
    assert asked == [f"{site.url}/en/KE"]
    page.get_by_role("button", name="At school").click()
    page.wait_for_selector("a[href='tel:116']")
    assert asked[1:] == [f"{site.url}/en/KE/find"]
