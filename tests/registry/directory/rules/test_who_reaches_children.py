"""Who may be shown to a child."""

from __future__ import annotations

import pytest

from pop.registry.directory.rules.publication import reaches_children


@pytest.mark.parametrize(
    ("change", "reaches"),
    [
        ({}, True),
        ({"audience": ["parent", "child"]}, True),
        ({"state": "waiting"}, False),
        ({"state": "suspended"}, False),
        ({"state": "defunct"}, False),
        ({"safety": "pending"}, False),
        ({"safety": "empty_page"}, False),
        ({"safety": "do_not_publish"}, False),
        ({"audience": []}, False),
        ({"audience": ["own_behaviour"]}, False),
        ({"audience": ["young_person", "parent", "professional", "general_public"]}, False),
        ({"kind": "coordination"}, False),
    ],
)
def test_only_a_published_and_cleared_service_for_children_reaches_a_child(change, reaches):
    facts = {"state": "published", "safety": "clear", "audience": ["child"], "kind": "child_helpline"} | change
    assert reaches_children(**facts) is reaches
