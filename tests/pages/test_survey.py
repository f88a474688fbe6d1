"""Surveys in a real browser: the instrument for helplines in Arabic without JavaScript, and what the script adds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pop.registry.mapping.instruments.joining import joined
from tests.pages.looking import ONLY_CONTRAST, OPEN_ALL, RULES, WIDER
from tests.served import Served, environment, pop, prepared, serving

pytestmark = pytest.mark.browser

KINDS = Path(__file__).parents[1] / "surveys" / "pages" / "kinds.md"
# What one taps is large; a box of a list is as large as its line. What only a keyboard reaches is no target.
SMALL = """() => [...document.querySelectorAll('a:not(.skip),button:not(.sr),summary,textarea,select,label.o')]
  .filter(part => part.checkVisibility()).map(part => [part.innerText, part.getBoundingClientRect()])
  .filter(([_, box]) => box.width && box.height < 43.9).map(([text]) => text)"""


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A public door at which the instrument for helplines and a form with every kind of question are open."""
    folder = prepared(tmp_path_factory.mktemp("surveyed"))
    helplines = folder / "helplines.md"
    helplines.write_bytes(joined("helplines"))
    env = environment(folder)
    for form, file in (("pop_helplines", helplines), ("kinds", KINDS)):
        for words in (("load", str(file)), ("open", form)):
            done = pop("survey", *words, env=env)
            assert done.returncode == 0, done.stdout + done.stderr
    with serving(folder) as served:
        yield served


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A small phone without JavaScript."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A page with JavaScript, into which others are put to be looked at."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


def look_at(html: str, reader: Page, language: str) -> None:
    reader.emulate_media(color_scheme="light")
    reader.set_content(html, wait_until="domcontentloaded")
    reader.evaluate(OPEN_ALL)
    found = Axe().run(reader, options=RULES)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    reader.emulate_media(color_scheme="dark")
    found = Axe().run(reader, options=ONLY_CONTRAST)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert reader.evaluate(SMALL) == []
    for width in (360, 240):
        reader.set_viewport_size({"width": width, "height": 740})
        assert reader.evaluate(WIDER) == []
    assert reader.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")


def answer_all(page: Page) -> None:
    """Answer every question of the page that is shown, as somebody in a hurry would."""
    for box in page.locator("#parts textarea, #parts input:not([type=radio],[type=checkbox],[type=hidden])").all():
        kind, listed = box.get_attribute("type") or "text", box.get_attribute("list")
        if listed:
            option = page.locator(f"datalist[id='{listed}'] option").nth(3)
            box.fill(option.get_attribute("value") or "")
        elif not box.input_value():
            box.fill({"date": "2020-02-29", "time": "09:30", "datetime-local": "2026-01-02T03:04"}.get(kind, "7"))
    for group in page.locator("#parts fieldset.q").all():
        if not group.locator("input:checked:not([value=''])").count():
            group.locator("label.o input").first.check()
    for lists in page.locator("#parts select").all():
        if not lists.input_value():
            lists.select_option(index=2)


def test_the_instrument_for_helplines_is_filled_in_arabic_without_javascript(
    surveyed: Served, phone: Page, reader: Page
) -> None:
    phone.goto(f"{surveyed.url}/survey/pop_helplines?language=ar")
    look_at(phone.content(), reader, "ar")
    phone.locator("main form button").click()
    seen: list[str] = []
    for turn in range(80):
        if phone.url.endswith("/review"):
            break
        seen.append(phone.url)
        if seen.count(phone.url) == 1 and len(set(seen)) in (1, 4, 8):
            look_at(phone.content(), reader, "ar")
        answer_all(phone)
        for wrong in phone.locator(".bad input[type=text]").all():
            wrong.fill(("https://example.org/", "116111", "help@example.org")[turn % 3])
        phone.locator("#page .deeds .go").click()
    assert phone.url.endswith("/review"), phone.locator(".wrong").all_inner_texts()
    assert len(set(seen)) >= 10
    look_at(phone.content(), reader, "ar")
    phone.locator("#page .go").click()
    words = phone.locator("p.code").inner_text()
    assert len(words.split()) == 6
    look_at(phone.content(), reader, "ar")
    assert phone.context.cookies() == []
    assert "example.org" not in surveyed.log.read_text()
    phone.goto(f"{surveyed.url}/survey?language=ar")
    look_at(phone.content(), reader, "ar")
    phone.locator("#words").fill(words)
    phone.locator("#page .go").click()
    assert phone.url.endswith("/survey/pop_helplines/sent")
    look_at(phone.content(), reader, "ar")


def test_every_kind_of_question_is_accessible_also_when_something_is_wrong(
    surveyed: Served, phone: Page, reader: Page
) -> None:
    phone.goto(f"{surveyed.url}/survey/kinds?language=en")
    phone.locator("main form button").click()
    for number in (1, 2, 3):
        phone.goto(f"{surveyed.url}/survey/kinds/{number}")
        look_at(phone.content(), reader, "en")
        phone.locator("#page .deeds .go").click()
        assert phone.locator("section.wrong").count()
        look_at(phone.content(), reader, "en")
    phone.goto(f"{surveyed.url}/survey/kinds/3")
    phone.get_by_role("button", name="Add another").click()
    look_at(phone.content(), reader, "en")
    phone.get_by_role("button", name="Save and continue later").click()
    look_at(phone.content(), reader, "en")


def test_the_return_key_goes_on_and_neither_adds_nor_removes(surveyed: Served, phone: Page) -> None:
    phone.goto(f"{surveyed.url}/survey/kinds?language=en")
    phone.locator("main form button").click()
    phone.goto(f"{surveyed.url}/survey/kinds/3")
    phone.get_by_label("Number or address").fill("0000")
    phone.get_by_label("Number or address").press("Enter")
    assert phone.url.endswith("/survey/kinds/review")


def test_with_javascript_more_is_asked_at_once_and_what_is_written_stays(
    surveyed: Served, context: BrowserContext
) -> None:
    page = context.new_page()
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{surveyed.url}/survey/kinds?language=en")
    page.locator("main form button").click()
    page.get_by_label("What is the service called?").fill("Line of Invention")
    page.get_by_label("No", exact=True).check()
    partners = page.get_by_label("With whom does it work?")
    expect(partners).to_be_visible()
    partners.fill("The neighbours")
    page.get_by_label("How many people answer?").fill("3")
    page.get_by_label("How many calls").focus()
    expect(page.get_by_text("With 6 ears.")).to_be_visible()
    assert page.get_by_label("What is the service called?").input_value() == "Line of Invention"
    assert partners.input_value() == "The neighbours"
    order = page.locator("#parts > [data-part]").evaluate_all("all => all.map(each => each.dataset.part.slice(10))")
    assert order == ["hello", "name", "alone", "partners", "staff", "share", "told"]
    page.get_by_label("Yes", exact=True).check()
    expect(partners).to_have_count(0)
    page.get_by_label("No", exact=True).check()
    expect(partners).to_be_visible()
    assert partners.input_value() == "The neighbours"
    page.locator("#page .deeds .go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where and when")
    box = page.get_by_label("Find in this list")
    box.fill("topic 13")
    shown = page.locator(".scrolls label:visible")
    expect(shown).to_have_count(1)
    assert failed == []


def test_nothing_is_stored_but_one_cookie_that_no_script_reads(surveyed: Served, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{surveyed.url}/survey/kinds?language=en")
    assert context.cookies() == []
    page.locator("main form button").click()
    [cookie] = context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["expires"] == -1
    stored = "() => [document.cookie, localStorage.length, sessionStorage.length, navigator.serviceWorker ? 0 : 0]"
    assert page.evaluate(stored) == ["", 0, 0, 0]
