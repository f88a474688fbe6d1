"""The registry's pages in a real browser: no violation that axe finds, and no sideways scrolling on a small phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, sync_playwright

from pop.places.words import LANGUAGES
from pop.registry.directory.actions.load import load_seed
from pop.registry.directory.models import Service

CHROMIUM = "/usr/bin/chromium"
SIZES = ({"width": 320, "height": 640}, {"width": 1280, "height": 900})


@pytest.fixture
def rendered(public: Client) -> dict[str, str]:
    """Every kind of page in a language of each direction, the fullest ones in all: {address: HTML}."""
    load_seed()
    line = Service.objects.get(country="KE", name="Childline Kenya")
    other = Service.objects.get(country="US", name="2NDFLOOR Youth Helpline")
    Service.objects.filter(country="KE").exclude(id=line.id).update(state="suspended")
    hidden = Service.objects.filter(country="KE").exclude(id=line.id).first()
    assert hidden is not None
    contact = line.contacts.first()
    assert contact is not None
    rests = [
        "countries",
        "countries?q=zzzz",
        "country/KE",
        "country/US",
        f"service/{line.id}",
        f"service/{other.id}",
        f"service/{hidden.id}",
        f"service/{line.id}/number/{contact.id}",
        f"service/{line.id}/report",
        f"service/{line.id}/thanks",
        "country/XX",
    ]
    fullest = {"country/KE", f"service/{line.id}", f"service/{line.id}/report"}
    both = ("en", "ar")
    wanted = [f"/{language}/{rest}" for language in LANGUAGES for rest in rests if language in both or rest in fullest]
    found = {address: public.get(address).content.decode() for address in wanted}
    wrong = public.generic(
        "POST",
        f"/ar/service/{line.id}/report",
        b"reason=other&number=x",
        content_type="application/x-www-form-urlencoded",
    )
    return found | {"a refused report": wrong.content.decode()}


@pytest.fixture
def browser(rendered: dict[str, str]) -> Iterator[Browser]:
    """Chromium, started after the pages are made: its event loop would forbid the database."""
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(
    rendered: dict[str, str], browser: Browser, scheme: str
):
    assert Path(CHROMIUM).exists()
    axe = Axe()
    problems: list[str] = []
    context = browser.new_context(color_scheme=scheme, java_script_enabled=True)  # type: ignore[arg-type]
    page = context.new_page()
    for number, (address, content) in enumerate(rendered.items()):
        if scheme == "dark" and not address.startswith("/en/"):
            continue  # colours do not depend on the language
        page.set_viewport_size(SIZES[0])
        page.set_content(content)
        if page.evaluate("document.documentElement.scrollWidth") > SIZES[0]["width"]:
            problems.append(f"{address}: wider than {SIZES[0]['width']} px")
        page.set_viewport_size(SIZES[number % 2])
        found = axe.run(
            page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        )
        for violation in found.response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:2]]
            problems.append(f"{address}: {violation['id']} {nodes}")
    context.close()
    assert problems == []
