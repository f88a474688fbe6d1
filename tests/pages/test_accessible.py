"""Every page, language and wording: no axe violation in either theme, large targets, reflow, direction."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from pop.places.words import LANGUAGES
from tests.pages.every_page import CASES, KINDS, Case
from tests.pages.looking import RULES, assert_accessible, show

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """One page for all cases: each is put into it as the server sent it."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def fill(reader: Page, ask: Callable[..., Any], case: Case) -> None:
    show(reader, gzip.decompress(ask(case.path, case.form).body).decode())


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_every_page_is_accessible_in_both_themes(case: Case, reader: Page, ask: Callable[..., Any]) -> None:
    assert_accessible(reader, gzip.decompress(ask(case.path, case.form).body).decode(), language=case.language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_read_from_left_to_right_in_every_language(
    language: str, reader: Page, ask: Callable[..., Any]
) -> None:
    fill(reader, ask, Case("results", language, "young", f"/{language}/GB/find", "tile=feel_bad"))
    numbers = reader.locator("a[href^='tel:'] bdi[dir=ltr]")
    assert numbers.count() >= 2
    assert reader.locator("a[href^='tel:']").count() == numbers.count()


def test_titles_and_icons_say_nothing(reader: Page, ask: Callable[..., Any]) -> None:
    titles = set()
    for case in CASES:
        if case.language == "en":
            fill(reader, ask, case)
            titles.add(reader.title())
            assert reader.locator("link[rel=icon]").get_attribute("href") == "data:,"
    assert titles == {"Information"}


def test_motion_waits_for_readers_who_want_it(ask: Callable[..., Any]) -> None:
    html = gzip.decompress(ask("/en/KE").body).decode()
    head, _, rest = html.partition("@media(prefers-reduced-motion:no-preference)")
    assert rest
    assert "transition" not in head
    assert "animation" not in html


def test_the_contrast_rule_would_see_a_pale_page(reader: Page) -> None:
    reader.set_content("<!doctype html><html lang=en><title>a</title><main><h1>a</h1><p style='color:#666'>pale</p>")
    found = Axe().run(reader, options=RULES)
    assert [each["id"] for each in found.response["violations"]] == ["color-contrast-enhanced"]
