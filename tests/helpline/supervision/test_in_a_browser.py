"""The board in a real browser: it renews itself and says when it cannot; every page of supervision is accessible."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.served import Served, environment, prepared, serving

pytestmark = pytest.mark.browser

SIZES = ({"width": 1280, "height": 900}, {"width": 800, "height": 1000}, {"width": 320, "height": 640})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, Any]]]:
    folder = prepared(tmp_path_factory.mktemp("board"))
    command = [sys.executable, "-m", "tests.boards"]
    done = subprocess.run(command, env=environment(folder), capture_output=True, text=True, check=True)
    with serving(folder, door="console") as console:
        yield console, json.loads(done.stdout)


@pytest.fixture
def page(office: tuple[Served, dict[str, Any]], browser: Browser) -> Iterator[Page]:
    console, made = office
    context = browser.new_context(viewport=SIZES[0])
    context.add_cookies([{"name": each, "value": value, "url": console.url} for each, value in made["cookies"].items()])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints  # type: ignore[attr-defined]
    yield page
    context.close()


def test_the_board_renews_itself_and_keeps_the_focus(office: tuple[Served, dict[str, Any]], page: Page) -> None:
    console, made = office
    page.clock.install()
    page.goto(f"{console.url}/board?line={made['line']}")
    expect(page.locator("[data-waiting]")).to_have_attribute("data-waiting", str(len(made["talks"])))
    page.evaluate("document.querySelector('[data-waiting] strong').textContent = 'old'")
    link = page.locator("#board tbody a").first
    link.focus()
    name = link.get_attribute("id")
    with page.expect_response("**/board/now?**"):
        page.clock.run_for(5_100)
    expect(page.locator("[data-waiting] strong")).to_have_text(str(len(made["talks"])))
    assert page.evaluate("document.activeElement.id") == name
    expect(page.locator("#stale")).to_be_hidden()
    assert page.title().startswith(f"({len(made['talks'])}) ")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_the_board_says_when_it_is_not_up_to_date(office: tuple[Served, dict[str, Any]], page: Page) -> None:
    console, made = office
    page.clock.install()
    page.goto(f"{console.url}/board?line={made['line']}")
    page.context.set_offline(True)
    page.clock.run_for(5_100)
    expect(page.locator("#stale")).to_be_visible()
    page.context.set_offline(False)
    page.clock.run_for(5_100)
    expect(page.locator("#stale")).to_be_hidden()


def test_an_ended_sign_in_leads_to_sign_in(office: tuple[Served, dict[str, Any]], page: Page) -> None:
    console, made = office
    page.clock.install()
    page.goto(f"{console.url}/board?line={made['line']}")
    page.context.clear_cookies()
    page.clock.run_for(5_100)
    page.wait_for_url("**/account/login/**")


def test_a_supervisor_reads_with_a_reason(office: tuple[Served, dict[str, Any]], page: Page) -> None:
    console, made = office
    page.goto(f"{console.url}/board?line={made['line']}")
    page.click("#board tbody a >> nth=0")
    assert page.locator(".talk").count() == 0
    page.select_option("#read-reason", "safety")
    page.click("form[action$='/read'] button")
    expect(page.locator(".talk .child")).to_have_count(1)
    page.reload()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_no_page_has_a_violation_or_scrolls_sideways(office: tuple[Served, dict[str, Any]], page: Page) -> None:
    console, made = office
    line, team = made["line"], made["team"]
    paths = [
        "/board",
        f"/board/c/{made['talks'][0]}",
        "/board/glass",
        "/board/audit",
        "/board/practice",
        "/complaints",
        "/counts",
        "/lines",
        "/lines/add",
        f"/lines/{line}",
        f"/lines/{line}/settings",
        f"/lines/{line}/hours",
        f"/lines/{line}/steps",
        f"/desk/answers?line={line}",
        f"/lines/{line}/teams/add",
        f"/teams/{team}",
    ]
    found: dict[str, list[str]] = {}
    for size in SIZES:
        page.set_viewport_size(size)
        for path in paths:
            page.goto(console.url + path)
            found[f"{path} at {size['width']}"] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_tablet_the_menu_is_one_line_until_it_is_asked_for(
    office: tuple[Served, dict[str, Any]], page: Page, language: str
) -> None:
    console, _ = office
    page.goto(f"{console.url}/lines")
    page.select_option("#language", language)
    page.click(".who form[action*=language] button")
    link, menu = page.locator(".side nav a[href='/counts']"), page.locator(".side summary")
    for width in (360, 768, 1024):
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(f"{console.url}/board")
        expect(link).to_be_hidden()
        box = page.locator("header.side").bounding_box()
        assert box is not None
        assert box["height"] < 64, width
        menu.focus()
        page.keyboard.press("Enter")
        expect(link).to_be_in_viewport()
        assert violations(page) == [], width
        page.keyboard.press("Tab")
        expect(page.locator(".side nav a").first).to_be_focused()
    page.set_viewport_size(SIZES[0])
    page.goto(f"{console.url}/board")
    expect(link).to_be_visible()
    expect(menu).to_be_hidden()


def violations(page: Page) -> list[str]:
    wrong = [each["id"] for each in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*wrong, *(["scrolls sideways"] if wide else [])]
