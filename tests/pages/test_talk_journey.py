"""A whole conversation in a real browser: with and without script, over a broken network, and left without a trace."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Error, Page, Route, expect

from tests.pages.staff_at_work import answer
from tests.pages.test_nothing_left import NOTHING, STORED

pytestmark = pytest.mark.browser

FIRST = "Something happened and I do not know whom to tell"


def write(page: Page, site: Any, text: str = FIRST, *, language: str = "en") -> None:
    """Go from the finder to a conversation, as a child does."""
    page.goto(f"{site.url}/{language}/KE")
    page.locator("button[value=at_home]").click()
    page.locator("button[formaction='/write']").click()
    page.locator("textarea").fill(text)
    page.locator("form#first button.go").click()
    page.wait_for_url("**/talk")
    expect(page.locator("#said")).to_contain_text(text)


def test_a_child_and_a_counsellor_talk_without_a_reload(site: Any, page: Page) -> None:
    write(page, site)
    page.evaluate("() => { window.same = true }")
    assert "Your place in the queue" in page.locator("#place").inner_text()
    answer(site.data, "I am here for you")
    expect(page.locator("#said")).to_contain_text("I am here for you")
    expect(page.locator("h1")).to_have_text("Somebody is here with you")
    page.locator("textarea").fill("thank you")
    page.locator("#box button").click()
    expect(page.locator("#said .mine").last).to_contain_text("thank you")
    expect(page.locator("#told")).to_have_text("It is sent.")
    assert page.locator("textarea").input_value() == ""
    answer(site.data, "tell me more")
    expect(page.locator("#said")).to_contain_text("tell me more")
    assert page.evaluate("window.same")
    assert page.locator("#said .mine").count() == 2


def test_words_that_come_while_the_page_is_looked_at_again_stay(site: Any, page: Page) -> None:
    write(page, site)
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if route.request.resource_type == "fetch":
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/talk", hold)
    answer(site.data, "I am here for you")
    expect(page.locator("#said")).to_contain_text("I am here for you")
    while not held:
        page.wait_for_timeout(50)
    answer(site.data, "tell me more")
    expect(page.locator("#said")).to_contain_text("tell me more")
    for route, response in held:
        route.fulfill(response=response)
    expect(page.locator("h1")).to_have_text("Somebody is here with you")
    said = page.locator("#said").inner_text()
    assert [said.count(text) for text in ("I am here for you", "tell me more")] == [1, 1]


def test_the_same_without_script(site: Any, without_script: Page) -> None:
    page = without_script
    write(page, site)
    assert page.locator("textarea").count() == 0 or not page.locator("textarea").is_visible()
    page.locator("a[href^='/talk/say']").click()
    page.locator("textarea").fill("one more thing")
    page.locator("#box button").click()
    page.wait_for_url("**/talk#newest")
    expect(page.locator("#newest")).to_be_in_viewport()
    assert "one more thing" in page.locator("#said").inner_text()
    answer(site.data, "I am here for you")
    page.goto(f"{site.url}/talk")
    assert "I am here for you" in page.locator("#said").inner_text()
    page.locator("textarea").fill("thank you")
    page.locator("#box button").click()
    page.get_by_role("link", name="Check again").click()
    assert "thank you" in page.locator("#said").inner_text()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_looking_again_without_script_leads_to_what_is_new(site: Any, browser: Browser, language: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, java_script_enabled=False, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    write(page, site, language=language)
    again = page.locator("a[href='/talk/look']")
    again.click()
    page.wait_for_url("**/talk#wait")
    expect(page.locator("#wait:focus")).to_be_in_viewport()
    # Twice: a link to the same place on the same page would only scroll.
    for number in range(2):
        answer(site.data, *(f"an answer of some length, so that the page is long {number} {each}" for each in range(5)))
        again.click()
        expect(page.locator("#newest:focus")).to_contain_text(f"{number} 4")
        expect(page.locator("#newest")).to_be_in_viewport(ratio=1)
        assert page.url.endswith("/talk#newest")
    context.close()


def test_words_that_cannot_be_sent_stay_and_go_when_the_network_is_back(site: Any, page: Page) -> None:
    write(page, site)
    sent: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.abort()

    page.route("**/talk/send", refuse)
    page.locator("textarea").fill("do not lose me")
    page.locator("#box button").click()
    expect(page.locator("#told")).to_have_text("Not sent, still here. We are trying again.")
    assert page.locator("textarea").input_value() == "do not lose me"
    assert page.locator("#said .mine").count() == 1
    page.wait_for_timeout(1_500)
    assert len(sent) >= 2
    assert len(set(sent)) == 1  # the same key each time
    assert page.evaluate(STORED) == {**NOTHING, "cookie": ""}
    page.unroute("**/talk/send")
    expect(page.locator("#said .mine").last).to_contain_text("do not lose me", timeout=10_000)
    page.reload()
    assert page.locator("#said .mine").count() == 2


def test_the_first_words_stay_too_while_there_is_no_network(site: Any, page: Page, context: BrowserContext) -> None:
    page.goto(f"{site.url}/write?language=en&country=KE")
    page.locator("textarea").fill(FIRST)
    context.set_offline(True)
    page.locator("form#first button.go").click()
    expect(page.locator("#told")).to_have_text("Not sent, still here. We are trying again.")
    assert page.locator("textarea").input_value() == FIRST
    context.set_offline(False)
    page.wait_for_url("**/talk")
    assert page.locator("#said .mine").all_inner_texts()[0].endswith(FIRST)
    assert page.locator("#said .mine").count() == 1


def test_far_too_many_words_stay_in_the_box_and_are_said_to_be_too_many(site: Any, page: Page) -> None:
    many = "many words " * 7_000
    page.goto(f"{site.url}/write?language=en&country=KE")
    page.locator("textarea").fill(many)
    page.locator("form#first button.go").click()
    expect(page.locator("#told")).to_have_text("This is too long for one message. Please send it in parts.")
    assert page.locator("textarea").input_value() == many
    page.locator("textarea").fill(FIRST)
    page.locator("form#first button.go").click()
    page.wait_for_url("**/talk")
    page.locator("textarea").fill(many)
    page.locator("#box button").click()
    expect(page.locator("#told")).to_have_text("This is too long for one message. Please send it in parts.")
    assert page.locator("textarea").input_value() == many


def test_what_is_refused_of_the_first_words_says_why_in_their_place(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/write?language=en&country=KE")
    page.locator("form#first button.go").click()
    expect(page.locator("#told")).to_have_text("Please write something first.")
    page.locator("textarea").fill(FIRST)
    page.locator("form#first button.go").click()
    page.wait_for_url("**/talk")


def test_what_comes_does_not_push_the_box_off_the_screen(site: Any, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    write(page, site)
    answer(site.data, "hello")
    expect(page.locator("h1")).to_have_text("Somebody is here with you")
    page.locator("textarea").click()
    for text in ("tell me more", "I have time", "take all the time that you need", "I am here for you"):
        answer(site.data, text)
        expect(page.locator("#said")).to_contain_text(text)
    expect(page.locator("textarea")).to_be_in_viewport()


def test_other_words_after_a_failure_are_another_message(site: Any, page: Page) -> None:
    write(page, site)
    keys: list[str] = []

    def refuse(route: Route) -> None:
        keys.append(str(route.request.post_data_json["key"]))
        route.abort()

    page.route("**/talk/send", refuse)
    page.locator("textarea").fill("one")
    page.locator("#box button").click()
    expect(page.locator("#told")).to_contain_text("still here")
    page.locator("textarea").fill("one and more")
    expect(page.locator("#told")).to_have_text("Not sent, still here.")
    page.locator("#box button").click()
    page.wait_for_timeout(200)
    assert keys[-1] != keys[0]


def test_leaving_a_conversation_leaves_nothing(site: Any, page: Page, context: BrowserContext) -> None:
    write(page, site)
    token = next(each for each in context.cookies() if each["name"] == "pop_public")["value"]
    page.locator("textarea").fill("not sent yet")
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url(site.neutral)
    assert context.cookies() == []
    seen = []
    for _ in range(10):
        try:
            page.go_back(wait_until="load", timeout=3_000)
        except Error:
            page.wait_for_timeout(100)
        page.wait_for_timeout(60)
        if page.url.startswith(site.url):
            assert page.locator("#said").count() == 0
            assert "not sent yet" not in page.content()
            seen.append(page.locator("h1").inner_text())
    assert set(seen) <= {"You can get help here"}
    # Who kept the cookie's value opens nothing with it.
    context.add_cookies([{"name": "pop_public", "value": token, "url": site.url}])
    page.goto(f"{site.url}/talk")
    assert FIRST not in page.content()


def test_leaving_without_script_leaves_nothing_either(site: Any, without_script: Page) -> None:
    page = without_script
    page.goto("about:blank")
    write(page, site)
    page.get_by_role("link", name="Leave now").click()
    page.wait_for_url(site.neutral)
    for _ in range(10):
        try:
            page.go_back(wait_until="load", timeout=3_000)
        except Error:
            page.wait_for_timeout(100)
        page.wait_for_timeout(60)
        if page.url.startswith(site.url):
            assert FIRST not in page.content()
            assert page.locator("h1").inner_text() == "You can get help here"


def test_a_child_closes_the_browser_and_comes_back_in_another(site: Any, browser: Browser, page: Page) -> None:
    write(page, site)
    page.get_by_role("link", name="Keep a way back").click()
    page.get_by_role("button", name="Show my six words").click()
    words = " ".join(page.locator("#six bdi").all_inner_texts())
    assert len(words.split()) == 6
    page.context.close()
    other = browser.new_context(locale="fr-FR")
    there = other.new_page()
    there.goto(f"{site.url}/back?language=en&country=KE")
    there.locator("textarea").fill(words.title())
    there.get_by_role("button", name="Open my conversation").click()
    there.wait_for_url("**/talk", timeout=30_000)
    assert FIRST in there.locator("#said").inner_text()
    assert there.locator("html").get_attribute("lang") == "en"
    other.close()


def test_a_conversation_in_arabic_reads_from_right_to_left(site: Any, page: Page) -> None:
    write(page, site, "أحتاج إلى مساعدة", language="ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    answer(site.data, "I answer in English: call 116.")
    said = page.locator("#said .theirs p").last
    expect(said).to_have_text("I answer in English: call 116.")
    assert said.evaluate("part => getComputedStyle(part).direction") == "ltr"
    mine = page.locator("#said .mine p").first
    assert mine.evaluate("part => getComputedStyle(part).direction") == "rtl"


def test_nothing_of_a_conversation_is_stored_named_or_logged(site: Any, page: Page, context: BrowserContext) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    write(page, site, "a secret word: marmalade")
    page.locator("summary", has_text="More that you can do").click()
    page.get_by_role("link", name="See who read it").click()
    page.get_by_text("Nobody has read it yet.").wait_for()
    page.get_by_role("link", name="Back to the conversation").click()
    assert page.evaluate(STORED) == NOTHING
    assert page.title() == "Information"
    [cookie] = context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (
        "pop_public",
        True,
        "Strict",
        -1,
    )
    assert all(url.startswith(site.url) for url in asked)
    queries = {part.partition("=")[0] for url in asked for part in url.partition("?")[2].split("&") if part}
    assert queries <= {"language", "country", "after"}
    written = site.log.read_text()
    assert "marmalade" not in written
    assert cookie["value"] not in written
    assert "/talk" not in written


def test_the_exit_is_the_first_stop_in_a_conversation_too(site: Any, page: Page) -> None:
    write(page, site)
    for width, height in ((240, 320), (320, 256)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{site.url}/talk")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/leave"
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        box = page.locator("a[href='/leave']").first.bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= height - box["height"]
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_url(site.neutral)
