"""The map in a browser: looked at by axe, used without script, by keyboard and inside another site's page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.pages.conftest import Site

pytestmark = pytest.mark.browser

VIEWS = (
    "",
    "/grid",
    "/table",
    "/matrix",
    "/matrix?by=region",
    "/records",
    "/coverage",
    "/embed",
    "?topic=bullying&topic=anxiety&region=africa",
    "?topic=magic",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, PHONE = {"width": 1280, "height": 1000}, {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=WIDE)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_on_any_view(reader: Page, site: Site, view: str, language: str) -> None:
    found = []
    for scheme, size in (("light", WIDE), ("light", PHONE), ("dark", WIDE)):
        reader.set_viewport_size(size)
        reader.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        reader.goto(f"{site.url}/{language}/map{view}")
        reader.evaluate("() => document.querySelectorAll('details').forEach(part => { part.open = true })")
        result = Axe().run(reader, options={"runOnly": TAGS, "resultTypes": ["violations"]})
        found += [(each["id"], each["nodes"][0]["html"][:160]) for each in result.response["violations"]]
        assert reader.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert found == []
    assert reader.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_country_page_and_a_service_page_with_what_the_map_adds(
    reader: Page, site: Site, scheme: str
) -> None:
    reader.set_viewport_size(PHONE)
    reader.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for language in ("en", "ar"):
        reader.goto(f"{site.url}/{language}/country/KE")
        for _ in range(2):
            assert reader.locator("#on-the-map").count() == 1
            result = Axe().run(reader, options={"runOnly": TAGS, "resultTypes": ["violations"]})
            found = [(each["id"], each["nodes"][0]["html"][:160]) for each in result.response["violations"]]
            assert found == []
            assert reader.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            reader.locator("h3 a[href*='/service/']").first.click()


def test_the_page_breaks_no_rule_of_its_own_policy(reader: Page, site: Site) -> None:
    said: list[str] = []
    asked: list[str] = []
    reader.on("console", lambda message: said.append(message.text))
    reader.on("request", lambda request: asked.append(request.url))
    for view in VIEWS[:-1]:
        reader.goto(f"{site.url}/en/map{view}")
    assert said == []
    assert all(each.startswith((site.url, "data:")) for each in asked)


def test_without_a_script_filters_and_numbers_lead_on(without_script: Page, site: Site) -> None:
    page = without_script
    page.set_viewport_size(WIDE)
    page.goto(f"{site.url}/en/map")
    assert page.locator(".tools").is_hidden()
    page.locator("summary", has_text="Filters").click()
    page.select_option("select[name=topic]", "physical_violence")
    page.select_option("select[name=region]", "americas")
    page.get_by_role("button", name="Show").click()
    assert "region=americas" in page.url
    assert "topic=physical_violence" in page.url
    total = re.search(r"match: (\d+)", page.locator(".total").inner_text())
    assert total
    page.get_by_role("link", name="Table").click()
    assert "topic=physical_violence" in page.url
    number = page.locator("td.n a").nth(1)
    count = number.inner_text()
    number.click()
    assert f"match: {count}." in page.locator(".total").inner_text()
    assert page.locator(".cards li").count() == min(int(count), 50)
    page.locator(".cards a").first.click()
    assert "/en/service/" in page.url
    assert page.locator("#on-the-map").count() == 1


def test_keys_and_buttons_bring_the_drawing_closer(page: Page, site: Site) -> None:
    page.set_viewport_size(WIDE)
    page.goto(f"{site.url}/en/map")

    def box() -> list[float]:
        found = page.locator("svg.map").first.get_attribute("viewBox")
        return [float(each) for each in (found or "").split()]

    whole = box()
    page.locator("svg.map").first.focus()
    page.keyboard.press("+")
    closer = box()
    assert closer[2] < whole[2]
    page.keyboard.press("ArrowRight")
    assert box()[0] > closer[0]
    page.keyboard.press("0")
    assert box() == whole
    page.get_by_role("button", name="Closer").click()
    assert box()[2] < whole[2]
    page.get_by_role("button", name="Whole world").click()
    assert box() == whole


def test_the_drawing_can_be_saved_as_a_picture(page: Page, site: Site, tmp_path: Path) -> None:
    page.set_viewport_size(WIDE)
    page.goto(f"{site.url}/en/map")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save as a picture").click()
    saved = tmp_path / "map.png"
    waiting.value.save_as(saved)
    assert saved.read_bytes().startswith(b"\x89PNG")
    assert saved.stat().st_size > 40_000


def test_another_site_shows_it_without_a_cookie(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{site.url}/en/map")
    line = page.locator("textarea").text_content() or ""
    page.goto(site.neutral)
    page.set_content(f"<!doctype html><html lang=en><title>Another site</title><main>{line}</main>")
    frame = page.frame_locator("iframe")
    frame.locator("svg.map").first.wait_for()
    assert "Published records" in frame.locator("main").inner_text()
    assert context.cookies() == []
    context.close()


@pytest.mark.parametrize(
    ("name", "path", "size", "scheme"),
    [
        ("map", "/en/map", WIDE, "light"),
        ("map-phone", "/en/map", PHONE, "light"),
        ("map-arabic", "/ar/map", WIDE, "light"),
        ("map-dark", "/en/map", WIDE, "dark"),
        ("map-grid", "/en/map/grid?region=africa", WIDE, "light"),
        ("map-gaps", "/en/map/matrix?by=region", WIDE, "light"),
    ],
)
def test_a_screenshot_shows_the_map(
    reader: Page, site: Site, shots: Path, name: str, path: str, size: dict[str, int], scheme: str
) -> None:
    reader.set_viewport_size(size)  # type: ignore[arg-type]
    reader.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    reader.goto(f"{site.url}{path}")
    reader.screenshot(path=shots / f"{name}.png")
    assert (shots / f"{name}.png").stat().st_size > 20_000
