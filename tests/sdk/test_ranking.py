"""Trust in evidence, and the walk down the bits."""

from __future__ import annotations

import random

from pop_sdk import Need, compile_snapshot
from pop_sdk.ranking import EVERY_TOPIC, choose, day_of, line_of, trust

from tests.sdk.small_documents import CREATED, document, service


def test_trust_halves_every_730_days_and_falls_evenly_between() -> None:
    assert [trust("test_contacted", 0, age) for age in (0, 365, 730, 1460, 2190)] == [
        100_000,
        75_000,
        50_000,
        25_000,
        12_500,
    ]
    falling = [trust("desk_checked", 0, age) for age in range(4000)]
    assert falling == sorted(falling, reverse=True)
    assert all(isinstance(weight, int) for weight in falling)


def test_stages_are_weighed_in_their_order() -> None:
    stages = ["unconfirmed_lead", "directory_listed", "desk_checked", "provider_confirmed", "test_contacted"]
    assert [trust(stage, 0, 0) for stage in stages] == [10_000, 30_000, 55_000, 80_000, 100_000]


def test_undated_evidence_counts_like_ten_years_and_the_future_like_today() -> None:
    assert trust("desk_checked", None, 20_000) == trust("desk_checked", 20_000 - 3650, 20_000)
    assert trust("desk_checked", 20_001, 20_000) == trust("desk_checked", 20_000, 20_000)


def test_twelve_months_are_365_days() -> None:
    said = {}
    for on in ("2025-11-22", "2025-11-21"):
        made = document(service(on=on, stage="desk_checked", hours_confirmed=on))
        match = compile_snapshot(made).answer(Need("KE"), now=CREATED + 86_399)["matches"][0]
        said[on] = match["reasons"], match["cautions"]
    assert said["2025-11-22"] == (["general_child_service", "open_now", "confirmed_recently"], [])
    assert said["2025-11-21"] == (
        ["general_child_service", "open_now"],
        ["hours_unconfirmed", "not_checked_since:2025-11-21"],
    )


def test_days_are_counted_from_1970() -> None:
    assert (day_of("1970-01-02"), day_of(None)) == (1, None)


def test_the_first_services_are_found_however_far_apart_their_bits_lie() -> None:
    masks = compile_snapshot(document())._places["KE"].masks
    chance = random.Random(5)
    for _ in range(200):
        widths = [chance.choice([1, 1, 2, 3, 40]) for _ in range(400)]
        numbers: list[int] = []
        owner: list[int] = []
        for number, width in enumerate(widths):
            for position in range(width):
                numbers += (0, line_of(number, width, position, None))
                owner.append(number)
        bits = [contact for contact in range(len(owner)) if chance.random() < chance.choice([0.001, 0.02, 0.5])]
        fit = sum(1 << contact for contact in bits)
        picks = choose(((fit, 0),), ((fit, 0),), EVERY_TOPIC, masks, numbers, 7)
        expected: dict[int, int] = {}
        for contact in bits:
            expected.setdefault(owner[contact], contact)
        assert [pick[0] for pick in picks] == list(expected.values())[:7]
