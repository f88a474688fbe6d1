"""How a page is looked at: axe in both themes, the size of what one taps, reflow, direction."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# Contrast is held to 7:1, which axe checks by the enhanced rule only; every other rule is checked by its default.
RULES = {
    "rules": {
        "color-contrast-enhanced": {"enabled": True},
        "color-contrast": {"enabled": False},
        "target-size": {"enabled": True},
    },
    "resultTypes": ["violations"],
}
ONLY_CONTRAST = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
# Whatever one taps or writes into is at least 48 pixels either way; no page has a link inside a sentence.
SMALL = """() => [...document.querySelectorAll('a,button,summary,textarea,label.b')].filter(part =>
  part.checkVisibility() && !part.closest('[hidden]')).map(part => [part.innerText, part.getBoundingClientRect()])
  .filter(([_, box]) => box.width && (box.width < 47.9 || box.height < 47.9)).map(([text]) => text)"""
WIDER = """() => document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll('body *')]
  .filter(part => part.getBoundingClientRect().right > innerWidth + 1 || part.getBoundingClientRect().left < -1)
  .map(part => part.outerHTML.slice(0, 80)) : []"""
OPEN_ALL = "() => document.querySelectorAll('details').forEach(part => { part.open = true })"


def show(reader: Page, html: str) -> None:
    """Put a page into the reader as the server sent it, with everything unfolded."""
    reader.emulate_media(color_scheme="light")
    reader.set_content(html, wait_until="domcontentloaded")
    reader.evaluate(OPEN_ALL)


def assert_accessible(reader: Page, html: str, *, language: str) -> None:
    """Hold a page to every rule of an accessible one."""
    reader.set_viewport_size({"width": 320, "height": 640})
    show(reader, html)
    found = Axe().run(reader, options=RULES)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    reader.emulate_media(color_scheme="dark")
    found = Axe().run(reader, options=ONLY_CONTRAST)
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
    assert reader.evaluate(SMALL) == []
    for width in (320, 240):
        reader.set_viewport_size({"width": width, "height": 320})
        assert reader.evaluate(WIDER) == []
    assert reader.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")
    assert reader.evaluate("document.documentElement.lang") == language
    assert reader.title()


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Press the tab key until something has the focus, and see that the focus can be seen."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            break
        page.keyboard.press("Tab")
    target = page.locator(selector).first
    expect(target).to_be_focused()
    assert target.evaluate("each => getComputedStyle(each).outlineStyle") != "none"
