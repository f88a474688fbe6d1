"""A picture in a real browser without JavaScript: chosen, seen, checked; accessible in English and in Arabic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.pages.test_survey import look_at
from tests.served import Served, environment, pop, serving
from tests.surveys.filled import png

pytestmark = pytest.mark.browser

FORM = Path(__file__).parents[1] / "surveys" / "pages" / "pictures.md"


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pictured")
    for words in (("load", str(FORM)), ("open", "pictures")):
        done = pop("survey", *words, env=environment(folder))
        assert done.returncode == 0, done.stderr
    with serving(folder) as served:
        yield served


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_picture_is_chosen_seen_and_checked_without_javascript(
    language: str, pictured: Served, phone: Page, reader: Page, tmp_path: Path
) -> None:
    phone.goto(f"{pictured.url}/survey/pictures?language={language}")
    phone.locator("main form button").click()
    look_at(phone.content(), reader, language)
    phone.locator("#parts input[type=text]").fill("The Invented Gate")
    phone.locator("button[value='picture:/data/place/poster']").click()
    look_at(phone.content(), reader, language)
    letter, picture = tmp_path / "letter.pdf", tmp_path / "picture.png"
    letter.write_bytes(b"%PDF-1.7")
    picture.write_bytes(png(7))
    phone.locator("#picture").set_input_files(letter)
    phone.locator("#page .go").click()
    assert phone.locator("section.wrong").count() == 1
    look_at(phone.content(), reader, language)
    phone.locator("#picture").set_input_files(picture)
    phone.locator("#page .go").click()
    [image] = phone.locator("img").all()
    assert phone.request.get(f"{pictured.url}{image.get_attribute('src')}").body() == png(7)
    look_at(phone.content(), reader, language)
    phone.locator("#page .deeds .go").click()
    phone.locator("#page .deeds .go").click()
    assert phone.url.endswith("/review")
    assert phone.locator("img").get_attribute("alt")
    look_at(phone.content(), reader, language)
