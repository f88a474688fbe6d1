"""The console in a real browser: the way of a number, a passkey, nothing that axe finds, nothing that CSP stops."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pop.simulation.counsellor import code_now
from tests.colleagues import DESKTOP, Somebody, violations, violations_at
from tests.served import Served, prepared, serving

pytestmark = pytest.mark.browser

SIZES = (DESKTOP, {"width": 820, "height": 1100})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real registry in a folder of its own: these tests change it."""
    return prepared(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def desk(registry: Path) -> Iterator[Served]:
    """The real console."""
    with serving(registry, door="console") as served:
        yield served


def test_a_number_goes_through_three_people_with_authenticator_apps(browser, desk):
    editor, ann, bo = (
        Somebody(browser, desk, name, role)
        for name, role in (("ed", "editor"), ("ann", "approver"), ("bo", "approver"))
    )
    for person in (editor, ann, bo):
        person.choose_password()
    editor.set_up_app()
    bo.set_up_app()
    # One of them goes the long way: out, and in again with password and code.
    secret = ann.set_up_app()
    ann.sign_out()
    ann.enter_password()
    ann.page.fill("#id_code", code_now(secret, now=time.time() + 30))
    ann.page.click("main button >> nth=0")
    ann.page.wait_for_url(desk.url + "/")

    editor.open("/services?q=116&country=KE")
    editor.page.click("tbody a >> nth=0")
    record = editor.page.url
    editor.page.click(".contact a >> nth=0")
    editor.page.fill("#id_as_stated", "1195")
    editor.page.fill("#id_source", "https://www.childlinekenya.co.ke/")
    editor.page.fill("#id_observed_on", "2026-01-15")
    editor.page.select_option("#id_stage", "desk_checked")
    editor.page.click("main .buttons button")
    editor.page.wait_for_url("**/proposals/*")
    for person, said in ((ann, "One more person is needed"), (bo, "The change is made")):
        person.open("/proposals?whose=answerable")
        person.page.click("tbody a >> nth=0")
        person.page.click("form[action$='/approve'] button")
        assert said in person.page.inner_text(".messages")
    editor.page.goto(record)
    assert editor.page.inner_text(".dial >> nth=0") == "1195"
    assert [*editor.complaints, *ann.complaints, *bo.complaints] == []


def test_a_passkey_is_added_and_opens_the_console_after_the_password(browser, desk):
    person = Somebody(browser, desk, "kay", "administrator")
    devices = person.page.context.new_cdp_session(person.page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"automaticPresenceSimulation": True}})
    person.choose_password()
    person.open("/security/keys/add/")
    person.page.click("#mfa_webauthn_add")
    person.page.wait_for_url("**/security/codes/")
    person.sign_out()
    person.enter_password()
    person.page.click("#mfa_webauthn_authenticate")
    person.page.wait_for_url(desk.url + "/")
    person.open("/staff")
    assert "Kay" in person.page.inner_text("table")
    assert person.complaints == []


def test_no_page_has_a_violation_or_scrolls_sideways(browser, desk):
    person = Somebody(browser, desk, "all", "editor", "approver", "administrator")
    person.open(person.link)
    found = {person.link: violations(person.page)}
    person.choose_password()
    found |= {path: violations_at(person, path) for path in ("/security/", "/security/app/add/")}
    person.set_up_app()
    person.open("/services?q=Childline+Kenya")
    person.page.click("tbody a >> nth=0")
    record = person.page.url.removeprefix(desk.url)
    paths = [
        "/",
        "/services",
        "/services/add",
        "/proposals",
        "/tasks",
        "/findings",
        "/notices",
        "/notices/add",
        "/emergency",
        "/emergency/add",
        "/links",
        "/map-risks",
        "/map-risks/add",
        "/staff",
        "/staff/add",
        "/audit",
        "/security/",
        "/security/keys/add/",
        "/nothing-here",
    ]
    paths += [record, f"{record}/edit", f"{record}/contacts/add", f"{record}/propose/defunct", f"{record}/notice"]
    for size in SIZES:
        person.page.set_viewport_size(size)
        found |= {f"{path} at {size['width']}": violations_at(person, path) for path in paths}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
