"""A quarter of an hour is enough: the short way asks what a record needs and no more."""

from __future__ import annotations

import pytest

from pop.registry.mapping.rules.answers import FIELDS, QUESTIONS
from pop.surveys.forms.answering import Answering
from pop.surveys.forms.definition import Question
from tests.registry.mapping.instruments.test_skipping import answering, is_asked

TYPICAL = {
    "helplines": {"service_kind": "child_helpline", "any_topic": "yes", "channels": "phone"},
    "platforms": {"platform_kind": "social_media", "signposting": "safety_centre", "topics_violence": "bullying"},
    "youth_led": {"led_by": "young_people", "respondent_under_18": "no", "topics_violence": "bullying"},
    "ai_driven": {"ai_uses": "sorts", "topics_violence": "bullying"},
}
# What each asks of somebody whose answers bring up nothing more.
QUESTIONS_ASKED = {"helplines": 25, "platforms": 25, "youth_led": 25, "ai_driven": 24}


def short(name: str, **more: str) -> Answering:
    """Begin the short way as most who take it would: for the whole country, for children."""
    said = {"service_name": "Lantern Line", "serves": "whole_country", "audience": "child", **TYPICAL[name], **more}
    return answering(name, time_given="short", **said)


def asked(begun: Answering) -> list[str]:
    """Return the questions that somebody is shown, page by page."""
    places = [place for page in begun.pages() for place in page.places]
    return [
        place.path.rpartition("/")[2]
        for place in places
        if isinstance(place.item, Question) and place.item.kind != "note"
    ]


@pytest.mark.parametrize("name", TYPICAL)
def test_the_short_way_has_at_most_25_questions(name: str) -> None:
    assert len(asked(short(name))) == QUESTIONS_ASKED[name] <= 25


def test_each_thing_said_to_be_there_brings_few_more() -> None:
    assert len(asked(short("helplines", any_topic="no", topics_violence="bullying"))) == 25 + 5
    assert len(asked(short("helplines", channels="phone webchat"))) == 25 + 4
    assert len(asked(short("ai_driven", ai_uses="talks"))) == 24 + 2


@pytest.mark.parametrize("name", TYPICAL)
def test_the_short_way_still_asks_for_every_field_of_a_record(name: str) -> None:
    begun = short(name, **({"any_topic": "no"} if name == "helplines" else {"channels": "phone"}))
    # The kind and who runs it follow from some instruments, and platforms answer no children by themselves.
    without = {
        "helplines": set[str](),
        "platforms": {"kind", "contacts", "responders"},
        "youth_led": {"kind", "operator"},
        "ai_driven": {"kind"},
    }
    asks = set(asked(begun))
    assert {each for each in FIELDS if not asks & set(QUESTIONS[each])} == without[name]


@pytest.mark.parametrize("name", TYPICAL)
def test_nobody_is_asked_to_publish_what_they_were_not_asked(name: str) -> None:
    begun = short(name)
    assert not is_asked(begun, "publish_safeguards")
    assert not is_asked(begun, "publish_experience")
    assert is_asked(answering(name, time_given="full"), "publish_safeguards")
    assert not is_asked(short("helplines"), "publish_services")
