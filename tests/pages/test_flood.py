"""In a browser with script: more children write at once than a line takes, and nobody's words are lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

WORDS = "an invented first message that came in a flood"
FULL = """<!doctype html><main><p class="notice" role="alert">Very many people are writing now.</p>
<form id="first"></form><div id="ways"><h2>Other ways to get help now</h2></div></main>"""


def test_the_words_stay_and_nothing_is_sent_again_by_itself(site: Any, page: Page) -> None:
    asked: list[str] = []

    def full(route: Route) -> None:
        asked.append(route.request.post_data or "")
        route.fulfill(status=503, headers={"retry-after": "60", "content-type": "text/html"}, body=FULL)

    page.goto(f"{site.url}/write?language=en&country=KE")
    page.locator("textarea").fill(WORDS)
    page.route("**/write", full)
    page.locator("form#first button.go").click()
    expect(page.locator("#told")).to_have_text("Very many people are writing now.")
    expect(page.get_by_role("heading", name="Other ways to get help now")).to_be_visible()
    assert page.locator("textarea").input_value() == WORDS
    page.locator("form#first button.go").click()
    expect(page.locator("#told")).to_have_text("Very many people are writing now.")
    assert page.locator("#ways").count() == 1
    # A key of its own for each try: what was turned away was never kept.
    assert len(asked) == len(set(asked)) == 2
    page.unroute("**/write")
    page.locator("form#first button.go").click()
    page.wait_for_url("**/talk")
    expect(page.locator("#said")).to_contain_text(WORDS)
