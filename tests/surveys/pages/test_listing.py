"""The first page of all surveys: what is open, called as its readers call it."""

from __future__ import annotations

import pytest
from django.test import Client

from pop.surveys.collecting.actions.surveys import close_survey
from pop.surveys.collecting.models import Survey
from pop.surveys.collecting.queries import titles
from pop.surveys.collecting.queries.titles import Title, use_titles
from tests.surveys.filled import NOW
from tests.surveys.pages.filling import Filler

pytestmark = [pytest.mark.storage, pytest.mark.django_db]


def page(language: str = "en") -> str:
    return Client().get(f"/survey?language={language}").content.decode()


def test_what_is_open_is_listed_and_what_was_closed_is_not(filler: Filler) -> None:
    assert 'href="/survey/kinds' in page()
    close_survey(form_id="kinds", now=NOW)
    after = page()
    assert 'href="/survey/kinds' not in after
    assert 'href="/survey/short' in after
    close_survey(form_id="short", now=NOW)
    bare = page()
    assert 'class="list"' not in bare
    assert 'name="words"' in bare


def test_a_form_is_listed_under_what_it_is_called_in_the_readers_language(
    filler: Filler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(titles, "_joined", titles._Joined())
    use_titles(lambda instrument, language: Title(f"{instrument} in {language}", language, "For all of us."))
    Survey.objects.filter(form_id="short").update(instrument="lanterns")
    listed = page("sw")
    assert "lanterns in sw" in listed
    assert "For all of us." in listed
    start = Client().get("/survey/short?language=en").content.decode()
    assert "<h1><span>lanterns in en</span></h1>" in start


def test_a_title_that_is_in_another_language_says_so(filler: Filler) -> None:
    assert '<span lang="en" dir="ltr">' in page("ar")


@pytest.mark.parametrize(("address", "status"), [("/survey/nothing", 404), ("/survey/short", 410)])
def test_whoever_finds_no_survey_is_led_to_those_that_are_open(filler: Filler, address: str, status: int) -> None:
    close_survey(form_id="short", now=NOW)
    filler.get(address)
    assert filler.status == status
    assert "/survey" in filler.dom.xpath("//main//a/@href")


def test_words_that_open_nothing_are_told_before_anything_else(filler: Filler) -> None:
    said = Client().post("/survey", {"words": "no such words at all here"}).content.decode()
    assert 'role="alert"' in said
    assert 'class="list"' not in said
