"""The doors of the child's pages: every choice gets an answer, no nonsense breaks one, nothing stands in an address."""

from __future__ import annotations

import gzip
import itertools
from typing import Any

import pytest
from django.test import Client

from pop.pages.leaving import SESSION_COOKIE
from pop.places.words import LANGUAGES
from pop.signposting.finder import http, urls
from pop.signposting.finder.queries import use_engine
from pop.signposting.finder.rules import AGES, FINER, TILES

HOSTILE = [
    "\0",
    "\ud800",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{{ 7*7 }}",
    "{% debug %}",
    "%00%ff",
    "\u202e\u0000\ufeff",
    "𝒳" * 2_000,
    "-1",
    "null",
]


def test_the_public_door_lists_the_childs_pages(public: Client) -> None:
    assert public.get("/en/KE").status_code == 200
    assert public.get("/leave").status_code == 303


@pytest.mark.parametrize(("language", "age"), list(itertools.product(LANGUAGES, ("", *AGES))))
def test_every_tile_answers_in_every_language_and_age(child: Client, language: str, age: str) -> None:
    for tile in ("", *TILES):
        response = child.post(f"/{language}/KE/find", {"tile": tile, "age": age})
        assert response.status_code == 200
        assert b'href="tel:116"' in response.content


def test_every_finer_choice_answers(child: Client) -> None:
    for tile, topics in FINER.items():
        for topic in topics:
            response = child.post("/en/GB/find", {"tile": tile, "topic": topic, "talk": "no"})
            assert response.status_code == 200
            assert b"tel:+448001111" in response.content


@pytest.mark.parametrize("word", HOSTILE, ids=ascii)
def test_hostile_words_are_ignored_and_never_shown(child: Client, word: str) -> None:
    names = ("tile", "topic", "age", "talk", "friend", "country", "unknown")
    form = "&".join(f"{name}={word}" for name in names).encode("utf-8", "surrogatepass")
    calm = child.post("/en/KE/find").content
    for path in ("/en/KE/find", "/en/KE", "/en/KE/card", "/en/KE/adult", "/en/history"):
        response = child.post(path, form, content_type="application/x-www-form-urlencoded")
        assert response.status_code == 200
    assert child.post("/en/KE/find", form, content_type="application/x-www-form-urlencoded").content == calm


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "nonsense"]
)
def test_a_body_that_cannot_be_read_says_nothing(child: Client, kind: str) -> None:
    for body in (b"\xff\xfe\0" * 100, b"tile=" + b"x" * 1_000_000, b"&" * 5_000, b"a=1&" * 500, b"--x\r\n\r\n"):
        response = child.post("/en/KE/find", body, content_type=kind)
        assert response.status_code == 200
        assert b'href="tel:116"' in response.content


def test_the_answer_comes_directly_and_its_address_holds_no_choice(child: Client) -> None:
    response = child.post("/en/KE/find", {"tile": "online"})
    assert response.status_code == 200
    assert b"?" not in b"".join(part.split(b'"')[0] for part in response.content.split(b'action="')[1:])


def test_looking_at_the_answers_address_leads_to_the_first_page(child: Client) -> None:
    response = child.get("/sw/KE/find?tile=online")
    assert response.status_code == 302
    assert response["Location"] == "/sw/KE"


@pytest.mark.parametrize("path", ["/en/QQ", "/en/QQ/find"])
def test_an_unknown_country_asks_for_a_country(child: Client, path: str) -> None:
    response = child.post(path, {"tile": "online"})
    assert response.status_code == 404
    assert b"Please choose a country first." in response.content


@pytest.mark.parametrize("path", ["/xx", "/xx/KE", "/en/ke", "/en/KEN", "/en/KE/", "/en/KE/other", "/EN"])
def test_other_addresses_are_not_here(child: Client, path: str) -> None:
    assert child.get(path).status_code == 404


def test_no_address_of_ours_takes_anything_but_a_language_and_a_country() -> None:
    for pattern in urls.urlpatterns:
        assert set(pattern.pattern.regex.groupindex) <= {"language", "country"}


def test_every_door_declares_who_may_enter() -> None:
    assert all(pattern.callback.may_enter == "anyone" for pattern in urls.urlpatterns)  # type: ignore[union-attr]


def test_the_browsers_language_and_country_are_taken_up(child: Client) -> None:
    page = child.get("/", headers={"accept-language": "sw-KE,sw;q=0.9"}).content
    assert b'<html lang="sw"' in page
    assert b'href="tel:999"' in page
    page = child.get("/", headers={"accept-language": "en-US,en"}).content
    assert b'href="/en/KE"' in page
    assert b"tel:" not in page


def test_an_age_changes_the_words_and_travels_in_a_hidden_field(child: Client) -> None:
    young = child.get("/en/KE").content.decode()
    teen = child.post("/en/KE", {"age": "13-17", "tile": "online"}).content.decode()
    assert "You can get help here" in young
    assert "Find someone who can help" in teen
    assert '<input type="hidden" name="age" value="13-17">' in teen
    assert 'type="hidden" name="tile"' not in teen


def test_leaving_says_only_that_the_way_is_open_when_asked_by_head(child: Client) -> None:
    response = child.head("/leave")
    assert response.status_code == 204
    assert "Clear-Site-Data" not in response


def test_leaving_ends_our_cookie_and_nobody_elses(child: Client, settings: Any) -> None:
    settings.EXIT_URL = "https://weather.example/"
    response = child.get("/leave")
    assert (response.status_code, response["Location"]) == (303, "https://weather.example/")
    assert response["Clear-Site-Data"] == '"cache"'
    assert list(response.cookies) == [SESSION_COOKIE]
    assert response.cookies[SESSION_COOKIE]["max-age"] == 0


def test_pages_are_zipped_only_for_browsers_that_take_it(child: Client) -> None:
    plain = child.get("/en/KE")
    assert "Content-Encoding" not in plain
    zipped = child.get("/en/KE", headers={"accept-encoding": "gzip, br"})
    assert gzip.decompress(zipped.content) == plain.content
    refused = child.get("/en/KE", headers={"accept-encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused


def test_the_card_names_every_service_and_number_and_has_no_script_when_kept(child: Client) -> None:
    shown = child.get("/en/GB/card").content.decode()
    kept = child.get("/en/GB/card.html")
    assert kept["Content-Disposition"] == 'attachment; filename="information.html"'
    for said in ("Childline", "0800 1111", 'href="tel:999"', "Numbers can change."):
        assert said in shown
        assert said in kept.content.decode()
    assert b"<script" not in kept.content
    assert b"Open now" not in kept.content  # a page that is kept says nothing about this minute


def test_an_adult_finds_what_to_say_what_not_to_promise_and_a_text_to_copy(child: Client) -> None:
    page = child.get("/en/KE/adult").content.decode()
    for said in ("What you can say", "What not to promise", "I believe you", 'id="copy"', 'href="tel:116"'):
        assert said in page
    assert 'href="/en/country/KE"' in page


def test_the_history_page_keeps_the_countrys_numbers(child: Client) -> None:
    page = child.post("/en/history", {"country": "KE"}).content
    assert b'href="tel:999"' in page
    assert b"Opera Mini" in page
    assert b"tel:" not in child.get("/en/history").content


def test_every_page_has_the_exit_first_and_the_emergency_numbers(child: Client) -> None:
    for path in ("/en/KE", "/en/KE/find", "/en/KE/card", "/en/KE/adult"):
        page = child.post(path).content.decode()
        body = page[page.index("<body>") :]
        assert body.index('href="/leave"') < min(body.index("<button"), body.index('href="tel:'))
        assert 'href="tel:999"' in body
    for path in ("/en", "/en/history"):
        page = child.get(path).content.decode()
        assert "I am in danger now" in page


def test_emergency_numbers_answer_where_there_is_no_snapshot(child: Client) -> None:
    use_engine(lambda: None, emergency={"KE": [{"dial": "999", "uri": "tel:999", "kind": "any"}]})
    for path in ("/en/KE", "/en/KE/find", "/en/KE/card", "/en/KE/adult"):
        response = child.post(path, {"tile": "online"})
        assert response.status_code == 200
        assert b'href="tel:999"' in response.content
        # What nobody could look up is neither there nor missing.
        assert b"We do not know a" not in response.content
    for path in ("/en/KE/find", "/en/KE/card", "/en/KE/adult"):
        assert b"We cannot show services right now." in child.post(path).content


def test_a_page_that_is_missing_or_broken_speaks_the_readers_language(child: Client, rf: Any) -> None:
    request = rf.get("/fr/nowhere")
    assert b'<html lang="fr"' in http.not_found(request).content
    assert http.went_wrong(rf.get("/", headers={"accept-language": "ru"})).status_code == 500
    assert b'<html lang="ru"' in http.went_wrong(rf.get("/", headers={"accept-language": "ru"})).content
    assert http.bad_request(rf.get("/")).status_code == 400


def test_a_form_that_chromium_sends_again_out_of_its_history_shows_the_untouched_first_page(public) -> None:  # type: ignore[no-untyped-def]
    chromium = {"Sec-CH-UA": '"Chromium";v="156"', "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
    again = public.post("/en/KE/find", {"tile": "at_home"}, headers=chromium)
    assert again.status_code == 302
    assert again["Location"] == "/en/KE"
    tapped = public.post("/en/KE/find", {"tile": "at_home"}, headers={**chromium, "Sec-Fetch-User": "?1"})
    assert tapped.status_code == 200
    # Other browsers never say who tapped: they are believed.
    other = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
    assert public.post("/en/KE/find", {"tile": "at_home"}, headers=other).status_code == 200
