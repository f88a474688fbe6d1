"""The desk in a real browser, with a child at another: a conversation by keyboard, and what happens when it breaks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.served import Served, environment, prepared, serving

pytestmark = pytest.mark.browser

SIZES = ({"width": 1280, "height": 800}, {"width": 1024, "height": 768})
# A step that counts a one-time code as used once refuses the same code again.
AHEAD = (0, 1, -1)


@dataclass(frozen=True)
class House:
    """Both doors over one folder, and its people."""

    public: Served
    console: Served
    people: dict[str, Any]


def make(folder: Path, what: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.desks", what], env=environment(folder), capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = prepared(tmp_path_factory.mktemp("desk"))
    people = make(folder, "people")
    with serving(folder) as public, serving(folder, door="console") as console:
        yield House(public, console, people)


@pytest.fixture(scope="module")
def signed_in(house: House, browser: Browser) -> dict[str, Any]:
    """The cookies of each person after a real sign-in with password and authenticator app."""
    found = {}
    for name, person in house.people.items():
        context = browser.new_context()
        sign_in(context.new_page(), house, person)
        found[name] = context.storage_state()
        context.close()
    return found


def sign_in(page: Page, house: House, person: dict[str, str]) -> None:
    for ahead in AHEAD:
        page.goto(house.console.url + "/account/login/")
        page.fill("#id_login", person["email"])
        page.fill("#id_password", person["password"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/second-step/**")
        page.fill("#id_code", totp(person["secret"], ahead))
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        if "/account/" not in page.url and "second-step" not in page.url:
            return
    raise AssertionError(page.url)


def totp(secret: str, ahead: int) -> str:
    """RFC 6238: the six digits of the half minute that is `ahead` of now."""
    digest = hmac.new(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1
    ).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Desk:
    """One counsellor at a browser; what the browser complains of is kept."""

    def __init__(
        self,
        browser: Browser,
        house: House,
        state: Any,
        *,
        script: bool = True,
        language: str = "en",
        zone: str = "UTC",
    ) -> None:
        self.house = house
        self.context: BrowserContext = browser.new_context(
            viewport=SIZES[0], storage_state=state, java_script_enabled=script, locale=language, timezone_id=zone
        )
        self.complaints: list[str] = []
        self.page = self.context.new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(house.console.url + "/desk")

    def on_duty(self) -> Desk:
        if self.page.locator(".duty").get_attribute("data-on") != "yes":
            self.page.click("#duty summary")
            self.page.uncheck("#duty-given")
            self.page.select_option("#duty-line", label="Sandbox line")
            self.page.select_option("#duty-capacity", "8")
            self.page.locator("#duty .sheet button").press("Enter")
            self.page.wait_for_selector(".duty[data-on=yes]")
        return self

    def press(self, *keys: str) -> None:
        for each in keys:
            self.page.keyboard.press(each)

    def said(self, talk: str) -> list[str]:
        return self.page.locator(f"#talk-{talk} .said li:not(.notice) p").all_inner_texts()

    def newest(self) -> str:
        """The id of the conversation that came last."""
        return self.page.locator("#columns .talk").last.get_attribute("data-c") or ""

    def box(self, talk: str) -> Any:
        return self.page.locator(f"#text-{talk}")


class Child:
    """A child at another browser."""

    def __init__(self, browser: Browser, house: House, words: str) -> None:
        self.context = browser.new_context()
        self.page = self.context.new_page()
        self.page.goto(house.public.url + "/write?language=en&country=KE")
        self.page.fill("#text", words)
        self.page.click("#first button.go")
        self.page.wait_for_url("**/talk")

    def write(self, words: str) -> None:
        self.page.fill("#box textarea", words)
        self.page.click("#box button")


def take(desk: Desk) -> str:
    before = desk.page.locator("#columns .talk").count()
    desk.press("Alt+n")
    expect(desk.page.locator("#columns .talk")).to_have_count(before + 1)
    return desk.newest()


def end(desk: Desk, talk: str) -> None:
    """Close a conversation with one tap, whatever has the focus at the moment."""
    desk.page.locator(f"#talk-{talk} .talk-head [data-key=c]").dispatch_event("click")
    desk.page.locator(f"#tool-{talk} button[value=test]").click()


def test_a_counsellor_and_a_child_hold_a_whole_conversation_by_keyboard(browser, house, signed_in):
    child = Child(browser, house, "Hello, is somebody there?")
    desk = Desk(browser, house, signed_in["Amina"]).on_duty()
    page = desk.page
    expect(page.locator(".child")).to_have_count(1)
    talk = take(desk)
    expect(desk.box(talk)).to_be_focused()
    assert desk.said(talk) == ["Hello, is somebody there?"]
    # A line break does not send; Enter does.
    page.keyboard.type("Yes, I am here.")
    desk.press("Shift+Enter")
    page.keyboard.type("Take your time.")
    desk.press("Enter")
    expect(child.page.locator("#said")).to_contain_text("Take your time.")
    expect(desk.box(talk)).to_have_value("")
    # Typing is seen on both sides, and nothing of what is typed.
    child.page.locator("#box textarea").press_sequentially("it is", delay=10)
    expect(page.locator(f"#talk-{talk} .typing span")).to_be_visible()
    assert "it is" not in page.content()
    child.write("it is about school")
    expect(page.locator(f"#talk-{talk} .said")).to_contain_text("it is about school")
    # A ready answer is put into the box and sent by nobody.
    desk.press("Alt+1")
    page.keyboard.type("/hello")
    expect(page.locator(f"#canned-{talk} [role=option]")).to_have_count(1)
    desk.press("Enter")
    expect(desk.box(talk)).to_have_value(re.compile("^Hello, thank you"))
    assert len(desk.said(talk)) == 3
    desk.press("Enter")
    expect(child.page.locator("#said")).to_contain_text("I have time for you")
    # A message while the hands are elsewhere: the title counts, and tells no word.
    page.locator("#queue-title").focus()
    child.write("secretive words")
    expect(page).to_have_title(re.compile(r"^\(1\) "))
    assert "secretive" not in page.title() + page.url
    desk.press("Alt+1")
    expect(page).to_have_title(re.compile(r"^Desk"))
    # Closing: the record in codes, by keyboard.
    desk.press("Alt+c")
    record = page.locator(f"#tool-{talk}")
    record.locator("input[value=child_self]").focus()
    desk.press("Space")
    record.locator("[data-seek]").fill("bully")
    bullying = record.locator("input[value='violence.bullying']")
    expect(bullying).to_be_visible()
    bullying.focus()
    desk.press("Space")
    record.locator("form.record button").focus()
    desk.press("Enter")
    expect(page.locator(f"#talk-{talk}")).to_have_count(0)
    expect(child.page.locator("body")).to_contain_text("ended")
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])")
    assert not any(word in kept for word in ("school", "secretive", "here"))
    assert desk.complaints == []


def test_words_that_cannot_be_sent_stay_and_are_sent_once(browser, house, signed_in):
    child = Child(browser, house, "Words of a second child")
    desk = Desk(browser, house, signed_in["Amina"]).on_duty()
    talk = take(desk)
    lost = []

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        lost.append(route.request.post_data)
        route.abort()

    desk.page.route("**/desk/send", lose_the_answer, times=1)
    desk.page.keyboard.type("Said once")
    desk.press("Enter")
    expect(desk.page.locator(f"#talk-{talk} .outcome")).to_contain_text("still here")
    expect(desk.box(talk)).to_have_value("Said once")
    expect(desk.box(talk)).to_have_value("", timeout=10_000)
    assert lost
    assert desk.said(talk) == ["Words of a second child", "Said once"]
    expect(child.page.locator("#said p", has_text="Said once")).to_have_count(1)
    end(desk, talk)
    expect(desk.page.locator(f"#talk-{talk}")).to_have_count(0)


def test_three_children_who_come_at_once_all_get_a_column_and_a_closed_one_stays_away(browser, house, signed_in):
    desk = Desk(browser, house, signed_in["Amina"]).on_duty()
    for number in range(3):
        Child(browser, house, f"Words of one of three, {number}")
    other = Desk(browser, house, signed_in["Amina"])
    came = [take(other) for _ in range(3)]
    other.context.close()
    desk.page.evaluate(
        "came => came.forEach(c => document.body.dispatchEvent(new CustomEvent('desk:open', { detail: { c } })))", came
    )
    # Well within the time after which the desk looks again by itself.
    expect(desk.page.locator("#columns .talk")).to_have_count(3)
    for left, talk in zip((2, 1, 0), came, strict=True):
        end(desk, talk)
        expect(desk.page.locator("#columns .talk")).to_have_count(left)
    desk.page.wait_for_timeout(1_000)
    expect(desk.page.locator("#columns .talk")).to_have_count(0)


def test_a_sign_in_that_is_over_loses_no_word(browser, house, signed_in):
    Child(browser, house, "Words of a third child")
    desk = Desk(browser, house, signed_in["Bruno"]).on_duty()
    talk = take(desk)
    desk.page.keyboard.type("Kept words")
    other = desk.context.new_page()
    other.goto(house.console.url + "/security/")
    other.click(".who form[action*=logout] button")
    expect(desk.page.locator("#signed-out")).to_be_visible(timeout=25_000)
    sign_in(other, house, house.people["Bruno"])
    desk.page.bring_to_front()
    desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(desk.page.locator("#signed-out")).to_be_hidden()
    expect(desk.box(talk)).to_have_value("Kept words")
    desk.box(talk).press("Enter")
    expect(desk.box(talk)).to_have_value("")
    assert "Kept words" in desk.said(talk)
    # And the forms of the old page work again too.
    end(desk, talk)
    expect(desk.page.locator(f"#talk-{talk}")).to_have_count(0)


def test_without_a_script_a_conversation_is_taken_answered_and_closed(browser, house, signed_in):
    child = Child(browser, house, "Words of a fourth child")
    Desk(browser, house, signed_in["Salma"]).on_duty().context.close()
    desk = Desk(browser, house, signed_in["Salma"], script=False)
    page = desk.page
    page.click("#next")
    page.fill(".talk textarea", "An answer from a plain page")
    page.click(".talk .box button")
    expect(page.locator(".said")).to_contain_text("An answer from a plain page")
    expect(child.page.locator("#said")).to_contain_text("An answer from a plain page")
    page.click(".tool-button.finish")
    page.click("button[value=test]")
    page.wait_for_url("**/desk")
    expect(page.locator("#told")).to_contain_text("recorded")


def test_times_are_the_readers_own_and_a_call_is_typed_in_them(browser, house, signed_in):
    Child(browser, house, "Words of a fifth child")
    desk = Desk(browser, house, signed_in["Amina"], zone="Africa/Nairobi").on_duty()
    page, talk = desk.page, take(desk)
    shown = page.locator(f"#talk-{talk} .said time").first
    begun = datetime.fromisoformat(shown.get_attribute("datetime") or "")
    expect(shown).to_contain_text(f"{begun.astimezone(ZoneInfo('Africa/Nairobi')):%I:%M}")
    expect(shown).not_to_contain_text("UTC")
    desk.press("Alt+c")
    page.locator(f"#tool-{talk} button[value=test]").click()
    expect(page.locator(f"#talk-{talk}")).to_have_count(0)
    page.goto(house.console.url + "/desk/phone")
    expect(page.locator("[data-zone]").first).to_have_text("Africa/Nairobi")
    expect(page.locator("[data-offset]")).to_have_value("180")
    page.fill("#from", "00:00")
    page.fill("#to", "00:05")
    page.locator("button[name=one_tap][value=silent]").click()
    expect(page.locator(".messages").first).to_be_visible()
    page.goto(house.console.url + "/desk/closed")
    expect(page.locator("tbody time").first).not_to_contain_text("UTC")
    assert desk.complaints == []


def test_a_supervisor_who_joins_has_a_column_of_their_own_until_they_leave(browser, house, signed_in):
    child = Child(browser, house, "Words of a child whom two answer")
    desk = Desk(browser, house, signed_in["Amina"]).on_duty()
    talk = take(desk)
    lead = Desk(browser, house, signed_in["Salma"])
    page = lead.page
    page.goto(f"{house.console.url}/board/c/{talk}")
    page.select_option("#join-reason", "safety")
    page.locator("form[action$='/join'] button").first.click()
    page.locator(f"main a[href='/desk/c/{talk}']").first.click()
    expect(page.locator(f"#talk-{talk} .said")).to_contain_text("Words of a child whom two answer")
    # Live both ways, each under their own part.
    lead.box(talk).fill("I am here too")
    lead.box(talk).press("Enter")
    expect(lead.box(talk)).to_have_value("")
    expect(page.locator(f"#talk-{talk} .said .staff b").last).to_have_text("You")
    expect(child.page.locator("#said")).to_contain_text("I am here too")
    expect(child.page.locator("#said b").last).to_have_text("Supervisor")
    expect(desk.page.locator(f"#talk-{talk} .said .staff b").last).to_have_text("Supervisor")
    desk.box(talk).fill("We are both here")
    desk.box(talk).press("Enter")
    expect(page.locator(f"#talk-{talk} .said .staff b").last).to_have_text("Counsellor")
    child.write("thank you both")
    expect(page.locator(f"#talk-{talk} .said")).to_contain_text("thank you both")
    assert violations(page) == []
    # Left on another page, it leaves this one too.
    other = lead.context.new_page()
    other.goto(f"{house.console.url}/board/c/{talk}")
    other.locator("form[action$='/leave'] button").first.click()
    expect(page.locator(f"#talk-{talk}")).to_have_count(0)
    other.select_option("#join-reason", "safety")
    other.locator("form[action$='/join'] button").first.click()
    page.goto(f"{house.console.url}/desk")
    page.click(f"#leave-{talk}")
    expect(page.locator(f"#talk-{talk}")).to_have_count(0)
    expect(child.page.locator("#said")).to_contain_text("The supervisor has gone.")
    end(desk, talk)
    expect(desk.page.locator(f"#talk-{talk}")).to_have_count(0)
    # What is not theirs any more is not found when the page looks for it, and the browser says so.
    assert [each for each in lead.complaints if "404" not in each] == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_told_covers_neither_tabs_nor_conversations(browser, house, signed_in, language):
    for number in range(2):
        Child(browser, house, f"Words of a child beside another, {number}")
    desk = Desk(browser, house, signed_in["Amina"], language=language).on_duty()
    talks = [take(desk) for _ in range(2)]
    expect(desk.page.locator("#tabs")).to_be_visible()
    told = {"text": "A sentence as long as the longest that a counsellor is ever told here at her desk.", "good": False}
    for width in (1280, 1024, 768):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.page.evaluate("told => document.body.dispatchEvent(new CustomEvent('desk:told', { detail: told }))", told)
        one = desk.page.locator("#told p").bounding_box()
        for place in ("#tabs", "#columns", "#next"):
            other = desk.page.locator(place).bounding_box()
            apart = any(
                a[at] + a[size] <= b[at]
                for at, size in (("x", "width"), ("y", "height"))
                for a, b in ((one, other), (other, one))
            )
            assert apart, (width, place)
    desk.page.set_viewport_size(SIZES[0])
    for talk in talks:
        end(desk, talk)
        expect(desk.page.locator(f"#talk-{talk}")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_of_the_desk_has_a_violation_or_scrolls_sideways(browser, house, signed_in, language):
    make(house.console.data, "children")
    desk = Desk(browser, house, signed_in["Salma"], language=language).on_duty()
    talk = take(desk)
    found: dict[str, list[str]] = {}
    for size in SIZES:
        desk.page.set_viewport_size(size)
        for key in ("r", "f", "o", "p", "h", "i", "b", "c") if size is SIZES[0] else ("c",):
            desk.press("Escape")
            desk.box(talk).focus()
            desk.press(f"Alt+{key}")
            desk.page.wait_for_selector(f"#tool-{talk} h3")
            found[f"Alt+{key} at {size['width']}"] = violations(desk.page)
        desk.press("Escape")
        desk.page.click("#keys-open")
        found[f"keys at {size['width']}"] = violations(desk.page)
        desk.press("Escape")
    for path in ("/desk/closed", "/desk/phone", "/desk/practice", "/desk/answers", f"/desk/c/{talk}/read"):
        for size in SIZES:
            desk.page.set_viewport_size(size)
            desk.page.goto(house.console.url + path)
            found[f"{path} at {size['width']}"] = violations(desk.page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert desk.complaints == []


def violations(page: Page) -> list[str]:
    wrong = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*wrong, *(["scrolls sideways"] if wide else [])]
