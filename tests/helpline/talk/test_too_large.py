"""A form that is larger than a request may be: the child's own page answers, with the beginning of the words."""

from __future__ import annotations

from urllib.parse import quote_plus, urlencode

import pytest

from pop.helpline.conversations.models import Complaint, Conversation
from pop.helpline.talk.http.too_large import fields_of, page_of_too_large
from pop.helpline.words.child import TALK
from pop.pages.leaving import SESSION_COOKIE
from tests.helpline.talk.conftest import Child

MOST = 65_536
HEADERS = {b"accept-language": b"fr", b"sec-fetch-site": b"same-origin"}


def beginning(text: str, **fields: str) -> bytes:
    """Return what is read of a form whose words go on and on."""
    return (urlencode(fields) + "&text=" + quote_plus(text * 20_000)).encode()[:MOST]


@pytest.mark.parametrize("less", range(13))
@pytest.mark.parametrize("text", ["a b", "\u00e9t\u00e9 ", "\u6211\u5f88\u6015", "\U0001f614", "one\r\n"])
def test_words_are_cut_between_two_characters(text: str, less: int) -> None:
    body = beginning(text, token="t")
    found = fields_of(body[: len(body) - less])
    assert found["token"] == "t"
    words = text.replace("\r\n", "\n")
    assert (words * 20_000).startswith(found["text"])
    assert len(found["text"]) > 5_000


def test_a_form_of_far_too_many_fields_has_none() -> None:
    assert fields_of(b"a=1&" * 1_000) == {}


def test_an_address_that_is_no_childs_is_not_answered_here() -> None:
    for path in ("/v1/match", "/hsds/services", "/healthz", "/services"):
        assert page_of_too_large(path, HEADERS, b"x" * MOST) is None


@pytest.mark.storage
@pytest.mark.django_db
def test_the_first_message_comes_back_in_its_box_and_opens_nothing(child: Child) -> None:
    body = beginning("so much ", language="en", country="KE", age="13-17", tile="online", key="k" * 24)
    page = (page_of_too_large("/write", HEADERS, body) or b"").decode()
    assert TALK.say("refused_cut", "en") in page
    assert 'autocomplete="off">\nso much so much' in page
    assert 'name="tile" value="online"' in page
    assert "k" * 24 not in page
    assert Conversation.objects.count() == 0


@pytest.mark.storage
@pytest.mark.django_db
def test_a_message_and_a_complaint_come_back_in_theirs(writing: Child) -> None:
    headers = {**HEADERS, b"cookie": f"{SESSION_COOKIE}={writing.token}".encode()}
    body = beginning("so much ", **writing.form(), key="a-key-of-its-own")
    for path in ("/talk/send", "/talk/complain"):
        page = (page_of_too_large(path, headers, body) or b"").decode()
        assert TALK.say("refused_cut", "en") in page
        assert 'autocomplete="off">\nso much so much' in page
        assert f'action="{path}"' in page
    assert writing.now().last_sequence == 1
    assert not Complaint.objects.exists()


@pytest.mark.storage
@pytest.mark.django_db
def test_without_a_session_no_page_says_that_there_was_a_conversation(child: Child) -> None:
    for path in ("/talk/send", "/talk/complain"):
        page = (page_of_too_large(path, HEADERS, beginning("so much ")) or b"").decode()
        assert TALK.say("ended_title", "fr") in page
        assert "so much" not in page


@pytest.mark.storage
@pytest.mark.django_db
def test_another_site_gets_nothing_of_what_it_sent_shown(child: Child) -> None:
    page = page_of_too_large("/write", {b"sec-fetch-site": b"cross-site"}, beginning("so much "))
    assert page is not None
    assert b"so much" not in page


@pytest.mark.storage
@pytest.mark.django_db
def test_a_form_without_words_says_sorry_in_the_readers_language(child: Child) -> None:
    for path in ("/talk/keep", "/en/KE/find"):
        page = page_of_too_large(path, HEADERS, b"x" * MOST)
        assert page is not None
        assert b'<html lang="fr"' in page
    six = page_of_too_large("/back", HEADERS, beginning("so much "))
    assert six is not None
    assert b"so much" not in six
