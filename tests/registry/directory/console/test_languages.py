"""The registry's console speaks its reader's language: labels, choices and hints that were made once, too."""

from __future__ import annotations

import html
from types import SimpleNamespace

import pytest
from django.test import Client

from pop.places.words import CONSOLE_LANGUAGES
from pop.registry.directory.console_words import CONSOLE
from pop.registry.directory.models import Service

pytestmark = [pytest.mark.storage, pytest.mark.django_db]

# Short texts may stand within other words, and some are the same in another language.
SENTENCES = {text for _, text in CONSOLE.messages() if len(text.split()) > 2 and "{" not in text}
PAGES = (
    *("/", "/services", "/services/add", "/services/{id}", "/services/{id}/edit", "/services/{id}/contacts/add"),
    *("/services/{id}/propose/defunct", "/services/{id}/notice", "/proposals", "/tasks", "/notices", "/notices/add"),
    *("/emergency", "/emergency/add", "/links", "/findings"),
)


def shown(client: Client, service: Service, language: str) -> dict[str, set[str]]:
    """Return {page: English sentences that stand on it in a language}."""
    found = {}
    for page in PAGES:
        answer = client.get(page.format(id=service.pk), headers={"Accept-Language": language})
        assert answer.status_code == 200, page
        body = answer.content.decode()
        found[page] = {text for text in SENTENCES if html.escape(text) in body}
    return found


@pytest.mark.parametrize("language", [each for each in CONSOLE_LANGUAGES if each != "en"])
def test_no_page_keeps_a_sentence_of_another_language(
    language: str, people: SimpleNamespace, service: Service, console: Client, sign_in: object
) -> None:
    client = sign_in(console, people.editor)  # type: ignore[operator]
    english = shown(client, service, "en")
    assert len(english) > 10
    assert sum(map(len, english.values())) > 40
    assert {page: left for page, left in shown(client, service, language).items() if left} == {}
