"""A ministry's focal point in a real browser, from the command that makes them to the public page of the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.colleagues import DESKTOP, Somebody, violations, violations_at
from tests.served import Served, environment, pop, prepared, serving

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 700}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real registry in a folder of its own: this test changes it."""
    return prepared(tmp_path_factory.mktemp("ministry"))


@pytest.fixture(scope="module")
def desk(registry: Path) -> Iterator[Served]:
    """The real console."""
    with serving(registry, door="console") as served:
        yield served


class Ministry(Somebody):
    """Kenya's focal point, made by the command."""

    def __init__(self, browser: Browser, desk: Served) -> None:
        words = ["staff", "create", "--email", "ministry@example.org", "--name", "Wanjiru", "--role", "focal_point"]
        refused = pop(*words, env=environment(desk.data))
        assert (refused.returncode, "Name the country" in refused.stderr) == (1, True)
        made = pop(*words, "--country", "KE", env=environment(desk.data))
        link = re.search(r"/enter/[\w-]+", made.stdout)
        assert link, made.stdout + made.stderr
        self.name, self.desk, self.link, self.complaints = "ministry", desk, link[0], []
        self.page = browser.new_context(viewport=DESKTOP).new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)


def test_a_focal_point_proposes_and_two_people_agree_before_anybody_reads_it(browser, desk):
    ministry, ann, bo = Ministry(browser, desk), *(Somebody(browser, desk, name, "approver") for name in ("ann", "bo"))
    for person in (ministry, ann, bo):
        person.choose_password()
        person.set_up_app()
    ministry.open("/")
    assert ministry.page.url.endswith("/country")
    pages = ["/country", "/country/findings", "/country/proposals", "/country/emergency", "/country/emergency/add"]
    ministry.page.click("tbody a >> nth=0")
    record = ministry.page.url.removeprefix(desk.url)
    pages += [record, f"{record}/correct", f"{record}/contacts/add"]
    ministry.page.click(".contact a >> nth=0")
    pages.append(ministry.page.url.removeprefix(desk.url))
    ministry.page.fill("#id_as_stated", "1195")
    ministry.page.fill("#id_source", "Children Act, section 12")
    ministry.page.fill("#id_observed_on", "2026-01-15")
    ministry.page.click("main .buttons button")
    ministry.page.wait_for_url("**/country/proposals/*")
    pages.append(ministry.page.url.removeprefix(desk.url))
    found = {}
    for language in ("en", "ar"):
        ministry.page.set_viewport_size(DESKTOP)
        ministry.speak(language)
        for size in (DESKTOP, PHONE):
            ministry.page.set_viewport_size(size)
            found |= {f"{language} {path} {size['width']}": violations_at(ministry, path) for path in pages}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    for person, said in ((ann, "One more person is needed"), (bo, "The change is made")):
        person.open("/proposals?whose=answerable")
        person.page.click("tbody a >> nth=0")
        assert "The focal point of the country's ministry proposed this" in person.page.inner_text("main")
        assert violations(person.page) == []
        person.page.click("form[action$='/approve'] button")
        assert said in person.page.inner_text(".messages")
    ministry.open(record)
    assert ministry.page.inner_text(".dial >> nth=0") == "1195"
    ministry.open("/services")
    assert "Not found" in ministry.page.title() or "404" in " ".join(ministry.complaints)
    assert [each for each in [*ministry.complaints, *ann.complaints, *bo.complaints] if "404" not in each] == []
