"""The list of surveys, what may be passed on of one, and the page that stops mails, in a real browser."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pop.places.words import LANGUAGES
from tests.pages.looking import RULES, WIDER
from tests.served import Served

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/survey", "/survey/pop_helplines/share"])
def test_nothing_is_found_and_nothing_is_blocked_in_any_language(door: Served, browser: Browser, path: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 740})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for language in LANGUAGES:
        page.goto(f"{door.url}{path}?language={language}")
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, (language, found.generate_report())
        assert page.evaluate(WIDER) == [], language
    # A style or a drawing that the security policy blocks is told here.
    assert said == []
    assert context.cookies() == []
    context.close()


def test_a_sheet_that_is_printed_holds_the_code_and_the_address_and_no_texts(door: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{door.url}/survey/pop_helplines/share?language=en")
    page.emulate_media(media="print")
    assert page.locator("svg").is_visible()
    assert re.search(r"/survey/pop_helplines\Z", page.locator("bdi.code").inner_text())
    assert not page.locator("textarea").first.is_visible()
    assert not page.get_by_role("link").first.is_visible()
    context.close()
