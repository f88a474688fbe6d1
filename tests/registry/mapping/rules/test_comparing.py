"""What a submission is to the record that it is about: new, an update, or nothing new."""

from __future__ import annotations

from pop.registry.directory.rules.likeness import Likeness
from pop.registry.mapping.rules.comparing import contacts_to_add, differing_fields, digest_of, verdict_of


def test_what_says_nothing_new_is_a_duplicate_and_what_nobody_answered_differs_not() -> None:
    best = Likeness("x", 60, 100.0, ("same_name",))
    known = {"name": "Lantern  Line", "languages": ["en", "sw"], "website": "https://a.example/", "age_max": 18}
    said = {"name": "LANTERN LINE", "languages": ["sw", "en"], "website": "https://a.example"}
    assert verdict_of(best, differing_fields(said, known, [])) == "duplicate"
    assert verdict_of(best, differing_fields({**said, "age_max": 25}, known, [])) == "update"
    assert verdict_of(None, ["name"]) == "new"


def test_a_contact_that_the_record_has_is_not_added_again() -> None:
    there = {"channel": "phone", "number_kind": "full", "e164": "+254800720111", "dial": "0800 720111"}
    other = {**there, "e164": "+254800720222"}
    assert contacts_to_add("KE", [there, other], [there]) == [other]


def test_the_digest_of_a_comparison_is_another_one_as_soon_as_either_side_is() -> None:
    sides = [{"name": "Lantern Line", "age_max": 18}, [{"dial": "116"}]]
    assert digest_of(sides) == digest_of([{"age_max": 18, "name": "Lantern Line"}, [{"dial": "116"}]])
    assert digest_of(sides) != digest_of([{"name": "Lantern Line", "age_max": 18}, [{"dial": "117"}]])
