"""The pages of a conversation in every state, language and wording: small, alone, accessible, and saying nothing."""

from __future__ import annotations

import gzip
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from pop.places.words import LANGUAGES
from tests.pages.every_page import WORDINGS
from tests.pages.looking import assert_accessible
from tests.pages.staff_at_work import answer

CEILING = 14_000
JOURNEY = 50_000
STATES = ("waiting", "active", "sleeping", "promised", "message_left", "closed", "blocked")
# What has a page of its own beside the conversation.
PATHS = ("/talk/say", "/talk/keep", "/talk/readers", "/talk/complain", "/talk/end", "/talk/forget")
TEXT = "I do not know how to say it, but something happened at school and I am afraid to go there again."


def begin(ask: Callable[..., Any], language: str, age: str) -> str:
    """Write a first message as a browser would, and return the session's cookie."""
    said = {"text": TEXT, "key": secrets.token_urlsafe(24), "language": language, "country": "KE", "age": age}
    wire = ask("/write", urlencode(said))
    assert wire.status == 303
    found = re.search(rb"set-cookie: (pop_public=[^;]+)", wire.head, re.IGNORECASE)
    assert found is not None
    return str(found[1].decode())


def bring(site: Any, state: str) -> None:
    """Bring the newest conversation into a state, beside the server: only what the page looks like is asked here."""
    blocked = "datetime('now')" if state == "blocked" else "NULL"
    promised = "datetime('now', '+2 days')" if state == "promised" else "NULL"
    with closing(sqlite3.connect(site.data / "pop.sqlite3", timeout=20)) as link, link:
        link.execute(
            f"UPDATE helpline_conversation SET state = ?, blocked_at = {blocked}, promised_for = {promised}"
            " WHERE opened_at = (SELECT max(opened_at) FROM helpline_conversation)",
            ("active" if state == "blocked" else state,),
        )


def text_of(wire: Any) -> str:
    return gzip.decompress(wire.body).decode()


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_conversation_fits_into_fourteen_thousand_bytes(
    language: str, wording: str, site: Any, ask: Callable[..., Any]
) -> None:
    cookie = begin(ask, language, WORDINGS[wording])
    pages = {}
    for state in STATES:
        bring(site, state)
        pages[state] = ask("/talk", cookie=cookie)
        assert f'data-state="{state}"' in text_of(pages[state])
    for path in PATHS:
        pages[path] = ask(path, cookie=cookie)
    for name, wire in pages.items():
        html = text_of(wire)
        assert wire.status == 200, name
        assert wire.size <= CEILING, name
        assert b"content-encoding: gzip" in wire.head.lower()
        assert not re.search(r"""<(?:script|img|iframe|link|source)[^>]*(?:src|href)=["']?(?!data:)[^"'>]""", html)
        assert "url(" not in html
        assert "<title>" in html
        assert b"cache-control: no-store" in wire.head.lower()
        assert b"set-cookie" not in wire.head.lower()
        assert b"unsafe-inline" not in wire.head
        # A title and an address of ours say nothing.
        assert TEXT not in html.partition("<body>")[0]


def test_the_longest_conversation_fits_too(site: Any, ask: Callable[..., Any]) -> None:
    cookie = begin(ask, "ar", "8-12")
    answer(site.data, *(secrets.token_hex(700) for _ in range(12)))
    assert ask("/talk", cookie=cookie).size <= CEILING


def test_the_way_from_the_first_page_to_the_first_answer_fits_into_fifty_thousand_bytes(
    site: Any, ask: Callable[..., Any]
) -> None:
    journey = ask("/ar/KE").size + ask("/ar/KE/find", "tile=at_school").size
    journey += ask("/write", "language=ar&country=KE&tile=at_school").size
    cookie = begin(ask, "ar", "")
    journey += ask("/talk", cookie=cookie).size
    answer(site.data, "I am here")
    journey += ask("/talk", cookie=cookie).size
    assert journey <= JOURNEY


@pytest.mark.parametrize("path", ["/write", "/talk/send"])
def test_a_form_over_sixty_four_kilobytes_is_answered_by_the_childs_own_page(
    path: str, site: Any, ask: Callable[..., Any]
) -> None:
    cookie = begin(ask, "en", "13-17")
    words = urlencode({"language": "en", "country": "KE", "key": "a-key-of-its-own", "text": "so many words " * 6_000})
    wire = ask(path, words, cookie=cookie)
    assert wire.status == 413
    assert b"text/html" in wire.head
    page = wire.body.decode()
    assert "Only the beginning is still here." in page
    assert 'autocomplete="off">\nso many words so many words' in page


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_conversation_is_accessible(
    language: str, wording: str, site: Any, ask: Callable[..., Any], reader: Page
) -> None:
    cookie = begin(ask, language, WORDINGS[wording])
    for state in STATES:
        bring(site, state)
        assert_accessible(reader, text_of(ask("/talk", cookie=cookie)), language=language)
    for path in PATHS:
        assert_accessible(reader, text_of(ask(path, cookie=cookie)), language=language)
    token = re.search(r'name="token" value="([^"]+)"', text_of(ask("/talk", cookie=cookie)))
    assert token is not None
    six = text_of(ask("/talk/keep", f"token={token[1]}", cookie=cookie))
    assert six.count("<li><bdi") >= 5
    assert_accessible(reader, six, language=language)
