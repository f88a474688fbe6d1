"""Members of staff at browsers of their own: made by the command, signed in the real way, looked at by axe."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from pop.simulation.counsellor import code_now
from tests.served import Served, environment, pop

PASSWORD = "a grey heron on the quiet river"
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
# What is wider than the window without standing in a part that scrolls by itself.
_WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


class Somebody:
    """One member of staff at their own browser; what the browser complains of is kept."""

    def __init__(self, browser: Browser, desk: Served, name: str, *roles: str) -> None:
        words = ["staff", "create", "--email", f"{name}@example.org", "--name", name.title()]
        made = pop(*words, *(part for role in roles for part in ("--role", role)), env=environment(desk.data))
        link = re.search(r"/enter/[\w-]+", made.stdout)
        assert link, made.stdout + made.stderr
        self.name, self.desk, self.link = name, desk, link[0]
        self.complaints: list[str] = []
        self.page: Page = browser.new_context(viewport=DESKTOP).new_page()
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        self.page.goto(self.desk.url + path)

    def choose_password(self) -> None:
        self.open(self.link)
        self.page.fill("#id_password", PASSWORD)
        self.page.fill("#id_again", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url("**/security/")

    def set_up_app(self) -> str:
        """Set an authenticator app up; return its secret."""
        self.open("/security/app/add/")
        secret = self.page.inner_text("code.secret")
        self.page.fill("#id_code", code_now(secret))
        self.page.click("main .buttons button")
        self.page.wait_for_url("**/security/codes/")
        return secret

    def sign_out(self) -> None:
        self.open("/")
        self.page.click(".who form[action*=logout] button")

    def enter_password(self) -> None:
        self.open("/account/login/")
        self.page.fill("#id_login", f"{self.name}@example.org")
        self.page.fill("#id_password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url("**/security/second-step/**")

    def speak(self, language: str) -> None:
        """Choose the language of the console."""
        self.page.select_option("#language", language)
        self.page.click(".who form[action*=language] button")
        self.page.wait_for_selector(f"html[lang={language}]")


def violations_at(person: Somebody, path: str) -> list[str]:
    person.open(path)
    return violations(person.page)


def violations(page: Page) -> list[str]:
    """Return what axe finds on a page, and whether it scrolls sideways."""
    wrong = [each["id"] for each in Axe().run(page).response["violations"]]
    return [*wrong, *(["scrolls sideways"] if page.evaluate(_WIDER) else [])]
