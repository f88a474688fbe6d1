"""Every page of the four instruments, each in another language, without JavaScript: axe, reflow, size, direction; and
a page answered by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from pop.registry.mapping.instruments import LANGUAGES, NAMES
from tests.pages.looking import OPEN_ALL, RULES, WIDER, tab_to
from tests.pages.test_survey import SMALL
from tests.served import Served, environment, pop, prepared, serving

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
# 160: a telephone of 320 pixels at twice the size.
WIDTHS = (320, 160)
# Each language walks one instrument; between them they walk all four.
WALKS = dict(zip(LANGUAGES, (*NAMES, *NAMES), strict=False))


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A public door at which the four instruments are open."""
    folder = prepared(tmp_path_factory.mktemp("instruments"))
    env = environment(folder)
    done = pop("survey", "load", "--shipped", env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in NAMES:
        done = pop("survey", "open", f"pop_{name}", env=env)
        assert done.returncode == 0, done.stdout + done.stderr
    with serving(folder) as served:
        yield served


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A page with JavaScript, into which others are put to be looked at."""
    context = browser.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


def faults(html: str, reader: Page, language: str) -> list[str]:
    """Return what is wrong with a page as the server sent it."""
    reader.set_viewport_size(PHONE)
    reader.set_content(html, wait_until="domcontentloaded")
    reader.evaluate(OPEN_ALL)
    found = Axe().run(reader, options=RULES).response["violations"]
    wrong = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]
    wrong += [f"small: {text}" for text in reader.evaluate(SMALL)]
    for width in WIDTHS:
        reader.set_viewport_size({"width": width, "height": 740})
        wrong += [f"wider than {width}: {text}" for text in reader.evaluate(WIDER)]
    if reader.evaluate("document.documentElement.dir") != ("rtl" if language == "ar" else "ltr"):
        wrong.append("direction")
    return wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible_in_its_language(
    language: str, surveyed: Served, browser: Browser, reader: Page
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(30_000)
    phone = context.new_page()
    wrong: dict[str, list[str]] = {}

    def look(path: str = "") -> None:
        if path:
            phone.goto(surveyed.url + path)
        assert phone.locator("html").get_attribute("lang") == language
        wrong[phone.url.removeprefix(surveyed.url)] = faults(phone.content(), reader, language)

    look(f"/survey?language={language}")
    form = f"pop_{WALKS[language]}"
    for name in NAMES:
        look(f"/survey/pop_{name}?language={language}")
    phone.goto(f"{surveyed.url}/survey/{form}?language={language}")
    phone.locator("main form button").click()
    number = 1
    while phone.url.endswith(f"/{number}"):
        ways = phone.locator("input[name$='/channels'][value=phone], input[name$='/channels'][value=webchat]")
        if ways.count():
            for box in ways.all():
                box.check()
            phone.locator("#page .deeds .go").click()
            phone.goto(f"{surveyed.url}/survey/{form}/{number}")
        look()
        number += 1
        phone.goto(f"{surveyed.url}/survey/{form}/{number}")
    assert number > 12
    look(f"/survey/{form}/review")
    phone.locator("#page .go").click()
    assert phone.locator("section.wrong li").count() > 3
    look()
    phone.locator("button[formaction$='/later']").click()
    look()
    context.close()
    assert {path: found for path, found in wrong.items() if found} == {}
    assert len(wrong) > 15


def test_a_page_is_answered_by_keyboard_alone(surveyed: Served, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{surveyed.url}/survey/pop_helplines?language=en")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/1")
    tab_to(page, "input[name$='/time_given']:checked")
    page.keyboard.press("ArrowUp")
    expect(page.locator("input[name$='/time_given'][value=short]")).to_be_checked()
    tab_to(page, "input[name$='/may_answer'][type=checkbox]")
    page.keyboard.press("Space")
    tab_to(page, "#page .deeds .go")
    page.keyboard.press("Enter")
    page.wait_for_url("**/2")
    # Something is missing: the summary has the focus, and leads to the first of what is missing.
    tab_to(page, "#page .deeds .go")
    page.keyboard.press("Enter")
    expect(page.locator("section.wrong")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, "input[name$='/service_name']", most=3)
    page.keyboard.type("Lantern Line")
    assert page.locator("input[name$='/service_name']").input_value() == "Lantern Line"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_screenshot_shows_a_survey(language: str, surveyed: Served, browser: Browser, shots: Path) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{surveyed.url}/survey/pop_helplines?language={language}")
    page.screenshot(path=shots / f"survey-start-{language}.png")
    page.locator("main form button").click()
    page.locator("input[value=short]").check()
    page.locator("input[type=checkbox][value=OK]").check()
    page.locator("#page .deeds .go").click()
    page.wait_for_url("**/2")
    page.screenshot(path=shots / f"survey-page-{language}.png")
    context.close()
    assert (shots / f"survey-page-{language}.png").stat().st_size > 10_000
