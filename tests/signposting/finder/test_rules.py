"""What is chosen is read forgivingly."""

from __future__ import annotations

import pytest

from pop.signposting.finder.rules import ABOUT_IMAGES, TILES, Choice, choice_of


def test_nothing_is_compulsory() -> None:
    assert choice_of({}) == Choice()


@pytest.mark.parametrize("nonsense", ["", " ", "x", "SOMEONE_HURTS_ME", "\0", "\ud800", "1" * 10_000, "online\n"])
def test_nonsense_counts_as_not_said(nonsense: str) -> None:
    assert choice_of(dict.fromkeys(("tile", "topic", "age", "talk", "friend"), nonsense)) == Choice()


def test_a_topic_counts_only_under_a_tile_that_offers_it() -> None:
    assert choice_of({"tile": "at_school", "topic": "bullying"}).topic == "bullying"
    assert choice_of({"tile": "at_school", "topic": "eating"}).topic == ""
    assert choice_of({"topic": "bullying"}).topic == ""


def test_the_simple_words_are_used_until_somebody_says_an_older_age() -> None:
    assert Choice().young
    assert Choice(age="8-12").young
    assert not Choice(age="13-17").young
    assert not Choice(age="18-24").young


def test_ages_are_whole_years_inclusive() -> None:
    assert Choice(age="13-17").age_bounds == (13, 17)
    assert Choice().age_bounds == (None, None)


def test_reporting_is_never_asked_for_before_people() -> None:
    for tile in TILES:
        assert "report_content" not in Choice(tile=tile).asked_topics()
    assert Choice(tile="online", topic="report_content").asked_topics() == ()
    assert Choice(tile="online", topic="bullying").asked_topics() == ("bullying",)


def test_who_just_wants_to_talk_is_asked_for_no_topic() -> None:
    assert Choice(tile="just_talk").asked_topics() == ()
    assert Choice(tile="dont_know").asked_topics() == ()


def test_pictures_are_thought_of_online_and_for_their_topics() -> None:
    assert Choice(tile="online").about_images
    assert not Choice(tile="online", topic="scam_or_hacked").about_images
    assert all(Choice(tile="online", topic=topic).about_images for topic in ABOUT_IMAGES)


def test_a_friends_trouble_keeps_the_steps_for_a_friend() -> None:
    assert choice_of({"tile": "for_a_friend"}).steps_tile == "for_a_friend"
    assert choice_of({"tile": "feel_bad", "friend": "1"}).steps_tile == "for_a_friend"
    assert choice_of({"tile": "feel_bad"}).steps_tile == "feel_bad"


def test_what_was_said_travels_whole_in_hidden_fields() -> None:
    choice = Choice(tile="online", topic="privacy", age="8-12", talk="no", friend=True)
    assert choice_of(choice.fields()) == choice
    assert Choice().fields() == {}
