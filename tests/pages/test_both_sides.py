"""A conversation from both sides over everything that `make run` starts: what docs/learn/both-sides.md walks through.

A child writes at the public door; somebody new at the console follows the one-time link, sets up the second factor,
signs in with it, answers and closes. Between, the child closes its browser and comes back by six words in another one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from pop.simulation.counsellor import code_now
from tests.simulation.running import Server, whole_server

pytestmark = pytest.mark.browser

PASSWORD = "a grey heron on the quiet river"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
# Milliseconds: a busy machine is slow, and slow is not wrong.
SOON = 20_000


class Spoken(NamedTuple):
    """What a child of one language writes, reads and presses. All of it is invented."""

    name: str
    direction: str
    first: str
    hello: str
    more: str
    while_away: str
    thanks: str
    active: str


SPOKEN = {
    "en": Spoken(
        name="English",
        direction="ltr",
        first="Hello. At school they all laugh about me and I do not want to go there any more.",
        hello="Hello, I am glad that you write. I have time for you. What happened today?",
        more="They made a group without me. They write things there that are not true.",
        while_away="That hurts, and it is not your fault. Is there one person at school whom you like?",
        thanks="My art teacher. Thank you, I will tell her tomorrow.",
        active="Somebody is here with you",
    ),
    "ar": Spoken(
        name="Arabic",
        direction="rtl",
        first="مرحبا. في المدرسة يضحكون عليّ ولا أريد أن أذهب بعد الآن.",
        hello="مرحبا، سعيدة بأنك كتبت. عندي وقت لك. ماذا حدث اليوم؟",
        more="عملوا مجموعة من دوني ويكتبون فيها أشياء غير صحيحة.",
        while_away="هذا مؤلم، وليس ذنبك. هل هناك شخص تحبه في المدرسة؟",
        thanks="معلمة الرسم. شكرا، سأخبرها غدا.",
        active="",
    ),
}
# Two more who wait, so that the queue is seen with somebody in it.
OTHERS = (("at_home", "Things are loud at home again tonight."), ("just_talk", "can i just talk to somebody"))


class House(NamedTuple):
    """Both doors, and somebody who is signed in at the console and on duty."""

    public: str
    console: str
    desk: Page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with whole_server(tmp_path_factory.mktemp("both")) as running:
        yield running


@pytest.fixture(scope="module")
def house(server: Server, browser: Browser) -> Iterator[House]:
    public = f"http://127.0.0.1:{server.env['POP_PUBLIC_PORT']}"
    console = f"http://localhost:{server.env['POP_CONSOLE_PORT']}"
    context = browser.new_context(viewport=DESKTOP, locale="en-GB")
    context.set_default_timeout(SOON)
    page = context.new_page()
    link = re.search(r"Sign in once\s+(\S+)", server.log.read_text())
    assert link is not None
    secret, email = begin_at_the_console(page, link[1])
    sign_in_again(page, console, email, secret)
    go_on_duty(page, console)
    yield House(public, console, page)
    context.close()


def begin_at_the_console(page: Page, link: str) -> tuple[str, str]:
    """Follow a one-time link: a password, then an authenticator app. Return the app's secret and the address."""
    page.goto(link)
    email = re.search(r"\S+@\S+", page.inner_text("main"))
    assert email is not None
    page.fill("#id_password", PASSWORD)
    page.fill("#id_again", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/security/")
    page.click("a[href='/security/app/add/']")
    secret = page.inner_text("code.secret")
    page.fill("#id_code", code_now(secret))
    page.click("main .buttons button")
    page.wait_for_url("**/security/codes/")
    return secret, email[0].rstrip(".")


def sign_in_again(page: Page, console: str, email: str, secret: str) -> None:
    """Sign out, and in with password and app. A code that was used is refused, so the next half minute's is tried."""
    page.context.clear_cookies()
    for ahead in (0, 1, -1):
        page.goto(f"{console}/desk")
        page.fill("#id_login", email)
        page.fill("#id_password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/second-step/**")
        page.fill("#id_code", code_now(secret, now=time.time() + 30 * ahead))
        page.keyboard.press("Enter")
        page.locator(".mistake, body.workspace").first.wait_for()
        if page.locator("body.workspace").count():
            return
    raise AssertionError(page.url)


def go_on_duty(page: Page, console: str) -> None:
    """Come on duty at the line for trying out, taking conversations oneself. The worker lets people in, in a moment."""
    for _ in range(40):
        if page.locator("#duty summary").count():
            break
        page.wait_for_timeout(500)
        page.goto(f"{console}/desk")
    page.click("#duty summary")
    page.select_option("#duty-line", label="Sandbox line")
    page.select_option("#duty-capacity", "4")
    page.uncheck("#duty-given")
    page.click("#duty .sheet button")
    page.wait_for_selector(".duty[data-on=yes]")


def write_first(page: Page, house: House, text: str, *, language: str = "en", tile: str = "at_school") -> None:
    """Go from the tiles to the first message, as a child does."""
    page.goto(f"{house.public}/{language}/KE")
    page.locator(f"button[value={tile}]").click()
    page.locator("button[formaction='/write']").click()
    page.locator("textarea").fill(text)


def send_first(page: Page) -> None:
    page.locator("form#first button.go").click()
    page.wait_for_url("**/talk")


def write(page: Page, text: str) -> None:
    page.locator("#box textarea").fill(text)
    page.locator("#box button").click()


def answer(desk: Page, talk: str, text: str) -> None:
    desk.fill(f"#text-{talk}", text)
    desk.press(f"#text-{talk}", "Enter")
    expect(desk.locator(f"#text-{talk}")).to_have_value("", timeout=SOON)


@pytest.mark.parametrize("language", list(SPOKEN))
def test_a_child_comes_back_by_six_words_to_who_answered_and_screenshots_show_both(
    language: str, house: House, browser: Browser, shots: Path, tmp_path: Path
) -> None:
    spoken, desk = SPOKEN[language], house.desk
    kept = shots if language == "en" else tmp_path

    # The child's own browser, with script.
    first = browser.new_context(viewport=PHONE, locale=language)
    child = first.new_page()
    write_first(child, house, spoken.first, language=language)
    assert child.locator("html").get_attribute("dir") == spoken.direction
    child.screenshot(path=kept / "child-writes.png")
    send_first(child)
    assert child.locator("#place").inner_text().strip()
    child.screenshot(path=kept / "child-waits.png")

    # The counsellor takes the child; both see what the other writes without loading a page again.
    desk.bring_to_front()
    desk.locator("#queue li.child", has_text=spoken.name).first.get_by_role("button").click()
    column = desk.locator("#columns .talk").last
    expect(column).to_contain_text(spoken.first, timeout=SOON)
    talk = column.get_attribute("data-c") or ""
    for page in (child, desk):
        page.evaluate("() => { window.same = true }")
    answer(desk, talk, spoken.hello)
    expect(child.locator("#said")).to_contain_text(spoken.hello, timeout=SOON)
    if spoken.active:
        expect(child.locator("h1")).to_have_text(spoken.active, timeout=SOON)
    write(child, spoken.more)
    expect(column).to_contain_text(spoken.more, timeout=SOON)
    assert child.evaluate("window.same")
    assert desk.evaluate("window.same")
    child.locator("#said").scroll_into_view_if_needed()
    child.screenshot(path=shots / f"child-talks-{language}.png")

    # Six words; then the browser is closed, with all it had.
    child.locator("a[href='/talk/keep']").click()
    child.locator("form[action='/talk/keep'] button").click()
    words = child.locator("#six bdi").all_inner_texts()
    assert len(words) == 6
    child.screenshot(path=kept / "six-words.png")
    first.close()
    answer(desk, talk, spoken.while_away)
    if language == "en":
        others = browser.new_context()
        for tile, text in OTHERS:
            page = others.new_page()
            write_first(page, house, text, tile=tile)
            send_first(page)
            others.clear_cookies()
        others.close()
        expect(desk.locator("#queue li.child")).to_have_count(len(OTHERS), timeout=SOON)
    desk.mouse.move(DESKTOP["width"] / 2, DESKTOP["height"] / 2)
    desk.screenshot(path=kept / "desk.png")

    # Another browser, without script, and nothing but the words in capitals.
    third = browser.new_context(viewport=PHONE, locale=language, java_script_enabled=False)
    third.set_default_timeout(SOON)
    back = third.new_page()
    back.goto(f"{house.public}/{language}/KE")
    back.goto(f"{house.public}/back?language={language}&country=KE")
    back.locator("textarea").fill(" ".join(words).upper())
    back.locator("form button.go").click()
    back.wait_for_url("**/talk", timeout=60_000)
    said = back.locator("#said").inner_text()
    for text in (spoken.first, spoken.hello, spoken.more, spoken.while_away):
        assert text in said
    assert back.locator("html").get_attribute("dir") == spoken.direction
    write(back, spoken.thanks)
    back.wait_for_url("**/talk#newest")
    assert spoken.thanks in back.locator("#said").inner_text()
    expect(column).to_contain_text(spoken.thanks, timeout=SOON)

    # Closed with a record in codes; the child is told, may answer two questions, and sees who has read.
    desk.locator(f"#talk-{talk} .tool-button.finish").click()
    record = desk.locator(f"#tool-{talk}")
    record.locator("input[value=child_self]").check(force=True)
    record.locator("[data-seek]").fill("bully")
    record.locator("input[value='violence.bullying']").check(force=True)
    desk.screenshot(path=kept / "record.png")
    record.locator("form.record button").last.click()
    expect(desk.locator(f"#talk-{talk}")).to_have_count(0, timeout=SOON)
    back.goto(f"{house.public}/talk")
    assert back.locator("#box").count() == 0
    back.locator("input[name=helped][value='3']").check()
    back.locator("form[action='/talk/answers'] button").click()
    assert back.locator("form[action='/talk/answers']").count() == 0
    back.goto(f"{house.public}/talk/readers")
    assert back.locator("main li").count() >= 1
    third.close()
    assert (kept / "desk.png").stat().st_size > 10_000
