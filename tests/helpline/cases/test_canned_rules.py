"""Ready answers hold safe links only."""

from __future__ import annotations

import pytest

from pop.helpline.cases.rules.canned import fault, links_are_safe


@pytest.mark.parametrize(
    "text",
    [
        "See https://help.example/now, or call tel:116111.",
        "Nobody has to go through this alone.",
        "We answer from 10:30 to 18:00. Note: it is free.",
        "tel:+254-116",
    ],
)
def test_https_and_telephone_links_are_safe(text: str) -> None:
    assert links_are_safe(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://help.example",
        "go to javascript:alert(1)",
        "JAVASCRIPT:x",
        "data:text/html,x",
        "https:help.example",
        "https://localhost",
        "https://user@help.example",
        "https://[x",
        "//help.example",
        "www.help.example",
        "mailto:a@help.example",
        "tel:javascript",
        "ftp://help.example",
    ],
)
def test_every_other_link_is_refused(text: str) -> None:
    assert not links_are_safe(text)


def test_each_fault_is_named() -> None:
    good = {"language": "fr", "shortcut": "hi", "title": "Hello", "text": "Hello, I am here."}
    assert fault(**good) is None
    for field, bad, code in [
        ("language", "f", "canned_language"),
        ("shortcut", "Hi there", "canned_shortcut"),
        ("title", " ", "canned_title"),
        ("title", "x" * 81, "canned_title"),
        ("text", "", "canned_text"),
        ("text", "x" * 2001, "canned_text"),
        ("text", "a\0b", "canned_text"),
        ("text", "http://x.example", "canned_link"),
        ("title", "http://x.example", "canned_link"),
    ]:
        assert fault(**{**good, field: bad}) == code
