"""The whole way of an answer over everything that `make run` starts: what docs/do/review-mapping.md walks through.

An organisation answers in Arabic on a small telephone without JavaScript; an editor takes the answer up, two people
agree to it, and it is on the map. Two more check it, and only then a child is led to it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from pop.registry.mapping.instruments import source
from pop.surveys.pages.rendering import speaker
from tests.colleagues import Somebody, violations, violations_at
from tests.pages.looking import tab_to
from tests.served import Served, pop
from tests.simulation.running import Server, whole_server
from tests.unrandom import unrandom

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}
NARROW: ViewportSize = {"width": 320, "height": 640}
NAME = "خط الفانوس"
# All of it is invented.
ANSWERS: Mapping[str, str] = {
    "time_given": "short",
    "may_answer": "OK",
    "service_name": NAME,
    "service_name_latin": "Lantern Line",
    "organisation_name": "جمعية الفانوس",
    "operator": "civil_society",
    "website": "https://lantern-line.example.org/",
    "service_kind": "child_helpline",
    "any_topic": "no",
    "country": "كينيا",
    "serves": "whole_country",
    "languages": "ar sw",
    "audience": "child",
    "age_max": "18",
    "topics_violence": "bullying",
    "channels": "phone",
    "channel_number": "0800 720 111",
    "channel_hours": "always",
    "channel_cost": "free",
    "channel_anonymity": "seen",
    "responders": "professional_counsellor",
    "respondent_email": "private.person@lantern-line.example.org",
}
REGISTER = "https://register.example.net/bodies/17"
SOON = 30  # seconds: a busy machine is slow, and slow is not wrong


class House(NamedTuple):
    """Everything that runs, and both doors of it."""

    server: Server
    public: str
    console: Served

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.public + path, timeout=SOON) as answer:
            return str(answer.read().decode())

    def pop(self, *words: str) -> str:
        done = pop(*words, env=self.server.env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rebuild(self) -> None:
        """Build a snapshot now, as the worker does a minute after a change, and wait until the door has it."""
        before = self.get("/v1/match?country=KE&limit=20")
        self.pop("snapshot", "build")
        soon(lambda: version_of(self.get("/v1/match?country=KE&limit=20")) > version_of(before))

    def matched(self) -> list[str]:
        """Return the names that a child in Kenya is led to."""
        found = json.loads(self.get("/v1/match?country=KE&age=13&topic=bullying&limit=20"))
        return [each["service"]["name"] for each in found["matches"]]

    def on_map(self) -> set[str]:
        """Return the names on the map's own file."""
        rows = list(csv.reader(io.StringIO(self.get("/map.csv?country=KE"))))
        place = rows[0].index("name")
        return {row[place] for row in rows[1:]}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("mapping")
    with whole_server(folder) as server:
        ports = {door: int(server.env[f"POP_{door.upper()}_PORT"]) for door in ("public", "console")}
        console = Served(f"http://localhost:{ports['console']}", ports["console"], server.log, folder)
        found = House(server, f"http://127.0.0.1:{ports['public']}", console)
        form = folder / "helplines.md"
        form.write_bytes(source("helplines"))
        found.pop("survey", "load", str(form))
        found.pop("survey", "open", "pop_helplines")
        yield found


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A small telephone without JavaScript."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(SOON * 1000)
    yield context.new_page()
    context.close()


def soon(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    until = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < until
        time.sleep(0.3)


def version_of(matched: str) -> int:
    return int(json.loads(matched)["snapshot"]["version"])


def answer(page: Page) -> None:
    """Answer what the page asks, as ANSWERS says; consent to everything; leave the rest as it is."""
    for part in page.locator("#parts [data-part]").all():
        name = (part.get_attribute("data-part") or "").rpartition("/")[2]
        said = ANSWERS.get(name, "yes" if name.startswith("publish_") else "")
        if not said:
            continue
        if part.locator("input[type=radio], input[type=checkbox]").count():
            for value in said.split():
                part.locator(f"input[value='{value}']").check()
        elif part.locator("select").count():
            part.locator("select").select_option(said)
        elif part.locator("input[type=text], input:not([type]), textarea").count():
            part.locator("input[type=text], input:not([type]), textarea").first.fill(said)


def fill_in(page: Page, house: House) -> str:
    """Answer the instrument for helplines in Arabic, through a partner's own link; return the six words."""
    link = house.pop("survey", "invite", "The Lantern Association", "pop_helplines").strip()
    page.goto(f"{house.public}/survey/i/{link.rpartition('/')[2]}?language=ar")
    page.locator("main form button").click()
    seen: list[str] = []
    while not page.url.endswith("/review"):
        seen.append(page.url)
        assert seen.count(page.url) < 4, page.locator(".wrong").all_inner_texts()
        answer(page)
        page.locator("#page .deeds .go").click()
    page.locator("#page .go").click()
    words = page.locator("p.code").inner_text()
    assert len(words.split()) == 6
    return words


def assert_told(page: Page, house: House, words: str, code: str) -> None:
    """Hold what is said of the answers, to whoever has the six words, to one outcome."""
    page.context.clear_cookies()
    page.goto(f"{house.public}/survey?language=ar")
    page.locator("#words").fill(words)
    page.locator("#page .go").click()
    assert speaker("ar")[f"kept_{code}"] in page.locator("main").inner_text()


def agree(person: Somebody, said: str) -> None:
    """Agree to the proposal about the service, by keyboard."""
    person.open("/proposals?whose=answerable")
    person.page.locator("tbody a", has_text=NAME).first.press("Enter")
    person.page.wait_for_url(re.compile(r"/proposals/[0-9a-f-]{36}$"))
    tab_to(person.page, "form[action$='/approve'] button")
    person.page.keyboard.press("Enter")
    assert said in person.page.inner_text(".messages")


def check(person: Somebody, path: str, step: str, **given: str) -> None:
    """Make one of the two checks; fields that offer choices take the code of one."""
    person.open(path)
    form = person.page.locator("form", has=person.page.locator(f"input[value={step}]"))
    for name, value in given.items():
        box = form.locator(f"[name={name}]")
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    form.locator("button").click()


def assert_fine(person: Somebody, *paths: str) -> None:
    """Hold pages of the console to axe in English and Arabic, on a desk's screen and a telephone's."""
    wrong: dict[str, Any] = {}
    size = person.page.viewport_size
    for language in ("ar", "en"):
        person.speak(language)
        for path in paths:
            wrong[f"{path} in {language}"] = violations_at(person, path)
            person.page.set_viewport_size(NARROW)
            wrong[f"{path} in {language}, narrow"] = violations(person.page)
            if size:
                person.page.set_viewport_size(size)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_an_answer_is_on_the_map_after_two_approvals_with_children_after_two_checks_and_screenshots_show_it(
    house: House, browser: Browser, phone: Page, shots: Path
) -> None:
    words = fill_in(phone, house)
    ed, ann, bo, dee, cal = (
        Somebody(browser, house.console, name, role)
        for name, role in (
            *(("ed", "editor"), ("ann", "approver"), ("bo", "approver")),
            *(("dee", "editor"), ("cal", "approver")),
        )
    )
    for person in (ed, ann, bo, dee, cal):
        person.choose_password()
        person.set_up_app()

    # The editor sees it beside nothing that looks like it, and takes all of it up.
    soon(lambda: opened(ed, "/mapping").locator("tbody a", has_text=NAME).count())
    ed.page.screenshot(path=shots / "mapping-list.png")
    ed.page.locator("tbody a", has_text=NAME).click()
    finding = ed.page.url.removeprefix(house.console.url)
    assert "private.person" not in ed.page.inner_text("main")
    ed.page.screenshot(path=shots / "mapping-finding.png", full_page=True)
    assert_fine(ed, "/mapping", finding)
    assert_told(phone, house, words, "waiting")
    ed.open(finding)
    tab_to(ed.page, "form[action$='/take'] select[name=do_topics]")
    ed.page.keyboard.press("ArrowDown")
    assert ed.page.locator("[name=do_topics]").input_value() == "keep"
    ed.page.keyboard.press("ArrowUp")
    tab_to(ed.page, "form[action$='/take'] button")
    ed.page.keyboard.press("Enter")
    assert "Proposed" in ed.page.inner_text(".messages")
    ed.page.get_by_role("link", name="To the proposal").click()
    proposal = ed.page.url.removeprefix(house.console.url)
    assert_fine(ed, finding, proposal)

    # One is not enough; the second makes it.
    assert NAME not in house.on_map()
    ann.open(proposal)
    assert {"جمعية الفانوس", "Bullying", "Arabic (ar), Swahili (sw)"} <= set(
        ann.page.locator(".facts dd").all_inner_texts()
    )
    ann.page.screenshot(path=shots / "mapping-proposal.png")
    agree(ann, "One more person is needed")
    assert NAME not in house.on_map()
    agree(bo, "The change is made")

    # On every view of the map, its files, its country's page and a page of its own; with no child.
    soon(lambda: NAME in house.on_map())
    record = re.search(r"/services/([0-9a-f-]{36})/safety", opened(ed, finding).content())
    assert record
    assert_on_the_map(phone, house, record[1])
    assert_told(phone, house, words, "approved")
    house.rebuild()
    assert NAME not in house.matched()
    assert "0800" not in unrandom(house.get("/en/country/KE").partition(NAME)[2][:1500])

    # Neither who proposed it nor one person alone decides that children are led to it.
    safety = f"/services/{record[1]}/safety"
    assert_fine(dee, safety)
    desk = {"source": REGISTER, "outcome": "body_and_policy_found"}
    check(ed, safety, "desk", **desk)
    assert ed.page.locator(".messages .error").count() == 1
    check(dee, safety, "desk", **desk)
    dee.page.screenshot(path=shots / "mapping-safety.png")
    call = {"number": "020 2345678", "number_source": "public_register", "source": REGISTER}
    check(dee, safety, "call", **call, outcome="answered_as_claimed")
    assert dee.page.locator(".messages .error").count() == 1
    house.rebuild()
    assert NAME not in house.matched()
    check(cal, safety, "call", **call, outcome="answered_as_claimed")
    assert "Both checks are good" in cal.page.inner_text(".messages")
    house.rebuild()
    assert NAME in house.matched()
    assert_on_the_map(phone, house, record[1])
    assert_fine(cal, safety, finding)

    for person in (ed, ann, bo, dee, cal):
        assert person.complaints == []
    assert "answered" in house.pop("survey", "invitations", "pop_helplines")
    written = house.server.log.read_text()
    assert "private.person" not in written
    assert NAME not in written


def test_the_table_of_country_risk_is_fine_in_english_and_arabic_and_a_screenshot_shows_it(
    house: House, browser: Browser, shots: Path
) -> None:
    una, vic = (Somebody(browser, house.console, name, "editor", "approver") for name in ("una", "vic"))
    for person in (una, vic):
        person.choose_password()
        person.set_up_app()
    una.open("/map-risks/add")
    una.page.screenshot(path=shots / "map-risk.png")
    assert_fine(una, "/map-risks", "/map-risks/add")
    una.open("/map-risks/add")
    una.page.fill("[name=country]", "TL")
    una.page.select_option("[name=about]", "everything")
    una.page.select_option("[name=effect]", index=1)
    una.page.select_option("[name=reason]", index=1)
    una.page.click("main form:not(.sieve) button")
    una.open("/map-risks")
    line = una.page.locator("tbody a").first.get_attribute("href") or ""
    assert_fine(una, line)
    assert_fine(vic, line, "/map-risks")
    assert [*una.complaints, *vic.complaints] == []


def opened(person: Somebody, path: str) -> Page:
    person.open(path)
    return person.page


def assert_on_the_map(page: Page, house: House, record: str) -> None:
    """Find the record in every view and file that names records, and its country's number in the others."""
    page.goto(f"{house.public}/ar/map/records?country=KE&language=sw&topic=bullying")
    assert NAME in page.locator("main").inner_text()
    page.goto(f"{house.public}/ar/map?country=KE")
    assert page.locator("svg.map").count()
    page.goto(f"{house.public}/ar/map/table")
    number = page.locator("td.n a[href*='country=KE']").first
    count = int(re.sub(r"\D", "", number.inner_text()))
    assert count == len(json.loads(house.get("/map.json?country=KE"))["records"])
    assert record in house.get("/map.csv?country=KE")
    [kenya] = [each for each in json.loads(house.get("/map.geojson?country=KE"))["features"] if "KE" in str(each)]
    assert kenya["properties"]["records"] == count
    assert f",{count}," in next(line for line in house.get("/map.hxl.csv?country=KE").splitlines() if line[:2] == "KE")
    page.goto(f"{house.public}/ar/country/KE")
    page.get_by_role("link", name=NAME).first.click()
    assert page.url == f"{house.public}/ar/service/{record}"
    assert NAME in page.locator("main").inner_text()
