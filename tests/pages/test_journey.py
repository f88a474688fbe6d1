"""From the first page to a real number in two taps: with and without script, by keyboard, on a small phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

NOT_CHECKED = "Should be open. We have not checked lately. If nobody answers, try this next."


def test_kenyas_line_is_two_taps_from_the_country_without_script(site: Any, without_script: Page) -> None:
    page = without_script
    page.goto(f"{site.url}/en")
    page.locator("a[href='/en/KE']").first.click()
    page.locator("button[value=at_home]").click()  # one
    call = page.locator("main article a[href='tel:116']").first
    assert call.is_visible()  # the second tap calls
    assert NOT_CHECKED in page.locator("main article[aria-labelledby=s1]").inner_text()
    assert "find" in page.url
    assert "at_home" not in page.url


def test_every_tile_and_the_skip_lead_to_the_line_without_script(site: Any, without_script: Page) -> None:
    page = without_script
    page.goto(f"{site.url}/en/KE")
    buttons = page.locator("main button[formaction]").count()
    for number in range(page.locator("main button").count() - buttons):
        page.goto(f"{site.url}/en/KE")
        page.locator("main button:not([formaction])").nth(number).click()
        assert page.locator("main article a[href='tel:116']").count() >= 1


def test_a_browser_set_to_a_country_saves_the_first_tap(site: Any, browser: Browser) -> None:
    context = browser.new_context(locale="sw-KE")
    page = context.new_page()
    page.goto(site.url)
    assert page.locator("html").get_attribute("lang") == "sw"
    page.locator("button[value=just_talk]").click()
    page.locator("main article a[href='tel:116']").first.wait_for()
    context.close()


def test_a_browser_sold_all_over_the_world_is_asked_for_the_country(site: Any, browser: Browser) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(site.url)
    assert page.locator("a[href='/en/KE']").count() >= 1
    page.get_by_role("link", name="Choose your country").click()
    assert page.get_by_role("heading", name="Which country are you in?").is_visible()
    assert page.locator("a[href='tel:911']").count() == 0
    context.close()


def test_writing_comes_first_for_a_child_who_cannot_talk(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/GB")
    page.get_by_role("button", name="I feel very bad").click()
    page.get_by_role("button", name="No, I want to write").click()
    page.get_by_role("button", name="No, I want to write").and_(page.locator("[aria-current]")).wait_for()
    said = page.locator("p[role=status].soft").inner_text()
    assert said in {
        "Ways to write come first now.",
        "We do not know a place to write to here. You can call when nobody else can hear you.",
    }


def test_the_keyboard_alone_reaches_the_number(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "feel_bad":
            break
    page.keyboard.press("Enter")
    page.locator("main article a[href='tel:116']").first.wait_for()
    # The new view is announced and is where the keyboard is.
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.get_by_text("The page has changed").wait_for(state="attached")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "tel:116":
            break
    assert page.evaluate("document.activeElement.closest('article') !== null")


def test_the_last_tap_counts_when_a_child_taps_twice(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.evaluate(
        "() => { document.querySelector('[value=at_school]').click();"
        " document.querySelector('[value=feel_bad]').click() }"
    )
    page.locator("main article").first.wait_for()
    page.wait_for_timeout(200)
    assert page.locator("input[name=tile]").get_attribute("value") == "feel_bad"
    assert page.evaluate("history.state") == 1


def test_the_country_can_change_on_the_way_by_letter(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("link", name="Country: Kenya").click()
    page.get_by_role("heading", name="Which country are you in?").wait_for()
    page.get_by_role("navigation", name="Go to a letter").get_by_role("link", name="D").click()
    page.wait_for_timeout(100)
    page.get_by_role("link", name="Denmark").click()
    page.get_by_text("Emergency numbers in Denmark").wait_for()
    assert page.url == f"{site.url}/en/DK"
    page.go_back()
    page.get_by_role("heading", name="Which country are you in?").wait_for()


def test_back_inside_the_journey_returns_to_the_tiles(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("button", name="At school").click()
    page.locator("main article a[href='tel:116']").first.wait_for()
    page.go_back()
    page.locator("button[value=at_school]").wait_for()
    assert page.locator("main article").count() == 0
    page.go_forward()
    page.locator("main article a[href='tel:116']").first.wait_for()


def test_the_language_can_change_on_the_way_without_losing_the_choice(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("button", name="13 to 17").click()
    page.get_by_text("13 to 17 is chosen").wait_for()
    page.get_by_role("button", name="Something online").click()
    page.locator("main article").first.wait_for()
    page.locator("summary", has_text="Language").click()
    page.get_by_role("button", name="العربية").click()
    page.locator("html[dir=rtl]").wait_for()
    assert page.locator("input[name=tile]").get_attribute("value") == "online"
    assert page.locator("input[name=age]").get_attribute("value") == "13-17"
    assert page.locator("html").get_attribute("lang") == "ar"


def test_a_time_is_shown_in_the_childs_own_time(site: Any, browser: Browser) -> None:
    context = browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB")
    page = context.new_page()
    answer = (
        '<!doctype html><html lang="en" dir="ltr"><title>Information</title><h1>x</h1><p>Opens: '
        '<time datetime="2031-03-03T03:00:00Z">06:00</time>. <span class="zone">Time in Kenya.</span></p>'
    )
    page.route("**/en/KE/find", lambda route: route.fulfill(content_type="text/html", body=answer))
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("button", name="At school").click()
    page.locator("time").wait_for()
    assert page.locator("p").first.inner_text().strip() == "Opens: Mon 12:00."
    context.close()


def test_nothing_is_read_aloud_by_itself(site: Any, page: Page) -> None:
    page.add_init_script("window.said = 0; speechSynthesis.speak = () => { window.said += 1 }")
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("button", name="At school").click()
    page.locator("main article").first.wait_for()
    page.wait_for_timeout(200)
    assert page.evaluate("window.said") == 0
    page.get_by_role("button", name="Read this page aloud").click()
    assert page.evaluate("window.said") > 5


def test_a_server_that_cannot_be_reached_by_script_is_asked_the_plain_way(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no')) }")
    page.get_by_role("button", name="At school").click()
    page.wait_for_url("**/find")
    assert page.locator("main article a[href='tel:116']").count() >= 1
    assert page.locator("input[name=tile]").get_attribute("value") == "at_school"


def test_the_card_can_be_kept_without_a_trace_of_its_maker(site: Any, page: Page) -> None:
    page.goto(f"{site.url}/en/KE")
    page.get_by_role("button", name="A page to print or keep").click()
    page.get_by_text("You can print this page").wait_for()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Save this page").click()
    assert kept.value.suggested_filename == "information.html"
    text = kept.value.path().read_text()
    assert "tel:116" in text
    assert "<script" not in text
    assert str(site.port) not in text


def test_screenshots_show_what_the_readme_shows(site: Any, browser: Browser, shots: Any) -> None:
    for name, path, tile, width, scheme in (
        ("first-page", "/en", "", 360, "light"),
        ("tiles", "/en/KE", "", 360, "light"),
        ("services", "/en/KE", "someone_hurts_me", 360, "light"),
        ("services-arabic-dark", "/ar/EG", "feel_bad", 360, "dark"),
    ):
        context = browser.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme)
        page = context.new_page()
        page.goto(site.url + path)
        if tile:
            page.locator(f"button[value={tile}]").click()
            page.locator("h2#steps").wait_for()
        page.screenshot(path=shots / f"{name}.png")
        assert (shots / f"{name}.png").stat().st_size > 5_000
        context.close()
