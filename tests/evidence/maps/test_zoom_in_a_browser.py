"""The drawing in a real browser: keys, wheel and two fingers bring it closer, and a scrolling page scrolls on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from tests.evidence.maps.making import fill_registry

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

CHROMIUM = "/usr/bin/chromium"
WORLD = "svg.map[tabindex]"


@pytest.fixture
def drawn(public: Client, db: None) -> str:
    fill_registry(60)
    return public.get("/en/map").content.decode()


@pytest.fixture
def page(drawn: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        try:
            context = browser.new_context(viewport={"width": 1000, "height": 800}, has_touch=True)
            found = context.new_page()
            found.set_content(drawn)
            yield found
        finally:
            browser.close()


def box(page: Page) -> list[float]:
    text = page.get_attribute(WORLD, "viewBox")
    assert text
    return [float(part) for part in text.split()]


def middle(page: Page) -> tuple[float, float]:
    place = page.locator(WORLD).bounding_box()
    assert place
    return place["x"] + place["width"] / 2, place["y"] + place["height"] / 2


def pinch(page: Page, *, apart: tuple[int, int]) -> None:
    """Move two fingers from so far apart to so far apart, around the middle of the drawing."""
    x, y = middle(page)
    touch = page.context.new_cdp_session(page)
    begun, ended = apart
    for kind, spread in (("touchStart", begun), ("touchMove", (begun + ended) // 2), ("touchMove", ended)):
        points = [{"x": x - spread, "y": y, "id": 1}, {"x": x + spread, "y": y, "id": 2}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_keys_wheel_and_two_fingers_zoom_and_the_page_scrolls_past_what_nobody_chose(page: Page) -> None:
    whole = box(page)
    page.locator(WORLD).scroll_into_view_if_needed()

    page.mouse.move(*middle(page))
    page.mouse.wheel(0, 100)
    page.wait_for_function("scrollY > 0")
    assert box(page) == whole
    page.evaluate("scrollTo(0, 0)")

    page.focus(WORLD)
    for key, closer in (("+", True), ("=", True), ("-", False)):
        before = box(page)[2]
        page.keyboard.press(key)
        assert (box(page)[2] < before) is closer
    left = box(page)[0]
    page.keyboard.press("ArrowLeft")
    assert box(page)[0] < left
    page.keyboard.press("0")
    assert box(page) == whole

    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -100)
    page.wait_for_function(f"document.querySelector('{WORLD}').viewBox.baseVal.width < {whole[2] - 1}")
    assert box(page)[2] == pytest.approx(whole[2] / 1.2, rel=0.01)
    page.keyboard.press("0")
    page.evaluate("document.activeElement.blur()")

    pinch(page, apart=(60, 180))
    assert box(page)[2] == pytest.approx(whole[2] / 3, rel=0.05)
    x, y, width, height = box(page)
    assert (x + width / 2, y + height / 2) == pytest.approx((whole[2] / 2, whole[3] / 2), rel=0.1)
    pinch(page, apart=(180, 40))
    assert box(page) == whole


def test_a_country_that_the_keyboard_reaches_comes_into_view(page: Page) -> None:
    page.focus(WORLD)
    for _ in range(4):
        page.keyboard.press("+")
    page.locator(f"{WORLD} a").last.focus()
    seen = page.evaluate(
        """() => {
            const box = document.activeElement.getBoundingClientRect();
            const frame = document.querySelector("svg.map[tabindex]").getBoundingClientRect();
            return [(box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top,
                    frame.width, frame.height];
        }"""
    )
    assert 0 <= seen[0] <= seen[2]
    assert 0 <= seen[1] <= seen[3]
