"""The committed lists of kinds and topics."""

from __future__ import annotations

from pop.evidence.maps.rules.hiding import YOUTH_KINDS
from pop.registry.directory.rules.publication import CHECKED_KINDS, cleared
from pop.registry.directory.rules.tables import AUDIENCES, kinds, topics

TILES = {
    "someone_hurts_me",
    "feel_bad",
    "online",
    "at_home",
    "at_school",
    "for_a_friend",
    "just_talk",
    "dont_know",
}
RISKS = {"off", "content", "contact", "conduct", "contract", "cross"}


def test_every_topic_of_the_vocabulary_has_one_of_eight_tiles_and_a_risk():
    assert len(topics()) == 45
    assert {topic.tile for topic in topics().values()} == TILES
    assert {topic.risk for topic in topics().values()} == RISKS
    assert topics()["bullying"].tile == "someone_hurts_me"
    assert topics()["bullying"].chi == "Violence/Bullying"
    assert topics()["online_sexual_harm"].risk == "contact"


def test_a_kind_claims_only_topics_and_audiences_that_exist():
    for kind in kinds().values():
        assert set(kind.topics) <= topics().keys(), kind
        assert set(kind.default_audience) <= set(AUDIENCES), kind


def test_a_child_helpline_covers_everything_and_claims_nothing():
    kind = kinds()["child_helpline"]
    assert kind.covers_everything
    assert kind.child_specific
    assert kind.topics == ()
    assert kind.default_audience == ("child",)


def test_a_hotline_takes_reports_and_is_not_said_to_help_with_sexual_harm():
    assert kinds()["hotline"].topics == ("report_content",)
    assert not kinds()["hotline"].covers_everything


def test_lines_for_everybody_are_not_for_children_unless_somebody_says_so():
    for kind in ("suicide", "mental_health", "gbv", "health_legal", "victim_support", "helpline"):
        assert kinds()[kind].default_audience == ("general_public",)
    assert kinds()["coordination"].default_audience == ("professional",)


def test_a_solution_is_cleared_by_no_decision_of_the_registry_alone_and_claims_no_topic():
    solutions = {kind.id for kind in kinds().values() if kind.solution}
    assert solutions == {"platform_feature", "youth_led_solution", "ai_driven_solution"}
    assert solutions < CHECKED_KINDS <= set(kinds())
    assert set(YOUTH_KINDS) < solutions
    for kind in kinds().values():
        assert cleared(False, kind.id) == ("mapped_only" if kind.id in CHECKED_KINDS else "clear")
        assert not (kind.solution and (kind.topics or kind.covers_everything or "child" in kind.default_audience))
