"""Whatever strangers write is kept as written or refused clearly, and shown inert on every page that shows it."""

from __future__ import annotations

import html
import re
import secrets
from collections import Counter
from html.parser import HTMLParser

import pytest

from pop.helpline import database
from pop.helpline.conversations.actions.appending import Sending, append
from pop.helpline.conversations.rules.messages import fault_of
from tests.helpline.conftest import client_key
from tests.helpline.talk.conftest import Child
from tests.hostile import NAUGHTY

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


# The form that leads to earlier messages.
EARLIER = Counter(
    {
        ("form", ("action", "autocomplete", "method")): 1,
        ("input", ("name", "type", "value")): 2,
        ("button", ("class",)): 1,
        ("a", ("class", "href")): 1,
    }
)


class Seen(HTMLParser):
    """What a browser would make of a page: its elements, and the words of what was said."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    seen = Seen()
    seen.feed(page)
    return [each for each in seen.tags if each[0] not in {"li", "p", "b", "time"}]


def test_every_naughty_string_is_shown_as_written_and_changes_no_page(writing: Child) -> None:
    writing.become("active")
    calm = shape(writing.page())
    shown = 0
    for number, text in enumerate(NAUGHTY):
        if fault_of(text):
            continue
        with database.atomic():
            append(Sending(writing.now().id, "counsellor", text, client_key(), staff=writing.house.counsellor.id))
        shown += 1
        if number % 25 and number < len(NAUGHTY) - 13:
            continue
        page = writing.page()
        said = re.findall(r'<p dir="auto">(.*?)</p>', page, re.DOTALL)
        assert html.unescape(said[-1]) == text
        # Nothing but messages was added to the page, and the ways to the earlier and to the newest ones.
        assert Counter(shape(page)) - Counter(calm) <= EARLIER
    assert shown > 450


def test_every_naughty_string_in_the_first_box_is_kept_or_comes_back(child: Child) -> None:
    for text in NAUGHTY[::9]:
        fields = {
            "text": text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
            "language": text,
            "country": text,
        }
        answer = child.client.post("/write", {**fields, "key": secrets.token_urlsafe(24), "age": text, "tile": text})
        assert answer.status_code in {303, 400}
        if answer.status_code == 400:
            assert answer.content.decode().count("<script") == 1
        child.client.cookies.clear()


def test_naughty_words_typed_as_a_code_or_a_key_break_nothing(child: Child) -> None:
    for text in NAUGHTY[::25]:
        plain = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        assert child.client.post("/write", {"text": "x", "key": plain, "language": "en"}).status_code == 303
        child.client.cookies.clear()
        assert child.client.get("/write", {"language": plain, "country": plain}).status_code == 200
        assert child.client.get("/back", {"language": plain, "country": plain}).status_code == 200
        assert child.client.get("/talk/confidential", {"language": plain, "country": plain}).status_code == 200
