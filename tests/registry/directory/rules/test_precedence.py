"""Which of two observations may replace the other."""

from __future__ import annotations

from datetime import date

import pytest

from pop.registry.directory.rules.precedence import Observation, may_clear, may_replace

LISTED = Observation("116", "https://directory.example", date(2024, 1, 1), "directory_listed")


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({}, True),  # a corrected copy of the same page
        ({"on": date(2024, 1, 2)}, True),
        ({"on": date(2023, 12, 31)}, False),
        ({"on": None}, False),
        ({"stage": "desk_checked"}, True),
        ({"stage": "unconfirmed_lead"}, False),
        ({"stage": "unconfirmed_lead", "on": date(2026, 1, 1)}, False),
        ({"stage": "test_contacted", "on": date(2020, 1, 1)}, False),
    ],
)
def test_a_value_yields_only_to_one_that_is_neither_older_nor_weaker(change, replaces):
    assert may_replace(LISTED._replace(value="117", **change), [LISTED]) is replaces


def test_every_observation_of_a_field_counts_and_none_at_all_protects_it():
    newer = LISTED._replace(on=date(2025, 1, 1))
    assert not may_replace(LISTED._replace(value="117"), [LISTED, newer])
    assert not may_replace(LISTED._replace(value="117"), [])


def test_a_stage_that_we_do_not_know_is_not_overruled():
    assert not may_replace(LISTED, [LISTED._replace(stage="something new")])


def test_silence_empties_only_what_the_same_source_had_filled():
    silent = LISTED._replace(value="", on=date(2025, 1, 1))
    assert may_clear(silent, [LISTED], {LISTED.source})
    assert not may_clear(silent, [LISTED, LISTED._replace(source="https://provider.example")], {LISTED.source})
    assert not may_clear(silent._replace(on=date(2023, 1, 1)), [LISTED], {LISTED.source})
