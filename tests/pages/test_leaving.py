"""Leaving is one act and works at once, and nothing that was shown comes back. The back-forward cache is on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page

pytestmark = pytest.mark.browser

FIRST_PAGES = ("/en/KE", "/en", "/")


def journey(page: Page, site: Any) -> None:
    """Go through several pages, as a child does before somebody comes in."""
    page.goto("about:blank")
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("button", name="Someone hurts me").click()
    page.locator("a[href='tel:116']").first.wait_for()
    page.get_by_role("button", name="No, I want to write").click()
    page.locator("button[value=no][aria-current]").wait_for()
    page.get_by_role("button", name="A page to print or keep").click()
    page.get_by_text("You can print this page").wait_for()
    page.get_by_role("button", name="How to clear your history").click()
    page.get_by_text("Opera Mini").wait_for()


def go_back_ten_times(page: Page, site: Any) -> list[str]:
    """Press Back ten times and return the headings that were seen on our own pages."""
    seen = []
    for _ in range(10):
        try:
            page.go_back(wait_until="load", timeout=3_000)
        except Error:
            # The browser's own page "confirm form resubmission" is no page to drive; what shows is checked below.
            page.wait_for_timeout(100)
        page.wait_for_timeout(60)
        if page.url.startswith(site.url):
            assert page.url.removeprefix(site.url) in FIRST_PAGES
            assert page.locator("a[href='tel:116']").count() == 0
            assert page.locator("input[type=hidden][name=tile]").count() == 0
            seen.append(page.locator("h1").inner_text())
    return seen


def test_back_ten_times_shows_at_most_the_untouched_first_page(site: Any, page: Page) -> None:
    journey(page, site)
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url(site.neutral)
    assert set(go_back_ten_times(page, site)) <= {"You can get help here"}


def test_back_ten_times_without_script_shows_at_most_the_untouched_first_page(site: Any, without_script: Page) -> None:
    journey(without_script, site)
    without_script.get_by_role("link", name="Leave now").click()
    without_script.wait_for_url(site.neutral)
    assert set(go_back_ten_times(without_script, site)) <= {"You can get help here"}


def test_forward_after_back_shows_nothing_either(site: Any, page: Page) -> None:
    journey(page, site)
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url(site.neutral)
    page.go_back()
    page.wait_for_timeout(60)
    page.go_forward(wait_until="commit")
    page.wait_for_url(site.neutral, wait_until="commit")


def test_the_shift_key_three_times_leaves(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_timeout(100)
    assert page.locator("h1").count() == 1  # a key in between is somebody typing
    page.keyboard.press("Shift")
    page.wait_for_url(site.neutral)


def test_the_page_is_blank_before_the_network_is_asked(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    left = page.evaluate(
        "() => { document.querySelector('a[href=\"/leave\"]').click(); return document.body.innerHTML }"
    )
    assert left == ""


def test_without_a_network_it_stays_blank_and_leaves_when_the_network_is_back(
    site: Any, page: Page, context: BrowserContext
) -> None:
    journey(page, site)
    context.set_offline(True)
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_timeout(1_000)
    assert page.locator("body").inner_html() == ""
    assert page.title() == "Information"
    assert page.url.startswith(site.url)
    context.set_offline(False)
    page.wait_for_url(site.neutral)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("width", "height"), [(240, 320), (320, 256), (1280, 800)])
def test_the_exit_is_the_first_stop_of_the_keyboard_and_always_on_screen(
    site: Any, page: Page, language: str, width: int, height: int
) -> None:
    # 320 × 256 is what a screen of 1280 × 1024 has left at 400 % zoom.
    page.set_viewport_size({"width": width, "height": height})
    for path in (f"/{language}", f"/{language}/KE"):
        page.goto(site.url + path)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/leave"
        for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {place})")
            box = page.locator("a[href='/leave']").first.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["y"] >= 0
            assert box["x"] + box["width"] <= width
            assert box["y"] + box["height"] <= height
            on_top = "(p) => document.elementFromPoint(p.x, p.y).closest('a')?.getAttribute('href')"
            middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
            assert page.evaluate(on_top, middle) == "/leave"
