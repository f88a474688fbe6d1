"""The first message: nothing compulsory but words, kept once, and never lost by a refusal."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.utils.html import escape

from pop.helpline.conversations.models import Conversation, FirstMessages
from pop.helpline.lines.models import Line
from pop.helpline.talk.http import writing as writing_doors
from pop.helpline.talk.http.inside import with_session
from pop.helpline.words.child import PROMISE, TALK
from pop.pages.leaving import SESSION_COOKIE
from pop.places.words import LANGUAGES
from tests.helpline.talk.conftest import Child

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def test_words_alone_open_a_conversation(child: Child) -> None:
    answer = child.client.post("/write", {"text": "please", "key": secrets.token_urlsafe(24)})
    assert (answer.status_code, answer["Location"]) == (303, "/talk")
    assert child.now().state == "waiting"
    assert "please" in child.page()


def test_the_box_asks_for_nothing_but_words(child: Child) -> None:
    page = child.page("/write?language=en&country=KE")
    assert page.count("<textarea") == 1
    assert set(re.findall(r'<input type="(\w+)"', page)) == {"hidden", "checkbox"}
    assert set(re.findall(r'<input type="checkbox" name="(\w+)"', page)) == {"danger"}
    for tag in ("<select", 'type="file"', "required", "multipart"):
        assert tag not in page


def test_the_session_is_in_a_cookie_that_no_script_and_no_other_site_gets(child: Child, settings: Any) -> None:
    child.begin()
    cookie = child.client.cookies[SESSION_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert not cookie["max-age"]
    assert not cookie["expires"]
    settings.PRODUCTION = True
    assert with_session(HttpResponse(), "token").cookies[SESSION_COOKIE]["secure"]


def test_the_box_sets_no_cookie_and_keeps_nothing(child: Child) -> None:
    answer = child.client.get("/write?language=en&country=KE")
    assert answer.status_code == 200
    assert not answer.cookies
    assert Conversation.objects.count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_speaks_every_language_and_says_the_promise_first(child: Child, language: str) -> None:
    page = child.page(f"/write?language={language}&country=KE")
    assert f'<html lang="{language}"' in page
    assert ('dir="rtl"' in page[:200]) == (language == "ar")
    places = [page.index(f'id="{sentence.replace("_", "-")}"') for sentence in PROMISE]
    assert places == sorted(places)
    assert places[-1] < page.index("<textarea")
    assert 'href="tel:999"' in page


@pytest.mark.parametrize("young", [True, False])
def test_the_promise_has_at_most_forty_words_and_says_what_it_must(young: bool) -> None:
    said = [TALK.say(sentence, "en", young=young) for sentence in PROMISE]
    assert sum(len(sentence.split()) for sentence in said) <= 40
    whole = " ".join(said)
    assert "A person reads" in whole
    assert "program" in whole
    assert "danger" in whole


def test_what_was_chosen_in_the_finder_comes_along_and_stands_in_no_address(child: Child) -> None:
    page = child.client.post("/write", {"language": "en", "country": "KE", "age": "13-17", "tile": "online"})
    assert page.status_code == 200
    text = page.content.decode()
    assert 'name="tile" value="online"' in text
    assert 'name="age" value="13-17"' in text
    assert Conversation.objects.count() == 0
    assert "online" not in " ".join(re.findall(r'(?:href|action)="([^"]*)"', text))
    child.begin("hello", age="13-17", tile="online", danger="1")
    talk = child.now()
    assert (talk.age, talk.tile, talk.country, talk.danger) == ("13-17", "online", "KE", True)


def test_the_same_form_sent_twice_opens_one_conversation(child: Child) -> None:
    key = secrets.token_urlsafe(24)
    first = child.begin("once", key=key)
    token = child.token
    child.client.cookies.clear()
    second = child.begin("once", key=key)
    assert (first.status_code, second.status_code) == (303, 303)
    assert child.token == token
    assert Conversation.objects.count() == 1


def test_another_text_under_the_same_key_is_refused_and_keeps_its_words(child: Child) -> None:
    key = secrets.token_urlsafe(24)
    child.begin("once", key=key)
    child.client.cookies.clear()
    answer = child.begin("something else", key=key)
    assert answer.status_code == 409
    assert "something else</textarea>" in answer.content.decode()
    assert f'value="{key}"' not in answer.content.decode()


@pytest.mark.parametrize(("text", "said"), [("", "empty"), (" \n ", "empty"), ("x" * 4_001, "too_long")])
def test_what_cannot_be_sent_comes_back_in_the_box(child: Child, text: str, said: str) -> None:
    answer = child.begin(text)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert TALK.say(f"refused_{said}", "en", young=True) in page
    assert f'autocomplete="off">\n{text}</textarea>' in page
    assert Conversation.objects.count() == 0


def test_words_are_kept_as_written_with_their_lines_and_spaces(child: Child) -> None:
    child.begin("\r\n  one\r\n\r\n    two")
    page = child.page()
    assert '<p dir="auto">\n  one\n\n    two</p>' in page


def test_a_database_that_fails_loses_no_words_and_nothing_is_said_to_be_sent(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(writing_doors, "open_conversation", fail)
    answer = child.begin("do not lose me")
    assert answer.status_code == 503
    assert "do not lose me</textarea>" in answer.content.decode()
    assert "Not sent, still here." in answer.content.decode()
    assert SESSION_COOKIE not in answer.cookies


def test_another_site_cannot_begin_a_conversation(child: Child) -> None:
    said = {"text": "x", "key": secrets.token_urlsafe(24)}
    assert child.client.post("/write", said, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert child.client.post("/write", said, headers={"origin": "https://evil.example"}).status_code == 403
    assert child.client.post("/write", said, headers={"origin": "null"}).status_code == 303


def test_a_closed_line_takes_a_message_honestly_and_shows_who_is_open(child: Child) -> None:
    Line.objects.update(hours="Mo 03:00-03:01; PH off", countries=["KE"])
    page = child.page("/write?language=en&country=KE")
    assert "You can leave a message" in page
    assert "A person reads your message within 24 hours." in page
    assert "Other ways to get help now" in page
    assert "Childline Kenya" in page
    # Nobody reads now: who is in danger finds the numbers before the box.
    assert page.index('href="tel:') < page.index("<textarea")
    child.begin("for later")
    assert child.now().state == "message_left"


@pytest.mark.parametrize("age", ["8-12", "13-17"])
def test_who_ticks_danger_is_told_what_happens_now_that_nobody_reads(child: Child, age: str) -> None:
    asked = {"language": "en", "country": "KE", "age": age}
    young = age == "8-12"
    open_, closed = (TALK.say(f"danger_tick_note{each}", "en", young=young) for each in ("", "_closed"))
    page = child.client.post("/write", asked).content.decode()
    assert open_ in page
    assert closed not in page
    Line.objects.update(hours="Mo 03:00-03:01; PH off")
    page = child.client.post("/write", asked).content.decode()
    assert closed in page
    assert open_ not in page
    assert closed.index("emergency number") < closed.index("before others")


@pytest.mark.parametrize(("hours", "said"), [(1, "within one hour."), (2, "within 2 hours.")])
def test_one_hour_is_said_as_one(child: Child, hours: int, said: str) -> None:
    Line.objects.update(hours="Mo 03:00-03:01; PH off", read_within_hours=hours)
    assert said in child.page("/write?language=en&country=KE")


def test_where_no_line_serves_the_country_other_people_are_named(child: Child) -> None:
    Line.objects.update(countries=["FR"])
    page = child.page("/write?language=en&country=KE")
    assert "We have no place to write to here" in page
    assert "<textarea" not in page
    assert "Childline Kenya" in page
    assert "Choose your country first." in child.page("/write?language=en")
    assert child.begin("hello").status_code == 200


def test_a_sandbox_line_says_so_before_and_after(child: Child) -> None:
    Line.objects.update(sandbox=True)
    said = TALK.say("sandbox", "en", young=True)
    assert said in child.page("/write?language=en&country=KE")
    child.begin()
    assert said in child.page()


def test_a_browser_in_a_conversation_is_led_to_it(writing: Child) -> None:
    answer = writing.client.get("/write?language=en&country=KE")
    assert (answer.status_code, answer["Location"]) == (303, "/talk")
    writing.become("closed")
    assert writing.client.get("/write?language=en&country=KE").status_code == 200


def test_a_form_out_of_chromiums_history_shows_the_first_page(child: Child) -> None:
    chromium = {"Sec-CH-UA": '"Chromium";v="156"', "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
    said = {"text": "x", "key": secrets.token_urlsafe(24), "language": "en", "country": "KE"}
    answer = child.client.post("/write", said, headers=chromium)
    assert (answer.status_code, answer["Location"]) == (303, "/en/KE")
    assert Conversation.objects.count() == 0


def test_an_ended_line_is_not_offered(child: Child) -> None:
    Line.objects.update(ended_at="2026-01-01T00:00:00Z")
    assert "<textarea" not in child.page("/write?language=en&country=KE")


@pytest.mark.parametrize("text", ["", "x" * 4_001])
def test_a_key_that_somebody_planted_in_a_form_is_not_in_the_next_one(child: Child, text: str) -> None:
    """Whoever knows a form's key and its words is given its conversation: the page must bring no key but its own."""
    planted = secrets.token_urlsafe(24)
    answer = child.begin(text, key=planted)
    assert answer.status_code == 400
    assert planted not in answer.content.decode()


@pytest.fixture
def full(child: Child, again: Callable[[], Child]) -> Child:
    """A browser that writes after as many others as the line takes at once, and for hours more."""
    assert again().begin().status_code == 303
    FirstMessages.objects.update(left=-100_000)
    return child


def test_of_a_flood_nobody_loses_their_words_and_everybody_sees_other_help(full: Child) -> None:
    answer = full.begin("do not lose\nme", age="13-17", tile="online")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert SESSION_COOKIE not in answer.cookies
    page = answer.content.decode()
    assert TALK.say("refused_too_many", "en", young=False) in page
    assert "do not lose\nme</textarea>" in page
    assert 'name="tile" value="online"' in page
    # Numbers before the box, other services that are open after it.
    assert page.index('href="tel:999"') < page.index("<textarea")
    assert page.index("Childline Kenya") > page.index("<textarea")
    assert Conversation.objects.count() == 1


def test_after_a_while_the_same_words_are_taken(full: Child) -> None:
    page = full.begin("take me later").content.decode()
    key = re.findall(r'name="key" value="([^"]+)"', page)[0]
    FirstMessages.objects.update(left=1)
    assert full.begin("take me later", key=key).status_code == 303
    assert "take me later" in full.page()


def test_a_line_takes_as_many_at_once_as_the_setting_says(child: Child, settings: Any) -> None:
    settings.FIRST_MESSAGES_A_MINUTE = 7
    child.begin()
    assert 69 <= FirstMessages.objects.get().left < 70


def test_who_is_in_danger_is_let_in_while_the_others_wait(full: Child) -> None:
    assert full.begin("now", danger="1").status_code == 303
    assert full.now().danger


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_flood_is_said_in_every_language(full: Child, language: str) -> None:
    for age in ("8-12", "13-17"):
        page = full.begin("hello", language=language, age=age).content.decode()
        assert escape(TALK.say("refused_too_many", language, young=age == "8-12")) in page


def test_a_closed_line_is_bounded_too_and_says_both(full: Child) -> None:
    Line.objects.update(hours="Mo 03:00-03:01; PH off")
    answer = full.begin("for later")
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "You can leave a message" in page
    assert TALK.say("refused_too_many", "en", young=True) in page
    assert page.count('class="danger') == full.page("/write?language=en&country=KE").count('class="danger')


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_for_other_ages_says_so_and_names_other_people(child: Child, language: str) -> None:
    Line.objects.update(min_age=8, max_age=12)
    said = {"language": language, "country": "KE", "age": "13-17"}
    page = child.client.post("/write", said).content.decode()
    assert escape(TALK.say("write_none_age", language, young=False)) in page
    assert "<textarea" not in page
    assert "Childline Kenya" in page
    # Nothing is opened by a form that was on the page before, either.
    assert child.begin("hello", age="13-17").status_code == 200
    assert Conversation.objects.count() == 0


def test_a_child_who_did_not_say_its_age_finds_every_line(child: Child) -> None:
    Line.objects.update(min_age=8, max_age=12)
    assert "<textarea" in child.page("/write?language=en&country=KE")
    assert child.begin("hello").status_code == 303
